"""The graph on display: keeps one item per node and edge and changes only what a new value changes."""

from collections.abc import Iterable, Mapping, Sequence, Set

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QGraphicsScene

from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui.canvas.beside import Beside, Key
from flaxstudio.gui.canvas.deferral import Deferral
from flaxstudio.gui.canvas.easing import Easing
from flaxstudio.gui.canvas.edge_item import EdgeItem
from flaxstudio.gui.canvas.haste import Haste
from flaxstudio.gui.canvas.heat import Heat
from flaxstudio.gui.canvas.near_nodes import node_at, nodes_in, port_at
from flaxstudio.gui.canvas.node_content import Side, content_of
from flaxstudio.gui.canvas.node_item import NodeItem
from flaxstudio.gui.canvas.node_painter import BLOCKS_BELOW, NodePainter
from flaxstudio.gui.canvas.overview import Block, ItemLayer, Overview, OverviewCache, OverviewItem, bounds_of
from flaxstudio.gui.canvas.probes import Probes
from flaxstudio.gui.canvas.renaming import renamed_node
from flaxstudio.gui.canvas.sharing import SharingLines
from flaxstudio.gui.canvas.shown import ChangedNodes, Shown
from flaxstudio.gui.canvas.wire_labels import WireLabels
from flaxstudio.gui.canvas.wires import Wires
from flaxstudio.gui.families import family_color
from flaxstudio.gui.group_signs import NodeSigns
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.insertion import chain_ends
from flaxstudio.project.project import Position, Project

_EXTENT = QRectF(-100_000, -100_000, 200_000, 200_000)
_MOST_EASED = 400
_DIMMED = 0.3


class GraphScene(QGraphicsScene):
    """Nodes and wires as items, the selection, and where things are."""

    selection_moved = Signal()
    graph_moved = Signal()

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(_EXTENT, parent)
        self.catalogue = catalogue
        self.tokens = tokens
        self.project = Project()
        self.shapes = GraphShapes({})
        self.nodes: dict[str, NodeItem] = {}
        self.held: frozenset[str] = frozenset()
        self._has_been_held = False  # when the project was displayed: some nodes may not be where it says
        self.signs = NodeSigns()
        self._shown: dict[str, Shown] = {}
        self._changes = ChangedNodes()
        self._selected: dict[str, None] = {}
        self._targets: dict[str, Position] = {}
        self.lit: Edge | None = None
        self._swollen: tuple[Port, Side] | None = None
        self._is_running = False
        self._heat: Mapping[str, Heat] = {}
        self._painter = NodePainter(tokens)
        self.haste = Haste(self)
        self._found: frozenset[str] | None = None
        self.layer = ItemLayer()
        self.addItem(self.layer)
        self.beside = Beside(self, self.layer, tokens)
        self._wires = Wires(self, self.layer, lambda: self.nodes, self.beside.routes)
        self.edges: Mapping[Edge, EdgeItem] = self._wires.items
        self._cache = OverviewCache(self._block_of, self._wires.at, self._wires.points_of, self.beside.outlines)
        self._overview = OverviewItem(_EXTENT, self)
        self._overview.hide()
        self._easing = Easing(self)
        self._easing.finished.connect(self._settle_overview)
        self._later: Deferral[Shown] = Deferral(self._show_later, self)
        self._hovered = ""
        self._sharing = SharingLines(tokens, self.layer)
        self.wire_labels = WireLabels(self, _EXTENT, self.layer)
        self.probes = Probes(self, self.layer)

    def display(self, project: Project, problems: tuple[Problem, ...], shapes: GraphShapes) -> None:
        """Show a project: items of unchanged nodes and edges stay as they are."""
        if project is self.project and self.nodes and not self._has_been_held:
            self._show_knowledge(problems, shapes)
            return
        self._has_been_held = bool(self.held)
        selected = self.selected_nodes(), self.selected_edges(), self.beside.selected
        before, is_first = self.project, not self.nodes
        renamed = renamed_node(before.graph, project.graph)
        for old, new in renamed.items():
            self._rename(old, new)
        if project.flow != before.flow:
            self._shown.clear()  # all ports are elsewhere
        has_other_shapes = shapes is not self.shapes
        self.project, self.shapes = project, shapes
        gone = self._remove_gone(project.graph)
        changed, resized = self._show_nodes(problems)
        rerouted = self.beside.display(project.annotations)
        moved = self._place(is_first)
        come = self._wires.add_new(project.graph.edges, gone, project.flow, self.tokens)
        self.lay_edges({**self._wires.at(resized), **dict.fromkeys(rerouted)})
        self._show_sharing()
        if self._found is not None:
            self._show_dimmed()
        if renamed or 2 * len(changed) > len(self.nodes):  # another graph, then: it is made anew when it is looked at
            self._tell_overview()
        elif gone or come or changed or moved or rerouted or has_other_shapes or project.annotations is not before.annotations:
            self._tell_overview(changed | moved, (*come, *rerouted))
        if selected != (self.selected_nodes(), self.selected_edges(), self.beside.selected):
            self.selection_moved.emit()

    def _show_knowledge(self, problems: tuple[Problem, ...], shapes: GraphShapes) -> None:
        """Show what has become known of the very project that is on display."""
        self.shapes = shapes
        changed, resized = self._show_nodes(problems)
        self.lay_edges(self._wires.at(resized))
        self._tell_overview(changed)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw everything in another theme."""
        self.tokens = tokens
        self._painter = NodePainter(tokens)
        self._sharing.set_tokens(tokens)
        self.beside.set_tokens(tokens)
        for item in self.nodes.values():
            item.repaint_with(self._painter)
        for edge, wire in self.edges.items():
            wire.show_color(self._color_of(edge.source.node), tokens)
        self._tell_overview()

    def show_heat(self, heat: Mapping[str, Heat]) -> None:
        """Lay costs over the nodes, or take them away."""
        self._heat = heat
        for name, item in self.nodes.items():
            item.show_state(heat=heat.get(name))
        self._tell_overview()

    def set_running(self, is_running: bool) -> None:
        """Outline the graph as being trained, or not."""
        if is_running != self._is_running:
            self._is_running = is_running
            for item in self.nodes.values():
                item.show_state(is_running=is_running)

    def set_still(self, is_still: bool) -> None:
        """Let nodes go to their places at once, or glide."""
        self._easing.is_still = is_still

    def settle(self) -> None:
        """End all gliding: something is about to be dragged."""
        self._easing.end()

    def show_at_scale(self, scale: float) -> None:
        """Choose between items and blocks for a zoom."""
        self._wires.show_at_scale(scale)
        self.haste.note_zoom()
        is_far = scale < BLOCKS_BELOW
        if is_far != self._overview.isVisible():
            self.layer.setVisible(not is_far)
            self._overview.setVisible(is_far)
            self._tell_overview(frozenset(), is_moving=True)  # which is no change

    def move_nodes(self, positions: Mapping[str, Position]) -> None:
        """Put nodes' items elsewhere at once; their wires follow. Unknown nodes are passed over."""
        known = {name: place for name, place in positions.items() if name in self.nodes}
        self._targets.update(known)
        self.put_nodes({name: QPointF(*place) for name, place in known.items()})

    def put_nodes(self, points: Mapping[str, QPointF]) -> None:
        """Put nodes' items where they are on their way for now."""
        for name, point in points.items():
            self.nodes[name].setPos(point)
        self.lay_edges(self._wires.at(points.keys()))
        self._show_sharing()
        self._tell_overview(points.keys(), is_moving=True)

    def node_at(self, point: QPointF) -> str | None:
        """Return the uppermost node at a point."""
        return node_at(self, point)

    def port_at(self, point: QPointF, reach: float) -> tuple[Port, Side] | None:
        """Return the port within reach of a point, and its side."""
        return port_at(self, point, reach)

    def edge_at(self, point: QPointF, reach: float) -> Edge | None:
        """Return the nearest wire within reach of a point."""
        grown = (
            wire for wire in self.edges.values() if wire.boundingRect().adjusted(-reach, -reach, reach, reach).contains(point)
        )
        near = [(wire.distance_to(point), wire.edge) for wire in grown]
        return min(near)[1] if near and min(near)[0] <= reach else None

    def can_stand_on_edge(self, names: Iterable[str]) -> bool:
        """Return whether nodes could be inserted in a wire: alone or as a chain, and without other wires."""
        return chain_ends(self.project.graph, names, self.catalogue) is not None

    def shown(self, name: str) -> Shown | None:
        """Return what a node is drawn from."""
        return self._shown.get(name)

    def picture_of(self, name: str, ratio: float) -> QPixmap:
        """Return a node as a picture, its box a margin inside; to be dragged about."""
        return self._painter.picture(self.nodes[name].content, ratio)

    def nodes_in(self, box: QRectF) -> tuple[str, ...]:
        """Return the nodes that a box touches."""
        return nodes_in(self, box)

    def size_of_new(self, spec: LayerSpec) -> tuple[float, float]:
        """Return the width and height that a new node of a layer will have."""
        content = content_of(Node(f"{spec.base_name()}_1", spec.name), spec, None, (), self.project.flow)
        return self._painter.size(content).toTuple()

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """Return the box around some nodes, or all, where they are or are gliding to."""
        chosen = self.nodes if names is None else names
        found = bounds_of(QRectF(QPointF(*self._targets[name]), self.nodes[name].box().size()) for name in chosen)
        return found if names is not None else found.united(self.beside.bounds())

    def overview(self) -> Overview:
        """Return the graph as blocks; only what changed is made anew."""
        return self._cache.overview(self.nodes, self.edges)

    def selected_nodes(self) -> tuple[str, ...]:
        """Return the selected nodes in the order they were chosen."""
        return tuple(self._selected)

    def selected_edges(self) -> tuple[Edge, ...]:
        """Return the selected wires."""
        return tuple(self._wires.selected)

    def select(self, names: Iterable[str], edges: Iterable[Edge] = (), beside: Iterable[Key] = ()) -> None:
        """Select these and nothing else; unknown ones are passed over."""
        chosen, wires, before = {name: None for name in names if name in self.nodes}, dict.fromkeys(edges), self._selected
        has_other = self.beside.select(beside)
        if not has_other and tuple(chosen) == tuple(before) and wires == self._wires.selected:
            return
        self._selected = chosen
        others = chosen.keys() ^ before.keys()
        for name in others:
            self.nodes[name].show_state(is_selected=name in chosen)
        self._wires.select(wires)
        self._show_sharing()
        self._tell_overview(others)
        self.selection_moved.emit()

    def hover(self, name: str) -> None:
        """Note the node under the pointer, "" for none: who shares its params is shown."""
        if name != self._hovered:
            self._hovered = name
            self._show_sharing()

    def show_found(self, names: frozenset[str] | None) -> None:
        """Dim all but what was found; None shows everything as ever."""
        if names != self._found:
            self._found = names
            self._show_dimmed()
            self._tell_overview()

    def light(self, edge: Edge | None) -> None:
        """Light up one wire, and no other."""
        if edge != self.lit:
            for other, is_lit in ((self.lit, False), (edge, True)):
                if other is not None and other in self.edges:
                    self.edges[other].show_lit(is_lit)
            self.lit = edge

    def swell(self, hit: tuple[Port, Side] | None) -> None:
        """Enlarge one port, and no other."""
        if hit != self._swollen:
            if self._swollen and self._swollen[0].node in self.nodes:
                self.nodes[self._swollen[0].node].show_state(swollen=None)
            if hit:
                self.nodes[hit[0].node].show_state(swollen=(hit[1], hit[0].port))
            self._swollen = hit

    def clear_graph(self) -> None:
        """Take everything away: another graph comes, not a changed one."""
        self.held = frozenset()
        self._easing.stop()
        self.light(None)
        self.swell(None)
        self._hovered = ""
        self._sharing.show_group((), {})
        had_selection = bool(self._selected or self.selected_edges() or self.beside.selected)
        self.beside.display(Annotations())
        self.project = Project()
        self._remove_gone(self.project.graph)
        if had_selection:
            self.selection_moved.emit()

    def _rename(self, old: str, new: str) -> None:
        self.nodes = {new if name == old else name: item for name, item in self.nodes.items()}
        self._selected = {new if name == old else name: None for name in self._selected}
        self._targets[new] = self._targets.pop(old)
        self._shown.pop(old, None)
        self._wires.forget(old)  # its wires are others now

    def _remove_gone(self, graph: Graph) -> list[Edge]:
        """Take away what is not in the graph any more, and return the wires among it."""
        present = {node.name for node in graph.nodes}
        lost = [name for name in self.nodes if name not in present]
        gone = self._wires.remove_gone(graph.edges)
        for name in lost:
            self.removeItem(self.nodes.pop(name))
            gone += self._wires.lose(name)
            for table in (self._targets, self._shown, self._selected):
                table.pop(name, None)
        self._cache.drop(lost, gone)
        self.lit = None if self.lit in gone else self.lit
        return gone

    def _show_nodes(self, problems: tuple[Problem, ...]) -> tuple[set[str], set[str]]:
        """Bring every node's content up to date; returns those that look different, and those whose size changed."""
        known = self.project, self.catalogue, self.shapes, problems, self.signs
        changed = self._changes.found(self._shown, *known, self._later.waiting)
        return self._shown_now(self._later.first(changed, lambda shown: self.nodes.get(shown[0].name)))

    def _shown_now(self, changed: Sequence[Shown]) -> tuple[set[str], set[str]]:
        fresh = {shown[0].name: shown for shown in changed}
        self._shown |= fresh
        return set(fresh), {name for name, shown in fresh.items() if self._show_node(shown)}

    def _show_later(self, changed: Sequence[Shown]) -> None:
        names, resized = self._shown_now(changed)
        self.lay_edges(self._wires.at(resized))
        self._tell_overview(names)

    def _show_node(self, shown: Shown) -> bool:
        node, spec, shape, problems, look, hidden, sign = shown
        content = content_of(node, spec, shape, problems, self.project.flow, look, hidden, sign)
        item = self.nodes.get(node.name)
        if item is None:
            self.nodes[node.name] = item = NodeItem(content, self._painter, self.haste, self.layer)
            item.show_state(is_running=self._is_running, heat=self._heat.get(node.name))
            return False
        return item.content != content and item.show_content(content)

    def _place(self, is_first: bool) -> set[str]:
        """Put the nodes where they belong, or let them glide there; returns those that were elsewhere or nowhere."""
        wanted = {name: self.project.positions.get(name, (0.0, 0.0)) for name in self.nodes if name not in self.held}
        new = [name for name in wanted if name not in self._targets]
        moved = [name for name, place in wanted.items() if self._targets.get(name, place) != place]
        self._targets.update(wanted)
        is_eased = not is_first and 0 < len(moved) <= _MOST_EASED and any(view.isVisible() for view in self.views())
        for name in new if is_eased else (*new, *moved):
            self.nodes[name].setPos(*wanted[name])
        self.lay_edges(self._wires.at(set(moved)))
        if is_eased:
            self._easing.ease({name: (self.nodes[name].pos(), QPointF(*wanted[name])) for name in moved})
        return {*new, *moved}

    def lay_edges(self, edges: Iterable[Edge]) -> None:
        """Lay wires between the ports where they are now, through their dots."""
        self._wires.lay(edges, self.project.flow)

    def _color_of(self, name: str) -> QColor:
        return family_color(self.nodes[name].content.spec, self.tokens)

    def _show_sharing(self) -> None:
        group = self._sharing.group_to_show(self.project.graph, self._hovered, self._selected)
        if group or self._sharing.names:
            self._sharing.show_group(group, {name: self.nodes[name].box() for name in group})

    def _show_dimmed(self) -> None:
        for name, item in self.nodes.items():
            item.setOpacity(1.0 if self._found is None or name in self._found else _DIMMED)
        for wire in self.edges.values():
            wire.setOpacity(1.0 if self._found is None else _DIMMED)

    def _block_of(self, name: str) -> Block:
        item, heat = self.nodes[name], self._heat.get(name)
        color = QColor(self._color_of(name) if heat is None else self.tokens.heat[heat.level])
        if self._found is not None and name not in self._found:
            color.setAlphaF(_DIMMED)
        return Block(item.box(), color, item.state.is_selected, item.content.severity == "error")

    def _tell_overview(self, names: Set[str] | None = None, edges: Iterable[Edge] = (), is_moving: bool = False) -> None:
        """Show from far away what changed: these nodes with their wires, and these wires; anything at all for None.

        While nodes move the bounds only grow.
        """
        if names is None:
            self._cache.forget()
        else:
            self._cache.renew(names, (edge for edge in edges if edge in self.edges), is_moving)
        self.graph_moved.emit()
        if self._overview.isVisible():
            self._overview.show_overview(self.overview(), self.tokens)

    def _settle_overview(self) -> None:
        """Nodes have glided to their places; on the way the bounds only grew."""
        self._cache.settle()
        self._tell_overview(frozenset())
