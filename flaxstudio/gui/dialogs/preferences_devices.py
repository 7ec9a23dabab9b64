"""The page of the preferences that tells what JAX can compute on here. It is found out beside the GUI thread."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QThread
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.background import Task
from flaxstudio.gui.panels.facts import Facts

_GIB = 2**30


class DevicesPage(QWidget):
    """A table of devices, and one sentence on what to install for a GPU."""

    def __init__(self, warm_up: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QLabel(self.tr("Looking for devices …"))
        self.heading.setProperty("role", "heading")
        self.facts = Facts(self)
        self.advice = QLabel()
        self.advice.setWordWrap(True)
        self.advice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.PADDING)
        for part in (self.heading, self.facts, self.advice):
            layout.addWidget(part)
        layout.addStretch()
        self._task = Task(lambda _: _look(warm_up), self)
        self._task.done.connect(self._show)
        self._task.start(QThread.Priority.LowPriority)

    def close_task(self) -> None:
        """Wait for the search to end: a thread must not outlive its page."""
        self._task.cancel()
        self._task.wait()

    def _show(self, found: tuple[tuple[Any, ...], str]) -> None:
        seen, sentence = found
        self.heading.setText(self.tr("What JAX sees"))
        self.facts.display(tuple((f"{device.platform} {device.number}", self._text(device)) for device in seen))
        self.advice.setText(sentence)

    def _text(self, device: Any) -> str:
        parts = [device.kind]
        if device.memory is not None:
            parts.append(self.tr("{0} GiB of memory").format(f"{device.memory / _GIB:.1f}"))
        if device.in_use is not None:
            parts.append(self.tr("{0} GiB in use").format(f"{device.in_use / _GIB:.1f}"))
        return ", ".join(parts)


def _look(warm_up: Callable[[], None]) -> tuple[tuple[Any, ...], str]:
    warm_up()
    from flaxstudio.training.seen_devices import advice, seen_devices  # imports jax: here, in the thread

    seen = seen_devices()
    return seen, advice(seen)
