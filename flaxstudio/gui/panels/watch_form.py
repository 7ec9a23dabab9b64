"""The form of what happens beside the steps: evaluations, early stopping, best states, checkpoints."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_row import AttributeRow
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.panels.training_choices import common_kind
from flaxstudio.gui.plots.number_text import metric_title
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.metrics import told_metrics
from flaxstudio.project.watch import EarlyStopping, Watch

_LABEL_WIDTH = 88
_COUNT = 10**9


class WatchForm(QWidget):
    """Shows a run's Watch and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._training = TrainConfig()
        self.is_stopping = QCheckBox(self.tr("Stop early"))
        self.restores_best = QCheckBox(self.tr("Take back the best variables"))
        self.stops_at_spikes = QCheckBox(self.tr("Stop where the loss leaps up"))
        self.compared_by = ChoiceBox()
        self.compared_by.setToolTip(self.tr("By what evaluations are compared, for early stopping and best states"))
        self.rows = self._make_rows()
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self.display(self._training)

    def display(self, training: TrainConfig, goals: tuple[GoalFacts, ...] = ()) -> None:
        """Show the watch of a config, for Outputs with these targets."""
        self._training = training
        self._show_metrics(goals)
        watch, stopping = training.watch, training.watch.early_stopping
        self.is_stopping.setChecked(stopping is not None)
        self.restores_best.setEnabled(stopping is not None)
        self.restores_best.setChecked((stopping or EarlyStopping()).restores_best)
        self.stops_at_spikes.setChecked(watch.stops_at_spikes)
        for name, row in self.rows.items():
            owner: Any = (stopping or EarlyStopping()) if name in ("patience", "min_delta") else watch
            row.display(getattr(owner, name))
            row.setEnabled(stopping is not None or owner is watch)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for row in self.rows.values():
            row.set_tokens(tokens)
        self.more.set_tokens(tokens)

    def _make_rows(self) -> dict[str, AttributeRow]:
        def spec(name: str, kind: Any, default: Value, text: str, low: float, *, is_optional: bool = False) -> AttributeSpec:
            high = _COUNT if kind in ("int", "float") else None
            least = low if kind in ("int", "float") else None
            return AttributeSpec(name, kind, default, text, minimum=least, maximum=high, is_optional=is_optional)

        specs = {
            "patience": (
                self.tr("Patience"),
                spec("patience", "int", 10, self.tr("So many evaluations without improvement end the run."), 1),
            ),
            "min_delta": (
                self.tr("Least gain"),
                spec("min_delta", "float", 0.0, self.tr("What counts as an improvement."), 0),
            ),
            "evaluation_steps": (
                self.tr("Every … steps"),
                spec(
                    "evaluation_steps",
                    "int",
                    None,
                    self.tr("Steps between evaluations; empty for about an epoch."),
                    1,
                    is_optional=True,
                ),
            ),
            "evaluation_seconds": (
                self.tr("Every … s"),
                spec(
                    "evaluation_seconds",
                    "float",
                    None,
                    self.tr("Seconds between evaluations, instead of steps."),
                    0.001,
                    is_optional=True,
                ),
            ),
            "keep_best": (
                self.tr("Best states"),
                spec("keep_best", "int", 0, self.tr("The variables of how many of the best evaluations are kept."), 0),
            ),
            "checkpoint_seconds": (
                self.tr("Checkpoints"),
                spec("checkpoint_seconds", "float", 30.0, self.tr("Seconds between checkpoints of the whole run."), 0.001),
            ),
        }
        rows = {}
        for name, (title, attribute) in specs.items():
            rows[name] = AttributeRow(attribute, self._tokens, self, title)
            rows[name].label.setFixedWidth(_LABEL_WIDTH)
        return rows

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        content = LabelledRows(_LABEL_WIDTH)
        self.compared_by.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed
        )  # long names must not widen the form
        content.add_row(self.tr("Metric"), self.compared_by)
        content.add_widget(self.is_stopping)
        for name in ("patience", "min_delta"):
            content.add_widget(self.rows[name])
        content.add_widget(self.restores_best)
        for name in ("evaluation_steps", "evaluation_seconds", "keep_best", "checkpoint_seconds"):
            content.add_widget(self.rows[name])
        content.add_widget(self.stops_at_spikes)
        self.more = Disclosure(self.tr("Evaluation and stopping"), content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 4, t.GAP, t.PADDING)
        layout.addWidget(self.more)
        layout.addWidget(content)

    def _show_metrics(self, goals: tuple[GoalFacts, ...]) -> None:
        """Offer what evaluations tell, and what is set, even if they do not tell it."""
        kinds = {goal.name: goal.kind for goal in goals} or {"": common_kind(self._training)}
        names = told_metrics(kinds, self._training.metrics)
        names = (*names, *({self._training.watch.metric} - {*names}))
        if [self.compared_by.itemData(index) for index in range(self.compared_by.count())] != list(names):
            self.compared_by.clear()
            for name in names:
                title = metric_title(name)
                self.compared_by.addItem(f"{title[:1].upper()}{title[1:]}" if "." not in name else title, name)
        self.compared_by.setCurrentIndex(self.compared_by.findData(self._training.watch.metric))

    def _connect(self) -> None:
        self.compared_by.activated.connect(lambda _: self._set("metric", self.compared_by.currentData()))
        for name, row in self.rows.items():
            row.value_changed.connect(lambda _, value, name=name: self._set(name, value))
        self.is_stopping.clicked.connect(self._tick_stopping)
        self.restores_best.clicked.connect(lambda on: self._set("restores_best", on))
        self.stops_at_spikes.clicked.connect(lambda on: self._set("stops_at_spikes", on))

    def _tick_stopping(self, is_on: bool) -> None:
        text = self.tr("Tick early stopping") if is_on else self.tr("Untick early stopping")
        self._change(replace(self._training.watch, early_stopping=EarlyStopping() if is_on else None), text)

    def _set(self, name: str, value: object) -> None:
        watch, changes = self._training.watch, {name: value}
        if name in ("patience", "min_delta", "restores_best"):
            stopping: Any = replace(watch.early_stopping or EarlyStopping(), **changes)  # type: ignore[arg-type]
            changes = {"early_stopping": stopping}
        changed: Watch = replace(watch, **changes)  # type: ignore[arg-type]
        self._change(changed, self.tr("Set {0}").format(name))

    def _change(self, watch: Watch, text: str) -> None:
        if watch != self._training.watch:
            self.training_changed.emit(replace(self._training, watch=watch), text)
