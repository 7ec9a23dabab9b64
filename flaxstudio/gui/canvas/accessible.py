"""The graph for assistive technology: each node, port, wire, frame and note as an object with a name, a role and a state.

Qt makes nothing of graphics items here, so the view answers for them. An object is made when somebody asks for it.
"""

import functools
from collections.abc import Hashable

from PySide6.QtCore import QObject, QPointF, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.port_painter import Key, port_keys
from flaxstudio.gui.canvas.spoken import (
    edge_description,
    edge_name,
    item_description,
    item_name,
    node_description,
    node_name,
    port_description,
    port_name,
)
from flaxstudio.gui.canvas.view import GraphView

_Role, _Text = QAccessible.Role, QAccessible.Text


@functools.cache
def install_accessibility() -> None:
    """Let Qt ask here for what a canvas holds; done once, since Qt forgets no factory."""
    QAccessible.installFactory(_face_of)


def tell_focus(view: GraphView) -> None:
    """Tell assistive technology what has the focus: the node selected last, or the frame or note."""
    face = QAccessible.queryAccessibleInterface(view) if QAccessible.isActive() else None
    focused = face.focused() if isinstance(face, GraphFace) else None
    if focused is not None and focused.isValid():
        QAccessible.updateAccessibility(QAccessibleEvent(focused, QAccessible.Event.Focus))


def _face_of(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    return GraphFace(thing) if isinstance(thing, GraphView) else None


class GraphFace(QAccessibleWidget):
    """The canvas: its children are the nodes, then the wires, then frames and notes."""

    def __init__(self, view: GraphView) -> None:
        super().__init__(view, _Role.Canvas, view.accessibleName())
        self.view = view
        self._faces: dict[Hashable, NodeFace | EdgeFace | ItemFace] = {}
        view.face = self  # type: ignore[attr-defined]  # Qt holds it by address alone, and Python would take it away

    def node(self, name: str) -> "NodeFace":
        """Return a node as an object."""
        face = self._faces.get(name)
        if not isinstance(face, NodeFace):
            self._faces[name] = face = NodeFace(self, name)
        return face

    def edge(self, edge: Edge) -> "EdgeFace":
        """Return a wire as an object."""
        face = self._faces.get(edge)
        if not isinstance(face, EdgeFace):
            self._faces[edge] = face = EdgeFace(self, edge)
        return face

    def item(self, name: str) -> "ItemFace":
        """Return a frame or note as an object."""
        face = self._faces.get(("item", name))
        if not isinstance(face, ItemFace):
            self._faces["item", name] = face = ItemFace(self, name)
        return face

    def focused(self) -> "NodeFace | ItemFace | None":
        """Return what was selected last: a node before anything else."""
        scene = self.view.graph_scene
        if names := scene.selected_nodes():
            return self.node(names[-1])
        return self.item(scene.beside.selected_items[-1]) if scene.beside.selected_items else None

    def _items(self) -> list[str]:
        return list(self.view.graph_scene.beside.middles())

    def childCount(self) -> int:
        return len(self.view.graph_scene.nodes) + len(self.view.graph_scene.edges) + len(self._items())

    def child(self, index: int) -> QAccessibleInterface | None:
        nodes, edges, items = list(self.view.graph_scene.nodes), list(self.view.graph_scene.edges), self._items()
        if 0 <= index < len(nodes):
            return self.node(nodes[index])
        if 0 <= index - len(nodes) < len(edges):
            return self.edge(edges[index - len(nodes)])
        index -= len(nodes) + len(edges)
        return self.item(items[index]) if 0 <= index < len(items) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, NodeFace) and child.name in self.view.graph_scene.nodes:
            return list(self.view.graph_scene.nodes).index(child.name)
        if isinstance(child, EdgeFace) and child.edge in self.view.graph_scene.edges:
            return len(self.view.graph_scene.nodes) + list(self.view.graph_scene.edges).index(child.edge)
        if isinstance(child, ItemFace) and child.isValid():
            before = len(self.view.graph_scene.nodes) + len(self.view.graph_scene.edges)
            return before + self._items().index(child.name)
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        point = self.view.mapToScene(self.view.viewport().mapFromGlobal(QPointF(x, y).toPoint()))
        if name := self.view.graph_scene.node_at(point):
            return self.node(name)
        hit = self.view.graph_scene.beside.hit(point, 0)
        return self.item(hit.key) if hit is not None and isinstance(hit.key, str) else None

    def focusChild(self) -> QAccessibleInterface | None:
        return self.focused() if self.view.hasFocus() else None


class _Face(QAccessibleInterface):
    """What nodes, ports and wires have in common: they lie on the canvas and cannot be changed from here."""

    role_is = _Role.ListItem

    def __init__(self, graph: GraphFace) -> None:
        super().__init__()
        self.graph = graph

    @property
    def scene(self):
        """The scene that is shown."""
        return self.graph.view.graph_scene

    def box(self) -> QRectF:
        """Return where this is, in scene px."""
        raise NotImplementedError

    def words(self, kind: QAccessible.Text) -> str:
        """Return the name or the description."""
        raise NotImplementedError

    def object(self) -> QObject | None:
        return None

    def window(self) -> QWindow | None:
        return self.graph.view.window().windowHandle()

    def parent(self) -> QAccessibleInterface | None:
        return self.graph

    def childCount(self) -> int:
        return 0

    def child(self, _index: int) -> QAccessibleInterface | None:
        return None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:
        return None

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return self.role_is

    def rect(self) -> QRect:
        view = self.graph.view
        box = view.mapFromScene(self.box()).boundingRect()
        return QRect(view.viewport().mapToGlobal(box.topLeft()), box.size())

    def text(self, kind: QAccessible.Text) -> str:
        return self.words(kind) if self.isValid() else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Leave everything as it is: names are changed by a command."""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.invisible = not self.isValid()
        if self.isValid():
            state.offscreen = not self.graph.view.visible_box().intersects(self.box())
        return state

    def interface_cast(self, _kind: QAccessible.InterfaceType) -> None:
        return None


class NodeFace(_Face):
    """A node; its children are its ports."""

    def __init__(self, graph: GraphFace, name: str) -> None:
        super().__init__(graph)
        self.name = name
        self._ports: dict[Key, PortFace] = {}

    def isValid(self) -> bool:
        return self.name in self.scene.nodes

    def ports(self) -> list[Key]:
        """Return the ports by side and name."""
        return port_keys(self.scene.nodes[self.name].content) if self.isValid() else []

    def childCount(self) -> int:
        return len(self.ports())

    def child(self, index: int) -> QAccessibleInterface | None:
        keys = self.ports()
        if not 0 <= index < len(keys):
            return None
        if keys[index] not in self._ports:
            self._ports[keys[index]] = PortFace(self, keys[index])
        return self._ports[keys[index]]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        keys = self.ports()
        return keys.index(child.key) if isinstance(child, PortFace) and child.key in keys else -1

    def box(self) -> QRectF:
        return self.scene.nodes[self.name].box()

    def words(self, kind: QAccessible.Text) -> str:
        content = self.scene.nodes[self.name].content
        return {_Text.Name: node_name, _Text.Description: node_description}.get(kind, lambda _: "")(content)

    def state(self) -> QAccessible.State:
        state = super().state()
        if self.isValid():
            selected = self.scene.selected_nodes()
            state.selectable = state.focusable = state.multiSelectable = True
            state.selected = self.name in selected
            state.focused = bool(selected) and selected[-1] == self.name and self.graph.view.hasFocus()
            state.invalid = self.scene.nodes[self.name].content.severity == "error"
        return state


class PortFace(_Face):
    """A port of a node."""

    role_is = _Role.Indicator

    def __init__(self, node: NodeFace, key: Key) -> None:
        super().__init__(node.graph)
        self.node = node
        self.key = key

    def isValid(self) -> bool:
        return self.key in self.node.ports()

    def parent(self) -> QAccessibleInterface | None:
        return self.node

    def box(self) -> QRectF:
        centre = self.scene.nodes[self.node.name].port_point(*self.key)
        reach = t.PORT_HIT / 2
        return QRectF(centre.x() - reach, centre.y() - reach, t.PORT_HIT, t.PORT_HIT)

    def words(self, kind: QAccessible.Text) -> str:
        port, side = Port(self.node.name, self.key[1]), self.key[0]
        tell = {_Text.Name: port_name, _Text.Description: port_description}.get(kind)
        return tell(self.scene, port, side) if tell else ""

    def state(self) -> QAccessible.State:
        state = super().state()
        if self.isValid():
            state.checked = self.key in self.scene.nodes[self.node.name].state.connected
        return state


class EdgeFace(_Face):
    """A wire."""

    role_is = _Role.Link

    def __init__(self, graph: GraphFace, edge: Edge) -> None:
        super().__init__(graph)
        self.edge = edge

    def isValid(self) -> bool:
        return self.edge in self.scene.edges

    def box(self) -> QRectF:
        return self.scene.edges[self.edge].boundingRect()

    def words(self, kind: QAccessible.Text) -> str:
        if kind == _Text.Name:
            return edge_name(self.edge)
        return edge_description(self.scene, self.edge) if kind == _Text.Description else ""

    def state(self) -> QAccessible.State:
        state = super().state()
        if self.isValid():
            state.selectable = True
            state.selected = self.scene.edges[self.edge].is_selected
        return state


class ItemFace(_Face):
    """A frame or a note."""

    def __init__(self, graph: GraphFace, name: str) -> None:
        super().__init__(graph)
        self.name = name

    def isValid(self) -> bool:
        return self.name in self.scene.beside.middles()

    def role(self) -> QAccessible.Role:
        return _Role.Grouping if self.name in self.scene.beside.frames else _Role.Note

    def box(self) -> QRectF:
        return self.scene.beside.box_of(self.name)

    def words(self, kind: QAccessible.Text) -> str:
        if kind == _Text.Name:
            return item_name(self.scene, self.name)
        return item_description(self.scene, self.name) if kind == _Text.Description else ""

    def state(self) -> QAccessible.State:
        state = super().state()
        if self.isValid():
            state.selectable = state.focusable = True
            state.selected = self.name in self.scene.beside.selected_items
            state.focused = self.graph.focusChild() is self
        return state
