"""What the small plots of a layer show: how values lie, as heat over the steps, and one value over them with its usual band."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from flaxstudio.gui.plots.density import Levels, column_of_pixels, levels, value_range
from flaxstudio.gui.plots.layer_history import Strip
from flaxstudio.gui.plots.number_text import power_text
from flaxstudio.gui.tokens import Tokens

_ROWS = 96
_DOT = 2.5


class HeatPicture:
    """How the values of a strip lie: darker, or in the dark lighter, where more of them are."""

    def __init__(self, strip: Strip, rows: int = _ROWS) -> None:
        self._strip = strip
        self.bottom, self.top = value_range(strip)
        self._levels = levels(strip, self.bottom, self.top, rows)

    def marks(self) -> tuple[tuple[float, str], ...]:
        """Return the ends of the value axis, and zero where it lies between them."""
        found = [(0.0, short_text(self.bottom)), (1.0, short_text(self.top))]
        if self.bottom < 0 < self.top:
            found.append((-self.bottom / (self.top - self.bottom), "0"))
        return tuple(found)

    def paint(self, painter: QPainter, room: QRectF, steps: npt.NDArray[np.int64], tokens: Tokens) -> None:
        """Draw a column of heat for each pixel."""
        width = max(1, round(room.width() * painter.device().devicePixelRatioF()))
        painter.drawImage(room, heat_image(self._levels[:, column_of_pixels(steps, width)], tokens))

    def reading(self, column: int) -> str:
        """Return from where to where the values lie."""
        if not self._strip.counts[column].any():
            return _tr("no finite values")
        low, high = (short_text(float(end[column])) for end in (self._strip.low, self._strip.high))
        return _tr("{0} to {1}").format(low, high)


@dataclass(frozen=True, slots=True, eq=False)
class TracePicture:
    """One value over the steps between `low` and `high`, with a band in which it usually lies; logarithmic or in per cent."""

    values: npt.NDArray[np.float32]
    low: float
    high: float
    band: tuple[float, float] | None = None
    is_log: bool = False

    def marks(self) -> tuple[tuple[float, str], ...]:
        """Return the ends of the axis and of the band."""
        ends = (self.low, self.high, *(self.band or ()))
        return tuple((self._place(value), power_text(value) if self.is_log else self._text(value)) for value in ends)

    def paint(self, painter: QPainter, room: QRectF, steps: npt.NDArray[np.int64], tokens: Tokens) -> None:
        """Draw the band, and the line with a dot at its end."""
        if self.band is not None:
            low, high = map(self._place, self.band)
            tint = QColor(tokens.ok)
            tint.setAlphaF(0.16)
            top = room.bottom() - high * room.height()
            painter.fillRect(QRectF(room.left(), top, room.width(), (high - low) * room.height()), tint)
        painter.fillRect(QRectF(room.left(), room.bottom(), room.width(), 1), QColor(tokens.line))
        span = max(int(steps[-1]) - int(steps[0]), 1)
        points = [
            QPointF(
                room.left() + (int(step) - int(steps[0])) / span * room.width(),
                room.bottom() - self._place(value) * room.height(),
            )
            for step, value in zip(steps, self.values, strict=True)
            if math.isfinite(value)
        ]
        if not points:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent), 1.5))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(points[-1], _DOT, _DOT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def reading(self, column: int) -> str:
        """Return the value."""
        value = float(self.values[column])
        return self._text(value) if math.isfinite(value) else _tr("not known")

    def _text(self, value: float) -> str:
        return f"{value:.1e}" if self.is_log else f"{100 * value:.3g} %"

    def _place(self, value: float) -> float:
        low, high = self.low, self.high
        if self.is_log:
            low, high, value = (math.log10(max(one, self.low)) for one in (low, high, value))
        return min(max((value - low) / (high - low), 0.0), 1.0)


def heat_image(shown: Levels, tokens: Tokens) -> QImage:
    """Return levels from 0 to 255 as a picture, a value a pixel."""
    pixels = np.ascontiguousarray(_colors(tokens.density)[shown])
    image = QImage(pixels.data, shown.shape[1], shown.shape[0], shown.shape[1] * 4, QImage.Format.Format_RGB32)
    return image.copy()  # of its own memory, for the array goes away


def short_text(value: float) -> str:
    """Return a number in two or three digits."""
    size = abs(value)
    return f"{value:.3g}" if size == 0 or 1e-2 <= size < 1e4 else f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+")


@lru_cache(maxsize=4)
def _colors(stops: tuple[str, ...]) -> npt.NDArray[np.uint32]:
    """Return the colour of each level, between a theme's stops."""
    parts = np.array([_parts(name) for name in stops], np.float64)
    places = np.linspace(0, len(stops) - 1, 256)
    table = np.stack([np.interp(places, np.arange(len(stops)), part) for part in parts.T], axis=1).round().astype(np.uint32)
    return np.uint32(0xFF000000) | (table[:, 0] << np.uint32(16)) | (table[:, 1] << np.uint32(8)) | table[:, 2]


def _tr(text: str) -> str:
    return QCoreApplication.translate("LayerPictures", text)


def _parts(name: str) -> tuple[int, int, int]:
    color = QColor(name)
    return color.red(), color.green(), color.blue()
