"""A table made ready for a model: features scaled by what the training split teaches, targets, and the three splits."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.data.columns import (
    class_names,
    class_targets,
    number_column,
    number_targets,
    scaled,
    sizes_of,
    whole_numbers,
)
from flaxstudio.data.ends import Ends, Entry, Goal
from flaxstudio.data.mapping import let_go
from flaxstudio.data.prepared import kept_on_disk
from flaxstudio.data.splits import split_rows
from flaxstudio.data.table import Column, OnDisk, Table, Tell, untold
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import DatasetSpec, Scaling
from flaxstudio.project.results import Preparation, Scale, Target

SplitName = Literal["train", "validation", "test"]
Rows = npt.NDArray[np.int64]


Arrays = Any
"""One array, or a tuple with one for each Input or Output: as a Module takes them and gives them."""

_CHUNK_VALUES = 2**20
_AS_IT_IS = Scale(np.zeros((), np.float32), np.ones((), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Samples and what they should give: features (n, *sample), float32 or int32; targets float32 (n, values) or int32
    class indices (n, ...), -1 for none. `rows` are their rows in the table, in rising order."""

    features: Arrays
    targets: Arrays
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The three splits with the preparation they share, and the ends that their arrays belong to, in order.

    `reference` are the training targets without noise, if known. With `disk` the arrays are mapped from files.
    """

    train: Split
    validation: Split
    test: Split
    preparation: Preparation
    ends: Ends
    reference: Arrays | None = None
    disk: OnDisk | None = None

    def split(self, name: SplitName) -> Split:
        """Return a split by its name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]


def prepare(
    spec: DatasetSpec, table: Table, ends: Ends, preparation: Preparation | None = None, tell: Tell = untold
) -> Dataset:
    """Return the splits as a model of those ends takes them; ProblemError naming column and row where it cannot be.

    Without a `preparation`, classes are those of the table and scaling is fitted on the training split. Splits of a table
    on disk are laid there as well; `tell` gets the share that is done.
    """
    classes = {goal.name: preparation.classes_of(goal.name) if preparation else _classes(goal, table) for goal in ends.goals}
    labels = {
        goal.name: _targets(goal, table, classes[goal.name])
        for goal in ends.goals
        if table.disk is None or (goal.kind == "classes" and table.column(goal.columns[0]).ndim == 1)
    }
    rows = split_rows(spec, table, _first_classes(ends.goals, labels))
    if len(rows[0]) == 0:
        raise ProblemError("No rows are left to train on.", "Make the validation and test shares smaller.")
    fitted = preparation or _fit(spec, table, ends, rows[0], classes)
    if table.disk is None:
        features = apart(apply_preparation(ends.entries, table, fitted))
        made = [[array[part] for array in (*features, *labels.values())] for part in rows]
    else:
        made = kept_on_disk(table.disk, _key(spec, ends, fitted), rows, _arrays_of(table, ends, fitted, labels, classes), tell)
    count = len(ends.entries)
    train, validation, test = (
        Split(joined(arrays[:count]), joined(arrays[count:]), part) for arrays, part in zip(made, rows, strict=True)
    )
    return Dataset(train, validation, test, fitted, ends, _reference(ends, table, rows[0]), table.disk)


def _arrays_of(
    table: Table, ends: Ends, fitted: Preparation, labels: Mapping[str, Column], classes: Mapping[str, Sequence[str]]
) -> Callable[[Rows], list[Column]]:
    """Return what makes the features and targets of some rows of a table on disk; `labels` are targets in memory."""
    taken = [entry.columns for entry in ends.entries] + [goal.columns for goal in ends.goals if goal.name not in labels]
    names = dict.fromkeys(name for columns in taken for name in columns)

    def arrays_at(rows: Rows) -> list[Column]:
        part = table.part(names, rows)
        let_go(*(table.column(name) for name in names))
        features = apart(apply_preparation(ends.entries, part, fitted))
        targets = (
            labels[goal.name][rows] if goal.name in labels else _targets(goal, part, classes[goal.name]) for goal in ends.goals
        )
        return [*features, *targets]

    return arrays_at


def _key(spec: DatasetSpec, ends: Ends, fitted: Preparation) -> str:
    """Return all that prepared splits follow from, beside the content of the file."""
    scales = [fitted.scale_of(entry.name) for entry in ends.entries]
    classes = [fitted.classes_of(goal.name) for goal in ends.goals]
    return repr((replace(spec, memory=None), ends, [(one.offset.tobytes(), one.scale.tobytes()) for one in scales], classes))


def classes_to_split_by(goals: Sequence[Goal], table: Table) -> npt.NDArray[Any] | None:
    """Return the class of each row of which every split gets its share: the first Output's that has one a row."""
    of_classes = [goal for goal in goals if goal.kind == "classes" and goal.columns]
    return _first_classes(of_classes, {goal.name: _targets(goal, table, _classes(goal, table)) for goal in of_classes})


def _first_classes(goals: Sequence[Goal], targets: Mapping[str, Column]) -> Column | None:
    found = (targets[goal.name] for goal in goals if goal.kind == "classes" and goal.name in targets)
    return next((array for array in found if array.ndim == 1), None)


def apply_preparation(entries: Sequence[Entry], table: Table, preparation: Preparation) -> Arrays:
    """Return a table's feature columns as the model takes them, each of shape (rows, *sample); needs no targets."""
    return joined([_features(entry, table, preparation.scale_of(entry.name)) for entry in entries])


def joined(arrays: Sequence[Any]) -> Arrays:
    """Return one array as it is, several as a tuple."""
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


def apart(arrays: Arrays) -> tuple[npt.NDArray[Any], ...]:
    """Return one array as a tuple too."""
    return arrays if isinstance(arrays, tuple) else (arrays,)


def at_rows(arrays: Arrays, rows: Any) -> Arrays:
    """Return some rows of one array, or of each of several."""
    return joined([array[rows] for array in apart(arrays)])


def _fit(spec: DatasetSpec, table: Table, ends: Ends, train: Rows, classes: Mapping[str, tuple[str, ...]]) -> Preparation:
    """Return what the training rows teach."""
    scales = {entry.name: _fitted_scale(spec.scaling, table, entry, train) for entry in ends.entries}
    outputs = {goal.name: Target(goal.columns, classes[goal.name]) for goal in ends.goals}
    one = next(iter(scales.values())) if len(scales) == 1 else _AS_IT_IS
    return Preparation(
        one.offset,
        one.scale,
        next(iter(classes.values())) if len(classes) == 1 else (),
        scales if len(scales) > 1 else {},
        outputs if len(outputs) > 1 else {},
    )


def _fitted_scale(scaling: Scaling, table: Table, entry: Entry, train: Rows) -> Scale:
    """Return an Input's scale: per column of a table, one for all values of an array; whole numbers stand for themselves.

    A column that does not vary is only moved to zero.
    """
    columns = [number_column(table, name) for name in entry.columns]
    counts = _fitting_sizes(entry, table)
    if scaling == "none" or entry.shape.dtype == "int32":
        return _AS_IT_IS
    pairs = [_statistics(column, train, scaling) for column in columns]
    if len(columns) == 1:
        return Scale(np.asarray(pairs[0][0], np.float32), np.asarray(pairs[0][1], np.float32))
    offset, scale = (
        np.repeat(np.array([pair[side] for pair in pairs], dtype=np.float32), counts).reshape(entry.shape.sizes)
        for side in (0, 1)
    )
    return Scale(offset, scale)


def _features(entry: Entry, table: Table, scale: Scale) -> npt.NDArray[Any]:
    _fitting_sizes(entry, table)
    sizes = entry.shape.sizes
    if entry.shape.dtype == "int32":
        return whole_numbers(table, entry.columns).reshape(-1, *sizes)
    columns = [number_column(table, name) for name in entry.columns]
    if scale.offset.ndim and scale.offset.shape != sizes:
        raise ProblemError("The Input's shape has changed since the model was trained.", "Train it again.")
    features = scaled(columns, scale.offset, scale.scale)
    if not np.isfinite(features).all():
        row = table.number(int(np.argmin(np.isfinite(features).all(axis=1))))
        raise ProblemError(f"A feature in row {row} is too large for float32.", "Choose the scaling “standard”.")
    return features.reshape(-1, *sizes)


def fault_of_shape(sizes: Sequence[int], sample_shape: tuple[int, ...]) -> bool:
    """Return whether samples of that many numbers in all do not fill the Input's shape."""
    return sum(sizes) != int(np.prod(sample_shape))


def _fitting_sizes(entry: Entry, table: Table) -> list[int]:
    sizes = sizes_of(table, entry.columns)
    if fault_of_shape(sizes, entry.shape.sizes):
        told = ", ".join(map(str, entry.shape.sizes))
        raise ProblemError(
            f"The features for {entry.name} give {sum(sizes)} numbers a sample, and its shape is ({told}).",
            f"Set its shape to {sum(sizes)}, or tick other features.",
            entry.name,
        )
    return sizes


def _statistics(column: Column, train: Rows, scaling: Scaling) -> tuple[float, float]:
    """Return offset and scale of one column's training values, chunk by chunk: the same from memory and from disk."""
    ranges = [(values.min(), values.max()) for values in _values_at(column, train)]
    low, high = float(min(low for low, _ in ranges)), float(max(high for _, high in ranges))
    if low == high:
        return low, 1.0
    if scaling == "range":
        return low, high - low
    count = len(train) * math.prod(column.shape[1:])
    mean = sum(float(values.sum(dtype=np.float64)) for values in _values_at(column, train)) / count
    squares = sum(float(np.square(values.astype(np.float64) - mean).sum()) for values in _values_at(column, train))
    return mean, math.sqrt(squares / count)


def _values_at(column: Column, rows: Rows) -> Iterator[Column]:
    """Yield a column's values at rows in rising order, so many at a time as fit well."""
    count = max(1, _CHUNK_VALUES // math.prod(column.shape[1:]))
    for start in range(0, len(rows), count):
        yield column[rows[start : start + count]]
        let_go(column)


def _classes(goal: Goal, table: Table) -> tuple[str, ...]:
    return class_names(table, goal.columns[0], goal.ignored) if goal.kind == "classes" else ()


def _targets(goal: Goal, table: Table, classes: Sequence[str]) -> npt.NDArray[Any]:
    if goal.kind == "classes":
        return class_targets(table, goal.columns[0], classes, goal.ignored)
    return number_targets(table, goal.columns)


def _reference(ends: Ends, table: Table, train: Rows) -> Arrays | None:
    names = [name for goal in ends.goals for name in goal.columns]
    if any(goal.kind == "classes" for goal in ends.goals) or not all(name in table.reference for name in names):
        return None
    exact = Table({name: table.reference[name] for name in names})
    return at_rows(joined([number_targets(exact, goal.columns) for goal in ends.goals]), train)
