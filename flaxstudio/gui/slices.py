"""Long work of the GUI thread in slices, with the event loop in between, so that the window answers meanwhile."""

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

_SLICE_S = 0.008


class Slices(QObject):
    """Goes through an iterator, whose steps should each be short; `ended` tells that all of it is done."""

    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Iterator[object] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether something is left to be done."""
        return self._timer.isActive()

    def begin(self, steps: Iterator[object]) -> None:
        """Go through these steps from the next turn of the event loop on; what was left of others is forgotten."""
        self._steps = steps
        self._timer.start()

    def stop(self) -> None:
        """Forget what is left."""
        self._steps = iter(())
        self._timer.stop()

    def _go_on(self) -> None:
        end = time.perf_counter() + _SLICE_S
        for _ in self._steps:
            if time.perf_counter() > end:
                return
        self._timer.stop()
        self.ended.emit()
