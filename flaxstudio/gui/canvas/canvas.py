"""The canvas: the graph as the user sees and draws it, with its model's name above and a minimap in the corner."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.graph.layout import Flow
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.accessible import tell_focus
from flaxstudio.gui.canvas.acts import acts_of
from flaxstudio.gui.canvas.arrange_bar import ArrangeBar
from flaxstudio.gui.canvas.beside import Key
from flaxstudio.gui.canvas.breadcrumb import Breadcrumb, crumbs_of
from flaxstudio.gui.canvas.find_bar import FindBar
from flaxstudio.gui.canvas.heat import CostOverlay
from flaxstudio.gui.canvas.heat_legend import HeatLegend
from flaxstudio.gui.canvas.intents import Intents
from flaxstudio.gui.canvas.minimap import Minimap
from flaxstudio.gui.canvas.port_painter import PORT_Y, port_keys
from flaxstudio.gui.canvas.scene import GraphScene
from flaxstudio.gui.canvas.search_popup import SearchPopup
from flaxstudio.gui.canvas.searching import Searching
from flaxstudio.gui.canvas.snapping import place_at, snapped
from flaxstudio.gui.canvas.spoken import item_name
from flaxstudio.gui.canvas.view import GraphView
from flaxstudio.gui.canvas.view_history import ViewHistory
from flaxstudio.gui.commands.keymap import KeyMap, native
from flaxstudio.gui.group_signs import NodeSigns
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Box
from flaxstudio.project.block_edits import inside
from flaxstudio.project.place import Place, block_at
from flaxstudio.project.project import Position, Project

_READABLE_ZOOM = 0.7
_NODE_GAP = 60
_ROW_GAP = 100
_MINIMAP_MS = 30


class Canvas(QWidget):
    """Shows a project's graph and says what the user wants done to it; see `Intents` for its signals."""

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.intents = Intents(self)
        self.layer_dropped = self.intents.layer_dropped
        self.layer_chosen = self.intents.layer_chosen
        self.layer_dropped_on_edge = self.intents.layer_dropped_on_edge
        self.edge_drawn = self.intents.edge_drawn
        self.nodes_moved = self.intents.nodes_moved
        self.nodes_dropped_on_edge = self.intents.nodes_dropped_on_edge
        self.nodes_duplicated = self.intents.nodes_duplicated
        self.wires_moved = self.intents.wires_moved
        self.wires_cut = self.intents.wires_cut
        self.delete_requested = self.intents.delete_requested
        self.things_moved = self.intents.things_moved
        self.item_resized = self.intents.item_resized
        self.title_written = self.intents.title_written
        self.text_written = self.intents.text_written
        self.dot_wanted = self.intents.dot_wanted
        self.probe_requested = self.intents.probe_requested
        self.dots_unwanted = self.intents.dots_unwanted
        self.things_deleted = self.intents.things_deleted
        self.selection_changed = self.intents.selection_changed
        self.rename_requested = self.intents.rename_requested
        self.file_dropped = self.intents.file_dropped
        self.open_requested = self.intents.open_requested
        self.leave_requested = self.intents.leave_requested
        self.menu_requested = self.intents.menu_requested
        self.command_requested = self.intents.command_requested
        self.spoken = self.intents.spoken
        self.cancel_requested = self.intents.cancel_requested
        self.scene = GraphScene(catalogue, tokens, self)
        self.view = GraphView(self.scene, self.intents, self)
        self.find_bar = FindBar(tokens, self.view)
        self.arrange_bar = ArrangeBar(tokens, self.view)
        self.arrange_chosen = self.arrange_bar.chosen
        self.minimap = Minimap(tokens, self.view)
        self.legend = HeatLegend(tokens, self.view)
        self._costs: CostOverlay | None = None
        self.search = SearchPopup(catalogue, tokens, self)
        self._minimap_timer = QTimer(self, singleShot=True, interval=_MINIMAP_MS)
        self._arrange_timer = QTimer(self, singleShot=True, interval=0)
        self._is_dragging = False
        self.searching = Searching(self.view, self.search, self.insertion_point)
        self.breadcrumb = Breadcrumb(tokens, self)
        self.place_requested = self.breadcrumb.place_requested
        self.history = ViewHistory(self.view, self.place_requested.emit)
        self.acts = acts_of(self.view, self.history) | {"add_behind": self.searching.open_behind}
        self._hint = QLabel(self.view)
        self._build()
        self.set_keys(self.view.keys)
        self.set_tokens(tokens)

    def display(
        self,
        project: Project,
        problems: tuple[Problem, ...],
        shapes: GraphShapes,
        catalogue: Catalogue | None = None,
        place: Place | None = None,
    ) -> None:
        """Show the graph at a place of a project, with the problems and shapes in it, changing only what differs."""
        place = place or Place()
        shown = inside(project, block_at(project, place) or "")
        if self.scene.held - set(shown.graph.names()):
            self.view.cancel_gesture()
        if catalogue is not None:
            self.scene.catalogue = catalogue
        before = self.history.place
        if place != before:
            self._leave_graph()
        if place != before or not self.scene.signs.is_of(project, place):
            self.scene.signs = NodeSigns(project, place)
        self.scene.display(shown, problems, shapes)
        self.view.editor.forget()
        self.breadcrumb.display(crumbs_of(project, place))
        self._hint.setVisible(not shown.graph.nodes and not shown.annotations.names())
        if place != before:
            self._enter_graph(before, place)

    def _leave_graph(self) -> None:
        """Remember how the graph was seen, and take it away."""
        self.view.cancel_gesture()
        self.history.leave_graph()
        self.view.editor.close()
        self.scene.clear_graph()

    def _enter_graph(self, before: Place, place: Place) -> None:
        """Show a graph as it was seen last; on the way out, select the node that was open."""
        self.history.enter_graph(place, self.show_beginning)
        if before.root == place.root and before.path[: len(place.path)] == place.path and before.path != place.path:
            self.scene.select([before.path[len(place.path)]])

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.scene.set_tokens(tokens)
        self.scene.probes.set_tokens()
        self.view.hovering.set_tokens(tokens)
        self.minimap.set_tokens(tokens)
        self.legend.set_tokens(tokens)
        self.search.set_tokens(tokens)
        self.find_bar.set_tokens(tokens)
        self.arrange_bar.set_tokens(tokens)
        self._hint.setStyleSheet(f"color: {tokens.secondary}; font-size: {t.BODY}px; background: transparent;")
        self.view.tip.setStyleSheet(
            f"background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line};"
            f" border-radius: {t.RADIUS}px; padding: 4px 8px; font-size: {t.SECONDARY}px;"
        )
        self.breadcrumb.set_tokens(tokens)
        self.view.viewport().update()

    def show_costs(self, overlay: CostOverlay | None) -> None:
        """Colour the nodes by what they cost, with a legend; None takes it away."""
        if overlay != self._costs:
            self._costs = overlay
            self.scene.show_heat(overlay.heat if overlay is not None else {})
            self.legend.display(overlay)
            self._place_overlays()

    def set_running(self, is_running: bool) -> None:
        """Show that the graph is being trained, or not."""
        self.scene.set_running(is_running)

    def selected_nodes(self) -> tuple[str, ...]:
        """Return the selected nodes' names in the order they were chosen."""
        return self.scene.selected_nodes()

    def selected_edges(self) -> tuple[Edge, ...]:
        """Return the selected wires."""
        return self.scene.selected_edges()

    def selected_items(self) -> tuple[str, ...]:
        """Return the names of the selected frames and notes."""
        return self.scene.beside.selected_items

    def select(self, names: Iterable[str], beside: Iterable[Key] = ()) -> None:
        """Select these nodes, frames, notes and dots, and nothing else."""
        self.scene.select(names, (), beside)

    def can_see(self, names: Iterable[str]) -> bool:
        """Return whether nodes lie in the view, whole."""
        return self.view.mapToScene(self.view.viewport().rect()).boundingRect().contains(self.scene.bounds(names))

    def write_on(self, item: str) -> None:
        """Let the user write a frame's title or a note's text."""
        self.view.editor.edit(item)

    def free_corner(self, width: float, height: float) -> Position:
        """Return the upper left corner for something new: round the pointer, or in the middle if that is elsewhere."""
        viewport = self.view.viewport()
        at = viewport.mapFromGlobal(self.cursor().pos())
        at = at if viewport.rect().contains(at) else viewport.rect().center()
        point = self.view.mapToScene(at)
        return snapped(point.x() - width / 2), snapped(point.y() - height / 2)

    def middles_of(self, edges: Iterable[Edge]) -> list[tuple[Edge, int, Position]]:
        """Return where a dot in the middle of each wire would be: the wire, the dot's number and its place."""
        found = []
        for edge in edges:
            point = self.scene.edges[edge].path().pointAtPercent(0.5)
            found.append((edge, self.scene.edges[edge].piece_at(point), (snapped(point.x()), snapped(point.y()))))
        return found

    def boxes_of(self, names: Iterable[str], items: Iterable[str]) -> list[Box]:
        """Return the boxes of nodes, frames and notes, in scene px."""
        boxes = [self.scene.nodes[name].box() for name in names] + [self.scene.beside.box_of(item) for item in items]
        return [(box.x(), box.y(), box.width(), box.height()) for box in boxes]

    def center_on(self, name: str) -> None:
        """Bring a node to the middle of the view."""
        if name in self.scene.nodes:
            self.show_box(self.scene.nodes[name].box())

    def show_box(self, box: QRectF) -> None:
        """Bring a part of the graph to the middle of the view: of what the find bar leaves of it, and near enough to read."""
        self.history.note()
        if self.find_bar.isVisible() and self.view.zoom() < _READABLE_ZOOM:
            self.view.zoom_to(_READABLE_ZOOM, self.view.viewport().rect().center())
        covered = self.find_bar.width() if self.find_bar.isVisible() else 0
        self.view.centerOn(box.center() + QPointF(covered / 2 / self.view.zoom(), 0))
        self.view.view_moved.emit()

    def fit_all(self) -> None:
        """Show the whole graph."""
        self.view.fit(self.scene.bounds())

    def forget_views(self) -> None:
        """Forget how graphs were seen and what was selected: they are another project's, whatever their names."""
        self.history.forget()
        self.scene.select([])

    def show_beginning(self) -> None:
        """Show the whole graph, or its beginning where the whole would be too small to read."""
        self.fit_all()
        if self.view.zoom() < _READABLE_ZOOM and self.scene.nodes:
            bounds, room = self.scene.bounds(), self.view.viewport().rect()
            self.view.zoom_to(_READABLE_ZOOM, room.center())
            shift = room.width() / 2 / _READABLE_ZOOM - _NODE_GAP
            self.view.centerOn(bounds.left() + shift, bounds.center().y())
            self.view.view_moved.emit()

    def is_taken(self, place: Position) -> bool:
        """Return whether a node lies where a new one would have its corner."""
        return self.scene.node_at(QPointF(*place) + QPointF(t.GAP, t.GAP)) is not None

    def insertion_point(self) -> Position:
        """Return a free place for a new node: right of the last selected one, else in the middle of the view."""
        selected = self.scene.selected_nodes()
        if selected:
            box = self.scene.nodes[selected[-1]].box()
            behind = box.topRight() + QPoint(_NODE_GAP, PORT_Y)
            below = QPointF(box.center().x(), box.bottom() + _NODE_GAP)
            x, y = place_at(behind if self.flow == "right" else below, "out", self.flow)
        else:
            x, y = place_at(self.view.visible_box().center())
        aside = (0, _ROW_GAP) if self.flow == "right" else (t.NODE_MAX_WIDTH + t.GRID_STEP, 0)
        while self.scene.nodes_in(QRectF(x, y, t.NODE_MAX_WIDTH, _ROW_GAP - 20)):
            x, y = x + aside[0], y + aside[1]
        return x, y

    def paste_point(self, corner: Position) -> Position | None:
        """Return where pasted nodes go: to the pointer, or into view where their old place is out of it, or None."""
        if self.view.pointer is not None:
            return self.view.pointer.scene.toTuple()
        return None if self.view.visible_box().contains(QPointF(*corner)) else self.view.visible_box().center().toTuple()

    def new_size(self, spec: LayerSpec) -> tuple[float, float]:
        """Return the width and height that a new node of a layer will have."""
        return self.scene.size_of_new(spec)

    def point_below(self, names: Iterable[str]) -> QPoint:
        """Return the point on the screen below some nodes, or the view's edge where they are out of sight."""
        box = self.view.mapFromScene(self.scene.bounds(names)).boundingRect()
        room = self.view.viewport().rect().adjusted(t.GAP, t.GAP, -t.GAP, -t.GAP)
        at = QPoint(box.left(), box.bottom() + t.GAP)
        inside = QPoint(max(room.left(), min(at.x(), room.right())), max(room.top(), min(at.y(), room.bottom())))
        return self.view.viewport().mapToGlobal(inside)

    def node_sizes(self) -> Mapping[str, tuple[float, float]]:
        """Return every node's width and height in scene px."""
        return {name: item.box().size().toTuple() for name, item in self.scene.nodes.items()}

    def port_offsets(self) -> Mapping[tuple[Port, bool], float]:
        """Return how far every port lies from the beginning of its node's side; the key also says whether it is an output."""
        return {
            (Port(name, port), side == "out"): item.port_offset(side, port)
            for name, item in self.scene.nodes.items()
            for side, port in port_keys(item.content)
        }

    @property
    def flow(self) -> Flow:
        """Which way the data goes in the drawing."""
        return self.scene.project.flow

    def set_keys(self, keys: KeyMap) -> None:
        """Let keys mean other commands."""
        self.view.keys = keys
        self._hint.setText(self.tr("{0} to add a layer, or drag one from the palette.").format(_press(keys, "add")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_overlays()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.breadcrumb)
        layout.addWidget(self.view)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusProxy(self.view)
        self.view.setAccessibleName(self.tr("Graph"))
        self.setAccessibleName(self.tr("Canvas"))
        about = self.tr("Nodes and wires of the model. Arrow keys go from node to node; the menus tell all keys.")
        self.setAccessibleDescription(about)
        self.view.setAccessibleDescription(about)
        self.scene.selection_moved.connect(self._on_selection_moved)
        self.scene.graph_moved.connect(self._minimap_timer.start)
        self._minimap_timer.timeout.connect(self._show_minimap)
        self.view.view_moved.connect(self._on_view_moved)
        self.view.focus_moved.connect(self.breadcrumb.show_focus)
        self.minimap.point_chosen.connect(self._on_point_chosen)
        self.view.dragged.connect(self._on_dragged)
        self._arrange_timer.timeout.connect(self._place_arrange_bar)

    def _on_selection_moved(self) -> None:
        names = self.scene.selected_nodes()
        texts = [f"{name}, {self.scene.nodes[name].content.layer}" for name in names]
        texts += [item_name(self.scene, item) for item in self.selected_items()]
        self.view.setAccessibleDescription(self.tr("Selected: {0}").format("; ".join(texts) or self.tr("nothing")))
        tell_focus(self.view)
        self.intents.selection_changed.emit(names)
        self._arrange_timer.start()

    def _on_view_moved(self) -> None:
        self._place_overlays()
        if self._minimap_timer.isActive() and self.minimap.has_graph:
            self.minimap.look_at(self.view.visible_box())  # the graph itself follows in a moment, once for many changes
        else:
            self.minimap.display(self.scene.overview(), self.view.visible_box())
        self._place_arrange_bar()

    def _on_dragged(self, at: QPoint | None) -> None:
        """Let nothing lie in the way of what is dragged."""
        self.minimap.give_way(at)
        self._is_dragging = at is not None
        if self._is_dragging:
            self.arrange_bar.hide()
        else:
            self._arrange_timer.start()

    def _place_arrange_bar(self) -> None:
        """Show the toolbar over several selected nodes, as long as some of them are in sight."""
        names = self.scene.selected_nodes()
        room = self.view.viewport().rect()
        box = self.view.mapFromScene(self.scene.bounds(names)).boundingRect() if len(names) > 1 else QRect()
        is_shown = len(names) > 1 and not self._is_dragging and room.intersects(box)
        if is_shown:
            self.arrange_bar.stand_over(box, room)
        self.arrange_bar.setVisible(is_shown)

    def _on_point_chosen(self, point: QPointF, is_jump: bool) -> None:
        if is_jump:
            self.history.note()
        self.view.centerOn(point)
        self.view.view_moved.emit()

    def _show_minimap(self) -> None:
        self.minimap.display(self.scene.overview(), self.view.visible_box())
        self._place_overlays()

    def _place_overlays(self) -> None:
        self._hint.setGeometry(self.view.rect())
        self.find_bar.move(self.view.width() - self.find_bar.width() - t.PADDING, t.PADDING)
        self.minimap.move(
            self.view.width() - self.minimap.width() - t.PADDING, self.view.height() - self.minimap.height() - t.PADDING
        )
        self.legend.stand_in(self.view.rect(), self._has_nodes_under)
        self.view.covered = QRect() if self.legend.isHidden() else self.legend.geometry()

    def _has_nodes_under(self, box: QRect) -> bool:
        return bool(self.scene.nodes_in(self.view.mapToScene(box).boundingRect()))


def _press(keys: KeyMap, command: str) -> str:
    """Return how a command is asked for: "Press Tab", or by the menu where it has no key."""
    own = keys.keys[command]
    if own:
        return QCoreApplication.translate("Canvas", "Press {0}").format(native(own[0]))
    return QCoreApplication.translate("Canvas", "Use the Graph menu")
