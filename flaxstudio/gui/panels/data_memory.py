"""The field for how much memory data may take: a size, or nothing for automatic."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from flaxstudio.gui.panels.labelled_rows import RESET_WIDTH
from flaxstudio.gui.panels.name_field import NameField
from flaxstudio.project.byte_size import read_size, size_text
from flaxstudio.project.config import LEAST_MEMORY


class MemoryField(QWidget):
    """Shows bytes as 512 MB, and None as an empty field; emits either once it is typed, and says in place what is neither."""

    memory_changed = Signal(object)

    def __init__(self, label_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._memory: int | None = None
        self.field = NameField(self.tr("Memory"))
        self.field.label.setFixedWidth(label_width)
        self.field.edit.setPlaceholderText(self.tr("automatic"))
        self.field.edit.setToolTip(self.tr("Memory set aside for the data: 512 MB, 1.5 GB. Empty is automatic."))
        self.field.name_changed.connect(self._take)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, RESET_WIDTH, 0)
        line.addWidget(self.field)

    def display(self, memory: int | None) -> None:
        """Show what is set aside."""
        self._memory = memory
        self.field.display("", _text(memory))

    def _take(self, text: str) -> None:
        is_automatic = text.lower() in ("", "auto", self.tr("automatic"))
        memory = None if is_automatic else read_size(text)
        if not is_automatic and (memory is None or memory < LEAST_MEMORY):
            self.field.show_fault(self.tr("Memory must be a size of at least 1 MB, such as 512 MB, or empty for automatic."))
        elif memory != self._memory:
            self.memory_changed.emit(memory)
        else:  # the same, written in another way
            self.field.edit.setText(_text(memory))


def _text(memory: int | None) -> str:
    return "" if memory is None else size_text(memory)
