"""The inspector's page for the open graph as a whole, model or block, or for several nodes of it."""

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.block_section import BlockSection
from flaxstudio.gui.panels.facts import Fact, Facts
from flaxstudio.gui.panels.fields_form import FieldsForm
from flaxstudio.gui.panels.name_field import NameField
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.project import Project


class ModelPage(QWidget):
    """Counts nodes, params and problems; names the class and edits its attributes where nothing is selected."""

    model_renamed = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self._hint = QLabel(), QLabel()
        self.title.setProperty("role", "title")
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self.name_field = NameField(self.tr("Class name"), self)
        self.name_field.name_changed.connect(self.model_renamed)
        self.facts = Facts(self)
        self.block = BlockSection(self)
        self.fields = FieldsForm(tokens, self)
        self._fields_title = QLabel(self.tr("Attributes of the class"))
        self._fields_title.setProperty("role", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
        layout.setSpacing(t.GAP)
        for part in (self.title, self.name_field, self.block, self.facts, self._fields_title, self.fields, self._hint):
            layout.addWidget(part)
        layout.addStretch()

    def display_graph(
        self, project: Project, catalogue: Catalogue, problems: tuple[Problem, ...], shapes: GraphShapes, users: int | None
    ) -> None:
        """Show the whole graph that is open: the model's, or a block's with the number of nodes that use it."""
        graph, is_block = project.graph, users is not None
        self.title.setText(self.tr("Block") if is_block else self.tr("Model"))
        self._show_parts(is_graph=True, is_block=is_block)
        self.name_field.display("block" if is_block else "model", project.name)
        if users is not None:
            self.block.display(project.library.block(project.name), users)
        self.fields.display(project.name, graph.fields, catalogue, graph.names())
        self.facts.display(
            (
                (self.tr("Nodes"), f"{len(graph.nodes):,}"),
                (self.tr("Layers"), self._layers(graph, graph.names())),
                (self.tr("Params"), f"{shapes.params:,}" if shapes.nodes or not is_block else self.tr("not known yet")),
                *self._output_facts(graph, shapes),
                *(
                    ((self.tr("Problems"), self._count(problems)),) if graph.nodes else ()
                ),  # nothing is wrong with what has not begun
            )
        )
        self._hint.setText(self.tr("Select a node to see and change its attributes.") if graph.nodes else "")

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.fields.set_tokens(tokens)

    def _show_parts(self, *, is_graph: bool, is_block: bool) -> None:
        for part in (self.name_field, self._fields_title, self.fields):
            part.setVisible(is_graph)
        self.block.setVisible(is_block)

    def display_nodes(
        self, project: Project, names: tuple[str, ...], problems: tuple[Problem, ...], shapes: GraphShapes
    ) -> None:
        """Show several nodes together."""
        known = [shapes.nodes[name] for name in names if name in shapes.nodes]
        self.title.setText(self.tr("{} nodes").format(f"{len(names):,}"))
        self._show_parts(is_graph=False, is_block=False)
        self.facts.display(
            (
                (self.tr("Layers"), self._layers(project.graph, names)),
                (self.tr("Params"), f"{sum(shape.params for shape in known):,}"),
                (self.tr("Problems"), self._count(tuple(p for p in problems if p.node in names))),
            )
        )
        self._hint.clear()

    def _layers(self, graph: Graph, names: Iterable[str]) -> str:
        chosen = set(names)
        counts = Counter([node.layer for node in graph.nodes if node.name in chosen])
        named = (f"{count} × {layer}" if count > 1 else layer for layer, count in counts.items())
        return ", ".join(named) or self.tr("none")

    def _output_facts(self, graph: Graph, shapes: GraphShapes) -> tuple[Fact, ...]:
        outputs = list(graph.of_layer("Output"))
        title = self.tr("Output") if len(outputs) == 1 else ""
        return tuple((title or output.name, self._arriving(graph, output.name, shapes)) for output in outputs)

    def _arriving(self, graph: Graph, name: str, shapes: GraphShapes) -> str:
        sources = (shapes.nodes.get(edge.source.node) for edge in graph.edges_into(name))
        found = next((known.output for known in sources if known is not None), None)
        return f"{found} {found.dtype}" if found else self.tr("not known yet")

    def _count(self, problems: tuple[Problem, ...]) -> str:
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        parts = [self.tr("1 error") if errors == 1 else self.tr("{} errors").format(errors)] if errors else []
        parts += [self.tr("1 warning") if warnings == 1 else self.tr("{} warnings").format(warnings)] if warnings else []
        return ", ".join(parts) or self.tr("none")
