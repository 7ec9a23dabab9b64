"""What `--set KEY=VALUE` and its short forms change in a project before a run, by the same checks as in the window."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TypeVar, get_args

from flaxstudio.cli.compute_settings import COMPUTE_KEYS, SEED_KEYS, with_compute, with_seeds
from flaxstudio.cli.watch_settings import WATCH_KEYS, with_watch
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.graph import Value
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import AttributeSpec, Catalogue
from flaxstudio.project.config import DatasetSpec, Initialization, OptimizerSpec, Scaling, TrainConfig
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.options import OPTIMIZERS
from flaxstudio.project.project import Project

_NONE = ("", "none", "all")
_Choice = TypeVar("_Choice", bound=str)


def apply_settings(project: Project, settings: Iterable[str], catalogue: Catalogue) -> Project:
    """Return the project with every "KEY=VALUE" set, in order; ProblemError at the first that cannot be."""
    for setting in settings:
        key, equals, text = (part.strip() for part in setting.partition("="))
        if not equals or not key:
            raise ProblemError(f"“{setting}” is not KEY=VALUE.", "Write for example --set learning_rate=0.01.")
        project = _set(project, key, text, catalogue)
    return project


def keys() -> list[str]:
    """Return every key but NODE.ATTRIBUTE."""
    run = [field.name for field in fields(TrainConfig) if field.name not in ("losses", "watch", "compute", "seeds")]
    return [
        *run,
        *WATCH_KEYS,
        *COMPUTE_KEYS,
        *SEED_KEYS,
        "loss.OUTPUT",
        "learning_rate",
        "optimizer.ARGUMENT",
        "data.scaling",
        "data.validation",
        "data.test",
        "data.seed",
    ]


def _set(project: Project, key: str, text: str, catalogue: Catalogue) -> Project:
    if key in (*WATCH_KEYS, *SEED_KEYS):
        return _with_training(project, key, text)
    group, dot, name = key.partition(".")
    if group == "data" and dot:
        return replace(project, dataset=_with_data(project.dataset, name, text))
    if group == "optimizer" and dot:
        return _with_optimizer(project, _with_argument(project.training.optimizer, name, text))
    if group == "loss" and dot:
        return replace(project, training=_with_loss(project, name, text))
    if dot:
        return _with_attribute(project, group, name, text, catalogue)
    return _with_training(project, key, text)


def _with_training(project: Project, key: str, text: str) -> Project:
    config = project.training
    match key:
        case "loss":
            config = replace(config, loss=text)
        case "optimizer":
            config = replace(config, optimizer=OptimizerSpec(text, config.optimizer.learning_rate))
        case "learning_rate":
            config = replace(config, optimizer=replace(config.optimizer, learning_rate=_number(key, text)))
        case "batch_size":
            config = replace(config, batch_size=None if text.lower() in _NONE else _whole(key, text))
        case "steps":
            config = replace(config, steps=_whole(key, text))
        case "seed":
            config = replace(config, seed=_whole(key, text))
        case "classic_random":
            config = replace(config, classic_random=_one_of(key, text.lower(), ("true", "false")) == "true")
        case "initialization":
            config = replace(config, initialization=_one_of(key, text, get_args(Initialization)))
        case _ if key in WATCH_KEYS:
            config = replace(config, watch=with_watch(config.watch, key, text))
        case _ if key in COMPUTE_KEYS:
            config = replace(config, compute=with_compute(config.compute, key, text))
        case _ if key in SEED_KEYS:
            config = replace(config, seeds=with_seeds(config.seeds, key, text))
        case _:
            raise ProblemError(f"There is no setting “{key}”.", f"Use one of {', '.join(keys())} or NODE.ATTRIBUTE.")
    return replace(project, training=config)


def _with_loss(project: Project, output: str, text: str) -> TrainConfig:
    """Return the config with an Output's own loss; "" gives it the common one again."""
    outputs = [node.name for node in call_outputs(project.graph)]
    if output not in outputs:
        raise ProblemError(f"The graph has no Output “{output}”.", f"It has {', '.join(outputs) or 'none'}.")
    others = {name: loss for name, loss in project.training.losses.items() if name != output}
    return replace(project.training, losses=others | ({output: text} if text else {}))


def _with_optimizer(project: Project, spec: OptimizerSpec) -> Project:
    return replace(project, training=replace(project.training, optimizer=spec))


def _with_argument(spec: OptimizerSpec, name: str, text: str) -> OptimizerSpec:
    known = {a.name: a for option in OPTIMIZERS if option.name == spec.name for a in option.arguments}
    if name not in known:
        has = f"It has {', '.join(known)}." if known else "It has none."
        raise ProblemError(f"The optimizer {spec.name} has no argument “{name}”.", has)
    value = _attribute_value(f"optimizer.{name}", known[name], text)
    return replace(spec, arguments={**spec.arguments, name: value})


def _with_attribute(project: Project, node: str, name: str, text: str, catalogue: Catalogue) -> Project:
    if not project.graph.has_node(node):
        raise ProblemError(f"The graph has no node “{node}”.", f"It has {', '.join(project.graph.names()) or 'none'}.")
    spec = catalogue.get(project.graph.node(node).layer)
    known = {attribute.name: attribute for attribute in ((*spec.attributes, *spec.wrapping) if spec else ())}
    if name not in known:
        raise ProblemError(f"{node} has no attribute “{name}”.", f"It has {', '.join(known) or 'none'}.", node)
    value = _attribute_value(f"{node}.{name}", known[name], text)
    return set_attribute(node, name, value, catalogue).apply(project)


def _with_data(dataset: DatasetSpec | None, name: str, text: str) -> DatasetSpec:
    if dataset is None:
        raise ProblemError("The project has no data.", "Choose its data in the window first.")
    key = f"data.{name}"
    match name:
        case "validation":
            return replace(dataset, validation=_number(key, text))
        case "test":
            return replace(dataset, test=_number(key, text))
        case "seed":
            return replace(dataset, seed=_whole(key, text))
        case "scaling":
            return replace(dataset, scaling=_one_of(key, text, get_args(Scaling)))
        case _:
            raise ProblemError(f"There is no setting “{key}”.", "Use scaling, validation, test or seed.")


def _attribute_value(key: str, spec: AttributeSpec, text: str) -> Value:
    """Return a text as the value of an attribute; ProblemError with the attribute's own words if it is not one."""
    value = _parsed(spec, text)
    if fault := spec.fault(value):
        raise ProblemError(f"{key} {fault}, and “{text}” is not.", "")
    return value


def _parsed(spec: AttributeSpec, text: str) -> Value:
    if spec.is_optional and text.lower() in _NONE:
        return None
    try:
        match spec.type:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return {"true": True, "false": False}.get(text.lower(), text)
            case "ints":
                return tuple(int(part) for part in text.strip("()[] ").replace("x", ",").split(",") if part.strip())
            case "padding":
                return text if text in spec.choices else tuple(int(part) for part in text.strip("()[] ").split(","))
            case _:
                return text
    except ValueError:
        return text


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ProblemError(f"{key} must be a number, and “{text}” is not.") from None


def _whole(key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ProblemError(f"{key} must be a whole number, and “{text}” is not.") from None


def _one_of(key: str, text: str, choices: tuple[_Choice, ...]) -> _Choice:
    if text not in choices:
        raise ProblemError(f"{key} must be one of {', '.join(choices)}, and “{text}” is not.")
    return choices[choices.index(text)]
