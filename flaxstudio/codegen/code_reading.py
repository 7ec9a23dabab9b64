"""A class that cannot be read as a graph: one node of code between Inputs and Outputs."""

from collections.abc import Sequence

from flaxstudio.codegen.class_reader import entry_attributes
from flaxstudio.codegen.text_file import TextFile
from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.library import Code, Library
from flaxstudio.graph.naming import fault_of_name
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers.code_layer import spec_of_code
from flaxstudio.layers.code_text import ClassText


def code_graph(file: TextFile, found: ClassText, inputs: Sequence[ArrayShape], catalogue: Catalogue) -> tuple[Graph, Library]:
    """Return the graph of one node of code, and the library with its text."""
    code = Code(found.name, file.text_of(found.name))
    spec = spec_of_code(code, False)
    name = f"{spec.base_name()}_1"
    ports = [port for place, port in enumerate(spec.inputs) if not port.is_optional or place < len(inputs)]
    shapes = [*inputs, *[None] * len(ports)]
    nodes, edges = [], []
    for number, (port, shape) in enumerate(zip(ports, shapes, strict=False), start=1):
        is_named = len(ports) > 1 and fault_of_name(port.name) is None
        entry = port.name if is_named else f"input_{number}"
        nodes.append(Node(entry, "Input", entry_attributes(shape, catalogue)))
        edges.append(Edge(Port(entry, "out"), Port(name, port.name)))
    nodes.append(Node(name, found.name))
    for number, port in enumerate((p for p in spec.outputs if not p.is_optional), start=1):
        nodes.append(Node(f"output_{number}", "Output"))
        edges.append(Edge(Port(name, port.name), Port(f"output_{number}", "in")))
    return Graph(tuple(nodes), tuple(edges)), Library(codes=(code,))
