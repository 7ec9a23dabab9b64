"""The form of what is measured beside the loss: a tick for each metric that suits the targets, and how classes are averaged."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

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
from flaxstudio.project.metrics import AVERAGED, METRICS, USUAL, top_count

_LABEL_WIDTH = 88
_TOP = "top_5"


class MetricsForm(QWidget):
    """Shows a run's metrics and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = TrainConfig()
        self._shown: tuple[TrainConfig, tuple[GoalFacts, ...]] | None = None
        self.ticks: dict[str, QCheckBox] = {name: self._tick(name) for names in METRICS.values() for name in names}
        text = self.tr("Among how many of the most likely classes the true one must be.")
        self.top = AttributeRow(
            AttributeSpec("top", "int", 5, text, minimum=1, maximum=99_999), tokens, self, self.tr("Top k of")
        )
        self.averaging = ChoiceBox()
        self.averaging.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
        self.averaging.addItem(self.tr("Each class alike (macro)"), "macro")
        self.averaging.addItem(self.tr("Each sample alike (micro)"), "micro")
        self.averaging.addItem(self.tr("Classes by their share (weighted)"), "weighted")
        self.help = QLabel()
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self.display(self._training, ())

    def display(self, training: TrainConfig, goals: tuple[GoalFacts, ...]) -> None:
        """Show the metrics that suit the Outputs' targets; the usual ones are always measured."""
        if (training, goals) == self._shown:
            return
        self._training, self._shown = training, (training, goals)
        kinds = tuple(dict.fromkeys(goal.kind for goal in goals)) or (common_kind(training),)
        usual = {name for kind in kinds for name in USUAL[kind]}
        suiting = [name for kind in kinds for name in METRICS[kind]]
        top = next((name for name in training.metrics if top_count(name) is not None), None)
        chosen = {*training.metrics, *usual, *([_TOP] if top else [])}
        for name, tick in self.ticks.items():
            tick.setVisible(name in suiting)
            tick.setEnabled(name not in usual)
            tick.setChecked(name in chosen)
            helps = [METRICS[kind][name] for kind in kinds if name in METRICS[kind]]
            always = [self.tr("Always measured.")] if name in usual else []
            tick.setToolTip(" ".join(dict.fromkeys([*helps, *always])))
            tick.setAccessibleDescription(tick.toolTip())
        self._place(suiting)
        is_averaged = "classes" in kinds and bool(chosen & set(AVERAGED))
        self.averaging.setVisible(is_averaged)
        self._averaging_label.setVisible(is_averaged)
        self.averaging.setCurrentIndex(self.averaging.findData(training.averaging))
        self.top.setVisible(top is not None and "classes" in kinds)
        self.top.display(top_count(top or _TOP))
        count = len([name for name in suiting if name in chosen and name not in usual])
        title = self.tr("Metrics")
        self.more.setText(f"{title} · {self.tr('{0} more').format(count)}" if count else title)

    def set_tokens(self, tokens: Tokens) -> None:
        self.more.set_tokens(tokens)
        self.top.set_tokens(tokens)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Enter) and isinstance(watched, QCheckBox):
            self.help.setText(watched.toolTip())
        return super().eventFilter(watched, event)

    def _tick(self, name: str) -> QCheckBox:
        title = metric_title(name)
        tick = QCheckBox(self.tr("Top k accuracy") if name == _TOP else f"{title[:1].upper()}{title[1:]}")
        tick.clicked.connect(lambda is_on: self._choose(name, is_on=is_on))
        tick.installEventFilter(self)
        return tick

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.top.label.setFixedWidth(_LABEL_WIDTH)
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.help.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.help.setMinimumHeight(2 * self.help.fontMetrics().height())  # so that nothing below moves when the focus does
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(t.GAP)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        ticks = QWidget()
        ticks.setLayout(self._grid)
        content = LabelledRows(_LABEL_WIDTH)
        content.add_widget(ticks)
        content.add_widget(self.help)
        content.add_widget(self.top)
        self._averaging_label = content.add_row(self.tr("Over classes"), self.averaging)
        self.more = Disclosure(self.tr("Metrics"), content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 4, t.GAP, 0)
        layout.addWidget(self.more)
        layout.addWidget(content)

    def _place(self, names: list[str]) -> None:
        for place, name in enumerate(dict.fromkeys(names)):
            self._grid.addWidget(self.ticks[name], place // 2, place % 2)

    def _connect(self) -> None:
        self.top.value_changed.connect(lambda _, value: self._set_top(value))
        self.averaging.activated.connect(self._choose_averaging)

    def _choose(self, name: str, *, is_on: bool) -> None:
        is_other = top_count if name == _TOP else name.__eq__
        kept = tuple(given for given in self._training.metrics if not is_other(given))
        words = self.tr("Measure {0}") if is_on else self.tr("Do not measure {0}")
        self._change(words.format(self.ticks[name].text()), metrics=(*kept, name) if is_on else kept)

    def _set_top(self, value: Value) -> None:
        if isinstance(value, int):
            kept = (f"top_{value}" if top_count(name) is not None else name for name in self._training.metrics)
            self._change(self.tr("Set k of top k"), metrics=tuple(dict.fromkeys(kept)))

    def _choose_averaging(self) -> None:
        words = self.tr("Average classes: {0}").format(self.averaging.currentText())
        self._change(words, averaging=self.averaging.currentData())

    def _change(self, words: str, **changes: object) -> None:
        changed = replace(self._training, **changes)  # type: ignore[arg-type]
        if changed != self._training:
            self.training_changed.emit(changed, words)
