"""What a run is expected to need and to take, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a device does, measured once: FLOPs a second in products of matrices and in convolutions (with their
    gradients), bytes a second moved, and seconds lost with each step whatever it does."""

    products: float
    convolutions: float
    bandwidth: float
    overhead: float


@dataclass(frozen=True, slots=True)
class StepForecast:
    """One compiled step of training. `memory` is its peak in bytes, the training data on the device included."""

    batch_size: int
    memory: int
    flops: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A run's needs: its step, the device's memory (None where unknown), and the largest batch that was found to fit.

    `largest_memory` is what a step of the largest batch takes, as compiled.
    """

    step: StepForecast
    device: str
    capacity: int | None
    steps: int
    steps_per_epoch: float
    largest: int
    largest_memory: int
    is_largest_all: bool
    throughput: Throughput

    @property
    def fits(self) -> bool:
        """Whether the step fits the device's memory, as far as that is known."""
        return self.capacity is None or self.step.memory <= self.capacity

    @property
    def epoch_seconds(self) -> float:
        """How long one pass over the training data takes."""
        return self.step.seconds * self.steps_per_epoch

    @property
    def run_seconds(self) -> float:
        """How long all steps of the run take, evaluations aside."""
        return self.step.seconds * self.steps
