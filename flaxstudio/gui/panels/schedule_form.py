"""The form of a schedule: which number follows it, which schedule it is, its parts, its arguments and its curve."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.optax_pages import linked
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.part_list import PartList
from flaxstudio.gui.panels.schedule_curve import ScheduleCurve
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project import schedule_edits as edits
from flaxstudio.project.optim_schedules import SCHEDULES, is_schedule, schedule_option
from flaxstudio.project.optimizer import RATE, Schedule

_LABEL_WIDTH, _WIDEST_LABEL = 88, 144
_LASTS = "steps"


class ScheduleForm(QWidget):
    """Shows the schedules of one optimizer or link, one number at a time; each change is told with its words."""

    schedule_changed = Signal(str, object, str)  # name, Schedule or None, words

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: dict[str, float] = {}
        self._schedules: dict[str, Schedule] = {}
        self._steps = 1
        self._part = 0
        text = self.tr("How many steps this part lasts; empty for what the others leave of the run.")
        self._lasts = AttributeSpec(_LASTS, "int", None, text, minimum=1, is_optional=True)
        self._rows = rows = LabelledRows(_LABEL_WIDTH, self)
        self.number, self.kind, self.part_kind = ChoiceBox(rows), ChoiceBox(rows), ChoiceBox(rows)
        self.parts = PartList(rows)
        self.arguments = AttributeForm(tokens, rows)
        self.curve = ScheduleCurve(tokens, rows)
        self._build()
        self._connect()

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

    def _build(self) -> None:
        for box in (self.number, self.kind, self.part_kind):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
        rows = self._rows
        rows.add_row(self.tr("Schedule of"), self.number)
        rows.add_row(self.tr("follows"), self.kind)
        self.caption = rows.add_caption()
        self.caption.setOpenExternalLinks(True)
        rows.add_widget(self.curve)
        rows.add_widget(self.parts)
        self._part_label = rows.add_row(self.tr("This part"), self.part_kind)
        rows.add_widget(self.arguments)
        self.kind.addItem(self.tr("No schedule"), "")
        for option in SCHEDULES:
            self.kind.addItem(option.title, option.name)
            if not option.has_parts:
                self.part_kind.addItem(option.title, option.name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(rows)

    def _connect(self) -> None:
        self.number.activated.connect(self._show_first_part)
        self.kind.activated.connect(self._choose)
        self.part_kind.activated.connect(self._choose_part)
        self.parts.selected.connect(self._show_part)
        self.parts.moved.connect(self._move_part)
        self.parts.removed.connect(self._remove_part)
        self.parts.added.connect(self._add_part)
        self.arguments.attribute_changed.connect(self._set_argument)
        self.curve.boundary_dragged.connect(self._show_boundary)
        self.curve.boundary_dropped.connect(self._set_boundary)

    @property
    def _schedule(self) -> Schedule | None:
        schedule = self._schedules.get(self.number.currentData() or "")
        return schedule if schedule and is_schedule(schedule.name) else None

    @property
    def _shown_part(self) -> Schedule | None:
        parts = self._schedule.parts if self._schedule else ()
        return parts[self._part] if 0 <= self._part < len(parts) else None

    def _show(self) -> None:
        schedule = self._schedule
        self.kind.setCurrentIndex(max(0, self.kind.findData(schedule.name if schedule else "")))
        constant = self.tr("It stays as it is set.")
        self.caption.setText(linked(schedule_option(schedule.name).help, schedule.name) if schedule else constant)
        self._part = max(0, min(self._part, len(schedule.parts) - 1 if schedule else 0))
        self.parts.display(schedule, self._steps, self._part)
        self._show_arguments()
        self._draw(schedule)

    def _show_arguments(self) -> None:
        """Show the arguments of the schedule, or of its part that is selected."""
        schedule, part = self._schedule, self._shown_part
        has_own_kind = part is not None and schedule is not None and schedule.name == edits.JOINED
        for widget in (self.part_kind, self._part_label):
            widget.setVisible(has_own_kind)
        shown = part or schedule
        specs = schedule_option(shown.name).arguments if shown and is_schedule(shown.name) else ()
        values = dict(shown.arguments) if shown else {}
        if part is not None:
            self.part_kind.setCurrentIndex(self.part_kind.findData(part.name))
            specs, values = (self._lasts, *specs), {_LASTS: part.steps, **values}
        self.arguments.setVisible(bool(specs))
        of = f"{self.number.currentData()} {self._part} {shown.name if shown else ''}"
        self.arguments.display(of, specs, values)
        labels = [self.arguments.row(spec.name).label for spec in specs]
        width = min(max([_LABEL_WIDTH, *(label.sizeHint().width() for label in labels)]), _WIDEST_LABEL)
        for label in labels:
            label.setFixedWidth(width)

    def _draw(self, schedule: Schedule | None) -> None:
        is_sound = schedule is not None and all(is_schedule(part.name) for part in schedule.parts)
        ends = edits.ends_of_parts(schedule, self._steps)[:-1] if is_sound and schedule and schedule.parts else ()
        may_move = schedule is not None and schedule.name == edits.JOINED
        self.curve.display(schedule, self._number, self._steps, ends, may_move=may_move)

    @property
    def _number(self) -> float:
        return self._numbers.get(self.number.currentData() or "", 1.0)

    def _show_first_part(self) -> None:
        self._part = 0
        self._show()

    def _show_part(self, place: int) -> None:
        if place >= 0 and place != self._part:
            self._part = place
            self._show_arguments()

    def _choose(self) -> None:
        name, of = self.kind.currentData(), self.number.currentData()
        before, title = self._schedules.get(of), self.number.currentText()
        self._part = 0
        if name and (before is None or before.name != name):
            words = self.tr("Let {0} follow {1}").format(title, self.kind.currentText())
            self.schedule_changed.emit(of, edits.new_schedule(name, self._number, self._steps), words)
        elif not name and before is not None:
            self.schedule_changed.emit(of, None, self.tr("Keep {0} constant").format(title))

    def _change(self, schedule: Schedule, text: str) -> None:
        if schedule != self._schedule:
            self.schedule_changed.emit(self.number.currentData(), schedule, text)

    def _title(self, place: int) -> str:
        part = self._schedule.parts[place] if self._schedule else None
        return schedule_option(part.name).title if part else ""

    def _choose_part(self) -> None:
        if self._schedule is not None and (part := self._shown_part) and self.part_kind.currentData() != part.name:
            words = self.tr("Let a part of the schedule be {0}").format(self.part_kind.currentText())
            self._change(edits.with_part_named(self._schedule, self._part, self.part_kind.currentData()), words)

    def _add_part(self, name: str) -> None:
        if self._schedule is not None:
            self._part = len(self._schedule.parts)
            words = self.tr("Add {0} to the schedule").format(schedule_option(name).title)
            self._change(edits.with_part_added(self._schedule, name), words)

    def _move_part(self, place: int, to: int) -> None:
        if self._schedule is not None:
            self._part = to
            words = self.tr("Move {0} in the schedule").format(self._title(place))
            self._change(edits.with_part_moved(self._schedule, place, to), words)

    def _remove_part(self, place: int) -> None:
        if self._schedule is not None:
            words = self.tr("Remove {0} from the schedule").format(self._title(place))
            self._change(edits.with_part_removed(self._schedule, place), words)

    def _show_boundary(self, place: int, step: int) -> None:
        """Draw the schedule as it will be if the boundary is let go there."""
        if self._schedule is not None:
            self._draw(edits.with_boundary(self._schedule, place, step, self._steps))

    def _set_boundary(self, place: int, step: int) -> None:
        if self._schedule is not None:
            words = self.tr("Let {0} end at step {1}")
            changed = edits.with_boundary(self._schedule, place, step, self._steps)
            ends = edits.ends_of_parts(changed, self._steps)
            self._change(changed, words.format(self._title(place), f"{ends[place]:,}"))

    def _set_argument(self, name: str, value: Value) -> None:
        schedule, part = self._schedule, self._shown_part
        if schedule is None:
            return
        words = self.tr("Set {0} of the schedule").format(name)
        if part is None:
            self._change(edits.with_schedule_argument(schedule, name, value), words)
        elif name == _LASTS:
            steps = value if isinstance(value, int) else None
            self._change(edits.with_part(schedule, self._part, replace(part, steps=steps)), words)
        else:
            self._change(edits.with_part(schedule, self._part, edits.with_schedule_argument(part, name, value)), words)
