"""The graph as blocks of colour: what is left of it from far away. Far zoom, minimap and thumbnails draw the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from flaxstudio.gui.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Block:
    """A node from far away."""

    box: QRectF
    color: QColor
    is_selected: bool = False
    has_error: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """All blocks and the ends of all wires, in scene px."""

    blocks: tuple[Block, ...]
    wires: tuple[tuple[QPointF, QPointF], ...]

    def bounds(self) -> QRectF:
        """Return the box around all nodes; empty if there are none."""
        return bounds_of(block.box for block in self.blocks)


def bounds_of(boxes: Iterable[QRectF]) -> QRectF:
    """Return the box around boxes."""
    whole = QRectF()
    for box in boxes:
        whole = whole.united(box)
    return whole


def paint_overview(painter: QPainter, overview: Overview, tokens: Tokens, has_wires: bool = True) -> None:
    """Paint blocks and straight wires in scene px, with outlines that stay thin at any zoom."""
    outline = 2 if has_wires else 1
    if has_wires:
        painter.setPen(_cosmetic(tokens.secondary, 1))
        painter.drawLines([QLineF(source, target) for source, target in overview.wires])
    for block in overview.blocks:
        painter.fillRect(block.box, block.color)
        if block.is_selected or block.has_error:
            painter.setPen(_cosmetic(tokens.accent if block.is_selected else tokens.error, outline))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(block.box)


class OverviewItem(QGraphicsItem):
    """Stands in for all items below the zoom at which nodes are blocks: one paint instead of a thousand."""

    def __init__(self, bounds: QRectF, scene: QGraphicsScene) -> None:
        super().__init__()
        self._bounds = bounds
        self._overview = Overview((), ())
        self._tokens: Tokens | None = None
        scene.addItem(self)

    def show_overview(self, overview: Overview, tokens: Tokens) -> None:
        """Draw another state of the graph."""
        self._overview, self._tokens = overview, tokens
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        if self._tokens is not None:
            paint_overview(painter, self._overview, self._tokens)


class ItemLayer(QGraphicsItem):
    """Holds all items of nodes and wires, so that one call hides them when blocks take over."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)

    def boundingRect(self) -> QRectF:
        return QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint nothing: the flag says so."""


def _cosmetic(color: str, width: float) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    return pen
