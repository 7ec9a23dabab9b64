"""The form of the weights of classes: one for each, made to balance them by one click."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.objective_edits import balanced_weights

_LABEL_WIDTH = 88
_TOLD = 6
_MOST = 60
"""More classes than these would make a form that nobody fills in."""


class ClassWeightsForm(QWidget):
    """Shows a weight for each class and tells all of them at each change, with its words; none where all count alike."""

    weights_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[str, int] = {}
        self._weights: tuple[float, ...] = ()
        self.balance, self.reset = QPushButton(self.tr("Balance")), QPushButton(self.tr("All alike"))
        self.balance.setToolTip(self.tr("Rare classes count as much as frequent ones, by the training split"))
        self.reset.setToolTip(self.tr("Every sample counts the same"))
        self.caption = QLabel()
        self.caption.setProperty("role", "caption")
        self.caption.setWordWrap(True)
        self.form = AttributeForm(tokens, self)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.balance, 1)
        line.addWidget(self.reset, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.caption)
        layout.addLayout(line)
        layout.addWidget(self.form)
        self.balance.clicked.connect(self._balance)
        self.reset.clicked.connect(lambda: self._tell((), self.tr("Weigh all classes alike")))
        self.form.attribute_changed.connect(self._set)

    def display(self, facts: GoalFacts, weights: tuple[float, ...]) -> None:
        """Show the weights of an Output's classes."""
        self._counts, self._weights = facts.classes, weights
        classes = list(self._counts)
        is_known, is_fitting = bool(classes), len(weights) in (0, len(classes))
        self.balance.setEnabled(is_known and bool(facts.counts))
        self.reset.setEnabled(bool(weights))
        self.caption.setText(self._caption_text(len(classes), is_fitting=is_fitting))
        self.form.setVisible(is_known and len(classes) <= _MOST)
        if not self.form.isVisibleTo(self):
            return
        specs = tuple(
            AttributeSpec(name, "float", 1.0, self.tr("{0} in the training split.").format(f"{count:,}"), minimum=0.0)
            for name, count in self._counts.items()
        )
        self.form.display(
            facts.name, specs, dict(zip(classes, weights if is_fitting and weights else (1.0,) * len(classes), strict=True))
        )
        for name in classes:
            label = self.form.row(name).label
            label.setFixedWidth(_LABEL_WIDTH)
            label.setText(label.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _LABEL_WIDTH))

    def set_tokens(self, tokens: Tokens) -> None:
        self.form.set_tokens(tokens)

    def _caption_text(self, count: int, *, is_fitting: bool) -> str:
        if not count:
            return self.tr("The classes are listed here once the data is read.")
        if not is_fitting:
            return self.tr("There are {0} weights for {1} classes; set them anew.").format(len(self._weights), count)
        if count > _MOST:
            return self.tr("{0} classes.").format(count)
        if not any(self._counts.values()):
            return self.tr("How much a sample of each class counts.")
        counts = ", ".join(f"{name} {count:,}" for name, count in list(self._counts.items())[:_TOLD])
        told = self.tr("How much a sample of each class counts. To learn from: {0}.")
        return told.format(counts + (", …" if count > _TOLD else ""))

    def _balance(self) -> None:
        self._tell(balanced_weights(tuple(self._counts.values())), self.tr("Balance classes"))

    def _set(self, name: str, value: Value) -> None:
        if isinstance(value, int | float):
            before = self._weights if len(self._weights) == len(self._counts) else (1.0,) * len(self._counts)
            changed = dict(zip(self._counts, before, strict=True)) | {name: float(value)}
            self._tell(tuple(changed.values()), self.tr("Set weight of {0}").format(name))

    def _tell(self, weights: tuple[float, ...], words: str) -> None:
        told = () if all(weight == 1.0 for weight in weights) else weights
        if told != self._weights:
            self.weights_changed.emit(told, words)
