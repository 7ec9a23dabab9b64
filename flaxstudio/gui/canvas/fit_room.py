"""Where a box goes that is to be seen whole: as large as can be, and beside what lies over a corner of the view."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

_MARGIN = 40.0
_GAP = 8.0


def fitted(size: QSizeF, view: QRect, corner: QRect, most: float = 1.0) -> tuple[float, QPointF]:
    """Return the scale at which something of that size is seen best, and where in the view its middle is then."""
    covered, best = QRectF(corner), (0.0, QRectF(view).center())
    for free in _rooms(QRectF(view).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN), covered):
        scale = min(free.width() / size.width(), free.height() / size.height(), most)
        taken = QRectF(QPointF(), size * scale)
        taken.moveCenter(free.center())
        if scale > best[0] and not taken.intersects(covered):
            best = scale, free.center()
    # where all of the view is covered, as if nothing was
    return fitted(size, view, QRect(), most) if best[0] == 0 and not corner.isNull() else best


def _rooms(room: QRectF, covered: QRectF) -> Iterator[QRectF]:
    """Yield the whole room, then what is left of it on each side of what is covered."""
    yield room
    around = covered.adjusted(-_GAP, -_GAP, _GAP, _GAP)
    for left, top, right, bottom in (
        (around.right(), room.top(), room.right(), room.bottom()),
        (room.left(), room.top(), room.right(), around.top()),
        (room.left(), around.bottom(), room.right(), room.bottom()),
        (room.left(), room.top(), around.left(), room.bottom()),
    ):
        side = QRectF(QPointF(left, top), QPointF(right, bottom)) & room
        if side.isValid():
            yield side
