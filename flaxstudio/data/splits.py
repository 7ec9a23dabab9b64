"""Which rows are trained on, which are kept for validation and which for the test. Drawn by the dataset's own seed."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.table import Table
from flaxstudio.project.config import DatasetSpec

Rows = npt.NDArray[np.int64]


def split_rows(spec: DatasetSpec, table: Table, classes: npt.NDArray[Any] | None = None) -> tuple[Rows, Rows, Rows]:
    """Return the rows of the training, validation and test split, each in rising order.

    With `classes` (each row's class) every split has about the same share of each. Test rows that the source fixes
    are the test split as they are; the validation share is then one of the other rows.
    """
    _, validations, tests = count_rows(spec, table)
    count = table.rows - table.test_rows
    order = _order(count, spec.seed, None if classes is None else classes[:count])
    drawn = 0 if table.test_rows else tests
    test, validation, train = np.split(order, [drawn, drawn + validations])
    if table.test_rows:
        test = np.arange(count, table.rows)
    return np.sort(train), np.sort(validation), np.sort(test)


def count_rows(spec: DatasetSpec, table: Table) -> tuple[int, int, int]:
    """Return how many rows the training, validation and test split get."""
    count = table.rows - table.test_rows
    validations = round(spec.validation * count)
    drawn = 0 if table.test_rows else round(spec.test * count)
    return count - validations - drawn, validations, table.test_rows or drawn


def _order(count: int, seed: int, classes: npt.NDArray[Any] | None) -> Rows:
    """Return the rows in a random order of which every leading part holds about its share of each class."""
    shuffled = np.random.default_rng(seed).permutation(count)
    if classes is None:
        return shuffled
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    sizes = np.unique(classes, return_counts=True)[1]
    places = np.concatenate([(np.arange(size) + 0.5) / size for size in sizes])
    return by_class[np.argsort(places, kind="stable")]
