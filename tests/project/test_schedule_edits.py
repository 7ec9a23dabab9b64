"""The parts of a joined schedule are changed by pure functions, and its boundaries are those of Optax."""

import pytest

from flaxstudio.codegen.schedule_text import schedule_text
from flaxstudio.project.optimizer import Schedule
from flaxstudio.project.schedule_edits import (
    ends_of_parts,
    new_schedule,
    with_boundary,
    with_part_added,
    with_part_moved,
    with_part_named,
    with_part_removed,
    with_schedule_argument,
)

JOINED = new_schedule("join_schedules", 0.01, 400)


def shown(schedule: Schedule) -> list[tuple[str, int | None]]:
    return [(part.name, part.steps) for part in schedule.parts]


def test_a_new_joined_schedule_warms_up_and_decays() -> None:
    assert shown(JOINED) == [("linear_schedule", 40), ("cosine_decay_schedule", None)]
    assert JOINED.parts[0].arguments == {"init_value": 0.0, "end_value": 0.01}
    assert len(new_schedule("sgdr_schedule", 0.01, 400).parts) == 2
    assert new_schedule("cosine_decay_schedule", 0.01, 400) == Schedule("cosine_decay_schedule")


def test_parts_are_added_moved_and_removed_but_for_the_last() -> None:
    more = with_part_added(JOINED, "constant_schedule")
    assert ends_of_parts(more, 400) == (40, 220, 400)
    assert [name for name, _ in shown(with_part_moved(more, 2, 0))] == [
        "constant_schedule",
        "linear_schedule",
        "cosine_decay_schedule",
    ]
    assert shown(with_part_removed(JOINED, 0)) == [("cosine_decay_schedule", None)]
    only = with_part_removed(JOINED, 1)
    assert with_part_removed(only, 0) is only


def test_another_kind_of_part_keeps_what_both_have() -> None:
    changed = with_part_named(JOINED, 0, "polynomial_schedule")
    assert changed.parts[0] == Schedule("polynomial_schedule", {"init_value": 0.0, "end_value": 0.01}, steps=40)
    assert with_part_named(JOINED, 0, "constant_schedule").parts[0] == Schedule("constant_schedule", {}, steps=40)


def test_a_default_is_kept_as_nothing() -> None:
    schedule = with_schedule_argument(Schedule("cosine_decay_schedule"), "alpha", 0.5)
    assert schedule.arguments == {"alpha": 0.5}
    assert with_schedule_argument(schedule, "alpha", 0.0).arguments == {}


@pytest.mark.parametrize(
    ("place", "step", "ends"),
    [(0, 100, (100, 400)), (0, -5, (1, 400)), (0, 9999, (399, 400)), (1, 300, (40, 300))],
)
def test_a_boundary_goes_where_it_is_put_and_every_part_lasts(place: int, step: int, ends: tuple[int, ...]) -> None:
    assert ends_of_parts(with_boundary(JOINED, place, step, 400), 400) == ends


def test_what_follows_a_boundary_is_as_much_shorter_where_its_length_is_told() -> None:
    parts = tuple(Schedule("constant_schedule", steps=100) for _ in range(3))
    changed = with_boundary(Schedule("join_schedules", parts=parts), 0, 150, 400)
    assert [part.steps for part in changed.parts] == [150, 50, 100]


def test_the_ends_are_the_boundaries_that_are_written() -> None:
    more = with_part_added(JOINED, "constant_schedule")
    assert f"boundaries={list(ends_of_parts(more, 400)[:-1])}" in schedule_text(more, 0.01, 400)
