"""What the next drag with the left button does where a key is held for it, or a command has chosen it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from flaxstudio.gui.canvas.cut_gesture import CutWires
from flaxstudio.gui.canvas.gestures import BoxSelect, Gesture, Pan

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_MADE: Mapping[str, type[Pan] | type[CutWires] | type[BoxSelect]] = {
    "pan": Pan,
    "cut_wires": CutWires,
    "select_box": BoxSelect,
}
_CURSORS = {"pan": Qt.CursorShape.OpenHandCursor}


class Tool:
    """Held by a key it ends with the key; chosen by a command it ends with the first drag, or with Esc."""

    def __init__(self, view: "GraphView") -> None:
        self._view = view
        self._name = ""
        self._key: int | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether the next drag is not what it would be by what lies under the pointer."""
        return bool(self._name)

    def choose(self, name: str) -> None:
        """Let the next drag be this one."""
        self._name, self._key = name, None
        self._view.viewport().setCursor(_CURSORS.get(name, Qt.CursorShape.CrossCursor))
        self._view.setFocus()

    def hold(self, name: str, event: QKeyEvent) -> bool:
        """Let drags be this one as long as a key is down; returns whether the command is one of these."""
        if name not in _MADE:
            return False
        if not event.isAutoRepeat():
            self.choose(name)
            self._key = event.key()
        return True

    def release(self, event: QKeyEvent) -> None:
        """A key has been let go."""
        if self._key == event.key() and not event.isAutoRepeat():
            self.end()

    def gesture(self) -> Gesture | None:
        """Return what a press of the left button begins, or None where no tool is chosen."""
        return _MADE[self._name](self._view) if self._name else None

    def used(self) -> None:
        """A drag has ended."""
        if self._key is None:
            self.end()
        elif self._name:
            self._view.viewport().setCursor(_CURSORS.get(self._name, Qt.CursorShape.CrossCursor))

    def end(self) -> None:
        """Let the next drag be what it is by what lies under the pointer."""
        if self._name:
            self._name, self._key = "", None
            self._view.viewport().unsetCursor()

    def lose_focus(self) -> None:
        """No key will be seen to be let go any more."""
        if self._key is not None:
            self.end()
