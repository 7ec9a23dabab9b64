"""What ticking, choosing and switching in the Data panel makes of a dataset's spec. Knows no Qt."""

from collections.abc import Iterable
from dataclasses import replace

from flaxstudio.data.table import ColumnSummary
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.options import TargetKind

Columns = tuple[ColumnSummary, ...]


def can_be_feature(column: ColumnSummary) -> bool:
    """Return whether a model can take the column as it is: only numbers can be."""
    return column.kind in ("number", "array")


def can_be_target(column: ColumnSummary) -> bool:
    """Return whether a model can learn to predict the column."""
    return column.kind != "other"


def with_features(spec: DatasetSpec, columns: Columns, names: Iterable[str], is_on: bool) -> DatasetSpec:
    """Tick or untick features; they stay in the table's order. A ticked column is no target any more."""
    able = {column.name for column in columns if can_be_feature(column)}
    wanted = able & set(names)
    ticked = (set(spec.features) | wanted) if is_on else set(spec.features) - set(names)
    targets = tuple(name for name in spec.targets if not (is_on and name in wanted))
    return replace(spec, features=_in_order(columns, ticked), targets=targets)


def with_target(spec: DatasetSpec, columns: Columns, name: str, is_on: bool) -> DatasetSpec:
    """Choose or leave a target, which is then no feature. Classes have one target; text can only be classes."""
    kinds = {column.name: column.kind for column in columns}
    if not is_on:
        return replace(spec, targets=tuple(target for target in spec.targets if target != name))
    others = {target for target in spec.targets if kinds.get(target) != "text"}
    target_kind: TargetKind = (
        "classes" if kinds.get(name) == "text" else "numbers" if kinds.get(name) == "array" else spec.target_kind
    )
    chosen = {name} if target_kind == "classes" else {*others, name}
    features = tuple(feature for feature in spec.features if feature != name)
    return replace(spec, features=features, targets=_in_order(columns, chosen), target_kind=target_kind)


def with_target_kind(spec: DatasetSpec, kind: TargetKind) -> DatasetSpec:
    """Take the target as numbers or as classes; of several only the first can be classes."""
    return replace(spec, target_kind=kind, targets=spec.targets[:1] if kind == "classes" else spec.targets)


def range_text(column: ColumnSummary) -> str:
    """Return a column's least and greatest value."""
    if column.minimum is None or column.maximum is None:
        return ""
    return f"{column.minimum:,.6g} – {column.maximum:,.6g}"


def shape_text(column: ColumnSummary) -> str:
    """Return the shape of one value of arrays: 28 x 28."""
    return " x ".join(map(str, column.shape))


def _in_order(columns: Columns, names: set[str]) -> tuple[str, ...]:
    """Return names in the table's order; those that the table lacks stay at the end, for the problem list to tell."""
    known = tuple(column.name for column in columns if column.name in names)
    return (*known, *sorted(names - set(known)))
