"""What `--set KEY=VALUE` and its short forms change in a project before a run, by the same checks as in the window."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import get_args

from flaxstudio.cli.compute_settings import COMPUTE_KEYS, SEED_KEYS, with_compute, with_seeds
from flaxstudio.cli.objective_overrides import objective_written
from flaxstudio.cli.optimizer_overrides import argument_written, optimizer_written, rate_written
from flaxstudio.cli.values import NONE, attribute_value, number, one_of, size, whole
from flaxstudio.cli.watch_settings import WATCH_KEYS, with_watch
from flaxstudio.graph.entries import call_outputs
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec, Initialization, OptimizerSpec, Scaling, TrainConfig
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.metrics import AVERAGINGS
from flaxstudio.project.project import Project


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
    run = [
        field.name for field in fields(TrainConfig) if field.name not in ("losses", "objectives", "watch", "compute", "seeds")
    ]
    return [
        *run,
        *WATCH_KEYS,
        *COMPUTE_KEYS,
        *SEED_KEYS,
        "loss.OUTPUT",
        "objective.PART",
        "objective.OUTPUT.PART",
        "learning_rate",
        "optimizer.ARGUMENT",
        "data.scaling",
        "data.validation",
        "data.test",
        "data.seed",
        "data.memory",
    ]


def _set(project: Project, key: str, text: str, catalogue: Catalogue) -> Project:
    if key in (*WATCH_KEYS, *SEED_KEYS):
        return _with_training(project, key, text)
    group, dot, name = key.partition(".")
    if group == "data" and dot:
        return replace(project, dataset=_with_data(project.dataset, name, text))
    if group == "optimizer" and dot:
        return _with_optimizer(project, argument_written(project.training.optimizer, name, text))
    if group == "objective" and dot:
        return replace(project, training=objective_written(project, name, text))
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
            config = replace(config, optimizer=optimizer_written(config.optimizer, text))
        case "learning_rate":
            config = replace(config, optimizer=rate_written(config.optimizer, text))
        case "metrics":
            config = replace(config, metrics=() if text.lower() in NONE else tuple(part.strip() for part in text.split(",")))
        case "averaging":
            config = replace(config, averaging=one_of(key, text, AVERAGINGS))
        case "batch_size":
            config = replace(config, batch_size=None if text.lower() in NONE else whole(key, text))
        case "steps":
            config = replace(config, steps=whole(key, text))
        case "seed":
            config = replace(config, seed=whole(key, text))
        case "classic_random":
            config = replace(config, classic_random=one_of(key, text.lower(), ("true", "false")) == "true")
        case "initialization":
            config = replace(config, initialization=one_of(key, text, get_args(Initialization)))
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


def _with_attribute(project: Project, node: str, name: str, text: str, catalogue: Catalogue) -> Project:
    if not project.graph.has_node(node):
        raise ProblemError(f"The graph has no node “{node}”.", f"It has {', '.join(project.graph.names()) or 'none'}.")
    spec = catalogue.get(project.graph.node(node).layer)
    known = {attribute.name: attribute for attribute in ((*spec.attributes, *spec.wrapping) if spec else ())}
    if name not in known:
        raise ProblemError(f"{node} has no attribute “{name}”.", f"It has {', '.join(known) or 'none'}.", node)
    value = attribute_value(f"{node}.{name}", known[name], text)
    return set_attribute(node, name, value, catalogue).apply(project)


def _with_data(dataset: DatasetSpec | None, name: str, text: str) -> DatasetSpec:
    if dataset is None:
        raise ProblemError("The project has no data.", "Choose its data in the window first.")
    key = f"data.{name}"
    match name:
        case "validation":
            return replace(dataset, validation=number(key, text))
        case "test":
            return replace(dataset, test=number(key, text))
        case "seed":
            return replace(dataset, seed=whole(key, text))
        case "scaling":
            return replace(dataset, scaling=one_of(key, text, get_args(Scaling)))
        case "memory":
            return replace(dataset, memory=None if text.lower() in ("", "none", "auto") else size(key, text))
        case _:
            raise ProblemError(f"There is no setting “{key}”.", "Use scaling, validation, test, seed or memory.")
