"""The bar over the canvas that finds nodes: a field, how many there are, and a list of where."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens

_WIDTH = 340
_ROW = 40
_MOST_ROWS = 6
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the list: what was found, where, and why."""

    title: str
    where: str


class FindBar(QFrame):
    """Says what is looked for and which of the found is wanted; shows what it is given."""

    query_changed = Signal(str)
    step_requested = Signal(int)
    """The next (1) or the last (-1) of what was found is wanted."""
    row_chosen = Signal(int)
    closed = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.field = QLineEdit()
        self.count = QLabel()
        self.list = QListWidget()
        self._buttons: dict[str, QToolButton] = {}
        self._build()
        self.set_tokens(tokens)
        self.hide()

    def open(self) -> None:
        """Show the bar and let the user type; what was looked for last is there, to be typed over."""
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()
        self.query_changed.emit(self.field.text())

    def close_bar(self) -> None:
        """Take the bar away."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def display(self, findings: Sequence[Finding], current: int) -> None:
        """Show what was found, and which of it is the present one (-1: none yet)."""
        has_query = bool(self.field.text().strip())
        shown = findings[:_MOST_LISTED]
        if [(self.list.item(i).text(), self.list.item(i).toolTip()) for i in range(self.list.count())] != [
            (_row_text(finding), finding.where) for finding in shown
        ]:
            self.list.clear()
            for finding in shown:
                self._add_row(finding)
        self.list.setCurrentRow(current if current < len(shown) else -1)
        at = self.tr("{0} of {1}").format(f"{current + 1:,}", f"{len(findings):,}")
        texts = {0: self.tr("Nothing found") if has_query else "", 1: self.tr("1 found")}
        found = texts.get(len(findings), self.tr("{0} found").format(f"{len(findings):,}"))
        self.count.setText(at if current >= 0 and findings else found)
        self.count.setAccessibleName(self.count.text())
        for name in ("up", "down"):
            self._buttons[name].setEnabled(bool(findings))
        self.list.setVisible(bool(findings))
        self.list.setFixedHeight(min(len(shown), _MOST_ROWS) * _ROW + 4)
        self.adjustSize()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        for name, button in self._buttons.items():
            button.setIcon(icon({"up": "chevron-up", "down": "chevron-down", "close": "x"}[name], tokens, tokens.secondary))
        self.setStyleSheet(
            f"FindBar {{ background: {tokens.panel}; border: 1px solid {tokens.line}; border-radius: {t.RADIUS}px; }}"
            f" QListWidget {{ background: transparent; border: none; font-size: {t.SECONDARY}px; color: {tokens.text}; }}"
            f" QListWidget::item {{ padding: 2px 4px; border-radius: 4px; }}"
            f" QListWidget::item:selected {{ background: {tokens.hover}; color: {tokens.text}; }}"
            f" QLabel {{ color: {tokens.secondary}; font-size: {t.SECONDARY}px; background: transparent; }}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_bar()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_F3:
                self.step_requested.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            case Qt.Key.Key_Down:
                self.step_requested.emit(1)
            case Qt.Key.Key_Up:
                self.step_requested.emit(-1)
            case _:
                super().keyPressEvent(event)

    def _build(self) -> None:
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(self.tr("Find"))
        self.field.setPlaceholderText(self.tr("Find by name, layer, value or has:problem"))
        self.field.setAccessibleName(self.tr("Find nodes"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self.query_changed)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.field, 1)
        line.addWidget(self.count)
        tips = {
            "up": self.tr("The one before (Shift+Enter)"),
            "down": self.tr("The next one (Enter)"),
            "close": self.tr("Close (Esc)"),
        }
        for name, tip in tips.items():
            self._buttons[name] = button = QToolButton()
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setProperty("compact", True)
            button.setIconSize(QSize(14, 14))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            line.addWidget(button)
        self._buttons["up"].clicked.connect(lambda: self.step_requested.emit(-1))
        self._buttons["down"].clicked.connect(lambda: self.step_requested.emit(1))
        self._buttons["close"].clicked.connect(self.close_bar)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(self.tr("Found nodes"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(lambda item: self.row_chosen.emit(self.list.row(item)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.GAP, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self.list)

    def _add_row(self, finding: Finding) -> None:
        item = QListWidgetItem(_row_text(finding))
        item.setToolTip(finding.where)
        item.setSizeHint(QSize(0, _ROW))
        self.list.addItem(item)


def _row_text(finding: Finding) -> str:
    return f"{finding.title}\n{finding.where}"
