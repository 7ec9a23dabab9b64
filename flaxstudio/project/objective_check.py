"""What is wrong with an Output's objective in itself."""

import math
from collections.abc import Iterator, Mapping

from flaxstudio.graph.graph import Value
from flaxstudio.project.losses import LOSSES, LossSpec, Objective, loss_spec

_NAMES = tuple(spec.name for spec in LOSSES)
_PANEL = "Change it in the training panel."


def objective_faults(loss: str, objective: Objective) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, each with a remedy; `loss` is the name of the main loss, which is known."""
    spec = loss_spec(loss)
    yield from _argument_faults(spec, objective.arguments)
    if not (math.isfinite(objective.weight) and objective.weight >= 0):
        yield "The weight of a loss must be a number of at least 0.", _PANEL
    if not 0 <= objective.smoothing < 1:
        yield "Labels can be smoothed by 0 to 1, without 1.", "Try 0.1."
    elif objective.smoothing and not spec.can_smooth:
        yield f"The loss {spec.title} cannot smooth labels.", "Choose Cross-entropy, or smooth by 0."
    if objective.class_weights and spec.target_kind != "classes":
        yield f"The loss {spec.title} has no classes that could be weighted.", "Leave the weights empty."
    if any(not (math.isfinite(weight) and weight >= 0) for weight in objective.class_weights):
        yield "The weights of classes must be numbers of at least 0.", _PANEL
    if objective.class_weights and not any(objective.class_weights):
        yield "Every class has the weight 0, so nothing can be learnt.", "Give one of them a weight."
    if spec.target_kind == "numbers" and not _is_number(objective.ignored):
        yield f"The target to be left out, “{objective.ignored}”, is not a number.", _PANEL
    for term in objective.terms:
        if term.name not in _NAMES:
            yield f"The loss “{term.name}” is unknown.", f"Choose one of {', '.join(_NAMES)}."
            continue
        if loss_spec(term.name).target_kind != spec.target_kind:
            yield f"The loss {loss_spec(term.name).title} cannot be added to {spec.title}.", "Add one of the same kind."
        if not math.isfinite(term.weight):
            yield "The weight of a loss must be a number.", _PANEL
        yield from _argument_faults(loss_spec(term.name), term.arguments)


def _is_number(ignored: float | str | None) -> bool:
    return ignored is None or (not isinstance(ignored, str) and math.isfinite(ignored))


def _argument_faults(spec: LossSpec, arguments: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    known = {argument.name: argument for argument in spec.arguments}
    for name, value in arguments.items():
        if name not in known:
            yield f"The loss {spec.title} has no argument “{name}”.", f"It has {', '.join(known) or 'none'}."
        elif fault := known[name].fault(value):
            yield f"The {name} of the loss {spec.title} {fault}.", _PANEL
