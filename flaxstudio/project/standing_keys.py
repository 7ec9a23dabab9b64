"""How a run's standing lies in a project file: in the map of what was trained, where there is anything to remember."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgspec

from flaxstudio.project import arrays
from flaxstudio.project.results import Best, Standing, Tree

_PLAIN = tuple(field.name for field in fields(Standing) if field.name != "best")


class _Keys(msgspec.Struct):
    rate: float | None = None
    rate_base: float = 0.0
    value: float | None = None
    waited: int = 0
    evaluated: int = -1
    is_looped: bool | None = None
    loss_scale: float | None = None
    good_steps: int = 0
    values: dict[str, tuple[float, float]] = {}


class _BestKeys(msgspec.Struct):
    step: int
    value: float
    variables: dict[str, Any]


# looked up now: msgspec does so at a type's first use, and may crash where two threads do so at once
_LOOKED_UP = tuple(msgspec.msgpack.Decoder(kind) for kind in (_Keys, list[_BestKeys]))


def standing_keys(standing: Standing) -> Tree:
    """Return the key of a standing with what differs from a run that has just begun, or nothing."""
    usual = Standing()
    keys: Tree = {name: value for name in _PLAIN if (value := getattr(standing, name)) != getattr(usual, name)}
    if standing.best:
        keys["best"] = [{"step": one.step, "value": one.value, "variables": one.variables} for one in standing.best]
    return {"standing": keys} if keys else {}


def standing_of(table: Mapping[str, Any] | None) -> Standing:
    """Return the standing that a map holds; ValueError or msgspec's own error where it holds none."""
    keys = msgspec.convert({key: value for key, value in (table or {}).items() if key != "best"}, _Keys)
    best = msgspec.convert((table or {}).get("best", []), list[_BestKeys])
    for one in best:
        arrays.check_tree(one.variables)
    kept = tuple(Best(one.step, one.value, one.variables) for one in best)
    return Standing(best=kept, **{name: getattr(keys, name) for name in _PLAIN})
