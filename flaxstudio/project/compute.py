"""How a run computes: in which precision, with how much memory, on how many devices, from which seeds."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal, get_args

Precision = Literal["float32", "bfloat16", "float16", "float64"]

PRECISIONS: tuple[Precision, ...] = get_args(Precision)
MAX_LOSS_SCALE = 2.0**24


@dataclass(frozen=True, slots=True)
class Compute:
    """What holds for a whole run; the model's own source stays as it is.

    With `precision` "bfloat16" or "float16", inputs and params are cast to it wherever the model is applied, in training
    and in evaluations. Params, optimizer state, running statistics and the loss stay float32. With "float64" inputs,
    params, collections, optimizer state and loss are float64; losses are recorded as float32. A layer that has a dtype of
    its own computes in it, with its params as they are. Exports and trials by hand compute in float32.

    "float16" multiplies the loss by a scale, at first `loss_scale`: a step whose gradients are not finite is skipped and
    halves it, `growth_steps` good ones in a row double it. With `remat` only what each node of the model gives is kept for
    the gradients; what lies inside is computed again. `is_deterministic` asks a GPU for the same bits in every run, which a
    CPU gives anyway. Each batch is split over so many `devices`.
    """

    precision: Precision = "float32"
    loss_scale: float = 2.0**15
    growth_steps: int = 2000
    remat: bool = False
    is_deterministic: bool = False
    devices: int = 1

    @property
    def is_double(self) -> bool:
        """Whether numbers of 64 bits are wanted."""
        return self.precision == "float64"


@dataclass(frozen=True, slots=True)
class Seeds:
    """Seeds of their own for the first values, the order of the rows and dropout; None is the run's seed."""

    init: int | None = None
    data: int | None = None
    dropout: int | None = None

    def or_else(self, seed: int) -> "SeedsInUse":
        """Return the seeds that hold in a run of that seed."""
        return SeedsInUse(*(seed if own is None else own for own in (self.init, self.data, self.dropout)))


@dataclass(frozen=True, slots=True)
class SeedsInUse:
    """The seeds that a run draws by."""

    init: int
    data: int
    dropout: int


def compute_faults(compute: Compute, seeds: Seeds, batch_size: int | None) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in itself, each with its remedy."""
    if not 1 <= compute.loss_scale <= MAX_LOSS_SCALE:
        yield f"The loss scale must be between 1 and {MAX_LOSS_SCALE:,.0f}.", "Try 32768."
    if compute.growth_steps < 1:
        yield "The loss scale must grow after at least 1 good step.", "Try 2000."
    if compute.devices < 1:
        yield "A run needs at least 1 device.", "Set the number of devices to 1."
    elif batch_size is not None and batch_size >= 1 and batch_size % compute.devices:
        yield _uneven(batch_size, compute.devices)
    for field in fields(Seeds):
        seed = getattr(seeds, field.name)
        if seed is not None and not 0 <= seed < 2**32:
            yield f"The seed of {field.name} must be between 0 and 4294967295.", "Set another seed."


def _uneven(rows: int, devices: int) -> tuple[str, str]:
    """Return the words for a batch that cannot be split evenly."""
    sizes = [size for size in (rows // devices * devices, -(-rows // devices) * devices) if size]
    what = f"A batch of {rows:,} rows cannot be split evenly over {devices} devices."
    return what, f"Set the batch size to {' or '.join(f'{size:,}' for size in sizes)}."
