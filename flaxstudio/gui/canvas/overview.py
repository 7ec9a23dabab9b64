"""The graph as blocks of colour: what is left of it from far away. Far zoom, minimap and thumbnails draw the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from flaxstudio.graph.graph import Edge
from flaxstudio.gui.tokens import Tokens

_EDGE = 0.01


@dataclass(frozen=True, slots=True)
class Block:
    """A node from far away."""

    box: QRectF
    color: QColor
    is_selected: bool = False
    has_error: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """All blocks, all wires from end to end, the frames behind, and the box around all of it, in scene px."""

    blocks: tuple[Block, ...] = ()
    wires: tuple[QLineF, ...] = ()
    fills: tuple[tuple[QColor, list[QRectF]], ...] = ()
    """The blocks' boxes by colour, as they are painted fastest."""
    bounds: QRectF = field(default_factory=QRectF)
    frames: tuple[Block, ...] = ()


class OverviewCache:
    """Makes overviews, each block and wire only once until it is told that it changed, and only when one is asked for."""

    def __init__(
        self,
        block_of: Callable[[str], Block],
        wires_at: Callable[[Iterable[str]], Iterable[Edge]],
        points_of: Callable[[Edge], list[QPointF]],
        frames: Callable[[], Iterable[tuple[QRectF, QColor]]],
    ) -> None:
        self._block_of = block_of
        self._wires_at = wires_at
        self._points_of = points_of
        self._frames = frames
        self._blocks: dict[str, Block] = {}
        self._wires: dict[Edge, list[QLineF]] = {}
        self._fills: dict[int, tuple[QColor, dict[str, QRectF]]] = {}
        self._bounds: QRectF | None = None
        self._is_known = False
        self._changed: dict[str, bool] = {}  # since the last overview: whether nothing but the place is another
        self._changed_wires: dict[Edge, None] = {}
        self._overview: Overview | None = None

    def forget(self) -> None:
        """Everything may have changed."""
        self._is_known, self._overview = False, None

    def drop(self, names: Iterable[str], edges: Iterable[Edge]) -> None:
        """Some nodes and wires are gone."""
        if self._is_known:
            for name in names:
                self._shrink(self._forget_block(name), None)
                self._changed.pop(name, None)
                self._overview = None
            for edge in edges:
                self._wires.pop(edge, None)
                self._changed_wires.pop(edge, None)
                self._overview = None

    def renew(self, names: Iterable[str], edges: Iterable[Edge], is_moving: bool = False) -> None:
        """Some nodes with their wires, and some wires, are new or look different.

        While nodes move, the box around all only grows.
        """
        self._overview = None
        if self._is_known:
            self._changed |= {name: is_moving and self._changed.get(name, True) for name in names}
            self._changed_wires |= dict.fromkeys(edges)

    def settle(self) -> None:
        """Nodes have moved: let the box around all fit again."""
        self._overview = self._bounds = None

    def overview(self, names: Iterable[str], edges: Iterable[Edge]) -> Overview:
        """Return the overview of these nodes and edges: all that there are."""
        if not self._is_known:
            self._blocks, self._fills, self._bounds, self._is_known = {}, {}, None, True
            self._changed, self._changed_wires = {}, {}
            for name in names:
                self._remember(name)
            self._wires = {edge: self._lines(edge) for edge in edges}
        self._catch_up()
        if self._bounds is None:
            self._bounds = bounds_of(block.box for block in self._blocks.values())
        if self._overview is None:
            fills = tuple((color, list(boxes.values())) for color, boxes in self._fills.values() if boxes)
            frames = tuple(Block(*frame) for frame in self._frames())
            bounds = self._bounds.united(bounds_of(frame.box for frame in frames))
            self._overview = Overview(
                tuple(self._blocks.values()), tuple(chain.from_iterable(self._wires.values())), fills, bounds, frames
            )
        return self._overview

    def _catch_up(self) -> None:
        """Make anew what has changed since the last overview: while something is dragged that is several moves."""
        names, wires = self._changed, self._changed_wires
        self._changed, self._changed_wires = {}, {}
        for name, has_only_moved in names.items():
            before = self._forget_block(name)
            self._remember(name)
            if not has_only_moved:
                self._shrink(before, self._blocks[name].box)
        for edge in {**wires, **dict.fromkeys(self._wires_at(names))}:
            self._wires[edge] = self._lines(edge)

    def _lines(self, edge: Edge) -> list[QLineF]:
        return [QLineF(start, end) for start, end in pairwise(self._points_of(edge))]

    def _remember(self, name: str) -> None:
        self._blocks[name] = block = self._block_of(name)
        self._fills.setdefault(block.color.rgba(), (block.color, {}))[1][name] = block.box
        if self._bounds is not None:
            self._bounds = self._bounds.united(block.box)

    def _forget_block(self, name: str) -> QRectF | None:
        """Forget a block and return where it was."""
        if (block := self._blocks.pop(name, None)) is None:
            return None
        del self._fills[block.color.rgba()][1][name]
        return block.box

    def _shrink(self, before: QRectF | None, after: QRectF | None) -> None:
        """A block is elsewhere or gone: the box around all may be smaller where that block was at its border."""
        if before is not None and before != after and self._bounds is not None:
            inside = self._bounds.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
            if not inside.contains(before):
                self._bounds = None


def bounds_of(boxes: Iterable[QRectF]) -> QRectF:
    """Return the box around boxes."""
    whole = QRectF()
    for box in boxes:
        whole = whole.united(box)
    return whole


def paint_overview(painter: QPainter, overview: Overview, tokens: Tokens, has_wires: bool = True) -> None:
    """Paint blocks and straight wires in scene px, with outlines that stay thin at any zoom."""
    outline = 2 if has_wires else 1
    for frame in overview.frames:
        inside = QColor(frame.color)
        inside.setAlphaF(0.35)
        painter.fillRect(frame.box, inside)
        painter.setPen(_cosmetic(frame.color.name(), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.box)
    if has_wires:
        painter.setPen(_cosmetic(tokens.secondary, 1))
        painter.drawLines(overview.wires)
    painter.setPen(Qt.PenStyle.NoPen)
    for color, boxes in overview.fills:
        painter.setBrush(color)
        painter.drawRects(boxes)
    for block in overview.blocks:
        if block.is_selected or block.has_error:
            painter.setPen(_cosmetic(tokens.accent if block.is_selected else tokens.error, outline))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(block.box)


class OverviewItem(QGraphicsItem):
    """Stands in for all items below the zoom at which nodes are blocks: one paint instead of a thousand."""

    def __init__(self, bounds: QRectF, scene: QGraphicsScene) -> None:
        super().__init__()
        self._bounds = bounds
        self._overview = Overview()
        self._tokens: Tokens | None = None
        scene.addItem(self)

    def show_overview(self, overview: Overview, tokens: Tokens) -> None:
        """Draw another state of the graph."""
        self._overview, self._tokens = replace(overview, frames=()), tokens  # the frames themselves are still in sight
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
