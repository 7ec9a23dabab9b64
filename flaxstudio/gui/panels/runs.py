"""The Runs panel: the history of trainings as a table; the chosen one is drawn in the Training panel."""

import math
from collections.abc import Callable

from PySide6.QtCore import QDateTime, QItemSelectionModel, QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.run_state import duration_text
from flaxstudio.gui.plots.number_text import share_text, value_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.results import RunRecord

_TEXT_COLUMNS = (1, 5, 10)
_NUMBER = Qt.ItemDataRole.UserRole


class RunsPanel(QWidget):
    """Lists runs, the newest first."""

    run_selected = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._shown: tuple[tuple[RunRecord, ...], int | None] = ((), None)
        self.table = QTableWidget()
        self._empty = QLabel(self.tr("Every run is listed here with what it was told and how it went."))
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._build()

    def display(self, runs: tuple[RunRecord, ...], selected: int | None) -> None:
        """Show the runs, the selected one (by its number) marked."""
        self._pages.setCurrentWidget(self.table if runs else self._empty)
        if runs is not self._shown[0]:
            self._fill(runs)
        self._shown = (runs, selected)
        self._mark(selected)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def _build(self) -> None:
        table = self.table
        table.setColumnCount(len(self._columns()))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        table.setAccessibleName(self.tr("Runs"))
        table.setStyleSheet(f"QTableView::item {{ padding: 0 {t.GAP}px; }}")
        for column, (title, _) in enumerate(self._columns()):
            table.setHorizontalHeaderItem(column, _aligned(QTableWidgetItem(title), column))
        table.itemSelectionChanged.connect(self._tell_selected)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _columns(self) -> tuple[tuple[str, Callable[[RunRecord], str]], ...]:
        return (
            (self.tr("Run"), lambda run: f"{run.number:,}"),
            (self.tr("Started"), lambda run: started_text(run.started)),
            (self.tr("Steps"), lambda run: f"{run.first_step + len(run.losses):,}"),
            (self.tr("Params"), lambda run: f"{run.params:,}"),
            (self.tr("Seed"), lambda run: str(run.seed)),
            (self.tr("Device"), lambda run: run.device),
            (self.tr("Last loss"), lambda run: value_text(float(run.losses[-1])) if len(run.losses) else "–"),
            (self.tr("Validation"), lambda run: evaluation_text(run, "validation")),
            (self.tr("Test"), lambda run: evaluation_text(run, "test")),
            (self.tr("Time"), lambda run: duration_text(run.seconds) if run.seconds >= 10 else f"{run.seconds:.1f} s"),
            (self.tr("Ended"), self._reason_text),
        )

    def _reason_text(self, run: RunRecord) -> str:
        words = {
            "completed": self.tr("completed"),
            "stopped": self.tr("stopped"),
            "early_stopping": self.tr("stopped early"),
            "failed": self.tr("failed"),
        }
        return words.get(run.reason, run.reason)

    def _fill(self, runs: tuple[RunRecord, ...]) -> None:
        self.table.blockSignals(True)
        self.table.setRowCount(len(runs))
        columns = self._columns()
        for row, run in enumerate(reversed(runs)):
            for column, (_, text_of) in enumerate(columns):
                self.table.setItem(row, column, _cell(run, text_of(run), column))
        self.table.blockSignals(False)

    def _mark(self, selected: int | None) -> None:
        self.table.blockSignals(True)
        self.table.clearSelection()
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            if item is not None and item.data(_NUMBER) == selected:
                self.table.selectionModel().setCurrentIndex(
                    self.table.indexFromItem(item),
                    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
                )
        self.table.blockSignals(False)

    def _tell_selected(self) -> None:
        items = self.table.selectedItems()
        if items:
            self.run_selected.emit(items[0].data(_NUMBER))


def evaluation_text(run: RunRecord, split: str) -> str:
    """Return the last evaluation of a split in short: its accuracy, or else its loss; a dash if there was none."""
    last = next((e for e in reversed(run.evaluations) if e.split == split), None)
    if last is None or math.isnan(last.loss):
        return "–"
    accuracy = last.metrics.get("accuracy")
    return value_text(last.loss) if accuracy is None else f"{share_text(accuracy)}  ({value_text(last.loss)})"


def started_text(started: str) -> str:
    """Return a time in ISO form as the user's country writes it, or as it is if it cannot be read."""
    time = QDateTime.fromString(started, Qt.DateFormat.ISODate)
    return QLocale().toString(time.toLocalTime(), QLocale.FormatType.ShortFormat) if time.isValid() else started


def _cell(run: RunRecord, text: str, column: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setData(_NUMBER, run.number)
    return _aligned(item, column)


def _aligned(item: QTableWidgetItem, column: int) -> QTableWidgetItem:
    is_number = column not in _TEXT_COLUMNS
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item
