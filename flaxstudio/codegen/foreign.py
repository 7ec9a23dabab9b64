"""Classes of installed packages: found by reading their files, never by importing them."""

import importlib.metadata
import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers.code_text import ClassText, class_texts, parse

_MAX_FILES = 4000
_MAX_BYTES = 2_000_000
_PASSED_OVER = frozenset({"tests", "test", "testing", "examples", "benchmarks", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class that looks like a linen Module: `from MODULE import NAME`."""

    name: str
    module: str
    file: Path
    summary: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    roots: tuple[str, ...]


def packages_with_flax() -> tuple[str, ...]:
    """Return the import names of installed packages that need Flax, in alphabetical order."""
    names: set[str] = set()
    for distribution in importlib.metadata.distributions():
        always = (text for text in distribution.requires or () if "extra" not in text.partition(";")[2])
        needed = (re.split(r"[^\w.-]", text.strip(), maxsplit=1)[0].lower() for text in always)
        if "flax" in needed:
            names.update(_import_names(distribution))
    return tuple(sorted(names - {"flax", "flaxstudio"}))


def modules_of_package(name: str, cancelled: Callable[[], bool] = lambda: False) -> tuple[Candidate, ...]:
    """Return the public classes of a package, or of a part of it, that look like linen Modules, by module and name.

    ProblemError where there is no such package, or nothing in it.
    """
    found: dict[str, _Found] = {}
    for file, module in _source_files(name):
        if cancelled():
            return ()
        is_package = file.name == "__init__.py"
        for text in _classes(file, module if is_package else module.rpartition(".")[0]):
            summary = " ".join(text.docstring.strip().split("\n\n")[0].split())[:200]
            found[f"{module}.{text.name}"] = _Found(Candidate(text.name, module, file, summary), text.roots)
    by_name: dict[str, list[str]] = {}
    for key in found:
        by_name.setdefault(key.rpartition(".")[2], []).append(key)
    modules = [found[key].candidate for key in found if _is_module(key, found, by_name)]
    public = [c for c in modules if fault_of_class_name(c.name) is None and "._" not in f".{c.module}"]
    if not public:
        raise ProblemError(f"{name} holds no linen Module.", "Choose another package, or the part of it where they are.")
    return tuple(sorted(public, key=lambda c: (c.module, c.name)))


def _source_files(name: str) -> Iterator[tuple[Path, str]]:
    """Yield a package's source files with their modules' names."""
    top, *inner = name.split(".")
    if not all(part.isidentifier() for part in (top, *inner)):
        raise ProblemError(f"“{name}” is no package's name.", "Write it as in an import statement.")
    try:
        spec = importlib.util.find_spec(top)  # of a name without dots: imports nothing
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise ProblemError(f"The package {top} is not installed.", f"Install it first, for example with pip install {top}.")
    folders = [Path(folder, *inner) for folder in spec.submodule_search_locations or ()]
    files = [folder.with_suffix(".py") for folder in folders] if inner else [Path(spec.origin or "")] if not folders else []
    count = 0
    for file in files:
        if file.suffix == ".py" and file.is_file():
            yield file, name
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            place = file.relative_to(folder).with_suffix("")
            if _PASSED_OVER.intersection(place.parts[:-1]) or not all(part.isidentifier() for part in place.parts):
                continue
            count += 1
            if count > _MAX_FILES:
                return
            yield file, ".".join((name, *place.parts)).removesuffix(".__init__")


def _classes(file: Path, package: str) -> Iterator[ClassText]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            return
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    tree = parse(text) if "class " in text else None
    yield from class_texts(tree, package).values() if tree else ()


def _is_module(key: str, found: Mapping[str, _Found], by_name: Mapping[str, list[str]]) -> bool:
    """Return whether a class comes from a linen Module, over any number of classes of the package."""
    seen: set[str] = set()
    todo = [key]
    while todo:
        current = todo.pop()
        seen.add(current)
        for root in found[current].roots:
            if root.startswith("flax.linen."):
                return True
            # a class is often imported from where it is only passed on, so its last name must do
            inside = [root] if root in found else by_name.get(root.rpartition(".")[2], [])
            todo.extend(other for other in inside if other not in seen)
    return False


def _import_names(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    listed = (distribution.read_text("top_level.txt") or "").split()
    tops = listed or {file.parts[0] for file in distribution.files or () if file.suffix == ".py" and len(file.parts) > 1}
    usual = re.sub(r"[^\w]", "_", distribution.metadata["Name"] or "")
    yield from (name for name in tops or [usual] if name.isidentifier() and name not in _PASSED_OVER)
