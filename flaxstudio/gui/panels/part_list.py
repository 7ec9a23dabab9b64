"""The parts of a joined schedule as a list, with the steps of each, and a box that adds another."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.row_list import Row, RowList
from flaxstudio.gui.panels.still_fields import PickBox
from flaxstudio.project.optim_schedules import RESTART, SCHEDULES, is_schedule, schedule_option
from flaxstudio.project.optimizer import Schedule
from flaxstudio.project.schedule_edits import RESTARTS, ends_of_parts


class PartList(QWidget):
    """Shows the parts and says what the user asks for; it changes nothing itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        self.list = RowList(self.tr("Parts of the schedule"), self)
        self.list.setToolTip(self.tr("One after the other. Drag to reorder, or Alt+Up and Alt+Down. Delete removes."))
        self.add = PickBox()
        self.add.setPlaceholderText(self.tr("Add a part…"))
        self.add.setAccessibleName(self.tr("Add a part to the schedule"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.list)
        layout.addWidget(self.add)
        self.selected, self.moved, self.removed = self.list.selected, self.list.moved, self.list.removed
        self.added = self.add.picked

    @property
    def current(self) -> int:
        """Which part is selected."""
        return self.list.currentRow()

    def display(self, schedule: Schedule | None, steps: int, current: int) -> None:
        """Show the parts of a schedule over a run, one of them selected; nothing where it has none."""
        parts = schedule.parts if schedule is not None else ()
        self.setVisible(bool(parts))
        if schedule is not None and schedule.name != self._kind:
            self._kind = schedule.name
            self._fill(schedule.name)
        ends = ends_of_parts(schedule, steps) if schedule is not None and all(is_schedule(p.name) for p in parts) else ()
        rows = (self._row(part, start, end) for part, start, end in zip(parts, (0, *ends), ends, strict=False))
        self.list.display(tuple(rows), current)

    def _fill(self, kind: str) -> None:
        self.add.clear()
        for option in SCHEDULES:
            if option.name == RESTART if kind == RESTARTS else not option.has_parts:
                self.add.addItem(option.title, option.name)
        self.add.setCurrentIndex(-1)

    def _row(self, part: Schedule, start: int, end: int) -> Row:
        option = schedule_option(part.name)
        text = self.tr("{0} · steps {1} to {2}").format(option.title, f"{start:,}", f"{end:,}")
        return Row(text, option.help)
