"""What the start page is made of: template cards in a flowing grid and rows of recent projects, all of them buttons."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t

CARD_PICTURE = QSize(228, 116)
RECENT_PICTURE = QSize(64, 40)
"""The sizes in px that pictures should be drawn in; others are scaled."""

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_CARD_WIDTH = CARD_PICTURE.width() + 4


class TemplateButton(QPushButton):
    """A card: the picture of a graph, a title, one line and what to expect."""

    def __init__(self, name: str, title: str, line: str, expected: str, picture: QImage | None) -> None:
        super().__init__()
        self.name = name
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{line} {expected}".strip())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedWidth(_CARD_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.MinimumExpanding)  # as high as its row
        words = QVBoxLayout()
        words.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.PADDING)
        words.setSpacing(2)
        for text, role in ((title, "strong"), (line, "secondary"), (expected, "caption")):
            label = QLabel(text)
            label.setProperty("role", role)
            label.setWordWrap(True)
            words.addWidget(label)
            if role == "secondary":
                words.addStretch()
        self._inside = layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)  # room for the ring of the focus
        layout.setSpacing(0)
        layout.addWidget(_Picture(picture, CARD_PICTURE, rounded_below=False))
        layout.addLayout(words, 1)
        _let_clicks_through(self)

    def sizeHint(self) -> QSize:
        return QSize(_CARD_WIDTH, self._inside.heightForWidth(_CARD_WIDTH))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS:
            event.ignore()  # the grid knows which card lies in that direction
        elif not _click_on_enter(self, event):
            super().keyPressEvent(event)


class RecentRow(QPushButton):
    """A recent project: a small picture, its name, when it was changed and where it lies."""

    def __init__(self, name: str, modified: str, path: str, picture: QImage | None) -> None:
        super().__init__()
        self._path = path
        self.setProperty("role", "row")
        self.setAccessibleName(name)
        self.setAccessibleDescription(f"{modified}, {path}")
        self.setToolTip(path)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        title, self._where = QLabel(name), _Elided(path)
        title.setProperty("role", "strong")
        when = QLabel(modified)
        when.setProperty("role", "caption")
        first = QHBoxLayout()
        first.addWidget(title, 1)
        first.addWidget(when)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(first)
        words.addWidget(self._where)
        self._inside = layout = QHBoxLayout(self)
        layout.setContentsMargins(t.GAP, 6, t.GAP, 6)
        layout.setSpacing(t.PADDING)
        layout.addWidget(_Picture(picture, RECENT_PICTURE, rounded_below=True))
        layout.addLayout(words, 1)
        _let_clicks_through(self)

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _click_on_enter(self, event):
            super().keyPressEvent(event)


class CardGrid(QWidget):
    """Cards side by side, as many in a row as there is room for. The arrow keys go from card to card."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: tuple[TemplateButton, ...] = ()
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(t.SECTION_GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    def display(self, cards: tuple[TemplateButton, ...]) -> None:
        """Show these cards in place of the last ones."""
        for card in self.cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = cards
        for card in cards:
            card.clicked.connect(lambda _, name=card.name: self.chosen.emit(name))
        self._arrange(max(1, self._columns))

    def minimumSizeHint(self) -> QSize:
        return QSize(_CARD_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = max(1, (self.width() + t.SECTION_GAP) // (_CARD_WIDTH + t.SECTION_GAP))
        if columns != self._columns:
            self._arrange(columns)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._columns, Qt.Key.Key_Down: self._columns}
        current = next((number for number, card in enumerate(self.cards) if card.hasFocus()), None)
        if current is None or event.key() not in steps:
            super().keyPressEvent(event)
            return
        target = current + steps[Qt.Key(event.key())]
        if 0 <= target < len(self.cards):
            self.cards[target].setFocus(Qt.FocusReason.TabFocusReason)

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)


class _Picture(QWidget):
    """An image with the card's rounded corners."""

    def __init__(self, image: QImage | None, size: QSize, rounded_below: bool) -> None:
        super().__init__()
        self._image = image
        self._is_rounded_below = rounded_below
        self.setFixedSize(size)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        extra = 0 if self._is_rounded_below else 2 * t.RADIUS
        outline.addRoundedRect(QRectF(self.rect()).adjusted(0, 0, 0, extra), t.RADIUS, t.RADIUS)
        painter.setClipPath(outline)
        painter.drawImage(QRectF(self.rect()), self._image)
        painter.end()


class _Elided(QLabel):
    """A path that gives way in the middle where there is no room for all of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._whole = text
        self.setProperty("role", "caption")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setText(QFontMetrics(self.font()).elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width()))


def _click_on_enter(button: QPushButton, event: QKeyEvent) -> bool:
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    button.click()
    return True


def _let_clicks_through(button: QPushButton) -> None:
    """Make the parts of a button take no mouse events, so that the whole of it can be pressed and hovered."""
    for part in button.findChildren(QWidget):
        part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
