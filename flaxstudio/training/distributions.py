"""How the values of each layer lie - params, gradients, outputs - and which units are dead, found on the device."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.applying import arguments_of
from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.graph.spec import Catalogue
from flaxstudio.graph.taps import tapped_graph, units_shut
from flaxstudio.project.project import Project
from flaxstudio.training.events import Distribution, LayerSeen
from flaxstudio.training.precision import Apply, applied
from flaxstudio.training.steps import TrainState, step_keys

BINS = 64
_MOST_VALUES = 2**14
"""Of an array: more tell no more about how they lie."""
_TINY = float(np.finfo(np.float32).tiny)

Key = tuple[str, str]
"""A node and what of it: params, gradients or outputs."""


@dataclass(frozen=True, slots=True)
class Taps:
    """The model with what its nodes give as its outputs; `places` are those that are looked at, by number of output.

    `units` names, of activations that shut units off, the node whose units these are. `order` has the nodes of the model.
    """

    apply: Apply
    places: Mapping[str, int]
    units: Mapping[str, str]
    order: tuple[str, ...]
    uses_train: bool
    rngs: tuple[str, ...]

    def outputs(self, state: TrainState, params: Any, features: Any) -> dict[str, jax.Array]:
        """Return what the nodes give in the state's next step."""
        given, _ = self.apply(
            {"params": params, **state.collections},
            *arguments_of(features),
            **({"train": True} if self.uses_train else {}),
            rngs=step_keys(state, self.rngs),
            mutable=list(state.collections),
        )
        every = given if isinstance(given, tuple) else (given,)
        return {node: every[number] for node, number in self.places.items() if isinstance(every[number], jax.Array)}


def taps_of(project: Project, catalogue: Catalogue) -> Taps:
    """Return what is looked at in a model: the first output of each module, activation and own layer."""
    ports, graph = tapped_graph(project.graph, catalogue)
    source = generate(graph, project.name, catalogue)
    nodes, places = graph.by_name(), {}
    for number, port in enumerate(ports):
        spec = catalogue[nodes[port.node].layer]
        if (spec.is_module or spec.family == "activation") and port.node not in places:
            places[port.node] = number
    order = tuple(dict.fromkeys(port.node for port in ports))
    apply = applied(build_module(source), project.training.compute)
    return Taps(apply, places, units_shut(graph, catalogue), order, source.uses_train, source.rngs)


def looked_at(state: TrainState, gradients: Any, features: Any, taps: Taps) -> dict[str, Any]:
    """Return, traced, the counts and ranges of each layer's values, and the shares of dead units."""
    outputs = taps.outputs(state, state.params, features)
    trees = {"params": state.params, "gradients": gradients}
    values = {(node, kind): tree[node] for kind, tree in trees.items() for node in tree}
    values |= {(node, "outputs"): output for node, output in outputs.items()}
    some = {key: found for key, tree in values.items() if (found := _some(tree)) is not None}
    dead = {taps.units[node]: _dead(outputs[node]) for node in taps.units if node in outputs}
    return {"counted": _counted(some), "dead": dead}


def layers_seen(found: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, LayerSeen]:
    """Return what `looked_at` gave, on the host, by layer in the model's order."""
    parts: dict[str, dict[str, Any]] = {}
    for (node, kind), (low, high, counts) in found["counted"].items():
        parts.setdefault(node, {})[kind] = Distribution(float(low), float(high), np.asarray(counts))
    for node, (share, units) in found["dead"].items():
        parts.setdefault(node, {}).update(dead=float(share), units=int(units))
    places = {node: number for number, node in enumerate(order)}
    names = sorted(parts, key=lambda node: places.get(node, len(places)))
    return {node: LayerSeen(**parts[node]) for node in names}


def _some(tree: Any) -> jax.Array | None:
    """Return values of a tree's arrays as float32, of many some: every so many, so that all channels are among them."""
    arrays = [leaf for leaf in jax.tree.leaves(tree) if leaf.size and jnp.issubdtype(leaf.dtype, jnp.inexact)]
    if not arrays:
        return None
    size = sum(leaf.size for leaf in arrays)
    parts = []
    for leaf in arrays:
        real = jnp.abs(leaf) if jnp.issubdtype(leaf.dtype, jnp.complexfloating) else leaf
        every = _stride(-(-size // _MOST_VALUES), leaf.shape[-1] if leaf.ndim else 1)
        parts.append(real.reshape(-1)[::every].astype(jnp.float32))
    return jnp.concatenate(parts)


def _stride(least: int, channels: int) -> int:
    """Return the first prime from there on that does not divide the channels; 1 for all."""
    if least <= 1:
        return 1
    while any(least % factor == 0 for factor in range(2, int(least**0.5) + 1)) or channels % least == 0:
        least += 1
    return least


def _counted(some: Mapping[Key, jax.Array]) -> dict[Key, tuple[jax.Array, jax.Array, jax.Array]]:
    """Return low, high and counts of each: all as rows of one array, so that they are one program and not hundreds."""
    if not some:
        return {}
    width = max(values.size for values in some.values())
    rows = [jnp.pad(values, (0, width - values.size), constant_values=jnp.nan) for values in some.values()]
    lows, highs, counts = jax.vmap(_histogram)(jnp.stack(rows))
    return {key: (lows[row], highs[row], counts[row]) for row, key in enumerate(some)}


def _histogram(values: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return the range of the finite values and how many lie in each bin."""
    is_finite = jnp.isfinite(values)
    low = jnp.min(jnp.where(is_finite, values, jnp.inf))
    high = jnp.max(jnp.where(is_finite, values, -jnp.inf))
    low, high = jnp.where(low <= high, low, 0.0), jnp.where(low <= high, high, 0.0)
    place = (values / 2 - low / 2) / jnp.maximum(high / 2 - low / 2, _TINY) * BINS
    bins = jnp.where(is_finite, jnp.clip(place, 0, BINS - 1), BINS).astype(jnp.int32)
    return low, high, jnp.zeros(BINS, jnp.int32).at[bins].add(1, mode="drop")


def _dead(output: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the share of the units, along the last dimension, that are 0 for every sample and place, and their number."""
    share = jnp.mean(jnp.all(output == 0, axis=tuple(range(output.ndim - 1))).astype(jnp.float32))
    return share, jnp.int32(output.shape[-1] if output.ndim else 1)
