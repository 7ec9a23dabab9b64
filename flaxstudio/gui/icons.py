"""Icons from the bundled Lucide set, drawn in a theme's colour at any scale; each in each size once."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from flaxstudio.gui.tokens import Tokens
from flaxstudio.resource_files import resource

_DISABLED_OPACITY = 0.45


def icon(name: str, tokens: Tokens, color: str = "") -> QIcon:
    """Return the icon of that file name in the theme's text colour, or in `color`."""
    return QIcon(_SvgEngine(name, color or tokens.text, tokens.secondary))


class _SvgEngine(QIconEngine):
    """Draws the SVG for each size and screen, so that it stays crisp at 200 %."""

    def __init__(self, name: str, color: str, disabled: str) -> None:
        super().__init__()
        self._arguments = (name, color, disabled)
        self._name, self._normal, self._disabled = self._arguments

    def paint(self, painter: QPainter, rect, mode, state) -> None:  # noqa: ARG002 - Qt's signature
        image = self._image(rect.size() * painter.device().devicePixelRatioF(), mode)
        if painter.transform().isScaling():  # enlarged, or on paper
            image = self._image(rect.size() * 8, mode)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(rect), image)

    def pixmap(self, size: QSize, mode, state) -> QPixmap:  # noqa: ARG002 - Qt's signature
        return QPixmap.fromImage(self._image(size, mode))

    def clone(self) -> QIconEngine:
        return _SvgEngine(*self._arguments)

    def _image(self, size: QSize, mode: QIcon.Mode) -> QImage:
        is_disabled = mode == QIcon.Mode.Disabled
        return drawn(self._name, self._disabled if is_disabled else self._normal, size.width(), size.height(), is_disabled)


@lru_cache(maxsize=1000)
def drawn(name: str, color: str, width: int, height: int, is_faint: bool = False) -> QImage:
    """Return an icon in a size in px. Not to be drawn on: whoever asks again gets the same."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setOpacity(_DISABLED_OPACITY if is_faint else 1.0)
    QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode())).render(painter, QRectF(image.rect()))
    painter.end()
    return image


@lru_cache(maxsize=200)
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
