"""A line that tells how much of a data file is read, with a button that ends it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from flaxstudio.gui import tokens as t


class ReadingLine(QWidget):
    """Shown while a file is read that takes long."""

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setAccessibleName(self.tr("Stop reading"))
        self.stop.setToolTip(self.tr("Stop reading; the data stays as it was."))
        self.stop.clicked.connect(self.stop_requested)
        line = QHBoxLayout(self)
        line.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.GAP)
        line.setSpacing(t.PADDING)
        line.addWidget(self.text, 1)
        line.addWidget(self.stop)
        self.hide()

    def display(self, name: str, share: float | None) -> None:
        """Show how much of a file is read; None when that has ended."""
        self.setVisible(share is not None)
        if share is not None:
            self.text.setText(self.tr("Reading {0}: {1} %").format(name, round(100 * share)))
