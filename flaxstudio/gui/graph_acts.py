"""What the user asks of the graph, turned into edits."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from flaxstudio.graph.graph import Edge, Field, Port, Value
from flaxstudio.graph.naming import fault_of_class_name, fault_of_name
from flaxstudio.graph.problem import Fix
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.canvas.fitting import fitting_input
from flaxstudio.gui.session import Session
from flaxstudio.project import edits
from flaxstudio.project.block_edits import rename_within, within
from flaxstudio.project.edits import Edit
from flaxstudio.project.field_edits import remove_field, rename_field, set_field
from flaxstudio.project.insertion import insert
from flaxstudio.project.project import Position
from flaxstudio.project.repairs import apply_fix

WithLayer = Callable[[str, Callable[[], None]], None]
"""Does something once the project can use a layer: one of the plug-in folder is agreed to and taken in first."""


class GraphActs(QObject):
    """Slots for the intents of canvas, palette, inspector and problems. `layer_added` tells which layer was used."""

    layer_added = Signal(str)

    def __init__(self, session: Session, canvas: Canvas, with_layer: WithLayer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._with_layer = with_layer

    def on_layer_activated(self, layer: str) -> None:
        """Add a layer at a free spot, connected to the selected node if that is one with a free output."""
        x, y = self._canvas.insertion_point()
        selected = self._canvas.selected_nodes()
        graph = self._session.shown.graph
        source = None
        if len(selected) == 1 and not graph.edges_from(selected[0]):
            spec = self._session.catalogue.get(graph.node(selected[0]).layer)
            source = Port(selected[0], spec.main_output.name) if spec and spec.main_output else None
        self.on_layer_chosen(layer, x, y, source)

    def on_layer_dropped(self, layer: str, x: float, y: float) -> None:
        self._add(layer, x, y)

    def on_layer_chosen(self, layer: str, x: float, y: float, port: Port | None) -> None:
        """Add a layer, joined to a port if a wire from there was dropped on empty canvas."""
        if port is None and self._canvas.is_taken((x, y)):  # by the one that was added there before, say
            x, y = self._canvas.insertion_point()
        self._add(layer, x, y, lambda name: self._joining(layer, name, port) if port else [])

    def on_layer_dropped_on_edge(self, layer: str, x: float, y: float, edge: Edge) -> None:
        """Add a layer between the ends of a wire; what lies behind makes room."""

        def inserted(name: str) -> list[Edit]:
            catalogue, sizes = self._session.catalogue, self._canvas.node_sizes()
            sizes = {**sizes, name: self._canvas.new_size(catalogue[layer])}
            return [insert([name], edge, catalogue, {name: (x, y)}, sizes)]

        self._add(layer, x, y, inserted, self.tr("Insert {0}"))

    def place(self, layer: str, attributes: Mapping[str, Value]) -> None:
        """Place a layer of the project at a free spot, with attributes set."""
        self._add_now(layer, *self._canvas.insertion_point(), attributes=attributes)

    def on_nodes_moved(self, positions: Mapping[str, Position]) -> None:
        self._session.edit_shown(edits.move(dict(positions)))

    def on_delete_requested(self, names: tuple[str, ...], edges: tuple[Edge, ...]) -> None:
        if names or edges:
            self._session.edit_shown(edits.remove(names, edges))

    def on_attribute_changed(self, node: str, name: str, value: Value) -> None:
        if name == "shares":
            self.share([node], str(value)) if value else self.unshare([node])
        else:
            self._session.edit_shown(edits.set_attribute(node, name, value, self._session.catalogue))

    def share(self, nodes: Iterable[str], owner: str) -> None:
        """Let nodes use the params of another; those that used theirs follow."""
        graph, chosen = self._session.shown.graph, set(nodes)
        followers = [n.name for n in graph.nodes if n.name in chosen or n.attributes.get("shares") in chosen]
        steps = [edits.set_attribute(name, "shares", owner, self._session.catalogue) for name in followers if name != owner]
        self._session.edit_shown(edits.sequence(self.tr("Share the params of {0}").format(owner), steps))

    def unshare(self, nodes: Iterable[str]) -> None:
        """Give nodes params of their own again, and the attributes that they had from the owner."""
        graph = self._session.shown.graph
        steps = []
        for name in nodes:
            owner = str(graph.node(name).attributes.get("shares") or "")
            given = graph.node(owner).attributes if graph.has_node(owner) else {}
            steps += [edits.set_attribute(name, key, value, self._session.catalogue) for key, value in given.items()]
            steps.append(edits.set_attribute(name, "shares", "", self._session.catalogue))
        self._session.edit_shown(edits.sequence(self.tr("Stop sharing params"), steps))

    def on_field_changed(self, field: Field) -> None:
        """Add an attribute of the open class, or set it."""
        self._session.edit_shown(set_field(field))

    def on_field_removed(self, name: str) -> None:
        self._session.edit_shown(remove_field(name))

    def rename_field(self, old: str, new: str) -> str:
        """Rename an attribute of the open class; return why not, if it may not be."""
        return self._session.attempt(within(self._session.block, rename_field(old, new)))

    def on_fix_requested(self, fix: Fix, block: str | None = None) -> bool:
        """Carry out a repair where it belongs: in the block it names, else in this one or the open one. Was it done?"""
        where = fix.block or (self._session.block if block is None else block)
        return self._session.edit(within(where, apply_fix(fix, self._session.catalogue)))

    def rename(self, old: str, new: str) -> str:
        """Rename a node; return why not, if it may not be."""
        others = set(self._session.shown.graph.names()) - {old}
        if fault := fault_of_name(new, others):
            return self.tr("The name {0}.").format(fault)
        self._session.edit(rename_within(self._session.block, old, new))
        self._canvas.select((new,))
        return ""

    def rename_model(self, name: str) -> str:
        """Give the model another class name; return why not, if it may not be."""
        if fault := fault_of_class_name(name):
            return self.tr("The name {0}.").format(fault)
        return self._session.attempt(edits.rename_model(name))

    def _add(self, layer: str, x: float, y: float, more: Callable[[str], list[Edit]] | None = None, text: str = "") -> None:
        self._with_layer(layer, lambda: self._add_now(layer, x, y, more, text=text))

    def _add_now(
        self,
        layer: str,
        x: float,
        y: float,
        more: Callable[[str], list[Edit]] | None = None,
        attributes: Mapping[str, Value] | None = None,
        text: str = "",
    ) -> None:
        spec = self._session.catalogue[layer]
        name = edits.new_name(self._session.shown, spec)
        add = edits.add_node(spec, name, (x, y), attributes)
        steps = [add, *(more(name) if more else [])]
        if self._session.edit_shown(edits.sequence(text.format(name) or add.text, steps)):
            self._canvas.select((name,))
            self.layer_added.emit(layer)
            self._canvas.view.bring_into_sight(name)

    def _joining(self, layer: str, name: str, port: Port) -> list[Edit]:
        """Return the edit that joins a new node to a port, whichever way round fits."""
        spec, catalogue = self._session.catalogue[layer], self._session.catalogue
        if not self._session.shown.graph.has_node(port.node):
            return []
        node = self._session.shown.graph.node(port.node)
        is_output = port.port in {p.name for p in catalogue[node.layer].outputs}
        if is_output and spec.inputs:
            known = self._session.knowledge.shown_shapes.nodes.get(port.node)
            target = fitting_input(spec, known.at(port.port) if known else None) or spec.inputs[0]
            return [edits.connect(port, Port(name, target.name), catalogue)]
        if not is_output and spec.main_output:
            return [edits.connect(Port(name, spec.main_output.name), port, catalogue)]
        return []
