"""Warnings about what the model gives out: whether its last layers suit the loss, the targets and the batches."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from flaxstudio.graph.activity import active
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.library import Block
from flaxstudio.graph.neighbours import Neighbours
from flaxstudio.graph.problem import Fix, Problem
from flaxstudio.graph.repair import RemoveNode, ReplaceNode
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.options import LOSSES, LossSpec
from flaxstudio.project.project import Project

_KEEPING = frozenset(("Flatten", "Reshape", "Squeeze", "ExpandDims"))

_RANGES: Mapping[str, tuple[float, float]] = {
    "relu": (0, math.inf), "relu6": (0, 6), "softplus": (0, math.inf), "squareplus": (0, math.inf),
    "sparse_plus": (0, math.inf), "sigmoid": (0, 1), "hard_sigmoid": (0, 1), "sparse_sigmoid": (0, 1), "softmax": (0, 1),
    "tanh": (-1, 1), "hard_tanh": (-1, 1), "soft_sign": (-1, 1), "log_sigmoid": (-math.inf, 0),
    "log_softmax": (-math.inf, 0),
}  # fmt: skip
"""What activations can give at all."""

_BOUNDED_LOGITS = ("relu", "relu6", "tanh", "hard_tanh", "soft_sign", "sigmoid", "hard_sigmoid", "softplus")


def ends_advice(
    project: Project,
    graph: Graph,
    near: Neighbours,
    catalogue: Catalogue,
    ranges: Mapping[str, tuple[float, float]],
) -> Iterator[Problem]:
    """Yield the warnings about the Outputs of the call and the batches. `ranges` are those of columns of the data.

    Where a block gives what the model gives, its own last layers are meant.
    """
    outputs = call_outputs(graph)
    for output in outputs:
        last, inside, block = _last_layer(output.name, near, catalogue)
        if last is not None:
            found = _about_end(last, inside, output, project, len(outputs), ranges)
            yield from (replace(problem, block=block) for problem in found)
    yield from _about_batch(project.training, graph)


def _about_end(
    last: Node,
    near: Neighbours,
    output: Node,
    project: Project,
    outputs: int,
    ranges: Mapping[str, tuple[float, float]],
) -> Iterator[Problem]:
    yield from _about_dropout(last, near)
    loss = _loss(output.name, project)
    if loss is None:
        return
    yield from logits_advice(last, loss)
    if loss.target_kind == "numbers":
        yield from range_advice(last, _targets(project, output, outputs, ranges), loss)


def _last_layer(output: str, near: Neighbours, catalogue: Catalogue) -> tuple[Node | None, Neighbours, str]:
    """Return the layer whose values an Output gives out, with its neighbours and the block it lies in, as deep as that is."""
    block = ""
    while True:
        way = near.way_back(output, _KEEPING)
        last = way[-1] if way else None
        spec = catalogue.get(last.layer) if last is not None else None
        if last is None or spec is None or not isinstance(spec.definition, Block):
            return last, near, block
        follower = near.out_of[last.name][0]
        output = spec.definition.outputs().get(follower.source.port, "")
        block, near = spec.name, Neighbours(active(spec.definition.graph, catalogue))
        if output not in near.nodes:
            return None, near, block


def logits_advice(last: Node, loss: LossSpec) -> Iterator[Problem]:
    """Yield the warning where a model's last layer does what the loss does once more, or keeps values from it."""
    wanted = "softmax" if "softmax_cross_entropy" in loss.code else "sigmoid" if "sigmoid_binary" in loss.code else ""
    if not wanted:
        return
    removal = Fix(f"Delete {last.name}", (RemoveNode(last.name),))
    if last.layer == wanted:
        what = f"{last.name} stands before {loss.title}, which applies {wanted} itself: learning becomes slow."
        yield Problem(last.name, what, f"Delete {last.name}.", "warning", (removal,), rule="softmax_before_loss")
    elif last.layer in _BOUNDED_LOGITS or last.layer == "softmax":
        what = f"{last.name} limits the values that {loss.title} turns into probabilities."
        yield Problem(
            last.name,
            what,
            f"Delete {last.name}: the loss takes any number.",
            "warning",
            (removal,),
            rule="bounded_before_loss",
        )


def range_advice(last: Node, targets: tuple[float, float] | None, loss: LossSpec) -> Iterator[Problem]:
    """Yield the warning where a model's last layer cannot give the targets at all."""
    if targets is None or last.layer not in _RANGES or "sigmoid_binary" in loss.code:
        return
    (low, high), (least, most) = _RANGES[last.layer], targets
    room = 1e-6 + 0.02 * (most - least)  # a target at the very edge does no harm
    if least >= low - room and most <= high + room:
        return
    gives = f"from {low:g} on" if high == math.inf else f"up to {high:g}" if low == -math.inf else f"from {low:g} to {high:g}"
    what = f"{last.name} gives values {gives}, and the targets go from {least:g} to {most:g}."
    removal = Fix(f"Delete {last.name}", (RemoveNode(last.name),))
    yield Problem(last.name, what, f"Delete {last.name}, or scale the targets.", "warning", (removal,), rule="range")


def _about_dropout(last: Node, near: Neighbours) -> Iterator[Problem]:
    dropped: Node | None = last
    if last.layer in _RANGES:
        dropped = near.feeder(last.name)
    if dropped is not None and dropped.layer == "Dropout":
        what = f"{dropped.name} stands before the output, so parts of the answer are dropped in training."
        fix = Fix(f"Delete {dropped.name}", (RemoveNode(dropped.name),))
        yield Problem(
            dropped.name,
            what,
            "Delete it, or put it before the last layer with params.",
            "warning",
            (fix,),
            rule="dropout_before_output",
        )


def _about_batch(config: TrainConfig, graph: Graph) -> Iterator[Problem]:
    norm = next(graph.of_layer("BatchNorm"), None)
    if config.batch_size == 1 and norm is not None:
        what = f"{norm.name} takes mean and variance over the batch, and the batch size is 1."
        fix = Fix("Use LayerNorm", (ReplaceNode(norm.name, "LayerNorm"),))
        yield Problem(norm.name, what, "Raise the batch size, or use LayerNorm.", "warning", (fix,), rule="batch_of_one")


def _loss(output: str, project: Project) -> LossSpec | None:
    """Return an Output's loss, where anybody has chosen it: a project without data has only a default."""
    name = project.training.loss_of(output)
    is_chosen = project.dataset is not None or name != TrainConfig().loss
    return next((spec for spec in LOSSES if spec.name == name), None) if is_chosen else None


def _targets(
    project: Project, output: Node, outputs: int, ranges: Mapping[str, tuple[float, float]]
) -> tuple[float, float] | None:
    """Return the least and the largest value that an Output is held against, where that is plain."""
    names = project.dataset.targets if project.dataset is not None else ()
    if outputs > 1:
        names = (output.name,) if output.name in names else ()
    known = [ranges[name] for name in names if name in ranges]
    if not known or len(known) < len(names):
        return None
    return min(low for low, _ in known), max(high for _, high in known)
