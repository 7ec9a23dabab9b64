"""What a model is tried with: a dummy, rows of the project's data, typed numbers, an array's or an image's file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from flaxstudio.data.dataset import Arrays, Dataset, apart, at_rows
from flaxstudio.evaluation.inputs import IMAGES, read_image
from flaxstudio.evaluation.trial import Choice, Filled, FromFile, Rows, Typed
from flaxstudio.graph.entries import entry_shape
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.new_values import numbers_in
from flaxstudio.project.results import Preparation, Scale
from flaxstudio.project.storage import read_limited

Array = npt.NDArray[Any]
MAX_SAMPLES = 4096
_WHOLE_BELOW = 10  # random whole numbers are drawn below it: small enough for most embeddings


@dataclass(frozen=True, slots=True, eq=False)
class TrialInputs:
    """An array (samples, *shape) for each Input, in the graph's order, and the targets of rows that have them, as text."""

    arrays: Mapping[str, Array]
    targets: tuple[str, ...] = ()


def build_inputs(
    graph: Graph,
    catalogue: Catalogue,
    choices: Mapping[str, Choice],
    dataset: Callable[[], Dataset],
    preparation: Preparation | None = None,
) -> TrialInputs:
    """Return the arrays to apply the model to; ProblemError where a choice does not give what an Input takes.

    `choices` names Inputs; those not named get zeros. `dataset` is only called for rows. With a `preparation`, typed
    numbers and files are scaled as the data was; without, they reach the model as they are.
    """
    found: dict[str, Array] = {}
    targets: tuple[str, ...] = ()
    for node in graph.of_layer("Input"):
        entry = entry_shape(node, catalogue)
        shape, dtype = entry.sizes, entry.dtype
        scale = preparation.scale_of(node.name) if preparation is not None else None
        match choices.get(node.name):
            case Rows() as rows:
                found[node.name], targets = _rows(rows, dataset(), shape, node.name)
            case Typed(text):
                found[node.name] = _scaled(_in_samples(numbers_in(text), shape, "The text"), shape, dtype, scale)
            case FromFile(path):
                read = _read(Path(path), node.name, shape)
                found[node.name] = _scaled(_in_samples(read, shape, Path(path).name), shape, dtype, scale)
            case Filled() as filled:
                found[node.name] = _filled(filled, shape, dtype)
            case None:
                found[node.name] = np.zeros((0, *shape), dtype)
    return TrialInputs(_of_one_length(found), targets)


def _filled(choice: Filled, shape: tuple[int, ...], dtype: str) -> Array:
    whole = (choice.count, *shape)
    if choice.kind != "random":
        return np.full(whole, choice.kind == "ones", dtype)
    key = jax.random.PRNGKey(choice.seed)
    if np.dtype(dtype).kind in "iu":
        return np.asarray(jax.random.randint(key, whole, 0, _WHOLE_BELOW, jnp.dtype(dtype)))
    return np.asarray(jax.random.normal(key, whole, jnp.dtype(dtype)))


def _rows(choice: Rows, dataset: Dataset, shape: tuple[int, ...], name: str) -> tuple[Array, tuple[str, ...]]:
    split = dataset.split(choice.split)
    names = [entry.name for entry in dataset.ends.entries]
    if name not in names:
        raise ProblemError(f"{name} is no Input of the call, so the data has nothing for it.", "Choose another input.", name)
    asked = slice(choice.first, choice.first + choice.count)
    features = apart(split.features)[names.index(name)][asked]
    if not len(features):
        raise ProblemError(
            f"The {choice.split} split has {len(split):,} rows, and row {choice.first:,} is asked for.",
            "Choose a smaller number." if len(split) else "Give it a share in the Data panel.",
        )
    if features.shape[1:] != shape:
        raise ProblemError(f"{name} takes {shape}, and the data gives {features.shape[1:]}.", "Choose another input.", name)
    return features, _target_texts(dataset, at_rows(split.targets, asked))


def _target_texts(dataset: Dataset, targets: Arrays) -> tuple[str, ...]:
    """Return each row's targets as text: of several Outputs one after the other."""
    columns = []
    for goal, wanted in zip(dataset.ends.goals, apart(targets), strict=True):
        classes = dataset.preparation.classes_of(goal.name)
        names = (*classes, goal.ignored)  # -1 is the last one
        columns.append([", ".join(names[int(v)] if classes else f"{v:.6g}" for v in np.ravel(t)) for t in wanted])
    return tuple("; ".join(texts) for texts in zip(*columns, strict=True))


def _read(path: Path, name: str, shape: tuple[int, ...]) -> Array:
    """Return the array that a file holds for an Input: that of its name, or the only one."""
    if path.suffix.lower() in IMAGES:
        read_limited(path)
        return read_image(path, shape)
    read_limited(path)  # says what is wrong with the path
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.lib.npyio.NpzFile):
            with loaded:
                key = name if name in loaded.files else loaded.files[0] if len(loaded.files) == 1 else ""
                if not key:
                    raise ProblemError(f"{path.name} holds no array “{name}”.", f"It holds {', '.join(loaded.files)}.", name)
                loaded = loaded[key]
    except (ValueError, OSError, EOFError) as error:
        raise ProblemError(f"{path.name} is no array and no image.", "Choose a .npy, .npz, PNG or JPEG file.") from error
    if loaded.dtype.kind not in "biuf":
        raise ProblemError(f"{path.name} holds {loaded.dtype.name}, not numbers.", "Save numbers with numpy.save.")
    return np.asarray(loaded)


def _in_samples(values: Array, shape: tuple[int, ...], what: str) -> Array:
    """Return values as (samples, *shape); they may be one sample, several, or flat."""
    size = int(np.prod(shape))
    if values.shape == shape:
        return values[None]
    is_whole = values.ndim == len(shape) + 1 and values.shape[1:] == shape
    if not is_whole and (values.ndim != 1 or not values.size or values.size % size):
        raise ProblemError(
            f"{what} holds {values.size:,} numbers of shape {values.shape}, and one sample is {shape}: {size:,} numbers.",
            "Give one sample, or several one after the other.",
        )
    samples = values.reshape(-1, *shape)
    if len(samples) > MAX_SAMPLES:
        raise ProblemError(f"{what} holds {len(samples):,} samples.", f"Try at most {MAX_SAMPLES:,} at once.")
    return samples


def _scaled(samples: Array, shape: tuple[int, ...], dtype: str, scale: Scale | None) -> Array:
    if np.dtype(dtype).kind in "iu":
        if not np.array_equal(samples, np.floor(samples)):
            raise ProblemError("The Input takes whole numbers.", "Type such as 3 1 2.")
        return samples.astype(dtype)
    if scale is not None and scale.offset.shape in ((), shape):
        samples = (samples - scale.offset) / scale.scale
    return samples.astype(dtype)


def _of_one_length(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays with those that were not chosen filled with as many zeros as the others have samples."""
    lengths = {len(array) for array in arrays.values()} - {0}
    if len(lengths) > 1:
        told = ", ".join(f"{name} {len(array)}" for name, array in arrays.items())
        raise ProblemError(f"The Inputs get different numbers of samples: {told}.", "Give each as many.")
    count = next(iter(lengths), 1)
    return {name: array if len(array) else np.zeros((count, *array.shape[1:]), array.dtype) for name, array in arrays.items()}
