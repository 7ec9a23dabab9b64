"""The button that takes the next key that is pressed, whatever the key would do otherwise."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from flaxstudio.gui.commands.keymap import texts_of

_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock)


class KeyRecorder(QPushButton):
    """Press it, then a key: `recorded` tells it as portable text. Esc ends it without one."""

    recorded = Signal(str)
    refused = Signal(str)  # why a key may not be taken, in words

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.toggled.connect(self._show_state)
        self._show_state(False)

    def event(self, event: QEvent) -> bool:
        if self.isChecked() and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setChecked(False)

    def _take(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in _MODIFIERS:
            return
        self.setChecked(False)
        if key == Qt.Key.Key_Escape and not modifiers:
            return
        held = {Qt.Key.Key_Space: self.tr("Space is held to move the view."), Qt.Key.Key_Y: self.tr("Y is held to cut wires.")}
        if key in held and not modifiers:
            self.refused.emit(self.tr("{0} Press another key.").format(held[key]))
            return
        self.recorded.emit(texts_of(event)[-1])

    def _show_state(self, is_listening: bool) -> None:
        self.setText(self.tr("Press a key… (Esc stops)") if is_listening else self.tr("Record a key"))
