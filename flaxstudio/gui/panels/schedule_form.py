"""The form of a schedule: which number follows it, which schedule it is, its arguments and its curve."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.schedule_curve import ScheduleCurve
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_schedules import SCHEDULES, is_schedule, schedule_option
from flaxstudio.project.optimizer import RATE, Schedule

_LABEL_WIDTH = 88


class ScheduleForm(QWidget):
    """Shows the schedules of one optimizer or link, one number at a time; each change is told with its words."""

    schedule_changed = Signal(str, object, str)  # name, Schedule or None, words

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: dict[str, float] = {}
        self._schedules: dict[str, Schedule] = {}
        self._steps = 1
        self.number, self.kind, self.part = ChoiceBox(), ChoiceBox(), ChoiceBox()
        self.arguments = AttributeForm(tokens, self)
        self.curve = ScheduleCurve(tokens, self)
        for box in (self.number, self.kind, self.part):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
        rows = LabelledRows(_LABEL_WIDTH, self)
        rows.add_row(self.tr("Schedule of"), self.number)
        rows.add_row(self.tr("follows"), self.kind)
        self.caption = rows.add_caption()
        self._part_label = rows.add_row(self.tr("Part"), self.part)
        rows.add_widget(self.arguments)
        rows.add_widget(self.curve)
        self.kind.addItem(self.tr("No schedule"), "")
        for option in SCHEDULES:
            self.kind.addItem(option.title, option.name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(rows)
        self.number.activated.connect(self._show)
        self.kind.activated.connect(self._choose)
        self.part.activated.connect(self._show)
        self.arguments.attribute_changed.connect(self._set_argument)

    def display(self, numbers: dict[str, float], schedules: dict[str, Schedule], steps: int) -> None:
        """Show the schedules of the named numbers over a run."""
        before = self.number.currentData()
        self._schedules, self._steps = schedules, steps
        if list(numbers) != list(self._numbers):
            self.number.clear()
            for name in numbers:
                self.number.addItem(self.tr("learning rate") if name == RATE else name, name)
            self.number.setCurrentIndex(max(0, self.number.findData(before)))
        self._numbers = numbers
        self.setVisible(bool(numbers))
        self._show()

    def set_tokens(self, tokens: Tokens) -> None:
        self.arguments.set_tokens(tokens)
        self.curve.set_tokens(tokens)

    @property
    def _schedule(self) -> Schedule | None:
        schedule = self._schedules.get(self.number.currentData() or "")
        return schedule if schedule and is_schedule(schedule.name) else None

    def _show(self) -> None:
        schedule = self._schedule
        self.kind.setCurrentIndex(max(0, self.kind.findData(schedule.name if schedule else "")))
        parts = schedule.parts if schedule else ()
        self._show_parts(parts)
        shown = self._shown_part() or schedule
        self.caption.setText(schedule_option(schedule.name).help if schedule else self.tr("It stays as it is set."))
        specs = schedule_option(shown.name).arguments if shown and is_schedule(shown.name) else ()
        self.arguments.setVisible(bool(specs))
        self.arguments.display(
            f"{self.number.currentData()} {shown.name if shown else ''}", specs, shown.arguments if shown else {}
        )
        for spec in specs:
            self.arguments.row(spec.name).label.setFixedWidth(_LABEL_WIDTH)
        self.curve.display(schedule, self._numbers.get(self.number.currentData() or "", 1.0), self._steps)

    def _show_parts(self, parts: tuple[Schedule, ...]) -> None:
        names = [
            f"{index + 1}: {schedule_option(part.name).title}" for index, part in enumerate(parts) if is_schedule(part.name)
        ]
        if [self.part.itemText(index) for index in range(self.part.count())] != names:
            self.part.clear()
            self.part.addItems(names)
        for widget in (self.part, self._part_label):
            widget.setVisible(bool(names))

    def _shown_part(self) -> Schedule | None:
        parts, index = self._schedule.parts if self._schedule else (), self.part.currentIndex()
        return parts[index] if 0 <= index < len(parts) else None

    def _choose(self) -> None:
        name, of = self.kind.currentData(), self.number.currentData()
        warm, fall = (
            Schedule("linear_schedule", {"init_value": 0.0, "end_value": self._numbers.get(of, 1.0)}),
            Schedule("cosine_decay_schedule"),
        )
        parts = {
            "join_schedules": (replace(warm, steps=max(1, self._steps // 10)), fall),
            "sgdr_schedule": (Schedule("warmup_cosine_decay_schedule"),) * 2,
        }
        schedule = Schedule(name, parts=parts.get(name, ())) if name else None
        if schedule != self._schedules.get(of):
            title = self.number.currentText()
            words = (
                self.tr("Let {0} follow {1}").format(title, self.kind.currentText())
                if name
                else self.tr("Keep {0} constant").format(title)
            )
            self.schedule_changed.emit(of, schedule, words)

    def _set_argument(self, name: str, value: Value) -> None:
        schedule, part = self._schedule, self._shown_part()
        if schedule is None:
            return
        if part is None:
            changed = replace(schedule, arguments=_with(part or schedule, name, value))
        else:
            index = self.part.currentIndex()
            new = replace(part, arguments=_with(part, name, value))
            changed = replace(schedule, parts=(*schedule.parts[:index], new, *schedule.parts[index + 1 :]))
        self.schedule_changed.emit(self.number.currentData(), changed, self.tr("Set {0} of the schedule").format(name))


def _with(schedule: Schedule, name: str, value: Value) -> dict[str, Value]:
    kept = {key: given for key, given in schedule.arguments.items() if key != name}
    return kept if value == schedule_option(schedule.name).argument(name).default else {**kept, name: value}
