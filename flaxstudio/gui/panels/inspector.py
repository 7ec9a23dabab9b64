"""The inspector: what is selected, with everything about it that can be set."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.model_page import ModelPage
from flaxstudio.gui.panels.node_page import NodePage
from flaxstudio.gui.tab_order import join_stops, stops_in
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.project import Project

_LEAST_WIDTH = 316  # what the widest form needs, with the scroll bar: nothing may be cut off at the right


class Inspector(QWidget):
    """Shows the selected node, several of them together, or the open graph as a whole where nothing is selected."""

    name_changed = Signal(str, str)
    attribute_changed = Signal(str, str, object)
    model_renamed = Signal(str)
    fix_requested = Signal(object)
    dismiss_requested = Signal(object)  # Problem
    expose_requested = Signal(str, str)  # node, attribute
    open_requested = Signal(str)  # node
    review_requested = Signal(str)  # layer
    mode_chosen = Signal(str, str)  # node, mode
    color_chosen = Signal(str, str)  # node, colour
    field_changed = Signal(object)
    field_renamed = Signal(str, str)
    field_removed = Signal(str)
    help_changed = Signal(str)
    block_removed = Signal(str)

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.node_page = NodePage(catalogue, tokens)
        self.model_page = ModelPage(tokens)
        self._catalogue = catalogue
        self._stops: list[QWidget] = []
        self._lay_out()
        self.node_page.name_changed.connect(self.name_changed)
        self.node_page.attribute_changed.connect(self.attribute_changed)
        self.node_page.fix_requested.connect(self.fix_requested)
        self.node_page.dismiss_requested.connect(self.dismiss_requested)
        self.node_page.expose_requested.connect(self.expose_requested)
        self.node_page.layer_requested.connect(self.open_requested)
        self.node_page.review_requested.connect(self.review_requested)
        self.node_page.mode_chosen.connect(self.mode_chosen)
        self.node_page.color_chosen.connect(self.color_chosen)
        self.model_page.model_renamed.connect(self.model_renamed)
        self.model_page.fields.field_changed.connect(self.field_changed)
        self.model_page.fields.field_renamed.connect(self.field_renamed)
        self.model_page.fields.field_removed.connect(self.field_removed)
        self.model_page.block.help_changed.connect(self.help_changed)
        self.model_page.block.remove_requested.connect(self.block_removed)
        self.node_page.hide()

    def display(
        self,
        project: Project,
        selected: tuple[str, ...],
        problems: tuple[Problem, ...],
        shapes: GraphShapes,
        catalogue: Catalogue | None = None,
        users: int | None = None,
    ) -> None:
        """Show what is selected in the open graph; `users` is the number of nodes of the block that it belongs to.

        What the user is typing stays while the shown value has not changed.
        """
        self._catalogue = catalogue or self._catalogue
        names = tuple(name for name in selected if project.graph.has_node(name))
        if len(names) == 1:
            color = project.annotations.look(names[0]).color
            node, is_in_block = project.graph.node(names[0]), users is not None
            self.node_page.display(project.graph, node, problems, shapes, self._catalogue, is_in_block, color)
        elif names:
            self.model_page.display_nodes(project, names, problems, shapes)
        else:
            self.model_page.display_graph(project, self._catalogue, problems, shapes, users)
        page = self.node_page if len(names) == 1 else self.model_page
        self._order_stops(page)  # before a page with the focus is hidden, which then goes to the next
        self.node_page.setVisible(len(names) == 1)
        self.model_page.setVisible(len(names) != 1)
        self._foot.setVisible(len(names) == 1 and any(problem.node == names[0] for problem in problems))

    def show_fault(self, text: str) -> None:
        """Say beside the name why it was refused."""
        shown = self.node_page if self.node_page.isVisibleTo(self) else self.model_page
        shown.name_field.show_fault(text)

    def focus_name(self) -> None:
        """Let the user type the name of what is shown."""
        shown = self.node_page if self.node_page.isVisibleTo(self) else self.model_page
        shown.name_field.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        shown.name_field.edit.selectAll()

    def _order_stops(self, page: QWidget) -> None:
        """Let Tab go from top to bottom, though fields and repairs are made anew for each node."""
        stops = [*stops_in(page), *stops_in(self._foot)]
        if stops != self._stops:
            self._stops = stops
            join_stops(stops)

    def set_tokens(self, tokens: Tokens) -> None:
        self.node_page.set_tokens(tokens)
        self.model_page.set_tokens(tokens)

    def _lay_out(self) -> None:
        pages = QWidget()
        pages.setProperty("role", "panel")
        inside = QVBoxLayout(pages)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.node_page)
        inside.addWidget(self.model_page)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # nothing would show that it has the focus
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(pages)
        self._foot = QWidget()  # below what scrolls: problems are in sight, and nothing moves when they come and go
        self._foot.setProperty("role", "foot")
        self._foot.hide()
        problems = QVBoxLayout(self._foot)
        problems.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.PADDING)
        problems.addWidget(self.node_page.problems)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(self._foot)
        self.setMinimumWidth(_LEAST_WIDTH)
