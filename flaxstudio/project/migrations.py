"""File versions: each older one is made into the next, in memory, on plain maps."""

from collections.abc import Callable
from typing import Any

VERSION = 4
"""The version that is written. Raise it, with a step below, whenever a key changes its meaning."""


def _with_library(table: dict[str, Any]) -> dict[str, Any]:
    """Version 2 has layers of the project's own, fields of the class, and formulas among the attributes."""
    empty: dict[str, Any] = {"blocks": [], "codes": [], "imports": []}
    trained = table.get("trained")
    if isinstance(trained, dict):
        table = {**table, "trained": {**trained, "library": empty}}
    return {**table, "library": empty, "block_positions": {}}


def _with_annotations(table: dict[str, Any]) -> dict[str, Any]:
    """Version 3 has frames, notes, dots and looks beside the graphs, and nodes that are muted or bypassed."""
    empty: dict[str, Any] = {"frames": [], "notes": [], "routes": [], "looks": {}}
    return {**table, "annotations": empty, "block_annotations": {}}


def _with_optimizers(table: dict[str, Any]) -> dict[str, Any]:
    """Version 4 has chains, schedules and groups in a run's optimizer; one without them is what it was."""
    return table


_STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _with_library,
    2: _with_annotations,
    3: _with_optimizers,
}
"""version -> function that turns a map of that version into one of the next."""


def migrate(table: dict[str, Any], version: int) -> dict[str, Any]:
    """Return a file's map as the present version would have written it."""
    for old in range(version, VERSION):
        table = _STEPS[old](table)
    return table
