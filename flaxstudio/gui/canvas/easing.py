"""Moves nodes smoothly when the document moved them (tidy, undo), never while the user drags."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPointF, QVariantAnimation

from flaxstudio.gui import tokens as t

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene


class Easing(QVariantAnimation):
    """One animation for all nodes that move at a time."""

    def __init__(self, scene: "GraphScene") -> None:
        super().__init__(scene)
        self._scene = scene
        self._ways: Mapping[str, tuple[QPointF, QPointF]] = {}
        self.is_still = False
        """Whether nodes go at once, for those whom motion troubles."""
        self.setDuration(t.EASE_MS)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.valueChanged.connect(self._on_value)

    def ease(self, ways: Mapping[str, tuple[QPointF, QPointF]]) -> None:
        """Take nodes from their first to their second point; ends at once any earlier way that is not gone on with."""
        self.stop()
        self._put(1.0, self._ways.keys() - ways.keys())
        self._ways = ways
        if self.is_still:
            self._put(1.0, ways.keys())
        else:
            self.start()

    def end(self) -> None:
        """Put all nodes where they are going."""
        self.stop()
        self._put(1.0, self._ways.keys())
        self._ways = {}

    def _on_value(self, share: float) -> None:
        self._put(share, self._ways.keys())

    def _put(self, share: float, names: Iterable[str]) -> None:
        moving = [name for name in names if name in self._scene.nodes and name not in self._scene.held]
        ways = {name: self._ways[name] for name in moving}
        self._scene.put_nodes({name: start + (end - start) * share for name, (start, end) in ways.items()})
