"""A project from a file of source text: the graph that was read, laid out, and what the user should know of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flaxstudio.codegen.own_calls import call_parameters, is_flag
from flaxstudio.codegen.reader import read_module
from flaxstudio.codegen.text_file import read_text
from flaxstudio.graph.layout import tidy
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers.code_text import ClassText
from flaxstudio.project.project import Project

_MAX_BYTES = 2_000_000
_MODULE = re.compile(r"^class\s+\w+\s*\([\w.,\s]*Module\b", re.MULTILINE)


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


@dataclass(frozen=True, slots=True)
class Asks:
    """What a Module needs to be read: its call's arrays, each with whether it is needed, and its fields without a default."""

    arrays: tuple[tuple[str, bool], ...]
    fields: tuple[str, ...] = ()


def may_hold_module(text: str) -> bool:
    """Return whether a text looks like Python with a linen Module: quickly, since any text may be asked about."""
    return len(text) <= _MAX_BYTES and _MODULE.search(text) is not None


def modules_in(text: str) -> dict[str, Asks]:
    """Return each linen Module of a text with what it needs; ProblemError where the text is no Python."""
    file = read_text(text)
    found = ((name, file.class_named(name)) for name in file.classes())
    return {name: _asks(module) for name, module in found if module is not None}


def _asks(module: ClassText) -> Asks:
    arrays = ((argument, default is None) for argument, default in call_parameters(module) if not is_flag(argument))
    fields = (name for name, field in module.fields().items() if field.value is None and not is_flag(name))
    return Asks(tuple(arrays), tuple(fields))
