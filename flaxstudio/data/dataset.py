"""A table made ready for a model: features scaled by what the training split teaches, targets, and the three splits."""

from collections.abc import Sequence
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
from flaxstudio.data.splits import split_rows
from flaxstudio.data.table import Column, Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import DatasetSpec, Scaling
from flaxstudio.project.results import Preparation

SplitName = Literal["train", "validation", "test"]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Samples and what they should give: features (n, *sample), float32 or int32; targets float32 (n, values) or int32
    class indices (n,). `rows` are their rows in the table, in rising order."""

    features: npt.NDArray[Any]
    targets: npt.NDArray[Any]
    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The three splits with the preparation they share. `reference` are the training targets without noise, if known."""

    train: Split
    validation: Split
    test: Split
    preparation: Preparation
    reference: npt.NDArray[np.float32] | None = None

    def split(self, name: SplitName) -> Split:
        """Return a split by its name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]


def prepare(
    spec: DatasetSpec,
    table: Table,
    sample_shape: tuple[int, ...],
    *,
    dtype: str = "float32",
    preparation: Preparation | None = None,
) -> Dataset:
    """Return the splits as a model with that Input takes them; ProblemError naming column and row where it cannot be.

    Without a `preparation`, classes are those of the table and scaling is fitted on the training split.
    """
    classes = preparation.classes if preparation else _classes(spec, table)
    targets = _targets(spec, table, classes)
    if dtype == "int32":
        spec = replace(spec, scaling="none")  # whole numbers stand for themselves
    train, validation, test = split_rows(spec, table, targets if classes else None)
    if len(train) == 0:
        raise ProblemError("No rows are left to train on.", "Make the validation and test shares smaller.")
    fitted = preparation or fit(spec, table, sample_shape, train, classes)
    features = apply_preparation(spec.features, table, sample_shape, fitted, dtype)

    def part(rows: Rows) -> Split:
        return Split(features[rows], targets[rows], rows)

    return Dataset(part(train), part(validation), part(test), fitted, _reference(spec, table, train))


def fit(
    spec: DatasetSpec, table: Table, sample_shape: tuple[int, ...], train: Rows, classes: tuple[str, ...] = ()
) -> Preparation:
    """Return the scaling that the training rows teach: per column of a table, one for all values of an array.

    A column that does not vary is only moved to zero.
    """
    columns = [number_column(table, name) for name in spec.features]
    pairs = [_statistics(column[train], spec.scaling) for column in columns]
    if spec.scaling == "none" or len(columns) == 1:
        return Preparation(np.asarray(pairs[0][0], np.float32), np.asarray(pairs[0][1], np.float32), classes)
    counts = _fitting_sizes(spec.features, table, sample_shape)
    offset, scale = (
        np.repeat(np.array([pair[side] for pair in pairs], dtype=np.float32), counts).reshape(sample_shape) for side in (0, 1)
    )
    return Preparation(offset, scale, classes)


def apply_preparation(
    names: Sequence[str], table: Table, sample_shape: tuple[int, ...], preparation: Preparation, dtype: str = "float32"
) -> npt.NDArray[Any]:
    """Return a table's feature columns as the model takes them, shape (rows, *sample_shape); needs no targets."""
    _fitting_sizes(names, table, sample_shape)
    columns = [number_column(table, name) for name in names]
    if dtype == "int32":
        return whole_numbers(names, columns).reshape(-1, *sample_shape)
    if preparation.offset.ndim and preparation.offset.shape != sample_shape:
        raise ProblemError("The Input's shape has changed since the model was trained.", "Train it again.")
    features = scaled(columns, preparation.offset, preparation.scale)
    if not np.isfinite(features).all():
        row = int(np.argmin(np.isfinite(features).all(axis=1)))
        raise ProblemError(f"A feature in row {row + 1} is too large for float32.", "Choose the scaling “standard”.")
    return features.reshape(-1, *sample_shape)


def fault_of_shape(sizes: Sequence[int], sample_shape: tuple[int, ...]) -> bool:
    """Return whether samples of that many numbers in all do not fill the Input's shape."""
    return sum(sizes) != int(np.prod(sample_shape))


def _fitting_sizes(names: Sequence[str], table: Table, sample_shape: tuple[int, ...]) -> list[int]:
    sizes = sizes_of(table, names)
    if fault_of_shape(sizes, sample_shape):
        told = ", ".join(map(str, sample_shape))
        raise ProblemError(
            f"The ticked features give {sum(sizes)} numbers a sample, and the Input's shape is ({told}).",
            f"Set the Input's shape to {sum(sizes)}, or tick other features.",
        )
    return sizes


def _statistics(values: Column, scaling: Scaling) -> tuple[float, float]:
    """Return offset and scale of one column's training values."""
    if scaling == "none":
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if low == high:
        return low, 1.0
    if scaling == "range":
        return low, high - low
    return float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))


def _classes(spec: DatasetSpec, table: Table) -> tuple[str, ...]:
    return class_names(table, spec.targets[0]) if spec.target_kind == "classes" else ()


def _targets(spec: DatasetSpec, table: Table, classes: Sequence[str]) -> npt.NDArray[Any]:
    if spec.target_kind == "classes":
        return class_targets(table, spec.targets[0], classes)
    return number_targets(table, spec.targets)


def _reference(spec: DatasetSpec, table: Table, train: Rows) -> npt.NDArray[np.float32] | None:
    if spec.target_kind == "classes" or not all(name in table.reference for name in spec.targets):
        return None
    exact = Table({name: table.reference[name] for name in spec.targets})
    return number_targets(exact, spec.targets)[train]
