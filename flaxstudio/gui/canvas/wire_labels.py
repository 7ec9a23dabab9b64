"""The shapes on the wires: one item paints all that are in sight, as much of each as there is room for."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QStaticText, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from flaxstudio.graph.dimensions import worded
from flaxstudio.graph.graph import Port
from flaxstudio.graph.shape import ArrayShape, GraphShapes, Shape
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.edge_item import EdgeItem
from flaxstudio.gui.canvas.port_painter import PORT_Y
from flaxstudio.gui.theme import body_font

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene

WORDS_FROM, SIZES_FROM = 0.65, 0.40
"""The zooms from which on dimensions have their names, and from which on there are sizes at all."""
_FAR_SCALE = 1.5
_REACH = (180, 90)
_PORTS = 18
_STEEP = 130
"""A wire that climbs as much is free of the nodes at its ends in its middle."""
_ABOVE = PORT_Y + 14
_PAD = 4
_LINE = "\u2028"
"""Ends a line in what Qt lays out."""


@dataclass(frozen=True, slots=True)
class LabelTexts:
    """A shape as it may stand on a wire, from the most words to the fewest."""

    line: str
    lines: str
    sizes: str


def label_texts(shape: Shape, names: tuple[str, ...] = ()) -> LabelTexts:
    """Return what a wire may say of what it carries."""
    arrays = shape.parts if not isinstance(shape, ArrayShape) else (shape,)
    sizes = " + ".join("×".join(map(str, array.sizes)) or "1" for array in arrays)
    words = worded(shape, names) if isinstance(shape, ArrayShape) else (str(shape),)
    half = (len(words) + 2) // 2
    lines = f"{', '.join(words[:half])},\n{', '.join(words[half:])}" if len(words) > 2 else ", ".join(words)
    return LabelTexts(f"{', '.join(words)} · {shape.dtype}", f"{lines} · {shape.dtype}", sizes)


class _Label:
    """The texts of one output, laid out once."""

    def __init__(self, texts: LabelTexts, font: QFont) -> None:
        self.line, self.lines, self.sizes = (_laid_out(text, font) for text in (texts.line, texts.lines, texts.sizes))


class WireLabels(QGraphicsRectItem):
    """Lies over the wires and under the nodes. Costs nothing while it is hidden."""

    def __init__(self, scene: "GraphScene", extent: QRectF, parent: QGraphicsItem) -> None:
        super().__init__(extent, parent)
        self._graph_scene = scene
        self._font = body_font()
        self._font.setPixelSize(t.CAPTION)
        self._labels: dict[Port, _Label | None] = {}
        self._shapes: GraphShapes | None = None
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setZValue(0.9)
        self.hide()
        scene.graph_moved.connect(self._refresh)

    def shown(self, box: QRectF, scale: float) -> Iterator[tuple[QPointF, str]]:
        """Yield where labels stand in a box of the scene at a zoom, and what they say."""
        for middle, text in self._texts_in(box, scale):
            yield middle, text.text().replace(_LINE, "\n")

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if scale < SIZES_FROM:
            return
        tokens = self._graph_scene.tokens
        behind = QColor(tokens.canvas)
        behind.setAlphaF(0.9)
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.secondary))
        larger = 1.0 if scale >= WORDS_FROM else _FAR_SCALE
        for middle, text in self._texts_in(option.exposedRect, scale):
            size = text.size()
            corner = QPointF(-size.width() / 2, -size.height() / 2)
            painter.save()
            painter.translate(middle)
            painter.scale(larger, larger)
            painter.fillRect(QRectF(corner, size).adjusted(-_PAD, 0, _PAD, 0), behind)
            painter.drawStaticText(corner, text)
            painter.restore()

    def _texts_in(self, box: QRectF, scale: float) -> Iterator[tuple[QPointF, QStaticText]]:
        around = box.adjusted(-_REACH[0], -_REACH[1], _REACH[0], _REACH[1])
        is_level = self._graph_scene.project.flow == "right"
        for item in self.scene().items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if not isinstance(item, EdgeItem) or (label := self._label(item.edge.source)) is None:
                continue
            yield _placed(item, label, scale, is_level)

    def _label(self, port: Port) -> _Label | None:
        if port not in self._labels:
            shapes = self._graph_scene.shapes
            shape = shapes.at(port)
            texts = label_texts(shape, shapes.names.get(port, ())) if shape else None
            self._labels[port] = _Label(texts, self._font) if texts else None
        return self._labels[port]

    def _refresh(self) -> None:
        if self._shapes is not self._graph_scene.shapes:
            self._shapes = self._graph_scene.shapes
            self._labels.clear()
        if self.isVisible():
            self.update()


def _placed(wire: EdgeItem, label: _Label, scale: float, is_level: bool) -> tuple[QPointF, QStaticText]:
    """Return where a label's middle is and what it says: on the wire where there is room, else above the nodes at its ends."""
    points, middle = wire.course, wire.middle()
    is_far = scale < WORDS_FROM
    way = points[-1] - points[0]
    if not is_level:
        return middle, label.sizes if is_far else label.lines
    line, room = label.sizes if is_far else label.line, abs(way.x()) - _PORTS
    if line.size().width() * (_FAR_SCALE if is_far else 1) <= room:
        return middle, line
    text = label.sizes if is_far else label.lines
    if len(points) > 2 or abs(way.y()) >= _STEEP:
        return middle, text
    height = text.size().height() * (_FAR_SCALE if is_far else 1)
    return QPointF(middle.x(), min(points[0].y(), points[-1].y()) - _ABOVE - height / 2), text


def _laid_out(text: str, font: QFont) -> QStaticText:
    static = QStaticText(text.replace("\n", _LINE))
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setTextOption(QTextOption(Qt.AlignmentFlag.AlignHCenter))
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=font)
    static.setTextWidth(math.ceil(static.size().width()))  # without a width nothing is centred
    static.prepare(font=font)
    return static
