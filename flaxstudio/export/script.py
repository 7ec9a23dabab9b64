"""Writes a whole training script: the shown Module, its data and its run, with nothing of Flax Studio in it.

Its splits, batches and keys are those of the project's own run, and so, up to rounding, are its losses.
"""

import ast
import csv
from pathlib import Path
from typing import Any

import numpy as np

from flaxstudio.codegen.code_text import split_imports
from flaxstudio.codegen.formatting import formatted_file
from flaxstudio.codegen.optimizer_text import optimizer_text
from flaxstudio.codegen.source import import_lines
from flaxstudio.data.sources import PREFIX, open_table
from flaxstudio.data.table import Table
from flaxstudio.export.script_changes import changes_text
from flaxstudio.export.script_precision import has_seeds
from flaxstudio.export.script_run import ScriptRun, functions, settings
from flaxstudio.export.script_text import DATA, LONE_LAYER, MAKE_LINEAR, READ_CSV, READ_NPZ
from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.resource_files import resource
from flaxstudio.training.task import prepare_task

_HEAD = "Written by Flax Studio; needs jax, flax, optax and numpy."
_NAMES = "from jax.ad_checkpoint import checkpoint_name"
_MADE = f"{PREFIX}linear"
_LIBRARIES = (
    "import flax.linen as nn",
    "import jax",
    "import jax.numpy as jnp",
    "import numpy as np",
    "import optax",
    "from flax import serialization",
    "from flax.training import train_state",
)


def training_script(project: Project, catalogue: Catalogue, beside: Path, results: Results = Results()) -> str:
    """Return the script's text; ProblemError if the project cannot be trained, or needs what scripts cannot do yet.

    With `results` a comment tells what was changed by hand in the project's own run.
    """
    task = prepare_task(project, catalogue, beside)  # tells whatever keeps the project from being trained
    dataset, config = project.dataset, project.training
    if dataset is None:
        raise ProblemError("There is no data.", "Choose the project's data first.")
    reader, path = _reader(dataset, config, beside)
    graph = active(project.graph, catalogue)
    lone = _lone_layer(graph, config, catalogue)
    library = project.library.used_by(graph)
    optimizer = optimizer_text(config.optimizer, config.steps)
    run = ScriptRun(task, dataset, config, path, bool(lone), bool(library.codes or library.imports), optimizer)
    imports, classes = split_imports(task.model.source.text)
    whole = {
        *_LIBRARIES,
        *imports,
        *optimizer.imports,
        *([_NAMES] if config.compute.remat else []),
        *(["import csv"] if reader is READ_CSV else []),
    }
    parts = [
        "\n".join([f'"""Trains {project.name}. {_HEAD}"""', "", *import_lines(whole)]) + "\n",
        changes_text(project, results) + settings(run),
        "\n".join(classes) + "\n",
        reader,
        DATA.replace("[SEED, epoch]", "[DATA_SEED, epoch]") if has_seeds(config) else DATA,
        *([LONE_LAYER.format(node=lone)] if lone else []),
        optimizer.body,
        *functions(run),
    ]
    text = formatted_file("\n\n".join(parts))
    _require_own_names(text)
    return text


def _require_own_names(text: str) -> None:
    """Raise ProblemError where a layer's own code defines a name that the script needs for itself."""
    seen: set[str] = set()
    for statement in ast.parse(text).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else ()
        names = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names = {statement.name}
        if both := sorted(seen & names):
            what = f"The script needs the name {both[0]} for itself, and one of the layers defines it too."
            raise ProblemError(what, "Give it another name in the layer's code.")
        seen |= names


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
