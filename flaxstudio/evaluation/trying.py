"""Applies a model to a few samples and shows what every node gave out, and what became of its collections."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from flaxstudio.codegen.module import build_module, node_of_error, require_sound
from flaxstudio.codegen.source import Source, generate
from flaxstudio.data.dataset import Dataset
from flaxstudio.evaluation.trial import Change, Outcome, Seen, Trial
from flaxstudio.evaluation.trial_inputs import TrialInputs, build_inputs
from flaxstudio.graph.graph import Port
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.graph.taps import tapped_graph
from flaxstudio.project.misfit import misfit
from flaxstudio.project.project import Project
from flaxstudio.project.results import Trained, Tree
from flaxstudio.project.statistics import measure
from flaxstudio.project.variables import ModelOrder, Path, array_at, in_model_order, leaves, node_of
from flaxstudio.training.device import Setting, find_device

Compiled = dict[Any, Callable[..., Any]]
"""Functions that were compiled for trials, by what they were compiled from."""

_KEPT = 8
_SEEN_INSIDE = "intermediates"
_CALL = "__call__"
_AFTER_ITS_PARTS = (sys.maxsize, ())


def _no_data() -> Dataset:
    raise ProblemError("There is no data.", "Choose a sample set or open a file in the Data panel.")


def try_model(
    project: Project,
    trained: Trained | None,
    catalogue: Catalogue,
    trial: Trial,
    dataset: Callable[[], Dataset] = _no_data,
    device: str = "auto",
    compiled: Compiled | None = None,
) -> Outcome:
    """Return what each node gives for the chosen input; ProblemError, naming the node, where it cannot be computed.

    A caller that tries again and again keeps `compiled`, an empty dict at first: the same model is not compiled twice.
    """
    require_sound(project.graph, catalogue)
    taps, tapped = tapped_graph(project.graph, catalogue)
    source = generate(tapped, project.name, catalogue)
    variables = trained.variables if trained else {}
    preparation = trained.preparation if trained and trial.is_scaled else None
    with Setting(find_device(device), project.training.classic_random).entered():
        inputs = build_inputs(tapped, catalogue, trial.choices, dataset, preparation)
        started = time.perf_counter()
        outputs, updated = _apply(source, variables, inputs, trial, {} if compiled is None else compiled)
        seconds = time.perf_counter() - started
    inside = updated.pop(_SEEN_INSIDE, {})
    updated = updated if trial.is_training else {}
    seen = _in_order(taps, outputs, inside, project, catalogue)
    return Outcome(tuple(seen), inputs.targets, _changes(variables, updated, project), updated, seconds)


def adopt(trained: Trained, updated: Tree) -> Trained:
    """Return the variables with their collections as the trial left them."""
    return replace(trained, variables={**trained.variables, **updated})


def _apply(
    source: Source, variables: Tree, inputs: TrialInputs, trial: Trial, compiled: Compiled
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    root = jax.random.PRNGKey(trial.seed)
    names = dict.fromkeys(("dropout", *source.rngs))
    rngs = {name: root if name == "dropout" else jax.random.fold_in(root, i) for i, name in enumerate(names)}
    mutable = tuple(name for name in variables if name != "params")  # a layer may change its state at every call
    try:
        key = (source.text, trial.is_training, mutable)
        if key not in compiled:
            if len(compiled) >= _KEPT:
                compiled.clear()
            compiled[key] = _compiled(source, trial.is_training, mutable)
        outputs, updated = compiled[key](variables, rngs, *inputs.arrays.values())
    except ProblemError:
        raise
    except Exception as error:  # whatever Flax or JAX raises about the user's model is one sentence
        raise _explained(source, variables, inputs, error) from error
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return jax.tree.map(np.asarray, outputs), dict(jax.tree.map(np.asarray, dict(updated)))


def _compiled(source: Source, is_training: bool, mutable: tuple[str, ...]) -> Callable[..., Any]:
    """Return the function (variables, rngs, *inputs) -> (outputs, collections), compiled at its first call."""
    module = build_module(source)
    arguments: dict[str, Any] = {"train": is_training} if source.uses_train else {}

    def apply(variables: Tree, rngs: Any, *samples: jax.Array) -> Any:
        wanted = [*mutable, _SEEN_INSIDE]
        return module.apply(variables, *samples, **arguments, rngs=rngs, mutable=wanted, capture_intermediates=True)

    return jax.jit(apply)


def _explained(source: Source, variables: Tree, inputs: TrialInputs, error: Exception) -> ProblemError:
    node = node_of_error(source, error)
    if type(error).__name__ in ("ScopeParamNotFoundError", "ScopeCollectionNotFound", "ScopeParamShapeError"):
        what = f"The variables do not fit the graph any more. {_misfit(source, variables, inputs)}".rstrip()
        return ProblemError(
            what if variables else "There are no variables yet.", "Initialise them in the Variables panel.", node
        )
    text = str(error).strip().split("\n")[0].split(" (https://")[0].rstrip(".")[:300]
    return ProblemError(f"{node or 'The model'} cannot be computed: {text or type(error).__name__}.", "", node)


def _misfit(source: Source, variables: Tree, inputs: TrialInputs) -> str:
    own = jax.eval_shape(build_module(source).init, jax.random.PRNGKey(0), *inputs.arrays.values())
    wanted, given = ({path: np.shape(leaf) for path, leaf in leaves(tree)} for tree in (own, variables))
    found = misfit(wanted, given)
    return found.sentence if found else ""


def _in_order(
    taps: tuple[Port, ...], outputs: tuple[Any, ...], inside: Mapping[str, Any], project: Project, catalogue: Catalogue
) -> Iterator[Seen]:
    """Yield what was seen inside a node, then what it gave out itself."""
    nodes = project.graph.by_name()
    parts: dict[str, list[tuple[Path, Any]]] = {}
    for path, values in leaves(inside):
        node = node_of((_SEEN_INSIDE, *path), nodes)
        if path != (node, _CALL):
            parts.setdefault(node, []).append((path, values))
    place = ModelOrder(project.graph, project.library)
    for port, output in zip(taps, outputs, strict=True):
        inner = parts.pop(port.node, [])
        for path, values in sorted(inner, key=lambda part: (*place.of(part[0][:-1]), _AFTER_ITS_PARTS)):
            yield from _seen("/".join(path[:-1] if path[-1] == _CALL else path), port.node, values)
        several = len(catalogue[nodes[port.node].layer].outputs) > 1
        yield from _seen(f"{port.node}.{port.port}" if several else port.node, port.node, output)


def _seen(place: str, node: str, value: Any) -> Iterator[Seen]:
    """Yield the arrays of an output, which is one array or a tuple of them."""
    arrays = [np.asarray(array) for array in jax.tree.leaves(value)]
    for number, array in enumerate(arrays):
        yield Seen(place if len(arrays) == 1 else f"{place}[{number}]", node, array, measure(array))


def _changes(variables: Tree, updated: Tree, project: Project) -> tuple[Change, ...]:
    known = dict(leaves(variables))
    paths = in_model_order([path for path, _ in leaves(updated)], project.graph, project.library)
    empty = np.zeros(0, np.float32)
    return tuple(Change(path, np.asarray(known.get(path, empty)), array_at(updated, path)) for path in paths)
