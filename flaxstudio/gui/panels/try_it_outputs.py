"""What every node gave out: a line each, and the selected one in full."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from flaxstudio.evaluation.trial import Outcome, Seen
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.array_picture import ArrayPicture
from flaxstudio.gui.panels.array_plots import SpreadPlot, VectorPlot
from flaxstudio.gui.panels.array_table import ArrayTable
from flaxstudio.gui.panels.array_tiles import is_image_like, output_tiles
from flaxstudio.gui.panels.column_widths import fit_columns
from flaxstudio.gui.panels.still_fields import NumberBox
from flaxstudio.gui.panels.tabbed_view import TabbedView
from flaxstudio.gui.panels.try_it_collections import TrialCollections
from flaxstudio.gui.panels.variables_tree import shape_text, short_share, short_text
from flaxstudio.gui.tokens import Tokens

_PLACE, _SHAPE, _TYPE, _MEAN, _DEVIATION, _MINIMUM, _MAXIMUM, _ZEROS, _NOT_FINITE = range(9)
_NUMBER = "-0.0574"
_SAMPLES: Mapping[int, str | int] = {
    _PLACE: 176, _SHAPE: "16×128×128×64", _TYPE: "float32", _MEAN: _NUMBER, _DEVIATION: _NUMBER, _MINIMUM: _NUMBER,
    _MAXIMUM: _NUMBER, _ZEROS: ">99 %", _NOT_FINITE: "1,024",
}  # fmt: skip


class TrialOutputs(QWidget):
    """The list of outputs at the left, one of them at the right."""

    node_requested = Signal(str)
    keep_requested = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._outcome: Outcome | None = None
        self._halves = QSplitter(Qt.Orientation.Horizontal, self)
        self.list = QTreeWidget(self._halves)
        self.sample = NumberBox(self)
        self.tabs = TabbedView(self.sample, self._halves)
        self.collections = TrialCollections(self.tabs.stack)
        self._is_training = False
        self._drawing = QStackedWidget(self.tabs.stack)
        self.picture, self.vector = ArrayPicture(tokens, self._drawing), VectorPlot(tokens, self._drawing)
        self.table, self.spread = ArrayTable(self.tabs.stack), SpreadPlot(tokens, self.tabs.stack)
        self._is_filling = False
        self._build()
        self.list.currentItemChanged.connect(lambda *_: self._on_current())
        self.sample.valueChanged.connect(self._show_sample)
        self.tabs.currentChanged.connect(lambda _: self._show_sample())
        self.collections.keep_requested.connect(self.keep_requested)

    def display(self, outcome: Outcome, is_training: bool) -> None:
        """Show what was seen; the selected node stays selected."""
        self._is_training = is_training
        self.collections.display(outcome, is_training)
        selected = self._selected()
        place = selected.place if selected is not None else ""
        self._outcome = outcome
        self._is_filling = True
        self.list.clear()
        for number, seen in enumerate(outcome.seen):
            self.list.addTopLevelItem(self._item(seen, number, outcome.first_not_finite))
        places = [seen.place for seen in outcome.seen]
        if places:
            row = places.index(place) if place in places else len(places) - 1
            self._select(row)
        self.list.setColumnHidden(_NOT_FINITE, not outcome.first_not_finite)
        self._is_filling = False
        self._show()

    def mark_node(self, name: str) -> None:
        """Select the line of a node that is selected on the canvas."""
        seen = self._selected()
        if self._outcome is None or seen is None or seen.node == name:
            return
        rows = [row for row, other in enumerate(self._outcome.seen) if other.node == name]
        if rows:
            self._is_filling = True
            self._select(rows[-1])
            self._is_filling = False
            self._show()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for view in (self.picture, self.vector, self.spread):
            view.set_tokens(tokens)
        if self._outcome is not None:
            self.display(self._outcome, self._is_training)

    def _build(self) -> None:
        titles = (
            self.tr("Node"), self.tr("Shape"), self.tr("Type"), self.tr("Mean"), self.tr("Std"), self.tr("Min"),
            self.tr("Max"), self.tr("Zeros"), self.tr("Not finite"),
        )  # fmt: skip
        self.list.setHeaderLabels(titles)
        self.list.setRootIsDecorated(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Outputs of the nodes"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setStyleSheet("QTreeView::item { border-radius: 0; } QTreeView::item:focus { border: none; }")
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        fit_columns(self.list, _SAMPLES)
        for column in range(len(titles)):
            if column > _TYPE:
                self.list.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.sample.setPrefix(self.tr("sample "))
        self.sample.setFixedWidth(96)
        self.sample.setAccessibleName(self.tr("Sample"))
        for page in (self.picture, self.vector):
            self._drawing.addWidget(page)
        self.tabs.addTab(self._drawing, self.tr("Picture"))
        self.tabs.addTab(self.table, self.tr("Values"))
        self.tabs.addTab(self.spread, self.tr("Histogram"))
        self.tabs.addTab(self.collections, self.tr("Collections"))
        self._halves.addWidget(self.list)
        self._halves.addWidget(self.tabs)
        splitter = self._halves
        splitter.setSizes([740, 520])
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _item(self, seen: Seen, number: int, first_not_finite: str) -> QTreeWidgetItem:
        found = seen.statistics
        numbers = [short_text(value) for value in (found.mean, found.deviation, found.minimum, found.maximum)]
        wrong = f"{found.not_finite:,}" if found.not_finite else ""
        indent = "" if seen.place.split(".")[0].split("[")[0] == seen.node else "    "
        item = QTreeWidgetItem(
            [
                indent + seen.place,
                shape_text(seen.value.shape),
                seen.value.dtype.name,
                *numbers,
                short_share(found.zeros),
                wrong,
            ]
        )
        item.setData(_PLACE, Qt.ItemDataRole.UserRole, number)
        for column in range(_MEAN, _NOT_FINITE + 1):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if found.not_finite:
            is_first = seen.place == first_not_finite
            item.setIcon(_PLACE, icon("circle-alert", self._tokens, self._tokens.error if is_first else self._tokens.secondary))
            item.setToolTip(_PLACE, self.tr("Here values stop being finite numbers.") if is_first else "")
        return item

    def _select(self, row: int) -> None:
        if (item := self.list.topLevelItem(row)) is not None:
            self.list.setCurrentItem(item)

    def _selected(self) -> Seen | None:
        item = self.list.currentItem()
        if item is None or self._outcome is None:
            return None
        return self._outcome.seen[item.data(_PLACE, Qt.ItemDataRole.UserRole)]

    def _on_current(self) -> None:
        if self._is_filling:
            return
        self._show()
        if (seen := self._selected()) is not None:
            self.node_requested.emit(seen.node)

    def _show(self) -> None:
        """Show the selected output."""
        seen = self._selected()
        if seen is None:
            return
        count = len(seen.value) if seen.value.ndim else 1
        self.sample.setRange(0, max(0, count - 1))
        self.sample.setVisible(count > 1)
        self.spread.display(seen.statistics)
        self._show_sample()

    def _show_sample(self) -> None:
        seen = self._selected()
        if seen is None:
            return
        sample = seen.value[self.sample.value()] if seen.value.ndim and len(seen.value) else seen.value
        self.tabs.info.setText("  ·  ".join((seen.place, *self._facts(seen, sample))))
        match self.tabs.currentIndex():
            case 0 if is_image_like(sample.shape):
                self._drawing.setCurrentWidget(self.picture)
                self.picture.display(output_tiles(sample))
            case 0:
                self._drawing.setCurrentWidget(self.vector)
                self.vector.display(sample)
            case 1:
                self.table.display(sample)

    def _facts(self, seen: Seen, sample) -> list[str]:
        parts = []
        if sample.ndim == 1 and sample.size > 1 and np.isfinite(sample).all():
            parts.append(self.tr("largest at {0}").format(int(np.argmax(sample))))
        targets = self._outcome.targets if self._outcome is not None else ()
        if self.sample.value() < len(targets) and self.sample.value() < (len(seen.value) if seen.value.ndim else 0):
            parts.append(self.tr("the data says: {0}").format(targets[self.sample.value()]))
        return parts
