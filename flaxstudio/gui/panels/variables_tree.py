"""The tree of variables as a model: collection, node, inner module, array; statistics come when a row is first seen."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.project.statistics import Statistics
from flaxstudio.project.variables import Array, Path, path_text

Index = QModelIndex | QPersistentModelIndex
NAME, SHAPE, TYPE, COUNT, BYTES, SPREAD, MEAN, DEVIATION, MINIMUM, MAXIMUM, ZEROS = range(11)
PATH_ROLE = Qt.ItemDataRole.UserRole
STATISTICS_ROLE = Qt.ItemDataRole.UserRole + 1
_TEXT_COLUMNS = (NAME, SHAPE, TYPE, SPREAD)


@dataclass(slots=True, eq=False)
class Row:
    """One line of the tree: an array, or what holds arrays."""

    path: Path
    parent: "Row | None" = None
    place: int = 0
    array: Array | None = None
    children: list["Row"] = field(default_factory=list)
    count: int = 0
    bytes: int = 0

    def arrays(self) -> Iterator["Row"]:
        """Yield the arrays under this line, itself included."""
        if self.array is not None:
            yield self
        for child in self.children:
            yield from child.arrays()


class VariablesModel(QAbstractItemModel):
    """Arrays by path. `wanted` tells which arrays are seen without statistics; `add_statistics` brings them."""

    wanted = Signal(object)  # {path: array}

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Row(())
        self._rows: dict[Path, Row] = {}
        self._statistics: dict[Path, tuple[Array, Statistics]] = {}
        self._missing: dict[Path, Array] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tell_wanted)

    def display(self, arrays: Mapping[Path, Array]) -> bool:
        """Show these arrays in their order; return whether the lines stayed the same."""
        self._missing.clear()
        if list(arrays) == [row.path for row in self._root.arrays()]:
            for path, array in arrays.items():
                if self._rows[path].array is not array:
                    self._rows[path].array = array
                    self._tell_changed(self._rows[path])
            self._count(self._root)
            return True
        self.beginResetModel()
        self._root, self._rows = Row(()), {}
        for path, array in arrays.items():
            self._branch(path).array = array
        self._count(self._root)
        self._statistics = {path: found for path, found in self._statistics.items() if path in self._rows}
        self.endResetModel()
        return False

    def statistics(self, path: Path) -> Statistics | None:
        """Return what is known of the array that is there now."""
        row, found = self._rows.get(path), self._statistics.get(path)
        return found[1] if row is not None and found is not None and found[0] is row.array else None

    def add_statistics(self, path: Path, array: Array, statistics: Statistics) -> None:
        """Keep an array's statistics; those of an array that is no longer there say nothing."""
        self._statistics[path] = (array, statistics)
        if path in self._rows:
            self._tell_changed(self._rows[path])

    def row(self, index: Index) -> Row:
        """Return the line of an index."""
        found = index.internalPointer() if index.isValid() else self._root
        assert isinstance(found, Row)
        return found

    def index_of(self, path: Path) -> QModelIndex:
        """Return the index of a line, or an invalid one."""
        row = self._rows.get(path)
        return QModelIndex() if row is None else self.createIndex(row.place, 0, row)

    @property
    def total(self) -> tuple[int, int, int]:
        """How many arrays, values and bytes there are in all."""
        return sum(1 for _ in self._root.arrays()), self._root.count, self._root.bytes

    def array(self, path: Path) -> Array | None:
        """Return the array at a path."""
        row = self._rows.get(path)
        return row.array if row is not None else None

    # Qt's side

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        children = self.row(parent).children
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:
        parent = self.row(index).parent if index.isValid() else None
        return QModelIndex() if parent is None or parent is self._root else self.createIndex(parent.place, 0, parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.column() > 0 else len(self.row(parent).children)

    def columnCount(self, _parent: Index = QModelIndex()) -> int:
        return ZEROS + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        titles = (
            self.tr("Variable"), self.tr("Shape"), self.tr("Type"), self.tr("Values"), self.tr("Bytes"), self.tr("Spread"),
            self.tr("Mean"), self.tr("Std"), self.tr("Min"), self.tr("Max"), self.tr("Zeros"),
        )  # fmt: skip
        if role == Qt.ItemDataRole.ToolTipRole and section == DEVIATION:
            return self.tr("Standard deviation")
        return titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.row(index), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return path_text(row.path) if column == NAME else None
        if role == PATH_ROLE:
            return path_text(row.path)
        return self._seen(row) if role == STATISTICS_ROLE and row.array is not None else None

    def _text(self, row: Row, column: int) -> str:
        if column == NAME:
            return row.path[-1]
        if column == COUNT:
            return f"{row.count:,}"
        if column == BYTES:
            return bytes_text(row.bytes)
        if row.array is None:
            return ""
        if column in (SHAPE, TYPE):
            return shape_text(row.array.shape) if column == SHAPE else row.array.dtype.name
        found = self._seen(row)
        if found is None or column == SPREAD:
            return ""
        if column == ZEROS:
            return short_share(found.zeros)
        numbers = {MEAN: found.mean, DEVIATION: found.deviation, MINIMUM: found.minimum, MAXIMUM: found.maximum}
        return short_text(numbers[column])

    def _seen(self, row: Row) -> Statistics | None:
        """Return an array's statistics; if they are not known, ask for them once the view has drawn itself."""
        assert row.array is not None
        found = self.statistics(row.path)
        if found is None:
            self._missing[row.path] = row.array
            self._timer.start(0)
        return found

    def _tell_wanted(self) -> None:
        missing, self._missing = self._missing, {}
        if missing := {path: array for path, array in missing.items() if self.statistics(path) is None}:
            self.wanted.emit(missing)

    def _tell_changed(self, row: Row) -> None:
        first = self.createIndex(row.place, 0, row)
        self.dataChanged.emit(first, first.siblingAtColumn(ZEROS))

    def _branch(self, path: Path) -> Row:
        """Return the line of a path, made with those above it if it is new."""
        if not path:
            return self._root
        if path not in self._rows:
            parent = self._branch(path[:-1])
            self._rows[path] = Row(path, parent, len(parent.children))
            parent.children.append(self._rows[path])
        return self._rows[path]

    def _count(self, row: Row) -> None:
        for child in row.children:
            self._count(child)
        own = (int(row.array.size), int(row.array.nbytes)) if row.array is not None else (0, 0)
        row.count = own[0] + sum(child.count for child in row.children)
        row.bytes = own[1] + sum(child.bytes for child in row.children)


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it: 784×64, and () for a single number."""
    return "×".join(f"{size:,}" for size in shape) or "()"


def short_text(value: float) -> str:
    """Return a number with three significant digits or less, for narrow columns."""
    if not math.isfinite(value):
        return value_text(value)
    size = abs(value)
    if value == 0 or 0.01 <= size < 1e6:
        return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"
    return f"{value:.2g}" if 1e-3 <= size < 1 else f"{value:.0e}"


def short_share(share: float) -> str:
    """Return a share in whole percent, with what is there but less told as such."""
    percent = round(100 * share)
    return "<1 %" if share > 0 and percent == 0 else ">99 %" if share < 1 and percent == 100 else f"{percent} %"


def bytes_text(count: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 1000 * size else f"{count / size:,.0f} {unit}"
    return f"{count} B"


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in _TEXT_COLUMNS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
