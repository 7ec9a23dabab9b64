"""Source text to linen Module: the very text that is shown is compiled and executed here, and nowhere else."""

import linecache
import sys
import types
from types import CodeType
from typing import cast

import flax.linen as nn

from flaxstudio.codegen.source import Source
from flaxstudio.graph.check import blocks_in, check, has_errors
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue


def build_module(source: Source) -> nn.Module:
    """Return an instance of the Module that a source defines. Only call it for a graph without errors.

    ProblemError where the source holds code that came with a file and that the user has not allowed to run.
    """
    if source.untrusted:
        raise _not_trusted(source.untrusted[0])
    file = _file_name(source)
    # tracebacks and the debugger find the text under its invented file name
    linecache.cache[file] = (len(source.text), None, source.text.splitlines(keepends=True), file)
    built = types.ModuleType("flaxstudio_model")
    # dataclasses look up annotations that are text in the module of their class, while it is made
    before = sys.modules.get(built.__name__)
    sys.modules[built.__name__] = built
    try:
        exec(_compile(source, file), built.__dict__)
        return cast(nn.Module, getattr(built, source.class_name)())
    finally:
        if before is None:
            sys.modules.pop(built.__name__, None)
        else:
            sys.modules[built.__name__] = before


def require_sound(graph: Graph, catalogue: Catalogue) -> None:
    """Raise ProblemError with the graph's first error, if it has any."""
    problems = check(graph, catalogue)
    if has_errors(problems):
        first = next(problem for problem in problems if problem.severity == "error")
        raise ProblemError(first.what, first.remedy, first.node)


def require_trusted(graph: Graph, catalogue: Catalogue) -> None:
    """Raise ProblemError if a graph uses code that the user has not allowed to run."""
    nodes = (*graph.nodes, *(node for block in blocks_in(graph, catalogue) for node in block.graph.nodes))
    for node in nodes:
        spec = catalogue.get(node.layer)
        if spec is not None and not spec.is_trusted and not isinstance(spec.definition, Block):
            raise _not_trusted(spec.name)


def _not_trusted(name: str) -> ProblemError:
    what = f"The code of {name} came with the file and has not been allowed to run."
    return ProblemError(what, "Read it and allow it: open the layer, or use --trust-code on the command line.")


def node_of_error(source: Source, error: BaseException) -> str:
    """Return the node whose line was running when an error was raised, or ""."""
    traceback, file, node = error.__traceback__, _file_name(source), ""
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            node = source.node_at(traceback.tb_lineno) or node
        traceback = traceback.tb_next
    return node


def _compile(source: Source, file: str) -> CodeType:
    return compile(source.text, file, "exec")


def _file_name(source: Source) -> str:
    return f"<model {source.class_name}>"
