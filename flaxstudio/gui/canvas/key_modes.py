"""What takes the canvas's keys for a while; letters on nodes are one such thing, to jump to a node."""

from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel

from flaxstudio.gui import tokens as t

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView


class KeyMode(Protocol):
    """Gets every key pressed on the canvas until it ends."""

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; returns whether the mode goes on."""
        ...

    def end(self) -> None: ...


class JumpLetters:
    """Puts letters on the nodes in sight; typing a node's letters selects it."""

    def __init__(self, view: "GraphView") -> None:
        self._view = view
        scene, box = view.graph_scene, view.visible_box()
        names = sorted(scene.nodes_in(box), key=lambda name: (scene.nodes[name].pos().y(), scene.nodes[name].pos().x()))
        length = 1 if len(names) <= len(ascii_lowercase) else 2
        letters = map("".join, product(ascii_lowercase, repeat=length))
        self._names = dict(zip(letters, names, strict=False))
        self._typed = ""
        self._labels = {text: self._label(text, name) for text, name in self._names.items()}
        view.intents.spoken.emit(view.tr("Type the letters of a node, or Esc."))

    def key(self, event: QKeyEvent) -> bool:
        letter = event.text().lower()
        if not letter or letter not in ascii_lowercase:
            return False
        self._typed += letter
        if self._typed in self._names:
            self._view.graph_scene.select([self._names[self._typed]])
            return False
        fitting = [text for text in self._labels if text.startswith(self._typed)]
        for text, label in self._labels.items():
            label.setVisible(text in fitting)
        return bool(fitting)

    def end(self) -> None:
        for label in self._labels.values():
            label.deleteLater()

    def _label(self, text: str, name: str) -> QLabel:
        tokens = self._view.graph_scene.tokens
        label = QLabel(text.upper(), self._view.viewport())
        label.setStyleSheet(
            f"background: {tokens.accent}; color: {tokens.on_accent}; font-size: {t.SECONDARY}px; font-weight: 600;"
            f" border-radius: 4px; padding: 1px 5px;"
        )
        label.adjustSize()
        label.move(self._view.mapFromScene(self._view.graph_scene.nodes[name].box().topLeft()) - QPoint(6, 8))
        label.show()
        return label
