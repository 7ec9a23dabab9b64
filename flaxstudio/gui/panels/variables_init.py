"""The form for `init`: which key, and the line of code that it stands for."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.entries import call_inputs, entry_shape
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.still_fields import ChoiceBox, NumberBox
from flaxstudio.gui.theme import code_font

_MAX_SEED = 2**31 - 1


class InitForm(QWidget):
    """A seed, and how the key comes from it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inputs = ""
        self.seed = NumberBox(self)
        self.seed.setRange(0, _MAX_SEED)
        self.seed.setFixedWidth(96)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.way = ChoiceBox(self)
        self.way.addItems([self.tr("as a run of this seed"), self.tr("key(seed) itself")])
        self.way.setAccessibleName(self.tr("Key"))
        self.way.setToolTip(self.tr("A run splits its key first: one half for init, one for dropout."))
        self.code = QLabel(self)
        self.code.setFont(code_font())
        self.code.setTextInteractionFlags(self.code.textInteractionFlags().TextSelectableByMouse)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        for widget in (QLabel(self.tr("Key with seed")), self.seed, self.way):
            line.addWidget(widget)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addLayout(line)
        layout.addWidget(self.code)
        self.seed.valueChanged.connect(self._refresh)
        self.way.currentIndexChanged.connect(self._refresh)

    @property
    def is_of_run(self) -> bool:
        """Whether the key is the one that a run splits off."""
        return self.way.currentIndex() == 0

    def display(self, seed: int, inputs: str) -> None:
        """Offer a seed; `inputs` is the dummy input as source text."""
        self._inputs = inputs
        self.seed.setValue(seed)
        self._refresh()

    def _refresh(self) -> None:
        key = f"jax.random.key({self.seed.value()})"
        if self.is_of_run:
            self.code.setText(f"root, key = jax.random.split({key})\nvariables = model.init(key, {self._inputs})")
        else:
            self.code.setText(f"variables = model.init({key}, {self._inputs})")
        self.changed.emit()


def dummy_text(graph: Graph, catalogue: Catalogue) -> str:
    """Return the dummy inputs of a graph as source text: jnp.zeros((1, 8))."""
    texts = []
    for node in call_inputs(graph, catalogue):
        shape = entry_shape(node, catalogue)
        sizes = (1, *shape.sizes)
        texts.append(f"jnp.zeros({sizes})" if shape.dtype == "float32" else f'jnp.zeros({sizes}, "{shape.dtype}")')
    return ", ".join(texts)
