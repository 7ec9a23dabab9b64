"""The inspector: what is selected, with everything about it that can be set."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.panels.model_page import ModelPage
from flaxstudio.gui.panels.node_page import NodePage
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.project import Project


class Inspector(QWidget):
    """Shows the selected node, several of them together, or the model where nothing is selected."""

    name_changed = Signal(str, str)
    attribute_changed = Signal(str, str, object)
    model_renamed = Signal(str)
    fix_requested = Signal(object)

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.node_page = NodePage(catalogue, tokens)
        self.model_page = ModelPage(catalogue)
        self._lay_out()
        self.node_page.name_changed.connect(self.name_changed)
        self.node_page.attribute_changed.connect(self.attribute_changed)
        self.node_page.fix_requested.connect(self.fix_requested)
        self.model_page.model_renamed.connect(self.model_renamed)
        self.node_page.hide()

    def display(self, project: Project, selected: tuple[str, ...], problems: tuple[Problem, ...], shapes: GraphShapes) -> None:
        """Show what is selected. What the user is typing stays while the shown value has not changed."""
        names = tuple(name for name in selected if project.graph.has_node(name))
        if len(names) == 1:
            self.node_page.display(project.graph, project.graph.node(names[0]), problems, shapes)
        elif names:
            self.model_page.display_nodes(project, names, problems, shapes)
        else:
            self.model_page.display_model(project, problems, shapes)
        self.node_page.setVisible(len(names) == 1)
        self.model_page.setVisible(len(names) != 1)

    def show_fault(self, text: str) -> None:
        """Say beside the name why it was refused."""
        shown = self.node_page if self.node_page.isVisibleTo(self) else self.model_page
        shown.name_field.show_fault(text)

    def focus_name(self) -> None:
        """Let the user type the name of what is shown."""
        shown = self.node_page if self.node_page.isVisibleTo(self) else self.model_page
        shown.name_field.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        shown.name_field.edit.selectAll()

    def set_tokens(self, tokens: Tokens) -> None:
        self.node_page.set_tokens(tokens)

    def _lay_out(self) -> None:
        pages = QWidget()
        pages.setProperty("role", "panel")
        inside = QVBoxLayout(pages)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.node_page)
        inside.addWidget(self.model_page)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.setMinimumWidth(260)
