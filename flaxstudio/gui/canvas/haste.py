"""While one turn of the wheel follows another, nodes are shown as scaled pictures; once it rests, they are drawn anew."""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QTimer
from PySide6.QtGui import QPainter, QPixmap

from flaxstudio.gui.canvas.node_painter import MARGIN, Detail, lift_of

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.node_item import NodeItem

_REST_MS, _NEXT_MS = 150, 4
_AT_ONCE = 30
"""So many nodes are drawn anew at a time once the wheel rests, with the event loop in between."""
_NEAR, _FAR = 1.5, 2.2
"""How many times larger or smaller a picture may well be shown, and at most, while it waits for its turn."""
_EXCHANGED = 16
"""So many pictures are exchanged for nearer ones at a turn of the wheel."""
_SHARP = 40
"""So many nodes are drawn sharp at the first turn after a rest: there may be no second."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A node drawn at a scale, and all that it was drawn from."""

    pixmap: QPixmap
    scale: float
    source: tuple[object, ...]

    def is_of(self, source: tuple[object, ...]) -> bool:
        return all(mine is theirs for mine, theirs in zip(self.source, source, strict=True))


class Haste(QObject):
    """Knows whether the wheel is turning, and keeps the pictures for as long as it does."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.is_on = False
        self._pictures: dict[NodeItem, dict[Detail, _Picture]] = {}
        self._blurred: dict[NodeItem, None] = {}
        self._may_exchange = self._may_be_sharp = 0
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._draw_anew)

    def note_zoom(self) -> None:
        """Another scale is shown."""
        self._may_be_sharp = 0 if self.is_on else _SHARP
        self._may_exchange = _EXCHANGED
        self.is_on = True
        self._rest.start(_REST_MS)

    def paint(self, item: "NodeItem", painter: QPainter, scale: float, detail: Detail) -> bool:
        """Paint a node by its picture at a scale, unless it is one of the few that can be drawn sharp; returns whether."""
        if self._may_be_sharp > 0:
            self._may_be_sharp -= 1
            return False
        source = item.content, item.state, item.node_painter
        pictures = self._pictures.setdefault(item, {})
        picture = pictures.get(detail)
        if picture is None or not picture.is_of(source) or not self._is_near(picture.scale / scale):
            ratio = scale * painter.device().devicePixelRatioF()
            pixmap = item.node_painter.picture(item.content, ratio, item.state, detail)
            pictures[detail] = picture = _Picture(pixmap, scale, source)
        self._blurred[item] = None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QPointF(-MARGIN, lift_of(item.content) - MARGIN), picture.pixmap)
        return True

    def _is_near(self, times: float) -> bool:
        """Return whether a picture may be shown at so many times its size; at each turn some that could be nearer may not."""
        most = max(times, 1 / times)
        if most > _NEAR and self._may_exchange > 0:
            self._may_exchange -= 1
            return False
        return most <= _FAR

    def _draw_anew(self) -> None:
        """Draw some nodes anew, and let the others follow."""
        self.is_on = False
        self._pictures.clear()
        for item in tuple(islice(self._blurred, _AT_ONCE)):
            del self._blurred[item]
            item.update()
        if self._blurred:
            self._rest.start(_NEXT_MS)
