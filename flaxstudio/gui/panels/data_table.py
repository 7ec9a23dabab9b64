"""The middle of the Data panel: the columns to tick, with a filter for many of them, and the first rows."""

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.data.table import ColumnSummary
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.data_columns import FEATURE, NAME, TARGET, ColumnsModel
from flaxstudio.gui.panels.data_marks import MarkDelegate
from flaxstudio.gui.panels.data_state import DataState
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import DatasetSpec

_ROW_HEIGHT = 24
_MANY = 12
_MEASURED_ROWS = 12
_EXAMPLE_COLUMNS = 200


class DataTable(QTabWidget):
    """Columns and first rows as two tabs."""

    feature_ticked = Signal(str, bool)
    features_ticked = Signal(object, bool)  # names
    target_chosen = Signal(str, bool)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ColumnsModel(tokens, self)
        self.shown = QSortFilterProxyModel(self)
        self.shown.setSourceModel(self.model)
        self.shown.setFilterKeyColumn(NAME)
        self.shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.marks = MarkDelegate(tokens, self)
        self.columns = QTableView()
        self.preview = QTableWidget()
        self._measured: tuple[ColumnSummary, ...] = ()
        self._shown_preview: tuple[tuple[str, ...], ...] = ()
        self.filter = QLineEdit()
        self.all_button = QPushButton(self.tr("All features"))
        self.none_button = QPushButton(self.tr("None"))
        self.tally = QLabel()
        self._build()
        self._connect()

    def display(self, dataset: DatasetSpec, state: DataState) -> None:
        """Show the columns with their roles, and the first rows."""
        self.model.display(state.columns, dataset)
        if state.columns is not self._measured:
            self._measured = state.columns
            self.columns.resizeColumnsToContents()  # a header that does so itself would at every change of layout
        self.filter.setVisible(len(state.columns) > _MANY or bool(self.filter.text()))
        self.tally.setText(
            self.tr("{0} features of {1} columns, {2} rows").format(
                f"{len(dataset.features):,}", f"{len(state.columns):,}", f"{state.rows:,}"
            )
        )
        if state.preview is not self._shown_preview:
            self._shown_preview = state.preview
            self._fill_preview(state)

    def set_tokens(self, tokens: Tokens) -> None:
        self.model.set_tokens(tokens)
        self.marks.set_tokens(tokens)
        self.columns.viewport().update()

    def shown_names(self) -> tuple[str, ...]:
        """Return the names of the columns that the filter lets through."""
        return tuple(self.shown.index(row, NAME).data() for row in range(self.shown.rowCount()))

    def _build(self) -> None:
        self.setDocumentMode(True)
        self.filter.setPlaceholderText(self.tr("Filter columns"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(200)
        self.tally.setProperty("role", "caption")
        for button in (self.all_button, self.none_button):
            button.setProperty("compact", True)
        line = QHBoxLayout()
        line.setContentsMargins(t.GAP, 4, t.GAP, 4)
        line.setSpacing(t.GAP)
        for widget in (self.all_button, self.none_button, self.filter):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.tally)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self.columns, 1)
        self._dress_columns()
        _dress(self.preview, self.tr("First rows"))
        self.addTab(page, self.tr("Columns"))
        self.addTab(self.preview, self.tr("First rows"))

    def _dress_columns(self) -> None:
        table = self.columns
        table.setModel(self.shown)
        _dress(table, self.tr("Columns"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        for place in (FEATURE, TARGET):
            table.setItemDelegateForColumn(place, self.marks)
        header = table.horizontalHeader()
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        header.setStretchLastSection(True)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self.shown.setFilterFixedString)
        self.model.feature_ticked.connect(self.feature_ticked)
        self.model.target_chosen.connect(self.target_chosen)
        self.all_button.clicked.connect(lambda: self.features_ticked.emit(self.shown_names(), True))
        self.none_button.clicked.connect(lambda: self.features_ticked.emit(self.shown_names(), False))

    def _fill_preview(self, state: DataState) -> None:
        table, columns = self.preview, state.columns[:_EXAMPLE_COLUMNS]
        table.clear()
        table.setRowCount(len(state.preview))
        table.setColumnCount(len(columns))
        table.setHorizontalHeaderLabels([column.name for column in columns])
        for row, texts in enumerate(state.preview):
            for place, (column, text) in enumerate(zip(columns, texts, strict=False)):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignRight if column.kind == "number" else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, place, item)
        table.resizeColumnsToContents()


def _dress(table: QTableView, name: str) -> None:
    table.setAccessibleName(name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    table.horizontalHeader().setHighlightSections(False)
    table.setStyleSheet(f"QTableView::item {{ padding: 0 {t.GAP}px; }}")
