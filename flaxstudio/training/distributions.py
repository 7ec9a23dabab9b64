"""How the values of each layer lie - params, gradients, outputs - and which units are dead, found on the device."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.applying import arguments_of
from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.graph.spec import Catalogue
from flaxstudio.graph.taps import Shut, tapped_graph, units_shut, units_shut_inside
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

    `units` names, of activations that shut units off, the node whose units these are; `inside` are those inside blocks.
    `order` has the nodes of the model.
    """

    apply: Apply
    places: Mapping[str, int]
    units: Mapping[str, str]
    order: tuple[str, ...]
    uses_train: bool
    rngs: tuple[str, ...]
    inside: tuple[Shut, ...] = ()

    def outputs(self, state: TrainState, params: Any, features: Any) -> tuple[dict[str, jax.Array], Mapping[str, Any]]:
        """Return what the nodes give in the state's next step, and the tree of what modules inside blocks give."""
        more = {"capture_intermediates": _is_inside} if self.inside else {}
        given, collections = self.apply(
            {"params": params, **state.collections},
            *arguments_of(features),
            **({"train": True} if self.uses_train else {}),
            rngs=step_keys(state, self.rngs),
            mutable=[*state.collections, *(["intermediates"] if self.inside else [])],
            **more,
        )
        every = given if isinstance(given, tuple) else (given,)
        outputs = {node: every[number] for node, number in self.places.items() if isinstance(every[number], jax.Array)}
        return outputs, collections.get("intermediates", {})


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
    inside = tuple(units_shut_inside(project.graph, project.library, catalogue))
    return Taps(apply, places, units_shut(graph, catalogue), order, source.uses_train, source.rngs, inside)


def looked_at(state: TrainState, gradients: Any, features: Any, taps: Taps) -> dict[str, Any]:
    """Return, traced, the counts and ranges of each layer's values, and the shares of dead units."""
    outputs, inner = taps.outputs(state, state.params, features)
    trees = {"params": state.params, "gradients": gradients}
    values = {(node, kind): tree[node] for kind, tree in trees.items() for node in tree}
    values |= {(node, "outputs"): output for node, output in outputs.items()}
    dead = {taps.units[node]: _dead([outputs[node] == 0]) for node in taps.units if node in outputs}
    for shut in taps.inside:
        for path, modules in _found(inner, shut.place):
            fed, layer = _calls(modules, shut.feeder), "/".join((*path, shut.units))
            if not fed:
                continue  # made in a loop, or no array
            dead[layer] = _dead([output <= shut.limit for output in fed])
            values[layer, "outputs"] = _calls(modules, shut.units)
            values |= {(layer, kind): _at(tree, (*path, shut.units)) for kind, tree in trees.items()}
    some = {key: found for key, tree in values.items() if (found := _some(tree)) is not None}
    return {"counted": _counted(some), "dead": dead}


def layers_seen(found: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, LayerSeen]:
    """Return what `looked_at` gave, on the host, by layer in the model's order."""
    parts: dict[str, dict[str, Any]] = {}
    for (node, kind), (low, high, counts) in found["counted"].items():
        parts.setdefault(node, {})[kind] = Distribution(float(low), float(high), np.asarray(counts))
    for node, (share, units) in found["dead"].items():
        parts.setdefault(node, {}).update(dead=float(share), units=int(units))
    places = {node: number for number, node in enumerate(order)}
    names = sorted(parts, key=lambda layer: (places.get(_owner(layer, places), len(places)), layer))
    return {node: LayerSeen(**parts[node]) for node in names}


def _owner(layer: str, nodes: Mapping[str, int]) -> str:
    """Return the model's node that a layer is, is a repeat of (`block_1_0`) or lies in (`block_1/conv_1`)."""
    name = layer.partition("/")[0]
    return name if name in nodes else re.sub(r"_\d+$", "", name)


def _is_inside(module: nn.Module, method: str) -> bool:
    return method == "__call__" and len(module.path) > 1


def _found(tree: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield the branches of a tree at a place of nodes, with their paths: a node that is repeated has several."""
    if not place:
        yield (), tree
        return
    for name, branch in tree.items():
        if re.fullmatch(re.escape(place[0]) + r"(_\d+)?", name) and isinstance(branch, Mapping):
            yield from (((name, *path), end) for path, end in _found(branch, place[1:]))


def _calls(modules: Mapping[str, Any], name: str) -> list[jax.Array]:
    """Return what a module gave in each of its calls; nothing where that is no array."""
    branch = modules.get(name)
    calls = branch.get("__call__", ()) if isinstance(branch, Mapping) else ()
    return [given for given in calls if isinstance(given, jax.Array)]


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        tree = tree.get(name, {}) if isinstance(tree, Mapping) else {}
    return tree


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


def _dead(is_shut: list[jax.Array]) -> tuple[jax.Array, jax.Array]:
    """Return the share of the units, along the last dimension, shut in every call, sample and place, and their number."""
    whole = [jnp.all(shut, axis=tuple(range(shut.ndim - 1))) for shut in is_shut]
    return jnp.mean(jnp.stack(whole).all(axis=0).astype(jnp.float32)), jnp.int32(whole[0].size)
