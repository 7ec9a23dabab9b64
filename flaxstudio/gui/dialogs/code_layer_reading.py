"""What the editor of a layer shows about its text while it is typed: read, never run."""

from collections.abc import Collection
from dataclasses import dataclass

from flaxstudio.graph.library import Code
from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.layers.code_layer import CodeFault, classes_in, fault_of_code, missing_imports, spec_of_code
from flaxstudio.layers.code_text import class_texts, parse


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a layer: `classes` it may be of, the one it is of, and its spec where nothing is wrong."""

    classes: tuple[str, ...]
    name: str
    faults: tuple[CodeFault, ...]
    missing: tuple[str, ...] = ()
    spec: LayerSpec | None = None


def read_code(text: str, wanted: str, taken: Collection[str] = ()) -> Reading:
    """Read a text as the layer `wanted`, or as its last Module where there is none of that name.

    `taken` are the names of other layers.
    """
    classes = classes_in(text)
    name = wanted if wanted in classes else classes[-1] if classes else ""
    faults = tuple(fault_of_code(text, name or _last_class(text)))
    if not name and not _last_class(text) and parse(text) is not None:
        faults = (CodeFault(1, "There is no layer in the text. Write class MyLayer(nn.Module)."),)
    if name and not faults:
        faults = _faults_of_name(text, name, taken)
    spec = None if faults else spec_of_code(Code(name, text), True)
    return Reading(classes, name, faults, missing_imports(text), spec)


def _faults_of_name(text: str, name: str, taken: Collection[str]) -> tuple[CodeFault, ...]:
    tree = parse(text)
    line = class_texts(tree)[name].chain[0].lineno if tree else 1
    if fault := fault_of_class_name(name):
        return (CodeFault(line, f"The class name {name} {fault}."),)
    if name in taken:
        return (CodeFault(line, f"There is another layer {name}. Give the class another name."),)
    return ()


def _last_class(text: str) -> str:
    tree = parse(text)
    names = list(class_texts(tree)) if tree else []
    return names[-1] if names else ""
