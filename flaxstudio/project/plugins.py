"""The plug-in folder: each linen Module of each Python file in it is a layer. Files are read here, never run."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from flaxstudio.graph.library import Code
from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.problem import Problem, ProblemError
from flaxstudio.layers.code_layer import classes_in, fault_of_code, with_imports
from flaxstudio.project.folders import config_folder
from flaxstudio.project.storage import read_limited

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Plugin:
    """A layer of the folder and the file it stands in."""

    code: Code
    file: Path


def plugin_folder() -> Path:
    """Return the folder whose layers the palette shows. It may not exist yet."""
    return config_folder() / "layers"


def read_plugins(folder: Path, taken: Collection[str] = ()) -> tuple[tuple[Plugin, ...], tuple[Problem, ...]]:
    """Return the folder's layers by file name, and one problem for each file that is not wholly one.

    `taken` are names that other layers have.
    """
    plugins: dict[str, Plugin] = {}
    problems: list[Problem] = []
    for file in _files(folder):
        try:
            for plugin in _read(file):
                if plugin.code.name in plugins or plugin.code.name in taken:
                    raise _refused(file, f"there is another layer {plugin.code.name}", "Rename the class.")
                plugins[plugin.code.name] = plugin
        except ProblemError as error:
            problems.append(error.problem)
    return tuple(plugins.values()), tuple(problems)


def layers_of_file(file: Path) -> tuple[Plugin, ...]:
    """Return the layers of one Python file; ProblemError says why it has none, or what is wrong with one."""
    return tuple(_read(file))


def _files(folder: Path) -> list[Path]:
    """Return the folder's source files; an empty one is still being written."""
    try:
        files = (file for file in folder.glob("*.py") if not file.name.startswith(("_", ".")))
        return sorted(file for file in files if file.is_file() and file.stat().st_size)
    except OSError:
        return []


def _read(file: Path) -> Iterator[Plugin]:
    text = read_text(file)
    names = [name for name in classes_in(text) if not name.startswith("_")]
    if not names:
        faults = fault_of_code(text, "")
        is_broken = bool(faults) and faults[0].sentence.startswith("Python cannot")
        what = f"line {faults[0].line}: {faults[0].sentence.rstrip('.')}" if is_broken else "it defines no class of nn.Module"
        raise _refused(file, what, "Correct the file.")
    whole = with_imports(text)
    for name in names:
        if fault := fault_of_class_name(name):
            raise _refused(file, f"the class name {name} {fault}", "Rename the class.")
        if faults := fault_of_code(text, name):
            raise _refused(file, f"line {faults[0].line}: {faults[0].sentence.rstrip('.')}", "Correct the file.")
        yield Plugin(Code(name, whole), file)


def read_text(file: Path) -> str:
    """Return a source file's text with plain line ends; ProblemError where it cannot be one."""
    try:
        text = read_limited(file, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(file, "it is not UTF-8 text", "Save it as UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refused(file: Path, what: str, remedy: str) -> ProblemError:
    return ProblemError(f"{file.name} is not used as a layer: {what}.", remedy)
