"""The schedules of Optax, as data."""

from dataclasses import dataclass, replace
from typing import Literal

from flaxstudio.graph.spec import AttributeSpec

Role = Literal["", "value", "steps", "warmup"]
_PAIRS = r"\s*\d+\s*:\s*[\d.eE+-]+\s*(,\s*\d+\s*:\s*[\d.eE+-]+\s*)*"


@dataclass(frozen=True, slots=True)
class ScheduleOption:
    """A schedule by its name in Optax. `value` names the argument that takes the scheduled number itself where it is not
    set, `steps` the one that takes the length, `warmup` the one that takes a tenth of it. `has_parts` tells that it is
    made of schedules one after the other."""

    name: str
    title: str
    help: str
    arguments: tuple[AttributeSpec, ...] = ()
    value: str = ""
    steps: str = ""
    warmup: str = ""
    has_parts: bool = False

    def argument(self, name: str) -> AttributeSpec:
        """Return the spec of an argument; KeyError if there is none of that name."""
        return {spec.name: spec for spec in self.arguments}[name]


def _number(name: str, text: str, default: float | None = None, minimum: float | None = None) -> AttributeSpec:
    return AttributeSpec(name, "float", default, text, minimum=minimum, is_optional=default is None)


def _must(spec: AttributeSpec, default: float | int | str) -> AttributeSpec:
    return replace(spec, default=default, is_required=True, is_optional=False)


def _steps(name: str, text: str, default: int | None = None) -> AttributeSpec:
    return AttributeSpec(name, "int", default, text, minimum=0 if default is not None else 1, is_optional=default is None)


_INIT = _number("init_value", "The first value; empty for the number itself.")
_FROM = _must(_number("init_value", "The first value."), 0.0)
_PEAK = _number("peak_value", "The highest value; empty for the number itself.")
_WARMUP = _steps("warmup_steps", "Steps of the rise; empty for a tenth of the run.")
_LENGTH = _steps("transition_steps", "Steps it takes; empty for the whole run.")
_DECAY_STEPS = _steps("decay_steps", "Steps until the end; empty for the whole run.")
_BEGIN = _steps("transition_begin", "The step at which it begins.", 0)
_RATE = _must(_number("decay_rate", "What it is multiplied by in the given steps.", 0.1, 0.0), 0.1)
_STAIRS = AttributeSpec("staircase", "bool", False, "Go in steps instead of smoothly.")
_BOUND = _number("end_value", "The value it never goes beyond; empty for none.")
_PCT = AttributeSpec("pct_start", "float", 0.3, "Share of the steps in which it rises.", minimum=0.0, maximum=1.0)
_DIV = _number("div_factor", "The peak is so many times the first value.", 25.0, 1e-12)
_FINAL_DIV = _number("final_div_factor", "The first value is so many times the last.", 1e4, 1e-12)
_SCALES = AttributeSpec(
    "boundaries_and_scales", "text", "1000: 0.1", "At which steps it is multiplied by what.", pattern=_PAIRS, is_required=True
)
_EXPONENT = _number("exponent", "How sharp the curve bends.", 1.0, 0.0)

SCHEDULES: tuple[ScheduleOption, ...] = (
    ScheduleOption("constant_schedule", "Constant", "One value.",
                   (_number("value", "The value; empty for the number itself."),), "value"),
    ScheduleOption("warmup_cosine_decay_schedule", "Warm-up, then cosine", "Rises in a line, falls along a cosine.",
                   (_FROM, _PEAK, _WARMUP, _DECAY_STEPS, _number("end_value", "The last value.", 0.0), _EXPONENT),
                   "peak_value", "decay_steps", "warmup_steps"),
    ScheduleOption("cosine_decay_schedule", "Cosine", "Falls along a cosine.",
                   (_INIT, _DECAY_STEPS, _number("alpha", "The last value as a share of the first.", 0.0, 0.0), _EXPONENT),
                   "init_value", "decay_steps"),
    ScheduleOption("linear_schedule", "Linear", "Goes from one value to another in a line.",
                   (_INIT, _must(_number("end_value", "The last value."), 0.0), _LENGTH, _BEGIN),
                   "init_value", "transition_steps"),
    ScheduleOption("exponential_decay", "Exponential", "Is multiplied by the same at each step.",
                   (_INIT, _LENGTH, _RATE, _BEGIN, _STAIRS, _BOUND), "init_value", "transition_steps"),
    ScheduleOption("polynomial_schedule", "Polynomial", "Goes from one value to another along a power.",
                   (_INIT, _must(_number("end_value", "The last value."), 0.0),
                    _must(_number("power", "The power.", 1.0), 2.0), _LENGTH, _BEGIN), "init_value", "transition_steps"),
    ScheduleOption("piecewise_constant_schedule", "Stairs", "Is multiplied at given steps.", (_INIT, _SCALES), "init_value"),
    ScheduleOption("piecewise_interpolate_schedule", "Through points", "Goes from value to value, smoothly.",
                   (AttributeSpec("interpolate_type", "choice", "linear", "How it goes between them.",
                                  choices=("linear", "cosine"), is_required=True), _INIT, _SCALES), "init_value"),
    ScheduleOption("warmup_constant_schedule", "Warm-up", "Rises in a line, then stays.", (_FROM, _PEAK, _WARMUP),
                   "peak_value", "", "warmup_steps"),
    ScheduleOption("warmup_exponential_decay_schedule", "Warm-up, then exponential",
                   "Rises in a line, then is multiplied by the same at each step.",
                   (_FROM, _PEAK, _WARMUP, _LENGTH, _RATE, _BEGIN, _STAIRS, _BOUND),
                   "peak_value", "transition_steps", "warmup_steps"),
    ScheduleOption("cosine_onecycle_schedule", "One cycle, cosine", "Rises and falls along cosines.",
                   (_LENGTH, _PEAK, _PCT, _DIV, _FINAL_DIV), "peak_value", "transition_steps"),
    ScheduleOption("linear_onecycle_schedule", "One cycle, lines", "Rises, falls and ends low, in lines.",
                   (_LENGTH, _PEAK, _PCT,
                    AttributeSpec("pct_final", "float", 0.85, "Share of the steps after which it ends low.",
                                  minimum=0.0, maximum=1.0), _DIV, _FINAL_DIV), "peak_value", "transition_steps"),
    ScheduleOption("join_schedules", "One after the other", "Any schedules, each for some of the steps.", has_parts=True),
    ScheduleOption("sgdr_schedule", "Warm restarts", "Warm-ups and cosines one after the other.", has_parts=True),
)  # fmt: skip
_BY_NAME = {option.name: option for option in SCHEDULES}
RESTART = "warmup_cosine_decay_schedule"
"""What each part of warm restarts is."""


def schedule_option(name: str) -> ScheduleOption:
    """Return the schedule of that name; KeyError if unknown."""
    return _BY_NAME[name]


def is_schedule(name: str) -> bool:
    """Return whether there is a schedule of that name."""
    return name in _BY_NAME
