"""Measures and paints nodes. Knows fonts and colours, and nothing of the scene, so that drag pictures look the same."""

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from PySide6.QtCore import QCoreApplication, QMarginsF, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.heat import Heat, paint_heat, tinted
from flaxstudio.gui.canvas.node_content import NodeContent
from flaxstudio.gui.canvas.port_painter import (
    LABEL,
    PORT_STEP,
    PORT_Y,
    Side,
    paint_labels,
    paint_port,
    port_keys,
    port_point,
    port_spec,
)
from flaxstudio.gui.families import family_color
from flaxstudio.gui.group_signs import GroupSign, paint_sign
from flaxstudio.gui.icons import icon
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens

Detail = Literal["full", "title", "block"]
TITLE_BELOW = 0.40
BLOCKS_BELOW = 0.25
MARGIN = 10
"""How far ports and outlines reach beyond a node's box."""

_WIDTHS = (t.NODE_MIN_WIDTH, 196, t.NODE_MAX_WIDTH)
"""Few widths, so that a node does not twitch with every digit of its shape."""
_BAR = 3
_MOST_WIDTHS = 20_000
_BADGE = 16
_LINK = 12
_COLLAPSED, _LEAST_COLLAPSED = 36.0, 80.0
_DASHES = [4.0, 3.0]
_LAYERS = (6, 3)
"""How far the two sheets lie behind a block's node."""
_ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class NodeState:
    """How a node looks besides its content. `swollen` is the port under the pointer, `ready` those that a wire may go to."""

    is_selected: bool = False
    is_running: bool = False
    connected: frozenset[tuple[Side, str]] = field(default_factory=frozenset)
    faded: frozenset[tuple[Side, str]] = field(default_factory=frozenset)
    ready: frozenset[tuple[Side, str]] = field(default_factory=frozenset)
    swollen: tuple[Side, str] | None = None
    heat: Heat | None = None


_FAR_SIGN = 30
_FAR_SIZES = (26, 23, 20, 18)
"""Of a name from far away, in scene px."""


def detail_at(scale: float) -> Detail:
    """Return how much of a node is worth drawing at a zoom."""
    return "block" if scale < BLOCKS_BELOW else "title" if scale < TITLE_BELOW else "full"


class NodePainter:
    """Paints nodes in one theme. Fonts are made once, since making one costs more than drawing with it."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._title = _font(t.BODY, QFont.Weight.DemiBold)
        self._secondary = _font(t.SECONDARY)
        self._caption = _font(t.CAPTION)
        self._far_titles = tuple(_font(size, QFont.Weight.DemiBold) for size in _FAR_SIZES)
        self._widths: dict[tuple[int, str], float] = {}
        self._paths: dict[tuple[float, ...], tuple[QPainterPath, QPainterPath]] = {}
        self._link = icon("link-2", tokens, tokens.secondary)
        self._metrics = {id(f): QFontMetricsF(f) for f in (self._title, self._secondary, self._caption, *self._far_titles)}

    def size(self, content: NodeContent) -> QSizeF:
        """Return a node's size in scene px."""
        title = self._width(self._title, content.name) + t.GAP + self._width(self._secondary, content.layer)
        if content.severity:
            title += _BADGE + 4
        footer = self._width(self._caption, content.shape) + t.GAP + self._left_of_footer(content)
        wanted = max(title, self._width(self._secondary, content.attributes), footer, self._labels(content)) + 2 * t.PADDING + 1
        if content.look.is_collapsed:
            wanted = self._width(self._title, content.name) + 2 * t.PADDING + (_BADGE + 4 if content.severity else 0)
            return QSizeF(min(max(wanted, _LEAST_COLLAPSED), t.NODE_MAX_WIDTH), _COLLAPSED)
        width = next((w for w in _WIDTHS if w >= wanted), t.NODE_MAX_WIDTH)
        ports = PORT_STEP * (max(len(content.inputs), len(content.outputs), 1) - 1)
        if content.flow == "down":
            return QSizeF(width, (80 if content.attributes else 60) + sum(_label_rows(content)))
        if content.has_labels:
            return QSizeF(width, PORT_Y + ports + 12 + (18 if content.attributes else 0) + 24)
        return QSizeF(width, max(80 if content.attributes else 60, 2 * PORT_Y + ports))

    def paint(self, painter: QPainter, content: NodeContent, state: NodeState, size: QSizeF, detail: Detail) -> None:
        """Paint a node with its top left at 0, 0."""
        box = QRectF(QPointF(0, lift_of(content)), size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if detail == "block":
            self._paint_block(painter, content, state, box)
            return
        self._paint_box(painter, content, state, box, detail)
        if detail == "title":
            row = box.adjusted(t.PADDING + 4, 0, -t.GAP, 0)
            painter.setPen(QColor(self.tokens.text))
            if content.group is not None:
                disc = QRectF(row.right() - _FAR_SIGN, row.center().y() - _FAR_SIGN / 2, _FAR_SIGN, _FAR_SIGN)
                paint_sign(painter, disc, content.group, self.tokens)
                painter.setPen(QColor(self.tokens.text))
                row = row.adjusted(0, 0, -_FAR_SIGN - 4, 0)
            self._text(painter, self._far_font(content.name, row.width()), row, content.name)
            return
        if content.mode == "bypassed":
            self._paint_way_through(painter, content, size)
        if content.look.is_collapsed:
            self._paint_title(painter, content, box.adjusted(t.PADDING, 0, -t.PADDING, 0))
        else:
            self._paint_texts(painter, content, box)
        if content.wrapping and not content.look.is_collapsed:
            self._paint_pill(painter, content, box, content.wrapping, is_right=True)
        if content.mode != "on":
            self._paint_pill(painter, content, box, _mode_word(content), is_right=False)
        if content.group is not None:
            self._paint_group(painter, content.group, box, content.flow == "down")
        if state.heat is not None and not content.look.is_collapsed:
            paint_heat(painter, state.heat, box, self._caption, self.tokens)
        self._paint_ports(painter, content, state, size)

    def picture(self, content: NodeContent, ratio: float, state: NodeState | None = None, detail: Detail = "full") -> QPixmap:
        """Return a node as a pixmap with so many px for one of the scene, its box MARGIN inside."""
        size = self.size(content)
        pixmap = QPixmap((size.grownBy(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)) * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.translate(MARGIN, MARGIN - lift_of(content))
        self.paint(painter, content, state or NodeState(), size, detail)
        painter.end()
        return pixmap

    def far_title(self, name: str, room: float) -> tuple[int, str]:
        """Return the size in which a name is written from far away, as large as it fits, and what of it is written."""
        font = self._far_font(name, room)
        return font.pixelSize(), self._metrics[id(font)].elidedText(name, Qt.TextElideMode.ElideRight, room)

    def _far_font(self, name: str, room: float) -> QFont:
        return next((font for font in self._far_titles if self._width(font, name) <= room), self._far_titles[-1])

    def _paint_block(self, painter: QPainter, content: NodeContent, state: NodeState, box: QRectF) -> None:
        painter.setPen(self._outline(content, state, 6))
        hot = QColor(self.tokens.heat[state.heat.level]) if state.heat is not None else None
        painter.setBrush(hot or family_color(content.spec, self.tokens))
        painter.drawRoundedRect(box, t.RADIUS, t.RADIUS)

    def _paint_box(self, painter: QPainter, content: NodeContent, state: NodeState, box: QRectF, detail: Detail) -> None:
        if content.is_block:
            painter.setPen(QPen(family_color(content.spec, self.tokens), 1))
            painter.setBrush(QColor(self.tokens.panel))
            for offset in _LAYERS:
                painter.drawRoundedRect(box.translated(offset, offset), t.RADIUS, t.RADIUS)
        inside, bar = self._outlines(box, _BAR if detail == "full" else 3 * _BAR)
        painter.fillPath(inside, tinted(state.heat, self.tokens) if state.heat is not None else self._fill(content))
        painter.fillPath(bar, family_color(content.spec, self.tokens))
        pen = self._outline(content, state, 1)
        inset = (pen.widthF() - 1) / 2
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-inset, -inset, inset, inset), t.RADIUS + inset, t.RADIUS + inset)

    def _outlines(self, box: QRectF, bar: int) -> tuple[QPainterPath, QPainterPath]:
        """Return a node's outline, and that of the bar at its left: nodes have few sizes, and cutting takes long."""
        key = box.top(), box.width(), box.height(), bar
        if (paths := self._paths.get(key)) is None:
            whole, strip = QPainterPath(), QPainterPath()
            whole.addRoundedRect(box, t.RADIUS, t.RADIUS)
            strip.addRect(QRectF(0, box.top(), bar, box.height()))
            self._paths[key] = paths = whole, whole.intersected(strip)
        return paths

    def _fill(self, content: NodeContent) -> QColor:
        return QColor(self.tokens.tints.get(content.look.color, self.tokens.panel))

    def _outline(self, content: NodeContent, state: NodeState, thin: float) -> QPen:
        pen = self._solid_outline(content, state, thin)
        if content.mode == "on":
            return pen
        if pen.style() == Qt.PenStyle.NoPen or not (state.is_selected or content.severity):
            pen = QPen(QColor(self.tokens.secondary), max(1.25, thin))
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern(_DASHES)
        return pen

    def _solid_outline(self, content: NodeContent, state: NodeState, thin: float) -> QPen:
        if state.is_selected:
            return QPen(QColor(self.tokens.accent), max(2, thin))
        if content.severity:
            return QPen(self._severity_color(content), max(1.5, thin))
        if state.is_running:
            return QPen(_with_alpha(self.tokens.accent, 0.55), max(1.5, thin))
        return QPen(QColor(self.tokens.line), 1) if thin == 1 else QPen(Qt.PenStyle.NoPen)

    def _severity_color(self, content: NodeContent) -> QColor:
        return QColor(self.tokens.error if content.severity == "error" else self.tokens.warning)

    def _paint_texts(self, painter: QPainter, content: NodeContent, box: QRectF) -> None:
        inner = box.adjusted(t.PADDING, 0, -t.PADDING, 0)
        above, below = _label_rows(content)
        has_rows = content.has_labels and content.flow == "right"
        row = QRectF(inner.left(), 3 if has_rows else 11 + above, inner.width(), 20)
        row = self._paint_title(painter, content, row)
        name_width = min(self._width(self._title, content.name), row.width())
        painter.setPen(QColor(self.tokens.secondary))
        if row.width() - name_width - t.GAP > 24:
            self._text(painter, self._secondary, row.adjusted(name_width + t.GAP, 0, 0, 0), content.layer, _ALIGN_RIGHT)
        if content.has_labels:
            paint_labels(content, box.size(), lambda place, text, align: self._label(painter, place, text, align))
        if content.attributes:
            top = box.height() - 42 if has_rows else 32 + above
            painter.setPen(QColor(self.tokens.secondary))
            self._text(painter, self._secondary, QRectF(inner.left(), top, inner.width(), 18), content.attributes)
        self._paint_footer(painter, content, QRectF(inner.left(), box.height() - 26 - below, inner.width(), 16))

    def _paint_title(self, painter: QPainter, content: NodeContent, row: QRectF) -> QRectF:
        """Write the name in a row, with the mark of a problem behind it; returns the row that is left for the name."""
        if content.severity:
            self._paint_badge(painter, content, QRectF(row.right() - _BADGE, row.center().y() - _BADGE / 2, _BADGE, _BADGE))
            row = row.adjusted(0, 0, -_BADGE - 4, 0)
        painter.setPen(QColor(self.tokens.text if content.mode == "on" else self.tokens.secondary))
        self._text(painter, self._title, row, content.name)
        return row

    def _paint_footer(self, painter: QPainter, content: NodeContent, row: QRectF) -> None:
        shape = min(self._width(self._caption, content.shape), row.width())
        self._text(painter, self._caption, row, content.shape, _ALIGN_RIGHT)
        room = row.width() - shape - t.GAP
        if content.shares:
            self._link.paint(painter, QRect(round(row.left()), round(row.center().y()) - _LINK // 2, _LINK, _LINK))
            self._text(painter, self._caption, row.adjusted(_LINK + 4, 0, room - row.width(), 0), _shares(content))
            return
        params = _params(content)
        if self._width(self._caption, params) > room:
            params = f"{content.params:,}"
        if content.params and self._width(self._caption, params) <= room:
            self._text(painter, self._caption, row, params)

    def _left_of_footer(self, content: NodeContent) -> float:
        if content.shares:
            return _LINK + 4 + self._width(self._caption, _shares(content))
        return self._width(self._caption, _params(content))

    def _labels(self, content: NodeContent) -> float:
        """Return the room that the names of two ports side by side need."""
        if not content.has_labels:
            return 0.0
        if content.flow == "down":
            return max(len(content.inputs), len(content.outputs)) * 44.0
        pairs = zip_longest(content.inputs, content.outputs, fillvalue="")
        return max(self._width(self._caption, left) + self._width(self._caption, right) + t.GAP for left, right in pairs)

    def _label(self, painter: QPainter, box: QRectF, text: str, align: Qt.AlignmentFlag) -> None:
        painter.setPen(QColor(self.tokens.secondary))
        self._text(painter, self._caption, box, text, align)

    def _paint_way_through(self, painter: QPainter, content: NodeContent, size: QSizeF) -> None:
        """Draw a dashed line from the first input to the first output: what goes in comes out as it is."""
        if content.inputs and content.outputs:
            pen = QPen(family_color(content.spec, self.tokens), t.WIRE_WIDTH)
            pen.setDashPattern(_DASHES)
            painter.setPen(pen)
            ends = (port_point(content, size, "in", content.inputs[0]), port_point(content, size, "out", content.outputs[0]))
            painter.setOpacity(0.4)
            painter.drawLine(*ends)
            painter.setOpacity(1.0)

    def _paint_pill(self, painter: QPainter, content: NodeContent, box: QRectF, words: str, *, is_right: bool) -> None:
        """Say on the upper edge how often the module stands there and how, or that it is left out."""
        width = min(self._width(self._caption, words) + 2 * t.GAP, box.width() - 2 * t.PADDING)
        left = box.right() - t.PADDING - width if is_right else box.left() + t.PADDING
        pill = QRectF(left, box.top() - _BADGE / 2 - 1, width, _BADGE)
        painter.setPen(QPen(family_color(content.spec, self.tokens), 1))
        painter.setBrush(QColor(self.tokens.panel))
        painter.drawRoundedRect(pill, _BADGE / 2, _BADGE / 2)
        painter.setPen(QColor(self.tokens.text))
        painter.setFont(self._caption)
        text = self._metrics[id(self._caption)].elidedText(words, Qt.TextElideMode.ElideRight, width - t.GAP)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_group(self, painter: QPainter, sign: GroupSign, box: QRectF, is_halved: bool) -> None:
        """Say on the lower edge in which of the optimizer's groups the params are; beside a port in its middle."""
        room = (box.width() / 2 - t.PORT_HIT if is_halved else box.width() - t.PADDING) - t.PADDING
        width = min(_BADGE + 4 + self._width(self._caption, sign.words) + t.GAP, room)
        height = _BADGE - 1
        pill = QRectF(box.left() + t.PADDING, box.bottom() - height + MARGIN - 1, width, height)
        painter.setPen(QPen(QColor(self.tokens.marks[sign.color]), 1))
        painter.setBrush(QColor(self.tokens.panel))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        paint_sign(painter, QRectF(pill.topLeft(), QSizeF(height, height)), sign, self.tokens)
        painter.setPen(QColor(self.tokens.text))
        self._text(painter, self._caption, pill.adjusted(_BADGE + 4, 0, -4, 0), sign.words)

    def _paint_badge(self, painter: QPainter, content: NodeContent, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._severity_color(content))
        if content.severity == "error":
            painter.drawEllipse(box)
        else:
            painter.drawPolygon(QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()]))
            box = box.adjusted(0, 3, 0, 0)
        painter.setPen(QColor(self.tokens.panel))
        painter.setFont(self._title)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "!")

    def _paint_ports(self, painter: QPainter, content: NodeContent, state: NodeState, size: QSizeF) -> None:
        color = family_color(content.spec, self.tokens)
        for key in port_keys(content):
            looks = (
                ("connected", key in state.connected),
                ("swollen", key == state.swollen),
                ("ready", key in state.ready),
                ("above", content.flow == "down"),
            )
            painter.setOpacity(0.3 if key in state.faded else 1.0)
            center = port_point(content, size, *key)
            look = " ".join(word for word, holds in looks if holds)
            paint_port(painter, self.tokens, color, center, port_spec(content, key), look)
        painter.setOpacity(1.0)

    def _text(self, painter: QPainter, font: QFont, box: QRectF, text: str, align: Qt.AlignmentFlag = _ALIGN_LEFT) -> None:
        painter.setFont(font)
        if self._width(font, text) > box.width():
            text = self._metrics[id(font)].elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, align, text)

    def _width(self, font: QFont, text: str) -> float:
        key = id(font), text
        if (width := self._widths.get(key)) is None:
            if len(self._widths) > _MOST_WIDTHS:
                self._widths.clear()
            self._widths[key] = width = self._metrics[id(font)].horizontalAdvance(text)
        return width


def _label_rows(content: NodeContent) -> tuple[int, int]:
    """Return the heights of the rows of ports' names above and below the texts, where ports are above and below."""
    if content.flow == "right" or not content.has_labels:
        return 0, 0
    return LABEL if len(content.inputs) > 1 else 0, LABEL if len(content.outputs) > 1 else 0


def lift_of(content: NodeContent) -> float:
    """Return how far below its place a node's box begins: a collapsed one lies round its ports, which stay where they are."""
    return PORT_Y - _COLLAPSED / 2 if content.look.is_collapsed and content.flow == "right" else 0.0


def _mode_word(content: NodeContent) -> str:
    if content.mode == "muted":
        return QCoreApplication.translate("Canvas", "muted")
    return QCoreApplication.translate("Canvas", "bypassed")


def _params(content: NodeContent) -> str:
    return f"{content.params:,} params" if content.params else ""


def _shares(content: NodeContent) -> str:
    return QCoreApplication.translate("Canvas", "shares {0}").format(content.shares)


def _font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = body_font()
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font


def _with_alpha(color: str, alpha: float) -> QColor:
    faded = QColor(color)
    faded.setAlphaF(alpha)
    return faded
