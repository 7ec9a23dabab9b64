"""The inspector's page for one node: its name, attributes, shapes and problems."""

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes, Shape
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.families import family_color, family_title
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.facts import Fact, Facts
from flaxstudio.gui.panels.name_field import NameField
from flaxstudio.gui.panels.problem_notes import ProblemNotes
from flaxstudio.gui.tokens import Tokens


class NodePage(QWidget):
    """Shows and edits one node; the same widgets stay while nodes of the same layer are shown."""

    name_changed = Signal(str, str)
    attribute_changed = Signal(str, str, object)
    fix_requested = Signal(object)

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tokens = tokens
        self._node = Node("", "")
        self.name_field = NameField(self.tr("Name"), self)
        self.form = AttributeForm(tokens, self)
        self.facts = Facts(self)
        self.problems = ProblemNotes(tokens, self)
        self._mark, self._title, self._family = QFrame(), QLabel(), QLabel()
        self._summary, self._link = QLabel(), QLabel()
        self._headings = {name: QLabel(text) for name, text in self._heading_texts().items()}
        self._lay_out()
        self._connect()

    def display(self, graph: Graph, node: Node, problems: tuple[Problem, ...], shapes: GraphShapes) -> None:
        """Show a node of the graph with the problems found at it."""
        self._node = node
        spec = self._catalogue.get(node.layer)
        self._show_layer(spec)
        self.name_field.display(node.name, node.name)
        specs = spec.attributes if spec else ()
        self.form.display(node.name, specs, node.attributes)
        self.form.setVisible(bool(specs))
        self._headings["attributes"].setVisible(bool(specs))
        self.facts.display((*self._input_facts(graph, shapes), *self._own_facts(shapes, spec)))
        own = tuple(problem for problem in problems if problem.node == node.name)
        self._headings["problems"].setVisible(bool(own))
        self.problems.display(own)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.form.set_tokens(tokens)
        self.problems.set_tokens(tokens)
        self._show_layer(self._catalogue.get(self._node.layer))

    def _heading_texts(self) -> dict[str, str]:
        return {"attributes": self.tr("Attributes"), "shapes": self.tr("Shapes"), "problems": self.tr("Problems")}

    def _lay_out(self) -> None:
        self._title.setProperty("role", "title")
        self._family.setProperty("role", "caption")
        self._summary.setProperty("role", "secondary")
        self._summary.setWordWrap(True)
        self._mark.setFixedWidth(4)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._family)
        title = QHBoxLayout()
        title.setSpacing(t.GAP)
        title.addWidget(self._mark)
        title.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
        layout.setSpacing(t.GAP)
        layout.addLayout(title)
        for part in (self._summary, self.name_field):
            layout.addWidget(part)
        sections = {"attributes": (self.form,), "shapes": (self.facts, self._link), "problems": (self.problems,)}
        for name, widgets in sections.items():
            self._headings[name].setProperty("role", "heading")
            layout.addSpacing(t.GAP)
            layout.addWidget(self._headings[name])
            for widget in widgets:
                layout.addWidget(widget)
        layout.addStretch()

    def _connect(self) -> None:
        self.name_field.name_changed.connect(lambda new: self.name_changed.emit(self._node.name, new))
        self.form.attribute_changed.connect(lambda name, value: self.attribute_changed.emit(self._node.name, name, value))
        self.problems.fix_requested.connect(self.fix_requested)
        self._link.linkActivated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))

    def _show_layer(self, spec: LayerSpec | None) -> None:
        self._title.setText(self._node.layer)
        self._family.setText(family_title(spec.family) if spec else "")
        self._summary.setText(spec.summary if spec else self.tr("This version does not know the layer."))
        self._mark.setStyleSheet(f"background: {family_color(spec, self._tokens).name()}; border-radius: 2px;")
        doc = spec.doc if spec else ""
        words = self.tr("Flax documentation")
        self._link.setText(f'<a href="{doc}" style="color: {self._tokens.accent}; text-decoration: none">{words}</a>')
        self._link.setToolTip(doc)
        self._link.setVisible(bool(doc))

    def _input_facts(self, graph: Graph, shapes: GraphShapes) -> tuple[Fact, ...]:
        sources = [edge.source.node for edge in graph.edges_into(self._node.name)]
        if len(sources) == 1:
            return ((self.tr("Input"), self._words(_output(sources[0], shapes))),)
        named = ((self.tr("Input {}").format(number), source) for number, source in enumerate(sources, 1))
        return tuple((name, f"{self._words(_output(source, shapes))}\n{source}") for name, source in named)

    def _own_facts(self, shapes: GraphShapes, spec: LayerSpec | None) -> tuple[Fact, ...]:
        known = shapes.nodes.get(self._node.name)
        facts: list[Fact] = []
        if spec is None or spec.outputs:
            facts.append((self.tr("Output"), self._words(_output(self._node.name, shapes))))
        if spec is not None and spec.is_module:
            facts.append((self.tr("Params"), f"{known.params:,}" if known else self.tr("not known yet")))
        return tuple(facts)

    def _words(self, shape: Shape | None) -> str:
        return f"{shape} {shape.dtype}" if shape else self.tr("not known yet")


def _output(node: str, shapes: GraphShapes) -> Shape | None:
    known = shapes.nodes.get(node)
    return known.output if known else None
