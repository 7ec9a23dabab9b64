"""The columns of a dataset as a table model: what each holds, and whether it is feature or target."""

from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from flaxstudio.data.table import ColumnSummary
from flaxstudio.gui.panels.data_choices import can_be_feature, can_be_target, range_text, shape_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import DatasetSpec

FEATURE, TARGET, NAME, KIND, SHAPE, MISSING, DISTINCT, RANGE, EXAMPLE = range(9)
IS_RADIO = Qt.ItemDataRole.UserRole
_NUMBERS = (MISSING, DISTINCT)
_EXAMPLES = 3
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns are features and which are targets; `is_single`: only one target can be."""

    features: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    is_single: bool = False


class ColumnsModel(QAbstractTableModel):
    """Tells a tick as a wish; what is ticked comes back by `display`."""

    feature_ticked = Signal(str, bool)
    target_chosen = Signal(str, bool)

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._columns: tuple[ColumnSummary, ...] = ()
        self._roles = Roles()
        self._titles = (
            self.tr("Feature"), self.tr("Target"), self.tr("Column"), self.tr("Kind"), self.tr("Shape"), self.tr("Missing"),
            self.tr("Distinct"), self.tr("Range"), self.tr("Examples"),
        )  # fmt: skip

    def display(self, columns: tuple[ColumnSummary, ...], dataset: DatasetSpec) -> None:
        """Show the columns and their roles; while the columns stay, so do selection and scrolling."""
        roles = Roles(frozenset(dataset.features), frozenset(dataset.targets), dataset.target_kind == "classes")
        if columns is not self._columns and columns != self._columns:
            self.beginResetModel()
            self._columns, self._roles = columns, roles
            self.endResetModel()
        elif roles != self._roles:
            self._roles = roles
            self.dataChanged.emit(self.index(0, FEATURE), self.index(len(columns) - 1, TARGET))

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        column = self._columns[index.row()]
        is_able = {FEATURE: can_be_feature(column), TARGET: can_be_target(column)}.get(index.column())
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_able else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        column, place = self._columns[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(column, place)
            case Qt.ItemDataRole.CheckStateRole:
                return self._check_state(column, place)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(place)
            case Qt.ItemDataRole.ForegroundRole:
                return self._color(column, place)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(column, place)
            case Qt.ItemDataRole.AccessibleTextRole if place in (FEATURE, TARGET):
                return f"{self._titles[place]} {column.name}"
        return place == TARGET and self._roles.is_single if role == IS_RADIO else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not self.flags(index) & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        told = self.feature_ticked if index.column() == FEATURE else self.target_chosen
        told.emit(self._columns[index.row()].name, Qt.CheckState(value) == Qt.CheckState.Checked)
        return False  # nothing has changed yet

    def _check_state(self, column: ColumnSummary, place: int) -> Qt.CheckState | None:
        if place == FEATURE and can_be_feature(column):
            return Qt.CheckState.Checked if column.name in self._roles.features else Qt.CheckState.Unchecked
        if place == TARGET and can_be_target(column):
            return Qt.CheckState.Checked if column.name in self._roles.targets else Qt.CheckState.Unchecked
        return None

    def _color(self, column: ColumnSummary, place: int) -> QColor | None:
        if place == MISSING and column.missing:
            return QColor(self._tokens.warning)
        return QColor(self._tokens.secondary) if place not in (NAME, EXAMPLE) else None

    def _tip(self, column: ColumnSummary, place: int) -> str | None:
        if place == FEATURE and not can_be_feature(column):
            return self.tr("Only columns of numbers can be features.")
        if place == TARGET and not can_be_target(column):
            return self.tr("These values are neither numbers nor text.")
        return ", ".join(column.examples) if place == EXAMPLE else None


def _text(column: ColumnSummary, place: int) -> str:
    match place:
        case 2:
            return column.name
        case 3:
            return column.kind
        case 4:
            return shape_text(column)
        case 5:
            return f"{column.missing:,}" if column.missing else ""
        case 6:
            return f"{column.distinct:,}" if column.distinct else ""
        case 7:
            return range_text(column)
        case 8:
            return ", ".join(column.examples[:_EXAMPLES])
    return ""


def _alignment(place: int) -> Qt.AlignmentFlag:
    if place in (FEATURE, TARGET):
        return Qt.AlignmentFlag.AlignCenter
    return (Qt.AlignmentFlag.AlignRight if place in _NUMBERS else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
