"""Moves the view while something is dragged to its edge, faster the farther out."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QRect, QTimer

_MARGIN = 28
_FASTEST = 22
_EVERY_MS = 16


class EdgeScroll(QObject):
    """Calls `scroll` with the px to move by, again and again, as long as the pointer stays near an edge."""

    def __init__(self, scroll: Callable[[QPoint], None], parent: QObject) -> None:
        super().__init__(parent)
        self._scroll = scroll
        self._by = QPoint()
        self._was_inside = False
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(lambda: self._scroll(self._by))

    def follow(self, at: QPoint, room: QRect) -> None:
        """Note where the pointer is; begin or end scrolling. What was picked up at the edge is not carried off at once."""
        self._by = QPoint(_speed(at.x(), room.left(), room.right()), _speed(at.y(), room.top(), room.bottom()))
        self._was_inside = self._was_inside or self._by.isNull() or not room.contains(at)
        if self._by.isNull() or not self._was_inside:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        """Stop scrolling: nothing is dragged any more."""
        self._was_inside = False
        self._timer.stop()


def _speed(at: int, first: int, last: int) -> int:
    """Return px to move by: none in the middle, up to the fastest a margin beyond the edge."""
    if at < first + _MARGIN:
        return -min(_FASTEST, 1 + (first + _MARGIN - at) * _FASTEST // (2 * _MARGIN))
    if at > last - _MARGIN:
        return min(_FASTEST, 1 + (at - last + _MARGIN) * _FASTEST // (2 * _MARGIN))
    return 0
