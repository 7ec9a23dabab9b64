"""Brings what is in view up to date first and the rest behind it, so many at a time, with the event loop in between."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QRectF, QTimer
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

_AT_ONCE = 60
_FIRST_MS, _NEXT_MS = 30, 4
"""What is in view is painted before the rest follows, and the rest leaves room for what the user does."""

Item = TypeVar("Item")


class Deferral(QObject, Generic[Item]):
    """Splits changes into those to be made now and those that follow."""

    def __init__(self, make: Callable[[Sequence[Item]], None], scene: QGraphicsScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._make = make
        self._waiting: Sequence[Item] = ()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)

    @property
    def waiting(self) -> Sequence[Item]:
        """The changes that are still to be made."""
        return self._waiting

    def first(self, changes: Sequence[Item], item_of: Callable[[Item], QGraphicsItem | None]) -> Sequence[Item]:
        """Return the changes to be made now: all if they are few, else those in view and those of no place yet.

        Those that still waited are forgotten.
        """
        self._waiting = ()
        if len(changes) <= _AT_ONCE:
            return changes
        sight = _sight_of(self._scene)
        urgent: list[Item] = []
        waiting: list[Item] = []
        for change in changes:
            item = item_of(change)
            is_urgent = item is None or not sight or any(seen.intersects(item.sceneBoundingRect()) for seen in sight)
            (urgent if is_urgent else waiting).append(change)
        self._waiting = waiting
        if waiting:
            self._timer.start(_FIRST_MS)
        return urgent

    def _go_on(self) -> None:
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        if now:
            self._make(now)
        if self._waiting:
            self._timer.start(_NEXT_MS)


def _sight_of(scene: QGraphicsScene) -> list[QRectF]:
    """Return what of a scene is in view; nothing while it is not shown at all."""
    views = (view for view in scene.views() if view.isVisible())
    return [view.mapToScene(view.viewport().rect()).boundingRect() for view in views]
