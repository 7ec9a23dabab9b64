"""The card itself: a frame over the window that takes neither mouse nor focus, and when it comes and goes."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.cards import Card, Spot, card_of
from flaxstudio.gui.tokens import Tokens

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_WIDTH = 400
_LEAST = 160
_APART = 14


class HoverCard(QLabel):
    """Shows one card, large enough for its text and inside its window."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.card: Card | None = None
        self.setObjectName("hover_card")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_card(self, card: Card, near: QRect) -> None:
        """Show a card beside a place on the screen, without covering it."""
        window = self.parentWidget() or self
        self.card = card
        self.setText(card_html(card, self._tokens))
        self.setStyleSheet(_style(self._tokens))
        self.setAccessibleName(card.text)
        room = window.rect().adjusted(t.GAP, t.GAP, -t.GAP, -t.GAP)
        self.resize(_size_for(self, min(_WIDTH, room.width())))
        self.move(_corner(self.size(), QRect(window.mapFromGlobal(near.topLeft()), near.size()), room))
        self.raise_()
        self.show()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        if self.card is not None:
            self.setText(card_html(self.card, tokens))
            self.setStyleSheet(_style(tokens))


class Hovering(QObject):
    """Waits until the pointer rests, shows the card of what it rests on, and takes it away when anything happens."""

    def __init__(self, view: "GraphView") -> None:
        super().__init__(view)
        self._view = view
        self._card: HoverCard | None = None
        self._spot: Spot | None = None
        self.is_held = False
        self._timer = QTimer(self, singleShot=True, interval=t.HOVER_MS)
        self._timer.timeout.connect(self._show)
        view.graph_scene.graph_moved.connect(self._refresh)
        view.graph_scene.selection_moved.connect(self.end)
        view.view_moved.connect(self.end)

    @property
    def card(self) -> Card | None:
        """The card in sight, if there is one."""
        return self._card.card if self._card is not None and self._card.isVisible() else None

    def rest(self, spot: Spot | None) -> None:
        """Note on what the pointer is now."""
        if spot == self._spot and self.card is not None:
            return
        if spot != self._spot:
            self.end()
        self._spot = spot
        if spot is not None:
            self._timer.start()

    def end(self) -> None:
        """Take the card away."""
        self._timer.stop()
        self._spot, self.is_held = None, False
        if self._card is not None:
            self._card.hide()

    def hold(self, spot: Spot, near: QRect) -> str:
        """Show the card of something until a key is pressed or the pointer moves on; returns what it says."""
        self.end()
        card = card_of(self._view.graph_scene, spot)
        if card is None:
            return ""
        self._spot, self.is_held = spot, True
        self._own_card().show_card(card, near)
        return card.text

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        if self._card is not None:
            self._card.set_tokens(tokens)

    def _show(self) -> None:
        pointer = self._view.pointer
        if self._spot is None or pointer is None:
            return
        if card := card_of(self._view.graph_scene, self._spot):
            at = self._view.viewport().mapToGlobal(pointer.view)
            self._own_card().show_card(card, QRect(at, QSize(1, 1)))

    def _refresh(self) -> None:
        """Tell anew what is in sight: it may have changed or be gone."""
        if self._card is None or self._spot is None or self.card is None:
            return
        card = card_of(self._view.graph_scene, self._spot)
        if card is None:
            self.end()
        elif card != self._card.card:
            corner = self._card.mapToGlobal(QPoint(-_APART, -_APART))
            self._card.show_card(card, QRect(corner, QSize(1, 1)))

    def _own_card(self) -> HoverCard:
        """Return the card, above everything else in the window that the canvas is in."""
        window = self._view.window()
        if self._card is None:
            self._card = HoverCard(self._view.graph_scene.tokens, window)
        elif self._card.parentWidget() is not window:
            self._card.setParent(window)
        return self._card


def card_html(card: Card, tokens: Tokens) -> str:
    """Return a card as the small HTML that Qt lays out."""
    faint = f'style="color: {tokens.secondary}"'
    parts = [f"<b>{escape(card.title)}</b>&nbsp; <span {faint}>{escape(card.kind)}</span>"]
    if card.rows:
        lines = (
            f'<tr><td {faint}><nobr>{escape(name)}</nobr>&nbsp;&nbsp;</td><td>{escape(value)}</td></tr>'
            for name, value in card.rows
        )  # fmt: skip
        parts.append(f'<table cellspacing="0" cellpadding="1">{"".join(lines)}</table>')
    if card.problem is not None:
        is_error = card.problem.severity == "error"
        color = tokens.error if is_error else tokens.warning
        word = _tr("Error") if is_error else _tr("Warning")
        remedy = f" <span {faint}>{escape(card.problem.remedy)}</span>" if card.problem.remedy else ""
        parts.append(f'<div><b style="color: {color}">{escape(word)}</b> {escape(card.problem.what)}{remedy}</div>')
    if card.note:
        parts.append(f"<div {faint}>{escape(card.note)}</div>")
    return "".join(parts)


def _style(tokens: Tokens) -> str:
    return (
        f"#hover_card {{ background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line};"
        f" border-radius: {t.RADIUS}px; padding: {t.GAP}px {t.PADDING}px; font-size: {t.SECONDARY}px; }}"
    )


def _size_for(card: QLabel, most: int) -> QSize:
    """Return the least size for the whole text: no wider than `most`, and not wider than needed."""
    card.setWordWrap(False)
    natural = card.sizeHint().width()
    card.setWordWrap(True)
    width = max(min(natural, most), min(_LEAST, most))
    return QSize(width, card.heightForWidth(width))


def _corner(size: QSize, near: QRect, room: QRect) -> QPoint:
    """Return where a card goes: below and right of a place, else above it, and never out of the room."""
    x = min(near.right() + _APART, room.right() - size.width())
    y = near.bottom() + _APART
    if y + size.height() > room.bottom():
        y = near.top() - _APART - size.height()
    return QPoint(max(room.left(), x), max(room.top(), min(y, room.bottom() - size.height())))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
