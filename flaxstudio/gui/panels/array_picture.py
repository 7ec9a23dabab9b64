"""Draws an array's tiles in two colours that part at zero, and tells the value under the mouse."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.array_tiles import Tiles
from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.gui.tokens import Tokens

_MAX_CELL = 28
_SMALL_CELL = 4
_STRETCH = 8  # how much wider than high a matrix's cells may be, or the other way round
_LEVELS = 255  # odd, so that zero has a level of its own


class ArrayPicture(QWidget):
    """The picture with its scale, and under it the value that the mouse points at."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface = _Surface(tokens, self._tell)
        self.caption = QLabel()
        self.caption.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.GAP, 4, t.GAP, 4)
        layout.setSpacing(4)
        layout.addWidget(self.surface, 1)
        layout.addWidget(self.caption)

    def display(self, tiles: Tiles | None) -> None:
        """Show these tiles in place of the last ones."""
        self.surface.display(tiles)
        self._tell("")

    def set_tokens(self, tokens: Tokens) -> None:
        self.surface.set_tokens(tokens)

    def _tell(self, reading: str) -> None:
        self.caption.setText(reading or self._legend())

    def _legend(self) -> str:
        tiles, limit = self.surface.tiles, self.surface.limit
        if tiles is None or not tiles.images.size:
            return self.tr("Nothing to draw.")
        parts = [self.tr("Blue above, orange below zero, up to ±{0}").format(value_text(limit))]
        if len(tiles.images) > 1:
            height, width = tiles.images.shape[1:]
            parts.append(self.tr("{0} tiles of {1} × {2}").format(f"{len(tiles.images):,}", height, width))
        if max(tiles.step) > 1:
            parts.append(self.tr("every {0}th cell").format(max(tiles.step)))
        if tiles.left_out:
            parts.append(self.tr("{0} tiles left out").format(f"{tiles.left_out:,}"))
        return " · ".join(parts)


class _Surface(QWidget):
    def __init__(self, tokens: Tokens, tell) -> None:
        super().__init__()
        self._tokens = tokens
        self._tell = tell
        self.tiles: Tiles | None = None
        self.limit = 0.0
        self._image: QImage | None = None
        self._columns = 1
        self.setMouseTracking(True)
        self.setMinimumSize(80, 48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def display(self, tiles: Tiles | None) -> None:
        self.tiles = tiles
        finite = tiles.images[np.isfinite(tiles.images)] if tiles is not None else np.zeros(0)
        self.limit = float(np.abs(finite.astype(np.float64)).max()) if finite.size else 0.0
        self._image = None
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._image = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 140)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.tiles is None or not self.tiles.images.size:
            return
        self._compose()
        assert self._image is not None
        place = self._place()
        painter = QPainter(self)
        shrinks = place.width() * self.devicePixelRatioF() < self._image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
        painter.drawImage(place, self._image)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._tell(self.reading(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._tell("")

    def reading(self, point: QPoint) -> str:
        """Return index and value of the cell at a point, or ""."""
        if self.tiles is None or self._image is None or not self._place().contains(point):
            return ""
        place, (height, width) = self._place(), self.tiles.images.shape[1:]
        x = (point.x() - place.x()) * self._image.width() // place.width()
        y = (point.y() - place.y()) * self._image.height() // place.height()
        (down, row), (right, column) = divmod(y, height + 1), divmod(x, width + 1)
        tile = down * self._columns + right
        if row >= height or column >= width or tile >= len(self.tiles.images):
            return ""
        index = ", ".join(map(str, self.tiles.index(tile, row, column)))
        return f"[{index}]  {value_text(float(self.tiles.images[tile, row, column]))}"

    def _place(self) -> QRect:
        """Return where the image is drawn: as large as fits, cells square and not larger than sense allows."""
        assert self._image is not None
        width, height = self._image.width(), self._image.height()
        across, down = min(self.width() / width, _MAX_CELL), min(self.height() / height, _MAX_CELL)
        least = min(across, down)
        most = least if self.tiles is None or self.tiles.is_square else least * _STRETCH
        sizes = (self._whole(min(across, most)) * width, self._whole(min(down, most)) * height)
        return QRect(0, 0, *(max(1, round(size)) for size in sizes))

    def _whole(self, scale: float) -> float:
        """Return a scale that gives every cell as many pixels, where cells are so small that one more would show."""
        ratio = self.devicePixelRatioF()
        return math.floor(scale * ratio) / ratio if 1 < scale * ratio < _SMALL_CELL else scale

    def _compose(self) -> None:
        """Lay the tiles out and colour them, unless that has been done for this size."""
        assert self.tiles is not None
        columns = self.tiles.columns or self._fitting_columns()
        if self._image is not None and columns == self._columns:
            return
        self._columns = columns
        self._image = colored(self.tiles.images, columns, self.limit, self._tokens)

    def _fitting_columns(self) -> int:
        """Return how many tiles a row make them largest."""
        assert self.tiles is not None
        count, height, width = self.tiles.images.shape

        def cell(columns: int) -> float:
            rows = -(-count // columns)
            return min(self.width() / (columns * (width + 1)), self.height() / (rows * (height + 1)))

        candidates = range(1, count + 1) if count <= 400 else sorted({*range(1, 400, 3), round(math.sqrt(count)), count})
        return max(candidates, key=lambda columns: (cell(columns), -columns))


def colored(images: npt.NDArray, columns: int, limit: float, tokens: Tokens) -> QImage:
    """Return tiles in rows of so many as one picture, a cell a pixel: one colour above zero, another below."""
    count, height, width = images.shape
    rows = -(-count // columns)
    canvas = np.full((rows * columns, height + 1, width + 1), -1, np.int16)
    canvas[:count, :height, :width] = _levels(images, limit)
    whole = canvas.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    whole = whole.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
    pixels = np.ascontiguousarray(_colors(tokens)[whole])
    image = QImage(pixels.data, whole.shape[1], whole.shape[0], whole.shape[1] * 4, QImage.Format.Format_RGB32)
    return image.copy()  # of its own memory, for the array goes away


def _levels(images: npt.NDArray, limit: float) -> npt.NDArray[np.int16]:
    """Return a colour's number for each value: the middle for zero, _LEVELS for what is not finite."""
    values = images.astype(np.float32)
    shares = np.nan_to_num(values / limit if limit else np.zeros_like(values), nan=0.0, posinf=1.0, neginf=-1.0)
    levels = np.rint((np.clip(shares, -1, 1) + 1) * (_LEVELS - 1) / 2).astype(np.int16)
    return np.where(np.isfinite(values), levels, np.int16(_LEVELS))


def _colors(tokens: Tokens) -> npt.NDArray[np.uint32]:
    """Return the colours by number: below zero, zero, above zero; then what is not finite, and last the gaps."""
    low, zero, high = (np.array(_parts(name), np.float64) for name in (tokens.complement, tokens.panel, tokens.accent))
    shares = np.linspace(-1, 1, _LEVELS)[:, None]
    mixed = np.where(shares < 0, zero + (low - zero) * -shares, zero + (high - zero) * shares)
    table = np.vstack([mixed, [_parts(name) for name in (tokens.error, tokens.line)]]).round().astype(np.uint32)
    return np.uint32(0xFF000000) | (table[:, 0] << np.uint32(16)) | (table[:, 1] << np.uint32(8)) | table[:, 2]


def _parts(name: str) -> tuple[int, int, int]:
    color = QColor(name)
    return color.red(), color.green(), color.blue()
