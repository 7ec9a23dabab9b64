"""The menu of what is selected on the canvas."""

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block, Code
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.commands.command import commands_in
from flaxstudio.gui.commands.node_menu import COLOURS
from flaxstudio.gui.graph_acts import GraphActs
from flaxstudio.gui.group_acts import GroupActs
from flaxstudio.gui.panels.attribute_context import can_share_with
from flaxstudio.gui.session import Session
from flaxstudio.project.dismissing import can_be_dismissed

_MOST_REPAIRS = 4
_MOST_SHARED = 12


class ActionTable(Protocol):
    """The window's actions by name."""

    def __getitem__(self, name: str) -> QAction: ...


class NodeMenu(QObject):
    """Offers what can be done with the selected nodes; all of it is the window's own commands but sharing."""

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        graph: GraphActs,
        groups: GroupActs,
        actions: ActionTable | Mapping[str, QAction],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._canvas = canvas
        self._graph = graph
        self._groups = groups
        self._actions = actions
        self._window = window

    def on_requested(self, at: QPoint) -> None:
        """Open the menu at a point of the screen."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def menu(self) -> QMenu:
        """Return the menu for what is selected now."""
        menu = QMenu(self._window)
        names = self._canvas.selected_nodes()
        if not names:
            self._add_beside(menu)
            return menu
        graph, library = self._session.shown.graph, self._session.document.project.library
        definitions = [library.get(graph.node(name).layer) for name in names]
        if len(names) == 1:
            self._add_repairs(menu, names[0])
        if len(names) == 1 and isinstance(definitions[0], Block | Code):
            menu.addAction(self._actions["open_block"])
        menu.addAction(self._actions["make_block"])
        if any(isinstance(definition, Block) for definition in definitions):
            menu.addAction(self._actions["take_apart"])
        self._add_sharing(menu, graph, names)
        menu.addSeparator()
        for name in ("mute", "bypass", "collapse", "hide_ports"):
            menu.addAction(self._actions[name])
        self._add_colours(menu)
        self._add_groups(menu)
        menu.addAction(self._actions["frame"])
        menu.addAction(self._actions["probe"])
        if any(p.node in names and can_be_dismissed(p) for p in self._session.knowledge.shown_problems):
            menu.addAction(self._actions["dismiss"])
        menu.addSeparator()
        if len(names) == 1:
            menu.addAction(self._actions["rename"])
        for name in ("detach", "disconnect", *(("link",) if len(names) > 1 else ())):
            menu.addAction(self._actions[name])
        menu.addSeparator()
        for name in ("cut", "copy", "duplicate", "delete", "delete_reconnect"):
            menu.addAction(self._actions[name])
        return menu

    def _add_beside(self, menu: QMenu) -> None:
        """Offer what can be done with frames and notes, dots and wires."""
        items = self._canvas.selected_items()
        if len(items) == 1:
            is_frame = self._session.shown.annotations.frame(items[0]) is not None
            text = self.tr("Rename frame") if is_frame else self.tr("Edit note")
            menu.addAction(text).triggered.connect(lambda: self._canvas.write_on(items[0]))
        if items:
            self._add_colours(menu)
            for name in ("cut", "copy", "duplicate"):
                menu.addAction(self._actions[name])
        if self._canvas.selected_edges():
            for name in ("insert", "dot", "probe"):
                menu.addAction(self._actions[name])
        menu.addAction(self._actions["delete"])

    def _add_repairs(self, menu: QMenu, name: str) -> None:
        """Offer the repairs of what is wrong with a node, the errors' first."""
        problems = [problem for problem in self._session.knowledge.shown_problems if problem.node == name]
        fixes = [fix for problem in sorted(problems, key=lambda p: p.severity) for fix in problem.fixes][:_MOST_REPAIRS]
        for fix in fixes:
            action = menu.addAction(self._actions["repair"].icon(), fix.label)
            action.triggered.connect(lambda _=False, fix=fix: self._graph.on_fix_requested(fix))
        if fixes:
            menu.addSeparator()

    def _add_colours(self, menu: QMenu) -> None:
        colours = menu.addMenu(self.tr("Colour"))
        for command in commands_in(COLOURS):
            colours.addAction(self._actions[command.name])

    def _add_groups(self, menu: QMenu) -> None:
        """Offer the optimizer's groups of params, where there is anything to be put into one."""
        submenu = QMenu(self.tr("Put into optimizer group"), menu)
        self._groups.fill(submenu)
        if not submenu.isEmpty():
            menu.addMenu(submenu)

    def _add_sharing(self, menu: QMenu, graph: Graph, names: tuple[str, ...]) -> None:
        nodes, catalogue = [graph.node(name) for name in names], self._session.catalogue
        specs = [catalogue.get(node.layer) for node in nodes]
        if any(spec is None or not spec.is_module for spec in specs):
            return
        if len(nodes) > 1 and len({spec.constructor for spec in specs if spec is not None}) == 1:
            text = self.tr("Share the params of {0}").format(names[0])
            owner = str(nodes[0].attributes.get("shares") or names[0])
            menu.addAction(text).triggered.connect(lambda: self._graph.share(names[1:], owner))
        others = can_share_with(graph, nodes[0], catalogue) if len(nodes) == 1 else ()
        if others:
            submenu = menu.addMenu(self.tr("Share params with"))
            for other in others[:_MOST_SHARED]:
                submenu.addAction(other).triggered.connect(lambda _=False, other=other: self._graph.share(names, other))
        shared = [node.name for node in nodes if node.attributes.get("shares")]
        if shared:
            menu.addAction(self.tr("Own params again")).triggered.connect(lambda: self._graph.unshare(shared))
