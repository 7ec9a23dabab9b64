"""The Runs panel: the history of trainings; the chosen one is drawn in the Training panel, several groups as bands."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.run_details import RunDetails
from flaxstudio.gui.panels.run_rows import TEXT_COLUMNS, group_row, row_of, titles
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.population import best_of, group_of
from flaxstudio.project.results import Results, RunRecord

_NUMBER = Qt.ItemDataRole.UserRole
_GROUP = Qt.ItemDataRole.UserRole + 1


class RunsPanel(QWidget):
    """Lists runs, the newest first; those of a group are folded under one row."""

    run_selected = Signal(int)
    groups_selected = Signal(object)  # numbers of groups, that to draw first
    state_chosen = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results = Results()
        self._metric = "loss"
        self._unfolded: set[int] = set()
        self.tree = QTreeWidget()
        self.details = RunDetails(tokens)
        self._list = QWidget()
        self._empty = QLabel(self.tr("Every run is listed here with what it was told and how it went."))
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._build()

    def display(self, results: Results, selected: int | None, metric: str = "loss") -> None:
        """Show the runs, the selected one (by its number) or its group marked. `metric` tells which of a group is the best."""
        self._pages.setCurrentWidget(self._list if results.runs else self._empty)
        is_new = results.runs is not self._results.runs or metric != self._metric
        self._results, self._metric = results, metric
        if is_new:
            self._fill()
            self._mark(selected)
        self._show_details()

    def set_tokens(self, tokens: Tokens) -> None:
        self.details.set_tokens(tokens)

    def _build(self) -> None:
        tree = self.tree
        tree.setColumnCount(len(titles()))
        tree.setHeaderLabels(titles())
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setAllColumnsShowFocus(True)
        tree.setUniformRowHeights(True)
        tree.setAccessibleName(self.tr("Runs"))
        tree.setToolTip(self.tr("Select several groups to see their bands together"))
        tree.setStyleSheet(
            f"QTreeView::item {{ padding: 4px {t.GAP}px; border-radius: 0; }} QTreeView::item:focus {{ border: none; }}"
        )
        header = tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        for column in range(len(titles())):
            tree.headerItem().setTextAlignment(column, _alignment(column))
        tree.itemSelectionChanged.connect(self._tell_selected)
        tree.itemExpanded.connect(lambda item: self._unfolded.add(item.data(0, _GROUP)))
        tree.itemCollapsed.connect(lambda item: self._unfolded.discard(item.data(0, _GROUP)))
        self.details.state_chosen.connect(self.state_chosen)
        row = QHBoxLayout(self._list)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(tree, 1)
        row.addWidget(self.details)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _fill(self) -> None:
        self.tree.blockSignals(True)
        self.tree.clear()
        groups: dict[int, QTreeWidgetItem] = {}
        winners = self._winners()
        for run in reversed(self._results.runs):
            item = _item(row_of(run, is_best=run.number in winners), number=run.number)
            if run.group is None:
                self.tree.addTopLevelItem(item)
                continue
            if run.group not in groups:
                groups[run.group] = self._add_group(run.group)
            groups[run.group].insertChild(0, item)
        for number, item in groups.items():
            item.setExpanded(number in self._unfolded)
        self.tree.blockSignals(False)

    def _winners(self) -> set[int]:
        """Return the number of each group's best run."""
        groups = {run.group for run in self._results.runs if run.group is not None}
        best = ((runs, best_of(runs, self._metric)) for runs in map(self._runs_of, groups))
        return {runs[index].number for runs, index in best if index is not None}

    def _add_group(self, number: int) -> QTreeWidgetItem:
        item = _item(group_row(self._runs_of(number), self._metric), group=number)
        self.tree.addTopLevelItem(item)
        return item

    def _mark(self, selected: int | None) -> None:
        """Mark a run, or the group that it is folded away in."""
        self.tree.blockSignals(True)
        self.tree.clearSelection()
        for index in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(index)
            assert item is not None
            children = [child for row in range(item.childCount()) if (child := item.child(row)) is not None]
            if any(one.data(0, _NUMBER) == selected for one in (item, *children)):
                self.tree.setCurrentItem(item, 0, _WHOLE_ROW)
        self.tree.blockSignals(False)

    def _runs_of(self, group: int) -> Sequence[RunRecord]:
        return group_of(self._results.runs, group)

    def _tell_selected(self) -> None:
        self._show_details()
        current, selected = self.tree.currentItem(), self.tree.selectedItems()
        if current is None or current not in selected:
            return
        groups = [group for item in selected if (group := item.data(0, _GROUP)) is not None]
        own = current.data(0, _GROUP)
        if own is None:
            self.run_selected.emit(current.data(0, _NUMBER))
        else:
            self.groups_selected.emit((own, *(group for group in groups if group != own)))

    def _show_details(self) -> None:
        """Show the current run beside the list; of a group, its best one."""
        current = self.tree.currentItem()
        run = None
        if current is not None and (group := current.data(0, _GROUP)) is not None:
            runs = self._runs_of(group)
            run = runs[best_of(runs, self._metric) or 0] if runs else None
        elif current is not None:
            number = current.data(0, _NUMBER)
            run = next((one for one in self._results.runs if one.number == number), None)
        is_best = run is not None and run.number in self._winners()
        self.details.display(run, self._results.trained, self._metric, is_best=is_best)


_WHOLE_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


def _item(texts: Sequence[str], *, number: int | None = None, group: int | None = None) -> QTreeWidgetItem:
    item = QTreeWidgetItem(list(texts))
    item.setData(0, _NUMBER, number)
    item.setData(0, _GROUP, group)
    for column in range(len(texts)):
        item.setTextAlignment(column, _alignment(column))
    return item


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in TEXT_COLUMNS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
