"""A project from a file of source text: the graph that was read, laid out, and what the user should know of it."""

import re
from collections.abc import Sequence
from pathlib import Path

from flaxstudio.codegen.reader import read_module
from flaxstudio.graph.layout import tidy
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.project import Project

_DTYPES = ("float32", "int32")
_MAX_BYTES = 2_000_000


def imported_project(
    text: str, class_name: str, inputs: Sequence[ArrayShape], catalogue: Catalogue
) -> tuple[Project, tuple[str, ...]]:
    """Return the project of a Module in a text, and notes about it; ProblemError where there is no such Module."""
    found = read_module(text, class_name, inputs, catalogue)
    inside = {block.name: tidy(block.graph, {}) for block in found.library.blocks}
    project = Project(found.name, found.graph, tidy(found.graph, {}), library=found.library, block_positions=inside)
    return project, found.notes


def text_in(path: Path) -> str:
    """Return a Python file's text; ProblemError where it is not there or is no text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProblemError(f"{path} cannot be read: {error.strerror or error}.", "Give a Python file.") from None
    if len(content) > _MAX_BYTES:
        raise ProblemError(f"{path} is too large to be a Module's source.", "Give a file of at most 2 MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemError(f"{path} is no text in UTF-8.", "Save it as UTF-8 and import it again.") from None


def shapes_in(text: str) -> tuple[ArrayShape, ...]:
    """Return the shapes that a text tells: `28,28,1`, `8;16`, `64:int32`; ProblemError where it tells none."""
    return tuple(_shape(part) for part in text.split(";") if part.strip())


def _shape(text: str) -> ArrayShape:
    sizes, _, dtype = text.strip().partition(":")
    numbers = sizes.strip().strip("()").strip().strip(",")
    kind = dtype.strip() or "float32"
    is_shape = re.fullmatch(r"\d{1,9}(\s*[,x]\s*\d{1,9})*", numbers)
    found = tuple(int(number) for number in re.findall(r"\d+", numbers))
    if not is_shape or 0 in found:
        raise ProblemError(f"“{text.strip()}” is no shape.", "Write the sizes of one sample without the batch: 28,28,1")
    if kind not in _DTYPES:
        raise ProblemError(f"“{kind}” is no type of an input.", "Use float32 or int32, as in 64:int32")
    return ArrayShape(found, kind)
