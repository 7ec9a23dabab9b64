"""How the colours that a user may give are called, and the swatches that show them."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Color

_SIZE = 16


def color_title(color: Color) -> str:
    """Return a colour's name in the user's language."""
    titles: dict[Color, str] = {
        "": QCoreApplication.translate("Actions", "No colour"),
        "red": QCoreApplication.translate("Actions", "Red"),
        "orange": QCoreApplication.translate("Actions", "Orange"),
        "yellow": QCoreApplication.translate("Actions", "Yellow"),
        "green": QCoreApplication.translate("Actions", "Green"),
        "teal": QCoreApplication.translate("Actions", "Teal"),
        "blue": QCoreApplication.translate("Actions", "Blue"),
        "violet": QCoreApplication.translate("Actions", "Violet"),
        "grey": QCoreApplication.translate("Actions", "Grey"),
    }
    return titles[color]


def swatch(color: Color, tokens: Tokens, ratio: float = 1.0) -> QIcon:
    """Return a colour as a small picture, as a node would have it."""
    pixmap = QPixmap(round(_SIZE * ratio), round(_SIZE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.marks.get(color, tokens.secondary)), 1.5))
    painter.setBrush(QColor(tokens.tints.get(color, tokens.panel)))
    painter.drawRoundedRect(QRectF(1.5, 1.5, _SIZE - 3, _SIZE - 3), 3, 3)
    painter.end()
    return QIcon(pixmap)
