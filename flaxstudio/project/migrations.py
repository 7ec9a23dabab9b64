"""File versions: each older one is made into the next, in memory, on plain maps."""

from collections.abc import Callable
from typing import Any

VERSION = 1
"""The version that is written. Raise it, with a step below, whenever a key changes its meaning."""

_STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""version -> function that turns a map of that version into one of the next."""


def migrate(table: dict[str, Any], version: int) -> dict[str, Any]:
    """Return a file's map as the present version would have written it."""
    for old in range(version, VERSION):
        table = _STEPS[old](table)
    return table
