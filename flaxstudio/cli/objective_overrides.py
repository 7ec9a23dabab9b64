"""What `--set objective…` changes: an Output's loss beside its name."""

from dataclasses import replace

from flaxstudio.cli.values import NONE, attribute_value, number
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LOSSES, LossTerm, Objective, loss_spec
from flaxstudio.project.project import Project


def objective_written(project: Project, name: str, text: str) -> TrainConfig:
    """Return the config with what `objective.PART=TEXT`, or `objective.OUTPUT.PART=TEXT`, says."""
    outputs = [node.name for node in call_outputs(project.graph)]
    first, dot, rest = name.partition(".")
    output, part = (first, rest) if dot else ("", first)
    if output and output not in outputs:
        raise ProblemError(f"The graph has no Output “{output}”.", f"It has {', '.join(outputs) or 'none'}.")
    config = project.training
    before = config.objectives.get(output, Objective())
    after = _with_part(before, config.loss_of(output), part, text)
    others = {key: kept for key, kept in config.objectives.items() if key != output}
    return replace(config, objectives=others | ({output: after} if after != Objective() else {}))


def _with_part(objective: Objective, loss: str, part: str, text: str) -> Objective:
    key, is_off = f"objective.{part}", text.lower() in NONE
    match part:
        case "weight":
            return replace(objective, weight=number(key, text))
        case "smoothing":
            return replace(objective, smoothing=0.0 if is_off else number(key, text))
        case "class_weights":
            weights = () if is_off else tuple(number(key, item) for item in text.split(","))
            return replace(objective, class_weights=weights)
        case "ignored":
            is_class = next((spec.target_kind == "classes" for spec in LOSSES if spec.name == loss), False)
            label = text if is_class else None
            return replace(objective, ignored=None if is_off else label or number(key, text))
        case "terms":
            terms = () if is_off else tuple(_term(key, item.strip()) for item in text.split("+"))
            return replace(objective, terms=terms)
    known = {spec.name: spec for found in LOSSES if found.name == loss for spec in found.arguments}
    if part not in known:
        has = ", ".join(["weight", "smoothing", "class_weights", "ignored", "terms", *known])
        raise ProblemError(f"The loss {loss} has no “{part}”.", f"It has {has}.")
    value = attribute_value(key, loss_spec(loss).argument(part), text)
    return replace(objective, arguments={**objective.arguments, part: value})


def _term(key: str, text: str) -> LossTerm:
    """Return a term that is written as `0.5*huber` or `huber`."""
    factor, star, name = text.rpartition("*")
    return LossTerm(name.strip(), number(key, factor) if star else 1.0)
