"""Icons from the bundled Lucide set, drawn in a theme's colour at any scale."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from flaxstudio.gui.tokens import Tokens
from flaxstudio.resource_files import resource


def icon(name: str, tokens: Tokens, color: str = "") -> QIcon:
    """Return the icon of that file name in the theme's text colour, or in `color`."""
    return QIcon(_SvgEngine(_drawing(name), color or tokens.text, tokens.secondary))


def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


class _SvgEngine(QIconEngine):
    """Draws the SVG anew for each size and screen, so that it stays crisp at 200 %."""

    def __init__(self, drawing: str, color: str, disabled: str) -> None:
        super().__init__()
        self._arguments = (drawing, color, disabled)
        self._normal = _renderer(drawing, color)
        self._disabled = _renderer(drawing, disabled)

    def paint(self, painter: QPainter, rect, mode, state) -> None:  # noqa: ARG002 - Qt's signature
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(0.45)
            self._disabled.render(painter, QRectF(rect))
        else:
            self._normal.render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode, state) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _SvgEngine(*self._arguments)


def _renderer(drawing: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", color).encode()))
