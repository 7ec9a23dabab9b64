"""How the run under way stands, as one value for the panels and the toolbar."""

from dataclasses import dataclass
from typing import Literal

from flaxstudio.project.optim_steering import Knob

RunStatus = Literal["idle", "starting", "running", "paused", "stopping"]


@dataclass(frozen=True, slots=True)
class RunState:
    """`step` of `steps` updates made, at `rate` steps a second; `seconds_left` None while unknown.

    `message` is a sentence about the last run or why none can start. `can_continue`: a stopped run can go on from `step`.
    `queued` runs wait for the one under way. `members` go together in it, 0 for a run alone. `knobs` are the numbers of its
    optimizer that can be changed, with the values that hold; the default of each is what the run was told at first.
    """

    status: RunStatus = "idle"
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    rate: float = 0.0
    seconds_left: float | None = None
    message: str = ""
    can_continue: bool = False
    knobs: tuple[Knob, ...] = ()
    queued: int = 0
    members: int = 0

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way, held or not."""
        return self.status != "idle"

    @property
    def can_change(self) -> bool:
        """Whether numbers can be changed now."""
        return self.status in ("running", "paused") and bool(self.knobs)


def progress_text(state: RunState) -> str:
    """Return a run's progress in one line: "step 1,240 / 5,000 · epoch 12.3 · 3,450 steps/s · 00:12 left"."""
    return " · ".join(part for part in (place_text(state), pace_text(state)) if part)


def place_text(state: RunState) -> str:
    """Return how far a run is: "step 1,240 / 5,000 · epoch 12.3"."""
    if not state.steps or state.status == "starting":
        return ""
    epoch = f" · epoch {state.epoch:,.1f}" if state.epoch else ""
    return f"step {state.step:,} / {state.steps:,}{epoch}"


def pace_text(state: RunState) -> str:
    """Return how fast a run goes and how long it will take: "3,450 steps/s · 00:12 left"."""
    if state.status != "running" or not state.rate:
        return ""
    left = f" · {duration_text(state.seconds_left)} left" if state.seconds_left is not None else ""
    return f"{state.rate:,.{1 if state.rate < 100 else 0}f} steps/s{left}"


def duration_text(seconds: float) -> str:
    """Return a duration as 00:12, or 1:02:30 from an hour on."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
