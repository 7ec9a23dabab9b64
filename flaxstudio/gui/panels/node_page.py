"""The inspector's page for one node: its name, attributes and shapes; its problems, for what holds the page to place."""

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flaxstudio.graph.dimensions import described
from flaxstudio.graph.graph import Graph, Node, Port
from flaxstudio.graph.library import Block, Code, Imported
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.families import family_color, family_title
from flaxstudio.gui.panels.attribute_context import context_of, section_of
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.facts import Fact, Facts
from flaxstudio.gui.panels.name_field import NameField
from flaxstudio.gui.panels.problem_notes import ProblemNotes
from flaxstudio.gui.panels.use_section import UseSection
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Color


class NodePage(QWidget):
    """Shows and edits one node; the same widgets stay while nodes of the same layer are shown."""

    name_changed = Signal(str, str)
    attribute_changed = Signal(str, str, object)
    expose_requested = Signal(str, str)
    layer_requested = Signal(str)
    review_requested = Signal(str)
    fix_requested = Signal(object)
    dismiss_requested = Signal(object)  # Problem
    mode_chosen = Signal(str, str)
    color_chosen = Signal(str, str)

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tokens = tokens
        self._node = Node("", "")
        self._shown_layer: tuple[str, LayerSpec | None, Tokens] | None = None
        self.name_field = NameField(self.tr("Name"), self)
        self.form = AttributeForm(tokens, self)
        self.facts = Facts(self)
        self.problems = ProblemNotes(tokens, self)
        self.use = UseSection(tokens, self)
        self._mark, self._title, self._family = QFrame(), QLabel(), QLabel()
        self._summary, self._link, self._note = QLabel(), QLabel(), QLabel()
        self.open_button, self.review_button = QPushButton(), QPushButton(self.tr("Read and allow…"))
        self._headings = {name: QLabel(text) for name, text in self._heading_texts().items()}
        self._lay_out()
        self._connect()

    def display(
        self,
        graph: Graph,
        node: Node,
        problems: tuple[Problem, ...],
        shapes: GraphShapes,
        catalogue: Catalogue | None = None,
        is_in_block: bool = False,
        color: Color = "",
    ) -> None:
        """Show a node of the graph with the problems found at it, and its colour."""
        self._catalogue = catalogue or self._catalogue
        self._node = node
        spec = self._catalogue.get(node.layer)
        self._show_layer(spec)
        self.name_field.display(node.name, node.name)
        is_given = is_in_block and node.layer == "Input"
        summary = spec.summary if spec else self.tr("This version does not know the layer.")
        given = self.tr("What the block is given. Its shape is that of what arrives where the block stands.")
        self._summary.setText(given if is_given else summary)
        self._show_attributes(graph, node, None if is_given else spec)
        self.use.display(node.mode, spec, color, is_in_block)
        facts = (*self._input_facts(graph, shapes), *self._own_facts(shapes, spec))
        self.facts.display(facts)
        self._headings["shapes"].setVisible(bool(facts) or self._link.isVisibleTo(self))
        self.problems.display(tuple(problem for problem in problems if problem.node == node.name))

    def _show_attributes(self, graph: Graph, node: Node, spec: LayerSpec | None) -> None:
        specs = (*spec.attributes, *spec.wrapping) if spec else ()
        owner = str(node.attributes.get("shares") or "")
        values = node.attributes
        if owner and graph.has_node(owner):
            values = {**graph.node(owner).attributes, "shares": owner}
        locked = self.tr("It uses the params of {0}, and so has its attributes.").format(owner) if owner else ""
        context = context_of(graph, node, self._catalogue, locked) if spec else None
        self.form.display(node.name, specs, values, context, lambda a: section_of(a, len(spec.attributes) if spec else 0))
        self.form.setVisible(bool(specs))
        self._note.setText(locked)
        self._note.setVisible(bool(locked))
        self._headings["attributes"].setVisible(bool(specs))

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.form.set_tokens(tokens)
        self.problems.set_tokens(tokens)
        self.use.set_tokens(tokens)
        self._show_layer(self._catalogue.get(self._node.layer))

    def _heading_texts(self) -> dict[str, str]:
        return {"attributes": self.tr("Attributes"), "use": self.tr("Use"), "shapes": self.tr("Shapes")}

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
        self._note.setProperty("role", "caption")
        self._note.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        for button in (self.open_button, self.review_button):
            buttons.addWidget(button)
        buttons.addStretch()
        layout.insertLayout(2, buttons)
        sections = {"attributes": (self._note, self.form), "use": (self.use,), "shapes": (self.facts, self._link)}
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
        self.form.expose_requested.connect(lambda name: self.expose_requested.emit(self._node.name, name))
        self.open_button.clicked.connect(lambda: self.layer_requested.emit(self._node.name))
        self.review_button.clicked.connect(lambda: self.review_requested.emit(self._node.layer))
        self.problems.fix_requested.connect(self.fix_requested)
        self.problems.dismiss_requested.connect(self.dismiss_requested)
        self.use.mode_chosen.connect(lambda mode: self.mode_chosen.emit(self._node.name, mode))
        self.use.color_chosen.connect(lambda color: self.color_chosen.emit(self._node.name, color))
        self._link.linkActivated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))

    def _show_layer(self, spec: LayerSpec | None) -> None:
        """Say what kind of node it is; only where that is another than last time, since to style the mark takes a while."""
        shown = self._node.layer, spec, self._tokens
        if shown == self._shown_layer:
            return
        self._shown_layer = shown
        self._title.setText(self._node.layer)
        self._family.setText(family_title(spec.family) if spec else "")
        self._mark.setStyleSheet(f"background: {family_color(spec, self._tokens).name()}; border-radius: 2px;")
        definition = spec.definition if spec and spec.family == "custom" else None
        self.open_button.setText(self.tr("Open block") if isinstance(definition, Block) else self.tr("Edit code…"))
        self.open_button.setVisible(isinstance(definition, Block | Code))
        self.review_button.setVisible(isinstance(definition, Code | Imported) and spec is not None and not spec.is_trusted)
        doc = spec.doc if spec else ""
        words = self.tr("JAX documentation") if "docs.jax" in doc else self.tr("Flax documentation")
        self._link.setText(f'<a href="{doc}" style="color: {self._tokens.accent}; text-decoration: none">{words}</a>')
        self._link.setToolTip(doc)
        self._link.setVisible(bool(doc))

    def _input_facts(self, graph: Graph, shapes: GraphShapes) -> tuple[Fact, ...]:
        edges = graph.edges_into(self._node.name)
        if len(edges) == 1:
            return ((self.tr("Input"), self._words(edges[0].source, shapes)),)
        ports = [edge.target.port for edge in edges]
        named = (
            (self.tr("Input {}").format(number) if ports.count(edge.target.port) > 1 else edge.target.port, edge.source)
            for number, edge in enumerate(edges, 1)
        )
        return tuple((name, f"{self._words(source, shapes)}\n{source.node}") for name, source in named)

    def _own_facts(self, shapes: GraphShapes, spec: LayerSpec | None) -> tuple[Fact, ...]:
        known = shapes.nodes.get(self._node.name)
        facts: list[Fact] = []
        ports = [port.name for port in spec.outputs if not port.is_optional] if spec else ["out"]
        for port in ports:
            words = self._words(Port(self._node.name, port), shapes)
            facts.append((self.tr("Output") if len(ports) == 1 else port, words))
        if spec is not None and spec.is_module:
            facts.append((self.tr("Params"), f"{known.params:,}" if known else self.tr("not known yet")))
        return tuple(facts)

    def _words(self, port: Port, shapes: GraphShapes) -> str:
        shape = shapes.at(port)
        return f"{described(shape, shapes.names.get(port, ()))} {shape.dtype}" if shape else self.tr("not known yet")
