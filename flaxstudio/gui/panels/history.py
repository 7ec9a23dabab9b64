"""The panel that lists every step of the history by name; a click goes there, back and forth alike."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens


class HistoryPanel(QWidget):
    """The first row is the project as it was opened; row n is what it was after n steps. Undone steps stay, in grey."""

    step_requested = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListView()
        self._steps = _Steps(tokens, self)
        self.list.setModel(self._steps)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(t.PADDING, t.PADDING))
        self.list.setAccessibleName(self.tr("History: every step by name"))
        self.list.clicked.connect(lambda index: self._ask(index))
        self.list.activated.connect(lambda index: self._ask(index))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        self.setFocusProxy(self.list)

    def display(self, steps: tuple[str, ...], done: int) -> None:
        """Show the steps, with the present one marked and in sight; the same ones again change nothing."""
        if self._steps.display(steps, done):
            index = self._steps.index(done, 0)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def set_tokens(self, tokens: Tokens) -> None:
        self._steps.set_tokens(tokens)

    def _ask(self, index: QModelIndex) -> None:
        if index.row() != self._steps.done:
            self.step_requested.emit(index.row())


class _Steps(QAbstractListModel):
    """The steps as rows."""

    def __init__(self, tokens: Tokens, parent: QObject) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()
        self.done = 0
        self._strong = body_font()
        self._strong.setWeight(QFont.Weight.DemiBold)
        self.set_tokens(tokens)

    def display(self, texts: tuple[str, ...], done: int) -> bool:
        """Hold other steps; returns whether they are others."""
        if (texts, done) == (self._texts, self.done):
            return False
        self.beginResetModel()
        self._texts, self.done = texts, done
        self.endResetModel()
        return True

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._grey = QColor(tokens.secondary)
        self._here, self._nowhere = icon("chevron-right", tokens, tokens.accent), icon("chevron-right", tokens, tokens.panel)
        if self._texts:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._texts), 0))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._texts) + 1

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        text = self._texts[row - 1] if row else self.tr("Opened")
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return text
            case Qt.ItemDataRole.DecorationRole:
                return self._here if row == self.done else self._nowhere
            case Qt.ItemDataRole.FontRole:
                return self._strong if row == self.done else None
            case Qt.ItemDataRole.ForegroundRole:
                return self._grey if row > self.done else None
            case Qt.ItemDataRole.AccessibleTextRole:
                state = self.tr("present") if row == self.done else self.tr("undone") if row > self.done else ""
                return f"{text}, {state}" if state else text
        return None
