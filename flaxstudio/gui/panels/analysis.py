"""The Analysis panel: what each node costs, as a table that sorts, filters and unfolds blocks."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.graph.cost import CostTable
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.analysis_cells import BarDelegate, TotalsRow
from flaxstudio.gui.panels.analysis_model import NAME, AnalysisModel, AnalysisOrder, Line, figure_text
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens

_WIDTHS = (168, 132, 168, 72, 96, 84, 96, 112, 96, 120)
_FILTER_WIDTH = 180


class AnalysisPanel(QWidget):
    """Lists the model's nodes with their costs, and the totals below."""

    node_requested = Signal(str, str)  # node, block
    copy_requested = Signal()
    export_requested = Signal()
    forecast_requested = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = CostTable()
        self._batch = 1
        self.model = AnalysisModel(self)
        self.order = AnalysisOrder(self.model)
        self.tree = QTreeView()
        self._delegate = BarDelegate(tokens, self.tree)
        self.totals = TotalsRow(self.tree, self._total_text, tokens)
        self.filter = QLineEdit()
        self.samples = ChoiceBox()
        self.copy_button, self.export_button = QPushButton(self.tr("Copy")), QPushButton(self.tr("Export CSV…"))
        self.forecast_button = QPushButton(self.tr("Will it fit, how long?"))
        self._state = QLabel()
        self._empty = QLabel(self.tr("Draw a network from Input to Output. What each node costs is listed here."))
        self._pages = QStackedWidget()
        self._build()

    def display(self, table: CostTable, batch_size: int) -> None:
        """Show what the nodes cost; `batch_size` is that of a step."""
        self._table = table
        if batch_size != self._batch or not self.samples.count():
            self._batch = batch_size
            chosen = max(self.samples.currentIndex(), 0)
            with QSignalBlocker(self.samples):
                self.samples.clear()
                self.samples.addItem(self.tr("For one sample"))
                self.samples.addItem(self.tr("For a batch of {0}").format(f"{batch_size:,}"))
                self.samples.setCurrentIndex(chosen)
        self._show()

    def mark_nodes(self, names: tuple[str, ...]) -> None:
        """Mark the lines of the nodes selected on the canvas."""
        picked = self.tree.selectionModel()
        with QSignalBlocker(picked):
            picked.clearSelection()
            for name in names:
                index = self.order.mapFromSource(self.model.index_of(name))
                if index.isValid():
                    picked.select(index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)
                    self.tree.scrollTo(index)
        self.tree.viewport().update()

    @property
    def count(self) -> int:
        """For how many samples the figures are."""
        return self._batch if self.samples.currentIndex() == 1 else 1

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._delegate.tokens = self.totals.tokens = tokens
        self.tree.viewport().update()
        self.totals.update()

    def _show(self) -> None:
        self.model.display(self._table, self.count)
        self.tree.viewport().update()  # bars change with the total
        self._pages.setCurrentIndex(1 if self._table.rows else 0)
        self._state.setText("" if self._table.is_complete else self.tr("Counting…"))
        self.totals.tell()

    def _build(self) -> None:
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(_FILTER_WIDTH)
        self.filter.setAccessibleName(self.tr("Filter the nodes"))
        self.samples.setAccessibleName(self.tr("Figures for"))
        self._state.setProperty("role", "secondary")
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._set_up_tree()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(_column(self._bar(), self.tree, self.totals))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.filter.textChanged.connect(self._keep)
        self.samples.currentIndexChanged.connect(lambda _: self._show())
        self.copy_button.clicked.connect(self.copy_requested)
        self.export_button.clicked.connect(self.export_requested)
        self.forecast_button.clicked.connect(self.forecast_requested)

    def _set_up_tree(self) -> None:
        tree, header = self.tree, self.tree.header()
        tree.setModel(self.order)
        tree.setItemDelegate(self._delegate)
        tree.setUniformRowHeights(True)
        tree.setAccessibleName(self.tr("Costs of each node"))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # the order of computing
        tree.setSortingEnabled(True)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        tree.horizontalScrollBar().valueChanged.connect(self.totals.update)
        tree.clicked.connect(self._request_node)
        tree.activated.connect(self._request_node)

    def _bar(self) -> QWidget:
        bar = QWidget()
        line = QHBoxLayout(bar)
        line.setContentsMargins(t.GAP, t.GAP // 2, t.GAP, t.GAP // 2)
        line.setSpacing(t.GAP)
        for widget in (self.filter, self.samples, self._state):
            line.addWidget(widget)
        line.addStretch()
        for button in (self.forecast_button, self.copy_button, self.export_button):
            button.setProperty("compact", True)
            line.addWidget(button)
        return bar

    def _keep(self, text: str) -> None:
        self.order.keep(text)
        if text.strip():
            self.tree.expandAll()

    def _request_node(self, index: QModelIndex) -> None:
        line = self.model.line(self.order.mapToSource(index.siblingAtColumn(NAME)))
        if line is not None:
            self.node_requested.emit(line.row.name, _block_of(line))

    def _total_text(self, column: int) -> str:
        return self.tr("Total") if column == NAME else figure_text(self.model.total, column)


def _block_of(line: Line) -> str:
    """Return the block that a line's node lies in, "" for the model's own graph."""
    return line.parent.row.layer if line.parent is not None else ""


def _column(*widgets: QWidget) -> QWidget:
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return whole
