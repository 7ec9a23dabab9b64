"""Where the user looked before: back and forward through views, as in a browser."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF

from flaxstudio.project.place import Place

_MOST = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """A graph, and the part of it that was in view."""

    place: Place
    zoom: float
    centre: QPointF


class ViewHistory:
    """The views left by a jump, before and after the present one."""

    def __init__(self) -> None:
        self._back: list[Seen] = []
        self._forward: list[Seen] = []

    def leave(self, seen: Seen) -> None:
        """Remember a view that is about to be left by a jump."""
        if not self._back or self._back[-1] != seen:
            self._back = [*self._back, seen][-_MOST:]
        self._forward.clear()

    def back(self, seen: Seen) -> Seen | None:
        """Return the view before the present one, or None."""
        return _step(self._back, self._forward, seen)

    def forward(self, seen: Seen) -> Seen | None:
        """Return the view from which the user came back, or None."""
        return _step(self._forward, self._back, seen)

    def clear(self) -> None:
        """Forget everything: another project is open."""
        self._back.clear()
        self._forward.clear()


def _step(source: list[Seen], target: list[Seen], seen: Seen) -> Seen | None:
    if not source:
        return None
    target.append(seen)
    return source.pop()
