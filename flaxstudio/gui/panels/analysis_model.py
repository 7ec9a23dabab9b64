"""The table of costs as a model: nodes, those of blocks below them; sorted and filtered by a second one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from flaxstudio.graph.cost import CostRow, CostTable, bytes_of
from flaxstudio.gui.panels.cost_text import Figures, count_text, field_text, figures_of, memory_text

Index = QModelIndex | QPersistentModelIndex
Path = tuple[str, ...]
NAME, LAYER, OUTPUT, TYPE, PARAMS, BYTES, FLOPS, TRAINING, MEMORY, FIELD = range(10)
COLUMNS = FIELD + 1
PATH_ROLE = Qt.ItemDataRole.UserRole
SHARE_ROLE = Qt.ItemDataRole.UserRole + 1
SORT_ROLE = Qt.ItemDataRole.UserRole + 2
WITH_BARS = (PARAMS, FLOPS, TRAINING, MEMORY)
_FIGURES = {PARAMS: "params", BYTES: "bytes", FLOPS: "flops", TRAINING: "training_flops", MEMORY: "memory"}
_LEFT = (NAME, LAYER, OUTPUT, TYPE, FIELD)


@dataclass(slots=True, eq=False)
class Line:
    """One line: a node with its figures, its place in the order of computing, and the lines inside it."""

    row: CostRow
    figures: Figures
    parent: "Line | None"
    place: int
    children: list["Line"] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The names that lead here."""
        return (*(self.parent.path if self.parent else ()), self.row.name)


class AnalysisModel(QAbstractItemModel):
    """Shows a CostTable for a number of samples. Equal structure again changes only figures, so nothing folds or jumps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self.total = Figures(0, 0, 0, 0, 0)

    def display(self, table: CostTable, samples: int) -> None:
        """Show a table."""
        self.total = figures_of(table.total, samples)
        if _names(table.rows) == [_line_names(line) for line in self._lines]:
            for line, row in zip(self._lines, table.rows, strict=True):
                self._renew(line, row, samples)
            return
        self.beginResetModel()
        self._lines = [_line(row, None, place, samples) for place, row in enumerate(table.rows)]
        self.endResetModel()

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the model's own nodes."""
        return iter(self._lines)

    def index_of(self, name: str) -> QModelIndex:
        """Return the index of a node of the model's own graph, or an invalid one."""
        found = next((line for line in self._lines if line.row.name == name), None)
        return QModelIndex() if found is None else self.createIndex(found.place, 0, found)

    def line(self, index: Index) -> Line | None:
        """Return the line of an index."""
        found = index.internalPointer() if index.isValid() else None
        return found if isinstance(found, Line) else None

    # Qt's side

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        lines = self._children(parent)
        return self.createIndex(row, column, lines[row]) if 0 <= row < len(lines) else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:
        line = self.line(index)
        above = line.parent if line is not None else None
        return QModelIndex() if above is None else self.createIndex(above.place, 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.column() > 0 else len(self._children(parent))

    def columnCount(self, _parent: Index = QModelIndex()) -> int:
        return COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tips()[section] or None
        return self.titles()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def titles(self) -> tuple[str, ...]:
        """Return the columns' captions."""
        return (
            self.tr("Node"), self.tr("Layer"), self.tr("Output"), self.tr("Type"), self.tr("Params"), self.tr("Bytes"),
            self.tr("FLOPs"), self.tr("FLOPs to train"), self.tr("Memory"), self.tr("Receptive field"),
        )  # fmt: skip

    def _tips(self) -> tuple[str, ...]:
        return (
            "", "", "", self.tr("Type of the output's numbers"), "", self.tr("What the params take"),
            self.tr("Floating point operations of the forward pass, as XLA counts them"),
            self.tr("Floating point operations of forward and backward pass"),
            self.tr("What the node gives out: training keeps it for the backward pass"),
            self.tr("How much of the input one value of the output looks at, along each axis"),
        )  # fmt: skip

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.line(index), index.column()
        if line is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(line, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(line, column)
        if role == PATH_ROLE:
            return line.path
        if role == SHARE_ROLE:
            return self.share(line, column)
        return _sort_key(line, column) if role == SORT_ROLE else None

    def share(self, line: Line, column: int) -> float | None:
        """Return a figure's share of the total; None where there is none to tell."""
        own, whole = figure(line.figures, column), figure(self.total, column)
        return own / whole if own is not None and whole and column in WITH_BARS else None

    def _text(self, line: Line, column: int) -> str:
        row = line.row
        if column == NAME:
            return row.name if row.count == 1 else f"{row.name}  × {row.count:,}"
        if column == LAYER:
            return row.layer
        if column == OUTPUT:
            return str(row.shape) if row.shape is not None else ""
        if column == TYPE:
            return row.shape.dtype if row.shape is not None else ""
        if column == FIELD:
            return field_text(row.field, self.tr("all"))
        return figure_text(line.figures, column)

    def _tip(self, line: Line, column: int) -> str | None:
        field = line.row.field
        if column == FIELD and field is not None and field.is_wide:
            if field.is_whole:
                return self.tr("Each value looks at all of the input.")
            parts = (("size", self.tr("size")), ("jump", self.tr("stride")), ("centre", self.tr("centre")))
            texts = (f"{word} {' × '.join(f'{getattr(axis, name):g}' for axis in field.axes)}" for name, word in parts)
            return ", ".join(texts)
        own, share = figure(line.figures, column), self.share(line, column)
        if own is None:
            return self._text(line, column) or None
        return f"{own:,}" if share is None else self.tr("{0}, {1} of the total").format(f"{own:,}", f"{share:.1%}")

    def _children(self, parent: Index) -> list[Line]:
        line = self.line(parent)
        return self._lines if line is None else line.children

    def _renew(self, line: Line, row: CostRow, samples: int) -> None:
        before, (line.row, line.figures) = (line.row, line.figures), (row, figures_of(row.cost, samples))
        if before == (line.row, line.figures):
            return
        first = self.createIndex(line.place, 0, line)
        self.dataChanged.emit(first, first.siblingAtColumn(COLUMNS - 1))
        for child, inner in zip(line.children, row.children, strict=True):
            self._renew(child, inner, samples)


class AnalysisOrder(QSortFilterProxyModel):
    """Sorts by any column and keeps what the filter's text is in: a node's name, its layer, or a node inside it."""

    def __init__(self, source: AnalysisModel) -> None:
        super().__init__(source)
        self._source = source
        self.setSourceModel(source)
        self.setSortRole(SORT_ROLE)
        self.setRecursiveFilteringEnabled(True)
        self._wanted = ""

    def keep(self, text: str) -> None:
        """Show only what holds the text."""
        self._wanted = text.strip().casefold()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        line = self._source.line(self._source.index(row, 0, parent))
        return line is not None and self._wanted in f"{line.row.name} {line.row.layer}".casefold()


def figure(figures: Figures, column: int) -> int | None:
    """Return the figure of a column; None for words, and where it is not known."""
    name = _FIGURES.get(column)
    return getattr(figures, name) if name is not None else None


def figure_text(figures: Figures, column: int) -> str:
    """Return the figure of a column as it is shown."""
    found = figure(figures, column)
    if column in (BYTES, MEMORY) and found is not None:
        return memory_text(found)
    return f"{found:,}" if column == PARAMS and found is not None else count_text(found)


def alignment(column: int) -> Qt.AlignmentFlag:
    """Return where a column's texts stand."""
    side = Qt.AlignmentFlag.AlignLeft if column in _LEFT else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _line(row: CostRow, parent: Line | None, place: int, samples: int) -> Line:
    line = Line(row, figures_of(row.cost, samples), parent, place)
    line.children = [_line(child, line, number, samples) for number, child in enumerate(row.children)]
    return line


def _names(rows: tuple[CostRow, ...]) -> list[Any]:
    return [(row.name, _names(row.children)) for row in rows]


def _line_names(line: Line) -> Any:
    return (line.row.name, [_line_names(child) for child in line.children])


def _sort_key(line: Line, column: int) -> Any:
    row = line.row
    words = {NAME: row.name.casefold(), LAYER: row.layer.casefold(), TYPE: row.shape.dtype if row.shape is not None else ""}
    if column in words:
        return words[column]
    if column == OUTPUT:
        return bytes_of(row.shape)
    if column == FIELD:
        return (
            -1.0
            if row.field is None
            else inf
            if row.field.is_whole
            else max((axis.size for axis in row.field.axes), default=0.0)
        )
    found = figure(line.figures, column)
    return -1.0 if found is None else float(found)
