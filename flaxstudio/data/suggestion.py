"""A first guess at how a table is to be used, so that a newly opened file is ready after one look."""

import numpy as np

from flaxstudio.data.table import Column, Table, distinct_in, kind_of
from flaxstudio.project.config import DatasetSpec, Scaling

_TARGET_NAMES = ("target", "label", "labels", "class", "y", "species", "digit", "outcome")
_MAX_CLASSES = 20
_LOOKED_AT = 200


def suggest(table: Table, source: str) -> DatasetSpec:
    """Return a spec: the column that looks like a target (else the last) as target, all other numbers as features."""
    names = list(table.columns)
    target = next((name for name in names if name.lower() in _TARGET_NAMES), names[-1])
    kinds = {name: kind_of(column) for name, column in table.columns.items()}
    arrays = [name for name in names if kinds[name] == "array" and name != target]
    numbers = [name for name in names if kinds[name] == "number" and name != target]
    # arrays of images or series come one at a time; a table's columns come all together
    features = tuple(arrays[:1] or numbers)
    is_class = _looks_like_classes(table, target)
    scaling: Scaling = "range" if arrays else "standard"
    test = 0.0 if table.test_rows else 0.2
    return DatasetSpec(source, features, (target,), "classes" if is_class else "numbers", scaling, test=test)


def _looks_like_masks(column: Column) -> bool:
    """Return whether each value is a picture of whole numbers that are few and more than two: a label for each place."""
    if column.ndim != 3 or column.dtype.kind not in "iu":
        return False
    return 2 < len(np.unique(column[:_LOOKED_AT])) <= _MAX_CLASSES


def _looks_like_classes(table: Table, name: str) -> bool:
    column = table.column(name)
    if kind_of(column) == "text":
        return True
    if kind_of(column) == "array":
        return _looks_like_masks(column)
    if kind_of(column) != "number":
        return False
    found = distinct_in(column, 2 * _MAX_CLASSES)
    values = found[np.isfinite(found)] if column.dtype.kind == "f" else found
    return len(values) <= min(_MAX_CLASSES, max(2, table.rows // 5)) and bool(np.all(values == np.round(values)))
