"""The drawing surface of the loss plot. Apart from the plot because it alone needs pyqtgraph, loaded with the first loss."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.axes import NumberAxis, PlotView
from flaxstudio.gui.plots.change_marks import ChangeMarks
from flaxstudio.gui.plots.edge_labels import EdgeLabels
from flaxstudio.gui.plots.group_items import GroupItems, mixed
from flaxstudio.gui.plots.loss_curves import Axes, Drawing, EdgeText, Mark, Points
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens

Floats = npt.NDArray[np.float64]
_FEW_POINTS = 2000
_MARKED_POINTS = 200
_SHARP_POINTS = 400
_SYMBOL_SIZE = 8
_EDGE_WIDTH = 64
_NAMES_WIDTH = 84
"""Where members' names stand at the edge beside the values."""
_SYMBOLS = {"validation": "o", "test": "d"}


class LossCanvas(pg.PlotWidget):
    """Draws what it is given, in positions on the axes, and tells what the mouse does."""

    view_moved = Signal()  # by the user
    view_changed = Signal()  # by anything, a new size too
    fit_requested = Signal()
    menu_requested = Signal(QPointF)
    painted = Signal()
    hovered = Signal(float, float)  # position on the axes
    left = Signal()

    def __init__(self, names: Mapping[str, str], tokens: Tokens) -> None:
        view = PlotView()
        axes = {side: NumberAxis(side) for side in ("bottom", "left")}
        super().__init__(viewBox=view, axisItems=axes, enableMenu=False)
        self.view = view
        self._axes = axes
        self._names = names
        self._tokens = tokens
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        self.showGrid(x=False, y=True, alpha=0.7)
        self._room = 0
        self._is_smoothed: bool | None = None
        self._marked: dict[str, tuple[Floats, Floats]] = {}
        self._leave_room(_EDGE_WIDTH)
        self.curves = {
            name: pg.PlotCurveItem(connect="finite", skipFiniteCheck=False) for name in ("raw", "smoothed", *_SYMBOLS)
        }
        self.points = {split: pg.ScatterPlotItem(pxMode=True) for split in _SYMBOLS}
        self.legend = pg.LegendItem(offset=(-12, 8), labelTextSize=f"{t.SECONDARY}px", verSpacing=-4)
        self._edge = EdgeLabels(self.plotItem, view, ("train", *_SYMBOLS))
        self.marks = ChangeMarks(self.plotItem, view)
        self._group = GroupItems(view, names, self._pen)
        self._crosshair = pg.InfiniteLine(angle=90, movable=False)
        self._box = pg.TextItem(anchor=(0, 0))
        self._text = ""
        self._add_items()
        self._connect()
        self.set_tokens(tokens)

    @property
    def edge_labels(self) -> Mapping[str, QGraphicsSimpleTextItem]:
        """The texts at the right edge, by the name of their curve."""
        return self._edge.labels

    def draw(self, drawing: Drawing) -> None:
        """Draw the curves anew. Lines are smoothed only where there are few points, since that is slow."""
        if self._pen_ratio != self.devicePixelRatioF():
            self.set_tokens(self._tokens)
        self._group.draw(drawing)
        self._draw_curve("raw", drawing.raw)
        self._draw_curve("smoothed", drawing.smoothed)
        if (is_smoothed := len(drawing.smoothed[0]) > 0) != self._is_smoothed:
            self._set_train_pens(is_smoothed=is_smoothed)
        for split in _SYMBOLS:
            steps, losses = drawing.evaluations.get(split, (np.empty(0), np.empty(0)))
            self._draw_curve(split, (steps, losses))
            self._draw_points(split, steps, losses)
        self._show_legend(drawing)

    def show_range(self, steps: tuple[float, float], losses: tuple[float, float]) -> None:
        """Show this part of the axes."""
        self.view.setRange(xRange=steps, yRange=losses, padding=0.0)

    def show_axes(self, axes: Axes) -> None:
        """Number the axes as logarithms or not."""
        self._axes["bottom"].show_log(axes.log_step)
        self._axes["left"].show_log(axes.log_loss)

    def show_last(self, texts: Mapping[str, EdgeText]) -> None:
        """Write each curve's last value, or its name, at the right edge, beside its curve."""
        has_names = not texts.keys() <= {"train", *_SYMBOLS}
        self._leave_room(_NAMES_WIDTH if has_names else _EDGE_WIDTH)
        self._edge.display(texts)

    def show_changes(self, marks: Sequence[Mark]) -> None:
        """Mark where numbers were changed while the run went."""
        self.marks.display(marks)

    def _leave_room(self, width: int) -> None:
        """Leave so much room at the right edge."""
        if self._room != width:
            self._room = width
            self.plotItem.layout.setContentsMargins(4, 8, width, 2)

    def show_reading(self, position: float | None, place: tuple[float, float] = (0.0, 0.0), text: str = "") -> None:
        """Show the crosshair at a position on the step axis with a box of values near the mouse; None hides both."""
        self._crosshair.setVisible(position is not None)
        self._box.setVisible(position is not None)
        if position is None:
            return
        self._crosshair.setPos(position)
        (left, right), (low, high) = self.view.viewRange()
        is_right, is_low = place[0] > (left + right) / 2, place[1] < (low + high) / 2
        if text != self._text:
            self._text = text
            self._box.setHtml(text)
        self._box.setAnchor((1.04 if is_right else -0.04, 1.1 if is_low else -0.1))
        self._box.setPos(position, place[1])

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._pen_ratio = self.devicePixelRatioF()
        self.setBackground(tokens.panel)
        for axis in self._axes.values():
            axis.set_tokens(tokens)
        colors = {"train": tokens.accent, "validation": tokens.complement, "test": tokens.ok}
        for split, symbol in _SYMBOLS.items():
            self.curves[split].setPen(self._pen(colors[split], 2))
            self.points[split].setSymbol(symbol)
            self.points[split].setSize(_SYMBOL_SIZE)
            self.points[split].setBrush(colors[split])
            self.points[split].setPen(pg.mkPen(tokens.panel, width=1))
        self._edge.set_colors(colors, tokens.secondary)
        self._group.set_tokens(tokens)
        self.marks.set_look(self._pen(mixed(tokens.secondary, tokens.panel, 0.6), 1), tokens.secondary)
        self._crosshair.setPen(self._pen(tokens.secondary, 1))
        self._box.fill = pg.mkBrush(tokens.window)
        self._box.border = pg.mkPen(tokens.line)
        self._box.setColor(tokens.text)
        self.legend.setLabelTextColor(tokens.text)
        for _, label in self.legend.items:
            label.setText(label.text)  # its colour is taken only when it is written
        self.legend.setBrush(pg.mkBrush(_see_through(tokens.panel)))
        self._set_train_pens(is_smoothed=self.curves["smoothed"].xData is not None and len(self.curves["smoothed"].xData) > 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        scene = self.mapToScene(event.position().toPoint())
        if self.view.sceneBoundingRect().contains(scene):
            place = self.view.mapSceneToView(scene)
            self.hovered.emit(place.x(), place.y())
        else:
            self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def _pen(self, color: str | QColor, width: float) -> QPen:
        """Return a pen as wide as asked for in logical pixels: pyqtgraph's pens count the screen's own."""
        return pg.mkPen(color, width=width * self.devicePixelRatioF())

    def _add_items(self) -> None:
        for item in (*self.curves.values(), *self.points.values(), self._crosshair, self._box):
            self.view.addItem(item, ignoreBounds=True)
        self._crosshair.setZValue(20)
        self._box.setZValue(30)
        for axis in self._axes.values():
            axis.setZValue(-1)  # the grid belongs to the axes and would else cross curves and values
        self.view.disableAutoRange()
        self.legend.setParentItem(self.view)
        font = body_font()
        font.setPixelSize(t.CAPTION)
        self._box.setFont(font)
        self.show_reading(None)

    def _connect(self) -> None:
        self.view.sigRangeChangedManually.connect(lambda _: self.view_moved.emit())
        self.view.sigRangeChanged.connect(self._on_range_changed)
        self.view.sigResized.connect(self._on_range_changed)
        self.view.fit_requested.connect(self.fit_requested)
        self.view.menu_requested.connect(self.menu_requested)

    def _on_range_changed(self) -> None:
        self._edge.place()
        self.marks.place()
        self.view_changed.emit()

    def _draw_curve(self, name: str, points: Points) -> None:
        curve = self.curves[name]
        count = len(points[0])
        if count == 0 and curve.xData is not None and len(curve.xData) == 0:
            return
        curve.setData(points[0], points[1], antialias=count <= (_SHARP_POINTS if name == "raw" else _FEW_POINTS))

    def _draw_points(self, split: str, steps: Floats, losses: Floats) -> None:
        """Mark each evaluation where they are few; the same ones again, and none, cost nothing."""
        is_marked = len(steps) <= _MARKED_POINTS
        drawn = (steps, losses) if is_marked else (np.empty(0), np.empty(0))
        before = self._marked.get(split)
        if before is None or not all(map(np.array_equal, before, drawn)):
            self._marked[split] = drawn
            self.points[split].setData(*drawn)

    def _set_train_pens(self, *, is_smoothed: bool) -> None:
        self._is_smoothed = is_smoothed
        strong, panel = self._tokens.accent, self._tokens.panel
        self.curves["smoothed"].setPen(self._pen(strong, 2))
        # behind the mean a hairline is enough, and far quicker to draw than two pixels at 200 %
        faint = pg.mkPen(mixed(strong, panel, 0.32), width=1)
        self.curves["raw"].setPen(faint if is_smoothed else self._pen(strong, 1))

    def _show_legend(self, drawing: Drawing) -> None:
        has_training = len(drawing.raw[0]) > 0 or len(drawing.smoothed[0]) > 0
        shown = (*(["train"] if has_training else []), *(split for split in _SYMBOLS if split in drawing.evaluations))
        median = self.tr("Median: {0}")
        entries = []
        for name in shown:
            sample = self.points[name] if name == "test" else self.curves["smoothed" if name == "train" else name]
            entries.append((sample, median.format(self._names[name].lower()) if drawing.members else self._names[name]))
        entries += self._group.entries()
        if [label.text for _, label in self.legend.items] == [text for _, text in entries]:
            return
        self.legend.clear()
        for sample, text in entries:
            self.legend.addItem(sample, text)


def _see_through(color: str) -> QColor:
    mixed = QColor(color)
    mixed.setAlphaF(0.85)
    return mixed
