"""The curve that is drawn of a schedule is what Optax gives at each step."""

from typing import Any

import numpy as np
import optax
import pytest

from flaxstudio.codegen.schedule_text import schedule_text
from flaxstudio.project.optim_curves import curve_of
from flaxstudio.project.optim_schedules import SCHEDULES
from flaxstudio.project.optimizer import Schedule

WARM = Schedule("warmup_cosine_decay_schedule", {"warmup_steps": 7})
CASES = [
    *(Schedule(option.name) for option in SCHEDULES if not option.has_parts),
    Schedule("exponential_decay", {"staircase": True, "transition_steps": 9, "transition_begin": 4, "end_value": 0.05}),
    Schedule("exponential_decay", {"decay_rate": 1.5, "end_value": 0.6, "transition_steps": 20}),
    Schedule("polynomial_schedule", {"power": 3.0, "transition_steps": 30, "transition_begin": 11, "end_value": 0.9}),
    Schedule("piecewise_constant_schedule", {"boundaries_and_scales": "10: 0.5, 33: 0.1"}),
    Schedule("piecewise_interpolate_schedule", {"boundaries_and_scales": "10: 2.0, 33: 0.1", "interpolate_type": "cosine"}),
    Schedule("warmup_cosine_decay_schedule", {"end_value": 0.1, "exponent": 2.0, "init_value": 0.2}),
    Schedule("join_schedules", parts=(Schedule("linear_schedule", steps=13), Schedule("exponential_decay"), WARM)),
    Schedule("sgdr_schedule", parts=(WARM, Schedule("warmup_cosine_decay_schedule", {"decay_steps": 30}))),
]


@pytest.mark.parametrize("schedule", CASES, ids=lambda schedule: schedule.name)
def test_a_curve_is_what_optax_gives(schedule: Schedule) -> None:
    text = schedule_text(schedule, 0.5, 60)
    theirs: Any = eval(text, {"optax": optax})
    ours = curve_of(schedule, 0.5, 60)
    np.testing.assert_allclose([ours(step) for step in range(61)], [theirs(step) for step in range(61)], atol=2e-6)
