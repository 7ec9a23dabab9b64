"""Beside the list of runs: where the chosen one came from, to read and to copy, and the states kept of the last run."""

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.facts import Fact, Facts
from flaxstudio.gui.panels.member_text import sentence_name
from flaxstudio.gui.plots.number_text import metric_text, metric_title, value_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.results import Evaluation, RunRecord, Trained

_WIDTH = 288
_ROW = 24
_SHORT = 16
"""Of a hash so many letters are shown; all are copied."""


class RunDetails(QScrollArea):
    """Asks for a kept state to be used."""

    state_chosen = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunRecord | None = None
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.copy_button = QToolButton()
        self.copy_button.setToolTip(self.tr("Copy all of this, hashes in full"))
        self.copy_button.setAccessibleName(self.tr("Copy where the run came from"))
        self.facts = Facts()
        self.states_title = QLabel(self.tr("States kept of the last run"))
        self.states_title.setProperty("role", "heading")
        self.states = QListWidget()
        self.states.setAccessibleName(self.states_title.text())
        self.use_button = QPushButton(self.tr("Use this state"))
        self.use_button.setToolTip(self.tr("Its variables become the model; undo brings the present ones back"))
        self._build()
        self.set_tokens(tokens)

    def display(self, run: RunRecord | None, trained: Trained | None, metric: str, *, is_best: bool = False) -> None:
        """Show a run, the best of its group if so, and what was kept by `metric` of the run that the model is from."""
        self._run = run
        title = self.tr("Run {0}, the best of its group") if is_best else self.tr("Run {0}")
        self.title.setText(title.format(f"{run.number:,}") if run else "")
        self.copy_button.setVisible(run is not None)
        self.facts.display(tuple(_facts(run, is_short=True)) if run else ())
        self._show_states(trained, metric)

    def set_tokens(self, tokens: Tokens) -> None:
        self.copy_button.setIcon(icon("copy", tokens))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.copy_button)
        whole = QWidget()
        whole.setProperty("role", "panel")
        column = QVBoxLayout(whole)
        column.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.GAP)
        column.setSpacing(t.GAP)
        column.addLayout(head)
        for widget in (self.facts, self.states_title, self.states, self.use_button):
            column.addWidget(widget)
        column.addStretch(1)
        self.states.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(whole)
        self.setWidgetResizable(True)
        self.setFixedWidth(_WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.copy_button.clicked.connect(self._copy)
        self.use_button.clicked.connect(self._choose)
        self.states.itemActivated.connect(self._choose)
        self.states.currentRowChanged.connect(lambda row: self.use_button.setEnabled(row >= 0))

    def _show_states(self, trained: Trained | None, metric: str) -> None:
        best = trained.standing.best if trained else ()
        for widget in (self.states_title, self.states, self.use_button):
            widget.setVisible(bool(best))
        row = max(0, self.states.currentRow())
        self.states.clear()
        for one in best:
            text = self.tr("step {0}: {1} {2}").format(f"{one.step:,}", metric, value_text(one.value))
            is_used = trained is not None and trained.variables is one.variables
            self.states.addItem(self.tr("{0}, in use").format(text) if is_used else text)
            self.states.item(self.states.count() - 1).setSizeHint(QSize(0, _ROW))
        self.states.setCurrentRow(min(row, len(best) - 1))
        self.states.setFixedHeight(_ROW * min(len(best), 5) + 2 * self.states.frameWidth() + 2)

    def _choose(self, *_: object) -> None:
        if self.states.currentRow() >= 0:
            self.state_chosen.emit(self.states.currentRow())

    def _copy(self) -> None:
        if self._run is not None:
            lines = (f"{name}: {text}" for name, text in _facts(self._run, is_short=False))
            QGuiApplication.clipboard().setText("\n".join((self.title.text(), *lines)))


def _facts(run: RunRecord, *, is_short: bool) -> Iterator[Fact]:
    """Yield how a run was judged last and where it came from, name and text."""
    last = {evaluation.split: evaluation for evaluation in run.evaluations}
    for split, title in (("test", _tr("Test")), ("validation", _tr("Validation"))):
        if split in last:
            yield title, _judged(last[split])
    if run.varied:
        yield _tr("Varied"), sentence_name(run)
    for change in run.changes:
        yield _tr("Changed"), _tr("{0} to {1} at step {2}").format(change.name, f"{change.value:g}", f"{change.step:,}")
    origin = run.origin
    if origin is None:
        yield _tr("Origin"), _tr("not recorded")
        return
    seeds = origin.seeds
    yield _tr("Seeds"), _tr("{0} init, {1} data, {2} dropout").format(seeds.init, seeds.data, seeds.dropout)
    yield _tr("Device"), origin.device
    for name, whole in ((_tr("Project"), origin.project), (_tr("Data"), origin.data)):
        yield name, f"{whole[:_SHORT]}…" if is_short else whole
    yield _tr("Versions"), ", ".join(f"{name} {version}" for name, version in origin.versions.items())


def _judged(evaluation: Evaluation) -> str:
    metrics = [f"{metric_title(name)} {metric_text(name, value)}" for name, value in evaluation.metrics.items()]
    return ", ".join((_tr("loss {0}").format(value_text(evaluation.loss)), *metrics))


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunDetails", text)
