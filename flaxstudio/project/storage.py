"""Project files: one msgpack map, data only, validated before anything is built, written whole or not at all."""

import keyword
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgpack
import msgspec

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.layout import Flow
from flaxstudio.graph.library import Imported, Library
from flaxstudio.graph.naming import fault_of_class_name, fault_of_field, fault_of_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project import arrays
from flaxstudio.project.annotation_check import fault_of_annotations
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.migrations import VERSION, migrate
from flaxstudio.project.project import Position, Project
from flaxstudio.project.results import Change, Evaluation, Origin, Preparation, Results, RunRecord, Scale, Target, Trained, Tree
from flaxstudio.project.standing_keys import standing_keys, standing_of

FORMAT = "flaxstudio"
MAX_BYTES = 4 * 2**30
MAX_NODES = 20_000
_PROJECT_KEYS = (
    *("name", "graph", "library", "positions", "block_positions", "annotations", "block_annotations", "dataset", "flow"),
)
_START = 64  # bytes in which the format's name stands, as the first key's value


@dataclass(frozen=True, slots=True)
class _File:
    """The file's map, key by key, with arrays and trees not looked into."""

    name: str
    graph: Graph
    positions: dict[str, Position]
    dataset: DatasetSpec | None
    training: TrainConfig
    variables: dict[str, Any] | None
    optimizer_state: dict[str, Any] | None
    trained: dict[str, Any] | None
    runs: list[dict[str, Any]]
    library: Library
    block_positions: dict[str, dict[str, Position]]
    annotations: Annotations
    block_annotations: dict[str, Annotations]
    flow: Flow = "right"


@dataclass(frozen=True, slots=True)
class _TrainedKeys:
    step: int
    graph: Graph
    classes: tuple[str, ...]
    library: Library
    outputs: dict[str, Target] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _RunKeys:
    number: int
    started: str
    seed: int
    device: str
    params: int
    first_step: int
    evaluations: tuple[Evaluation, ...]
    reason: str
    seconds: float
    steps_per_epoch: float
    changes: tuple[Change, ...] = ()
    origin: Origin | None = None
    group: int | None = None
    varied: dict[str, float] = field(default_factory=dict)


# msgspec looks a type's fields up at its first use, and crashes where two threads do so at once; an import is one thread's
_LOOKED_UP = tuple(msgspec.msgpack.Decoder(kind) for kind in (_File, _TrainedKeys, _RunKeys))


def save_project(path: Path, project: Project, results: Results) -> None:
    """Write a project file; ProblemError (and the old file untouched) if it cannot be written."""
    write_atomically(path, dump_project(project, results))


def load_project(path: Path) -> tuple[Project, Results]:
    """Read a project file; ProblemError if it is missing, damaged, foreign, newer or too large."""
    return parse_project(read_limited(path), path.name)


def dump_project(project: Project, results: Results) -> bytes:
    """Return the bytes of a project file. The same values give the same bytes."""
    trained = results.trained
    content = {
        "format": FORMAT,
        "version": VERSION,
        **{name: _in_order(msgspec.to_builtins(getattr(project, name))) for name in _PROJECT_KEYS},
        "training": _training_keys(project.training),
        "variables": trained.variables if trained else None,
        "optimizer_state": trained.optimizer_state if trained else None,
        "trained": _trained_keys(trained) if trained else None,
        "runs": [_run_keys(run) for run in results.runs],
    }
    return arrays.pack(content)


def _in_order(value: Any) -> Any:
    """Return a tree with its maps in one order: which of two keys was set first is no part of a project."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(item) for item in value] if isinstance(value, list | tuple) else value


def parse_project(content: bytes, name: str) -> tuple[Project, Results]:
    """Return what a project file's bytes hold; `name` is the file's, for messages."""
    table = _unpack(content, name)
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise _foreign(name)
    version = table.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _damaged(name, "its version is missing")
    if version > VERSION:
        raise ProblemError(
            f"{name} was saved by a newer Flax Studio (file version {version}, this one reads up to {VERSION}).",
            "Update Flax Studio to open it. The file was not changed.",
        )
    table = migrate(table, version)
    try:
        wanted = {field.name for field in fields(_File)}
        file = msgspec.convert({key: value for key, value in table.items() if key in wanted}, _File)
        project = Project(*(getattr(file, field.name) for field in fields(Project)))
        validate(project)
        return project, Results(_trained(file), tuple(_run(run) for run in file.runs))
    except (msgspec.ValidationError, ValueError, TypeError, KeyError) as error:
        raise _damaged(name, str(error)) from error


def is_project(path: Path) -> bool:
    """Return whether a file begins as the project files that `dump_project` writes do."""
    try:
        with path.open("rb") as file:
            return FORMAT.encode() in file.read(_START)
    except OSError:
        return False


def read_limited(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return a file's bytes; ProblemError if it cannot be read or is larger than `limit`."""
    try:
        if path.stat().st_size > limit:
            raise ProblemError(f"{path.name} is larger than {limit / 2**30:.3g} GiB.", "It cannot be a file of this kind.")
        return path.read_bytes()
    except OSError as error:
        raise ProblemError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the path and its permissions."
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a temporary file beside it, fsync, rename."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_for(path))
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise _not_written(path, error) from error


def _sync_folder(folder: Path) -> None:
    """Let the new name of a file outlast a loss of power too, where the system can do that."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mode_for(path: Path) -> int:
    """Return the permissions of the file to be replaced, or those of any new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _not_written(path: Path, error: OSError) -> ProblemError:
    return ProblemError(f"{path} cannot be written: {error.strerror or error}.", "Save it somewhere else.")


def _damaged(name: str, detail: str) -> ProblemError:
    return ProblemError(f"{name} is damaged: {detail.rstrip('.')}.", "Open another copy of it. The file was not changed.")


def _foreign(name: str) -> ProblemError:
    return ProblemError(f"{name} is not a Flax Studio project.", "Open a .msgpack file that Flax Studio has saved.")


def _unpack(content: bytes, name: str) -> Any:
    try:
        return arrays.unpack(content)
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException, OverflowError) as error:
        if FORMAT.encode() in content[:_START]:
            raise _damaged(name, "it ends too early or has been altered") from error
        raise ProblemError(
            f"{name} is not a Flax Studio project.", "Open a .msgpack file that Flax Studio has saved."
        ) from error


def validate(project: Project) -> None:
    """Raise ValueError where a value has the right type but may not stand in source text or on the canvas."""
    if fault := fault_of_class_name(project.name):
        raise ValueError(f"the model's name {fault}")
    for definition in project.library:
        if fault := fault_of_class_name(definition.name):
            raise ValueError(f"the layer name {definition.name[:80]!r} {fault}")
    if len({definition.name for definition in project.library}) < len(list(project.library)):
        raise ValueError("two of its own layers have the same name")
    for imported in project.library.imports:
        _validate_import(imported)
    for graph in (project.graph, *(block.graph for block in project.library.blocks)):
        _validate_graph(graph)
    for positions in (project.positions, *project.block_positions.values()):
        if not all(math.isfinite(value) for position in positions.values() for value in position):
            raise ValueError("a node's position is not a number")
    _validate_annotations(project)


def _validate_annotations(project: Project) -> None:
    graphs = {block.name: block.graph for block in project.library.blocks}
    if stray := set(project.block_annotations) - set(graphs):
        raise ValueError(f"annotations belong to {min(stray)[:80]!r}, a block that is not there")
    pairs = ((annotations, graphs[block]) for block, annotations in project.block_annotations.items())
    for annotations, graph in ((project.annotations, project.graph), *pairs):
        if fault := fault_of_annotations(annotations, graph):
            raise ValueError(fault)


def _validate_import(imported: Imported) -> None:
    words = [*imported.module.split("."), imported.name, *imported.inputs, *([imported.flag] if imported.flag else [])]
    words += [field.name for field in imported.fields]
    if not all(word.isidentifier() and not keyword.iskeyword(word) for word in words):
        raise ValueError("a layer taken from a package has an impossible name")


def _validate_graph(graph: Graph) -> None:
    if len(graph.nodes) > MAX_NODES:
        raise ValueError(f"it has more than {MAX_NODES} nodes")
    seen: set[str] = set()
    for node in graph.nodes:
        if fault := fault_of_name(node.name, seen):
            raise ValueError(f"the node name {node.name[:80]!r} {fault}")
        seen.add(node.name)
    for given in graph.fields:
        if fault := fault_of_field(given.name, seen):
            raise ValueError(f"the field name {given.name[:80]!r} {fault}")
        seen.add(given.name)


def _training_keys(config: TrainConfig) -> Tree:
    """Return the map of a run's config; what was added since version 3 is there only where it is not as usual."""
    usual = TrainConfig()
    left_out = [
        name
        for name in ("metrics", "averaging", "objectives", "losses", "watch", "compute", "seeds")
        if getattr(config, name) == getattr(usual, name)
    ]
    keys: Tree = msgspec.to_builtins(config)
    seldom = ("schedules", "links", "groups", "around")
    keys["optimizer"] = {name: value for name, value in keys["optimizer"].items() if value or name not in seldom}
    return {name: value for name, value in keys.items() if name not in left_out}


def _trained_keys(trained: Trained) -> Tree:
    """Return the map of what was trained. Keys that are seldom needed are there only where they are."""
    preparation = trained.preparation
    inputs = {name: {"offset": given.offset, "scale": given.scale} for name, given in preparation.inputs.items()}
    outputs = {name: msgspec.to_builtins(given) for name, given in preparation.outputs.items()}
    return {
        "step": trained.step,
        "graph": msgspec.to_builtins(trained.graph),
        "library": msgspec.to_builtins(trained.library),
        "offset": preparation.offset,
        "scale": preparation.scale,
        "classes": list(preparation.classes),
        **({"aside": trained.aside} if trained.aside else {}),
        **({"inputs": inputs} if inputs else {}),
        **({"outputs": outputs} if outputs else {}),
        **standing_keys(trained.standing),
    }


def _trained(file: _File) -> Trained | None:
    if file.trained is None or file.variables is None or file.optimizer_state is None:
        return None
    table = dict(file.trained)
    whole = _scale(table.pop("offset"), table.pop("scale"))
    parts = msgspec.convert(table.pop("inputs", {}), dict[str, dict[str, Any]])
    inputs = {name: _scale(part["offset"], part["scale"]) for name, part in parts.items()}
    aside = msgspec.convert(table.pop("aside", {}), dict[str, Any])
    arrays.check_tree(aside)
    standing = standing_of(table.pop("standing", None))
    keys = msgspec.convert(table, _TrainedKeys)
    arrays.check_tree(file.variables)
    arrays.check_tree(file.optimizer_state)
    preparation = Preparation(whole.offset, whole.scale, keys.classes, inputs, keys.outputs)
    return Trained(file.variables, file.optimizer_state, keys.step, keys.graph, preparation, keys.library, aside, standing)


def _scale(offset: Any, scale: Any) -> Scale:
    return Scale(arrays.checked(offset), arrays.checked(scale))


def _run_keys(run: RunRecord) -> Tree:
    table = {field.name: getattr(run, field.name) for field in fields(_RunKeys)}
    seldom = {"changes": msgspec.to_builtins(run.changes)} if run.changes else {}
    seldom |= {"origin": msgspec.to_builtins(run.origin)} if run.origin else {}
    seldom |= {"group": run.group} if run.group is not None else {}
    seldom |= {"varied": dict(run.varied)} if run.varied else {}
    plain = {key: value for key, value in table.items() if key not in ("changes", "origin", "group", "varied")} | seldom
    return {**plain, "evaluations": msgspec.to_builtins(run.evaluations), "losses": run.losses}


def _run(table: Mapping[str, Any]) -> RunRecord:
    losses = arrays.checked(table["losses"])
    keys = msgspec.convert({key: value for key, value in table.items() if key != "losses"}, _RunKeys)
    return RunRecord(losses=losses, **{field.name: getattr(keys, field.name) for field in fields(_RunKeys)})
