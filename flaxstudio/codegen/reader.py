"""Source text to graph, read from its syntax tree and never run: known layers become nodes, the rest is kept as code."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flaxstudio.codegen.class_reader import methods_of, read_model
from flaxstudio.codegen.code_reading import code_graph
from flaxstudio.codegen.module_lists import Unroll
from flaxstudio.codegen.own_calls import call_parameters, is_flag
from flaxstudio.codegen.session import Given, Session
from flaxstudio.codegen.target import target_of
from flaxstudio.codegen.terms import Unreadable
from flaxstudio.codegen.text_file import as_class_name, read_text
from flaxstudio.graph.check import check
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Library
from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers.code_text import ClassText
from flaxstudio.layers.own import catalogue_of

_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as: the graph, the layers of its own, the class's name, and what the user should know."""

    graph: Graph
    library: Library
    name: str
    notes: tuple[str, ...] = ()


def read_module(text: str, class_name: str, inputs: Sequence[ArrayShape], catalogue: Catalogue) -> Reading:
    """Return the graph of a linen Module in a text, with the shapes of its inputs.

    `class_name` may give values to fields, as in `MLP(features=(8, 8))`. A class that cannot be read as layers becomes
    one node of code. ProblemError where the text is no Python, has no such class, or the inputs are not as many as the
    class takes.
    """
    file = read_text(text)
    forced: frozenset[str] = frozenset()
    unrolled: set[tuple[int, int]] = set()
    for _ in range(_ATTEMPTS):
        session = Session(file, catalogue, forced, unrolled)
        found, given = target_of(session, class_name)
        _check_inputs(found, inputs)
        try:
            return _read(session, found, given, inputs)
        except Unroll as place:
            unrolled.add(place.place)
        except _Again as again:
            forced |= again.names
    raise ProblemError(f"{class_name} cannot be read.")


class _Again(Exception):
    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        super().__init__()


def _read(session: Session, found: ClassText, given: Given, inputs: Sequence[ArrayShape]) -> Reading:
    name = found.name if fault_of_class_name(found.name) is None else as_class_name(found.name)
    try:
        if found.name in session.forced:
            raise Unreadable(0, "")
        graph = read_model(session, found, given, inputs)
    except (Unreadable, RecursionError) as error:
        return _as_code(session, found, inputs, name, error)
    library = session.library.used_by(graph)
    own = {block.name for block in library.blocks}
    if entangled := session.needed_by_codes(library) & own:
        raise _Again(entangled)
    if fault := _fault(graph, library, session.base):
        return _as_code(session, found, inputs, name, Unreadable(found.chain[0].lineno, fault))
    return Reading(graph, library, name, tuple(session.notes))


def _fault(graph: Graph, library: Library, base: Catalogue) -> str:
    """Return what is wrong with a graph, or ""; what is wrong with its layers of code is told at their nodes."""
    own = catalogue_of(library, base, library.hashes)  # whether they may run is not asked here
    sound = Catalogue(tuple(replace(spec, fault="") for spec in own))
    return next((problem.what for problem in check(graph, sound) if problem.severity == "error"), "")


def _as_code(
    session: Session, found: ClassText, inputs: Sequence[ArrayShape], name: str, error: Unreadable | RecursionError
) -> Reading:
    why = f"line {error.line}: {error.sentence}" if isinstance(error, Unreadable) else "it is nested too deeply."
    graph, library = code_graph(session.file, found, inputs, session.base)
    note = f"{found.name} is kept as one node of code: {why}"
    return Reading(graph, library, f"{name}Model", (note,))


def _check_inputs(found: ClassText, inputs: Sequence[ArrayShape]) -> None:
    names = [name for name, _ in call_parameters(found) if not is_flag(name)]
    required = [name for name, default in call_parameters(found) if default is None and not is_flag(name)]
    others = {name for method in methods_of(found) for name, _ in call_parameters(found, method) if not is_flag(name)}
    most = max(len(names), len(required)) + len(others - set(names))
    if found.method("__call__") is None or len(required) <= len(inputs) <= most:
        return
    takes = f"{len(required)} input{'s' if len(required) != 1 else ''}" + (f", {', '.join(required)}" if required else "")
    given = f"{len(inputs)} shape{'s were' if len(inputs) != 1 else ' was'} given"
    raise ProblemError(f"{found.name} takes {takes}; {given}.", "Give one shape for each, separated by ;")
