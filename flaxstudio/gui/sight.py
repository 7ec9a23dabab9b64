"""Which panels can be seen: one behind a tab is brought up to date when it comes to the front, not before."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtWidgets import QDockWidget, QWidget

Act = Callable[[], None]


class Sight(QObject):
    """Carries out what a panel is to show: at once if the panel is in sight, else the newest of each part once it is.

    Qt calls a dock behind a tab visible; only its signal tells.
    """

    def __init__(self, docks: Mapping[str, QDockWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()
        self._waiting: dict[str, dict[str, Act]] = {name: {} for name in docks}
        for name, dock in docks.items():
            dock.visibilityChanged.connect(partial(self._on_changed, name))

    def show(self, panel: str, part: str, act: Act) -> None:
        """Let a panel show something; what it was to show before in the same part is forgotten."""
        self._waiting[panel].pop(part, None)
        if panel in self._seen:
            act()
        else:
            self._waiting[panel][part] = act  # behind the other parts, as it would have come

    def _on_changed(self, panel: str, is_visible: bool) -> None:
        if not is_visible:
            self._seen.discard(panel)
            return
        self._seen.add(panel)
        waiting, self._waiting[panel] = self._waiting[panel], {}
        for act in waiting.values():
            act()


def is_in_sight(widget: QWidget) -> bool:
    """Return whether a widget lies within its window. Qt puts a dock behind a tab far outside, and calls it visible."""
    window = widget.window()
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return widget.isVisible() and not window.isMinimized() and window.rect().intersects(place)
