"""Variables as files of their own: msgpack as flax.serialization writes it, safetensors, or an Orbax folder."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from flaxstudio.export.model import Model
from flaxstudio.export.placing import check_free, place, staging
from flaxstudio.export.report import Report, size_on_disk
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project import arrays
from flaxstudio.project.results import Tree
from flaxstudio.project.storage import is_project, read_limited, write_atomically

_ORBAX_MARK = "_CHECKPOINT_METADATA"


def export(model: Model, path: Path) -> Report:
    """Write the variables in the format that the path's ending names, read them back and compare.

    `.msgpack`, `.safetensors` (names joined by "/") or, without an ending, an Orbax folder. ProblemError otherwise.
    """
    started = time.monotonic()
    variables = model.trained.variables
    _require_no_project(path)
    match path.suffix:
        case ".msgpack":
            write_atomically(path, arrays.pack(variables))
        case ".safetensors":
            _write_safetensors(path, variables)
        case "":
            _write_orbax(path, variables)
        case _:
            raise _unknown_format(path)
    _require_same(path, variables)
    return Report(path, size_on_disk(path), 0.0, time.monotonic() - started)


def read_variables(path: Path) -> Tree:
    """Return the tree in a file or folder that `export`, flax, safetensors or Orbax has written."""
    if path.is_dir():
        return _read_orbax(path)
    match path.suffix:
        case ".msgpack":
            return _read_msgpack(path)
        case ".safetensors":
            return _read_safetensors(path)
        case _:
            raise _unknown_format(path)


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, npt.NDArray[Any]]:
    """Return "params/dense_1/kernel" -> array for a tree of nested maps."""
    flat: dict[str, npt.NDArray[Any]] = {}
    for name, value in tree.items():
        flat |= flatten(value, f"{prefix}{name}/") if isinstance(value, Mapping) else {prefix + name: np.asarray(value)}
    return flat


def _unflatten(flat: Mapping[str, Any]) -> Tree:
    tree: Tree = {}
    for path, value in flat.items():
        *folders, name = path.split("/")
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        branch[name] = value
    return tree


def _write_safetensors(path: Path, variables: Tree) -> None:
    from safetensors.numpy import save

    flat = {name: np.ascontiguousarray(value) for name, value in flatten(variables).items()}
    write_atomically(path, save(flat, {"format": "flax", "separator": "/"}))


def _write_orbax(path: Path, variables: Tree) -> None:
    import orbax.checkpoint

    check_free(path, _ORBAX_MARK, "Orbax checkpoint")
    with staging(path) as folder, orbax.checkpoint.StandardCheckpointer() as checkpointer:
        checkpointer.save((folder / "new").absolute(), variables)
        checkpointer.wait_until_finished()
        place(folder / "new", path, folder / "older")


def _read_msgpack(path: Path) -> Tree:
    try:
        tree = arrays.unpack(read_limited(path))
        if not isinstance(tree, dict):
            raise ValueError("it holds no variables")
        arrays.check_tree(tree)
    except (ValueError, TypeError, RecursionError, OverflowError, msgpack.exceptions.UnpackException) as error:
        raise _unreadable(path, error) from error
    if tree.get("format") == "flaxstudio":
        raise ProblemError(f"{path.name} is a whole project.", "Open it as a project, or export its params from there.")
    return tree


def _read_safetensors(path: Path) -> Tree:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return _unflatten(load(read_limited(path)))
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, error) from error


def _read_orbax(path: Path) -> Tree:
    import jax
    import orbax.checkpoint

    with orbax.checkpoint.StandardCheckpointer() as checkpointer:
        try:
            tree = checkpointer.restore(path.absolute())
        except Exception as error:  # Orbax raises whatever its parts raise; for the user the folder is at fault
            raise _unreadable(path, error) from error
    return dict(jax.tree.map(np.asarray, tree))


def _require_no_project(path: Path) -> None:
    """Refuse to write params over a project file, which ends in .msgpack too."""
    if path.is_file() and is_project(path):
        raise ProblemError(f"{path.name} is a Flax Studio project.", "Choose another name, so that the project is not lost.")


def _require_same(path: Path, variables: Tree) -> None:
    written, wanted = flatten(read_variables(path)), flatten(variables)
    same = written.keys() == wanted.keys() and all(
        written[name].dtype == value.dtype and np.array_equal(written[name], value, equal_nan=True)
        for name, value in wanted.items()
    )
    if not same:
        raise ProblemError(f"{path.name} does not read back as it was written.", "Export to another format.")


def _unknown_format(path: Path) -> ProblemError:
    return ProblemError(
        f"{path.name} names no format for params.", "Use .msgpack, .safetensors, or a folder's name without an ending."
    )


def _unreadable(path: Path, error: Exception) -> ProblemError:
    sentence = str(error).strip().split("\n")[0][:200].rstrip(".")
    return ProblemError(f"{path.name} holds no variables that can be read: {sentence}.", "Use another file.")
