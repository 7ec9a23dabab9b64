"""Where an Output's loss does not fit its targets: values out of its range, weights of other classes, nothing left."""

from collections.abc import Iterator, Sequence

import numpy as np

from flaxstudio.data.columns import class_names, number_column
from flaxstudio.data.ends import Goal
from flaxstudio.data.mapping import chunks
from flaxstudio.data.table import Column, Table, kind_of, text_of
from flaxstudio.graph.problem import Problem
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import ANY, LossSpec, Objective, loss_spec


def objective_problems(goals: Sequence[Goal], config: TrainConfig, table: Table) -> Iterator[Problem]:
    """Yield what is wrong with the losses of Outputs whose columns are sound."""
    for goal in goals:
        objective = config.objective_of(goal.name)
        if goal.kind == "classes":
            yield from _of_classes(goal, objective, table)
        else:
            specs = (loss_spec(config.loss_of(goal.name)), *(loss_spec(term.name) for term in objective.terms))
            yield from _of_numbers(goal, objective, specs, table)


def _of_classes(goal: Goal, objective: Objective, table: Table) -> Iterator[Problem]:
    names = class_names(table, goal.columns[0])
    counted = tuple(name for name in names if name != goal.ignored)
    if goal.ignored and goal.ignored not in names:
        what = f"{goal.name} leaves out the label “{goal.ignored}”, which the column “{goal.columns[0]}” does not have."
        yield Problem(goal.name, what, f"Leave out none, or one of {_listed(names)}.", severity="warning")
    if not counted:
        what = f"{goal.name} leaves out the only label of “{goal.columns[0]}”, so nothing is left to learn."
        yield Problem(goal.name, what, "Leave out no label.")
    given = objective.class_weights
    if given and counted and len(given) != len(counted):
        what = f"There are {len(given)} weights for the {len(counted)} classes of {goal.name}."
        yield Problem(goal.name, what, f"Give {len(counted)}, in the order {_listed(counted)}.")


def _of_numbers(goal: Goal, objective: Objective, specs: Sequence[LossSpec], table: Table) -> Iterator[Problem]:
    ignored, ranged = objective.ignored_number, [spec for spec in dict.fromkeys(specs) if spec.targets != ANY]
    for name in goal.columns if ranged or ignored is not None else ():
        column, is_empty = number_column(table, name), True
        outside: dict[LossSpec, float] = {}
        for _, chunk in chunks(column):
            counted = chunk if ignored is None else chunk[chunk != ignored]
            is_empty = is_empty and not counted.size
            found = {spec: value for spec in ranged if (value := _outside(spec, counted)) is not None}
            outside = found | outside
        if is_empty:
            what = f"{goal.name} leaves out {text_of(ignored)}, and “{name}” holds nothing else."
            yield Problem(goal.name, what, "Leave out another value, or none.")
        for spec, value in outside.items():
            what = f"The loss {spec.title} takes targets {_range_text(*spec.targets)}, and “{name}” holds {text_of(value)}."
            yield Problem(goal.name, what, _remedy(spec, column))


def _outside(spec: LossSpec, values: Column) -> float | None:
    """Return the first value that a loss does not take."""
    low, high = spec.targets
    found = values[(values < low) | (values > high)]
    return float(found.flat[0]) if found.size else None


def _remedy(spec: LossSpec, column: Column) -> str:
    whole = kind_of(column) == "number" and bool((column == np.round(column)).all())
    other = "Take the target as classes" if whole else "Choose Mean squared error"
    return f"{other}, or write the column {_range_text(*spec.targets)}."


def _range_text(low: float, high: float) -> str:
    if np.isinf(high):
        return "of at least " + text_of(low)
    return f"from {text_of(low)} to {text_of(high)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
