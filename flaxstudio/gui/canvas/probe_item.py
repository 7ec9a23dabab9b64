"""A pinned probe: a small card at a node with what it gave for the first sample of the trial, as a picture and in figures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.array_picture import colored
from flaxstudio.gui.panels.array_tiles import is_image_like, output_tiles
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens

WIDTH, HEIGHT = 200.0, 146.0
_DRAWING = 74.0
_LINE = 16.0
_CLOSE = 18.0
_MOST_CHANNELS = 64
_MOST_SIDE = 96
_FEW = 6
_DETAIL_FROM = 0.25

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What a probe shows: its title, the first sample if there is one, figures, or why there is nothing.

    `is_stale`: the model has changed since. `of` is what it was made of.
    """

    title: str
    sample: Array | None = None
    facts: tuple[str, ...] = ()
    fault: str = ""
    is_stale: bool = False
    of: object = None


class ProbeItem(QGraphicsRectItem):
    """Draws one probe; its position is its top left."""

    def __init__(self, tokens: Tokens, parent: QGraphicsItem) -> None:
        super().__init__(QRectF(-1, -1, WIDTH + 2, HEIGHT + 2), parent)
        self.probe = Probe("")
        self._tokens = tokens
        self._image: QImage | None = None
        self._fonts = _fonts()
        self.setPen(Qt.PenStyle.NoPen)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setZValue(2.5)

    def show_probe(self, probe: Probe, tokens: Tokens) -> None:
        """Draw something else, or in another theme."""
        self.probe, self._tokens = probe, tokens
        self._image = None
        self.update()

    def box(self) -> QRectF:
        """Return the card in scene px."""
        return QRectF(self.pos(), self.rect().size()).adjusted(0, 0, -2, -2)

    def close_box(self) -> QRectF:
        """Return where a press takes the probe away, in scene px."""
        box = self.box()
        return QRectF(box.right() - _CLOSE - 4, box.top() + 4, _CLOSE, _CLOSE)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        tokens, probe = self._tokens, self.probe
        title, caption = self._fonts
        box = QRectF(0, 0, WIDTH, HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent), 1.25))
        painter.setBrush(QColor(tokens.panel))
        painter.drawRoundedRect(box, t.RADIUS, t.RADIUS)
        if option.levelOfDetailFromTransform(painter.worldTransform()) < _DETAIL_FROM:
            return
        inner = box.adjusted(t.GAP, 4, -t.GAP, -6)
        _write(painter, title, tokens.text, QRectF(inner.left(), inner.top(), inner.width() - _CLOSE, _CLOSE), probe.title)
        self._paint_close(painter)
        room = QRectF(inner.left(), inner.top() + _CLOSE + 4, inner.width(), _DRAWING)
        if probe.fault or probe.sample is None:
            room.setBottom(inner.bottom())
            painter.setFont(caption)
            painter.setPen(QColor(tokens.secondary))
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), probe.fault)
            return
        painter.setOpacity(0.4 if probe.is_stale else 1.0)
        self._paint_sample(painter, room)
        top = room.bottom() + 6
        for number, fact in enumerate(_lines(probe)):
            _write(painter, caption, tokens.secondary, QRectF(inner.left(), top + number * _LINE, inner.width(), _LINE), fact)
        painter.setOpacity(1.0)

    def _paint_close(self, painter: QPainter) -> None:
        box = self.close_box().translated(-self.pos()).adjusted(5, 5, -5, -5)
        painter.setPen(QPen(QColor(self._tokens.secondary), 1.5))
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())

    def _paint_sample(self, painter: QPainter, room: QRectF) -> None:
        sample = self.probe.sample
        assert sample is not None
        if sample.size <= _FEW:
            text = "   ".join(f"{float(value):.4g}" for value in sample.reshape(-1))
            painter.setFont(self._fonts[0])
            painter.setPen(QColor(self._tokens.text))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), text)
        elif is_image_like(sample.shape):
            self._paint_image(painter, sample, room)
        else:
            _paint_bars(painter, _thinned(sample.reshape(-1), int(room.width()) // 2), room, self._tokens)

    def _paint_image(self, painter: QPainter, sample: Array, room: QRectF) -> None:
        if self._image is None:
            self._image = _image_of(sample, room.width() / room.height(), self._tokens)
        scale = min(room.width() / self._image.width(), room.height() / self._image.height())
        size = self._image.size().toSizeF() * scale
        place = QRectF(QPointF(room.center().x() - size.width() / 2, room.top()), size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(place, self._image)


def _lines(probe: Probe) -> tuple[str, ...]:
    """Return the figures; where not all channels are drawn, the last line says so."""
    *first, last = probe.facts[:2]
    channels = probe.sample.shape[-1] if probe.sample is not None and probe.sample.ndim > 2 else 0
    if channels <= _MOST_CHANNELS:
        return probe.facts[:2]
    more = QCoreApplication.translate("Canvas", "{0} of {1} drawn").format(_MOST_CHANNELS, f"{channels:,}")
    return (*first, f"{last} · {more}")


def _image_of(sample: Array, wanted: float, tokens: Tokens) -> QImage:
    """Return the picture of a sample, its channels as tiles; large ones are thinned, for it is only a small picture."""
    few = sample[..., :_MOST_CHANNELS] if sample.ndim > 2 else sample
    sides = few.shape[:2] if few.ndim == 2 else few.shape[-3:-1]
    rows, columns = (max(1, -(-side // _MOST_SIDE)) for side in sides)
    few = few[::rows, ::columns] if few.ndim == 2 else few[..., ::rows, ::columns, :]
    tiles = output_tiles(few)
    count, height, width = tiles.images.shape
    across = max(range(1, count + 1), key=lambda n: min(wanted / (n * (width + 1)), 1 / (-(-count // n) * (height + 1))))
    finite = tiles.images[np.isfinite(tiles.images)]
    limit = float(np.abs(finite.astype(np.float64)).max()) if finite.size else 0.0
    return colored(tiles.images, across, limit, tokens)


def _thinned(values: Array, most: int) -> Array:
    """Return at most so many values: of each stretch the one farthest from zero."""
    if len(values) <= most:
        return values
    stretches = np.array_split(values, most)
    return np.array([stretch[np.argmax(np.abs(stretch))] for stretch in stretches])


def _paint_bars(painter: QPainter, values: Array, room: QRectF, tokens: Tokens) -> None:
    """Draw values as bars up and down from zero."""
    finite = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
    scale = room.height() / (high - low or 1.0)
    zero, step = room.top() + high * scale, room.width() / len(finite)
    gap = min(1.0, step / 4)
    for number, value in enumerate(finite):
        left, length = room.left() + number * step, abs(value) * scale
        top = zero - length if value > 0 else zero
        painter.fillRect(QRectF(left, top, step - gap, length), QColor(tokens.accent if value > 0 else tokens.complement))
    painter.setPen(QPen(QColor(tokens.line), 1))
    painter.drawLine(QPointF(room.left(), zero), QPointF(room.right(), zero))


def _write(painter: QPainter, font: QFont, color: str, box: QRectF, text: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), short)


def _fonts() -> tuple[QFont, QFont]:
    title, caption = body_font(), body_font()
    title.setPixelSize(t.SECONDARY)
    title.setWeight(QFont.Weight.DemiBold)
    caption.setPixelSize(t.CAPTION)
    return title, caption
