"""Read what is to be predicted: a CSV or NPZ file, an image or a folder of images."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.sources import open_file
from flaxstudio.data.table import Table
from flaxstudio.graph.entries import call_shapes
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def read_input(path: Path, project: Project, catalogue: Catalogue) -> Table:
    """Return the table of samples to predict; ProblemError if it cannot be read.

    Images become the model's one feature array, (images, height, width[, channels]), resized to the Input's shape,
    with values 0 to 255 as image data sets hold them.
    """
    if path.is_dir():
        return _images(sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGES), path.name, project, catalogue)
    if path.suffix.lower() in IMAGES and path.is_file():
        return _images([path], path.name, project, catalogue)
    return open_file(path)


def _images(paths: Sequence[Path], title: str, project: Project, catalogue: Catalogue) -> Table:
    if not paths:
        raise ProblemError(f"The folder {title} holds no images.", f"Put {', '.join(sorted(IMAGES))} files into it.")
    features = project.dataset.features if project.dataset else ()
    shapes = [entry.sizes for entry in call_shapes(project.graph, catalogue).values()]
    if len(features) != 1 or len(shapes) != 1 or len(shapes[0]) not in (2, 3):
        raise ProblemError(
            "The model was not trained on images: its feature is not one array of images.", "Give it a CSV or NPZ file."
        )
    pixels = np.stack([read_image(path, shapes[0]) for path in paths])
    names = np.array([path.name for path in paths], dtype=object)
    return Table({features[0]: pixels, "file": names}, title)


def read_image(path: Path, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return an image's values, 0 to 255, resized to (height, width[, channels]); ProblemError if it cannot be read."""
    if importlib.util.find_spec("PIL") is None:
        raise ProblemError("Reading images needs the package Pillow.", "Install it with: pip install pillow")
    if len(shape) not in (2, 3):
        raise ProblemError(f"The model takes samples of shape {shape}, not images.", "Give it an array.")
    from PIL import Image, UnidentifiedImageError

    height, width, channels = (*shape, 1)[:3]
    if channels not in _MODES:
        raise ProblemError(f"The model takes {channels} channels, and images have 1, 3 or 4.", "Give it an NPZ file.")
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert(_MODES[channels]).resize((width, height)))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ProblemError(f"{path.name} cannot be read as an image.", "Save it as PNG.") from error
    return pixels.reshape(shape)
