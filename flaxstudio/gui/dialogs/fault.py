"""Tells of an unexpected exception: what happened, where the work was saved, and the details for a report."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.theme import code_font

_WIDTH = 520
_DETAILS_HEIGHT = 220


class FaultDialog(QDialog):
    """One fault of the program; others that follow while it is open are added to its details."""

    def __init__(self, text: str, details: str, saved_as: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setMinimumWidth(_WIDTH)
        self.words = QLabel(text)
        self.saved = QLabel(self._words_about_saving(saved_as))
        self.details = QPlainTextEdit(details)
        self.details_button = QPushButton(self.tr("Details"))
        self.copy_button = QPushButton(self.tr("Copy details"))
        self.close_button = QPushButton(self.tr("Go on"))
        self._lay_out()
        self.details_button.toggled.connect(self.details.setVisible)
        self.details_button.toggled.connect(lambda: self.adjustSize())
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.details.toPlainText()))
        self.close_button.clicked.connect(self.accept)

    def add(self, details: str) -> None:
        """Add the details of another fault."""
        self.details.appendPlainText(f"\n{details}")

    def _words_about_saving(self, saved_as: Path | None) -> str:
        if saved_as is None:
            return self.tr("Your saved files are as they were.")
        return self.tr("Your work is saved as {}.").format(saved_as)

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Flax Studio made a mistake and could not do what you asked."))
        title.setProperty("role", "title")
        for label in (title, self.words, self.saved):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setProperty("role", "secondary")
        self.details.setReadOnly(True)
        self.details.setFont(code_font())
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setMinimumHeight(_DETAILS_HEIGHT)
        self.details.hide()
        self.details_button.setCheckable(True)
        self.details_button.setAutoDefault(False)
        self.copy_button.setAutoDefault(False)
        self.close_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addWidget(self.details_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        for part in (title, self.saved, self.words, self.details):
            layout.addWidget(part)
        layout.addLayout(buttons)


def show_fault(parent: QWidget | None, text: str, details: str, saved_as: Path | None) -> FaultDialog:
    """Tell of an exception, without waiting for an answer. Without a parent the caller keeps what is returned."""
    open_one = parent.findChild(FaultDialog) if parent is not None else None
    if open_one is not None and open_one.isVisible():
        open_one.add(details)
        return open_one
    dialog = FaultDialog(text, details, saved_as, parent)
    dialog.open()
    return dialog
