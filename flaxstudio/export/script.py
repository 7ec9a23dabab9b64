"""Writes a whole training script: the shown Module, its data and its run, with nothing of Flax Studio in it.

Its splits, batches and keys are those of the project's own run, and so, up to rounding, are its losses.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from flaxstudio.codegen.source import generate
from flaxstudio.data.sources import PREFIX, open_table
from flaxstudio.data.table import Table
from flaxstudio.export.script_text import DATA, LONE_LAYER, MAKE_LINEAR, READ_CSV, READ_NPZ, RUN
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.options import loss_spec, optimizer_option
from flaxstudio.project.project import Project
from flaxstudio.resource_files import resource
from flaxstudio.training.task import prepare_task

_CLASSIC = 'jax.config.update("jax_threefry_partitionable", False)  # the random numbers of JAX before 0.5'
_MADE = f"{PREFIX}linear"
_LIBRARIES = """\
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import serialization
from flax.training import train_state
"""


def training_script(project: Project, catalogue: Catalogue, beside: Path) -> str:
    """Return the script's text; ProblemError if the project cannot be trained, or needs what scripts cannot do yet."""
    prepare_task(project, catalogue, beside)  # tells whatever keeps the project from being trained
    dataset = project.dataset
    if dataset is None:
        raise ProblemError("There is no data.", "Choose the project's data first.")
    reader, path = _reader(dataset, project.training, beside)
    lone = _lone_layer(project.graph, project.training, catalogue)
    parts = [
        _head(project.name, reader is READ_CSV),
        _settings(project, dataset, path, catalogue),
        _module(project, catalogue),
        reader,
        DATA,
        *([LONE_LAYER.format(node=lone)] if lone else []),
        _run(project, dataset, catalogue, bool(path), bool(lone)),
    ]
    return "\n\n".join(parts)


def _head(name: str, reads_csv: bool) -> str:
    first = f'"""Trains {name}. Written by Flax Studio; needs jax, flax, optax and numpy."""\n\n'
    return first + ("import csv\n\n" if reads_csv else "") + _LIBRARIES


def _settings(project: Project, dataset: DatasetSpec, path: str, catalogue: Catalogue) -> str:
    config = project.training
    sample = entry_shape(next(project.graph.of_layer("Input")), catalogue)
    lines = [
        'jax.config.update("jax_threefry_partitionable", False)  # the random numbers of JAX before 0.5'
    ] * config.classic_random
    lines += [f"DATA = {path!r}"] if path else []
    lines += [
        f"FEATURES = {list(dataset.features)!r}",
        f"TARGETS = {list(dataset.targets)!r}",
        f"SHAPE, DTYPE = {sample.sizes!r}, {sample.dtype!r}",
        f"VALIDATION, TEST, SPLIT_SEED = {dataset.validation!r}, {dataset.test!r}, {dataset.seed}",
        f"BATCH_SIZE, STEPS, SEED = {config.batch_size!r}, {config.steps}, {config.seed}",
    ]
    return "\n".join(lines) + "\n"


def _module(project: Project, catalogue: Catalogue) -> str:
    text = generate(project.graph, project.name, catalogue).text
    return text[text.index(f"class {project.name}") :]


def _reader(dataset: DatasetSpec, config: TrainConfig, beside: Path) -> tuple[str, str]:
    """Return the text that reads the data and the file's path; ProblemError if so short a text does not read it."""
    if dataset.source == _MADE:
        return MAKE_LINEAR, ""
    table = open_table(dataset.source, classic_random=config.classic_random, beside=beside)
    name = dataset.source.removeprefix(PREFIX)
    is_sample = dataset.source.startswith(PREFIX)
    candidates = [resource("samples", f"{name}.csv")] if is_sample else [Path(name), beside / name, beside / Path(name).name]
    path = next((path for path in candidates if path.is_file()), Path(name))
    reader = READ_NPZ if path.read_bytes()[:2] == b"PK" else READ_CSV
    if not _reads_alike(reader, path, table, (*dataset.features, *dataset.targets)):
        raise ProblemError(
            f"A script reads plain CSV files with a header, and NPZ files; {path.name} is something else.",
            "Save the data as NPZ, with one array a column.",
        )
    return reader, str(path)


def _reads_alike(reader: str, path: Path, table: Table, names: tuple[str, ...]) -> bool:
    """Run the very text that goes into the script on the file, and compare."""
    namespace: dict[str, Any] = {"np": np, "csv": csv}
    exec(reader, namespace)
    try:
        columns = namespace["read"](path)
        return not table.test_rows and all(np.array_equal(columns[name], table.column(name)) for name in names)
    except (ValueError, KeyError, UnicodeDecodeError, csv.Error):
        return False


def _lone_layer(graph: Graph, config: TrainConfig, catalogue: Catalogue) -> str:
    """Return the one layer that is to be initialised by itself, or ""; ProblemError if there are several."""
    if config.initialization == "module":
        return ""
    layers = [node.name for node in graph.nodes if catalogue[node.layer].is_module]
    if len(layers) > 1:
        raise ProblemError("A script cannot yet initialise several layers one by one.", "Train with initialization=module.")
    return layers[0] if layers else ""


def _run(project: Project, dataset: DatasetSpec, catalogue: Catalogue, has_file: bool, is_lone: bool) -> str:
    is_class = dataset.target_kind == "classes"
    uses_train = generate(project.graph, project.name, catalogue).uses_train
    samples = "jnp.zeros((1, *SHAPE), DTYPE)"
    accuracy = "accuracy {(outputs.argmax(axis=-1) == targets[rows]).mean()}"
    return RUN.format(
        name=project.name,
        loss=loss_spec(project.training.loss).code,
        train="train=True,\n            " if uses_train else "",
        read="read(DATA)" if has_file else "make_linear()",
        targets=_CLASSES if is_class else _NUMBERS,
        classes="targets" if is_class else "None",
        scaling=_scaling(dataset),
        init=f"init_lone_layer(model, init_key, {samples})" if is_lone else f"model.init(init_key, {samples})",
        tx=_optimizer(project.training.optimizer),
        metric=accuracy if is_class else "mae {abs(outputs - targets[rows]).mean()}",
    )


_CLASSES = "np.unique(columns[TARGETS[0]], return_inverse=True)[1].astype(np.int32)"
_NUMBERS = "side_by_side(columns, TARGETS).astype(np.float32)"


def _scaling(dataset: DatasetSpec) -> str:
    """Return the lines that scale the features by what the training split teaches."""
    axis = "" if len(dataset.features) == 1 else "axis=0"
    match dataset.scaling:
        case "none":
            return ""
        case "standard":
            lines = [f"offset, scale = features[train].mean({axis}), features[train].std({axis})"]
        case "range":
            lines = [f"offset, scale = features[train].min({axis}), np.ptp(features[train]{axis and f', {axis}'})"]
    lines += [
        f"is_constant = np.ptp(features[train]{axis and f', {axis}'}) == 0",
        "offset, scale = np.where(is_constant, features[train][0], offset), np.where(is_constant, 1, scale)",
        "features = (features - offset.astype(np.float32)) / scale.astype(np.float32)",
    ]
    return "".join(f"    {line}\n" for line in lines)


def _optimizer(spec: OptimizerSpec) -> str:
    required = {a.name: a.default for a in optimizer_option(spec.name).arguments if a.is_required}
    arguments = "".join(f", {name}={value!r}" for name, value in {**required, **spec.arguments}.items())
    return f"optax.{spec.name}({spec.learning_rate!r}{arguments})"
