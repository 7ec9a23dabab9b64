"""Says what this program is, under which licence, and which versions of its libraries it runs on."""

from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.facts import Fact, Facts

_LIBRARIES = ("jax", "flax", "optax", "numpy", "PySide6-Essentials")


class AboutDialog(QDialog):
    """Name, version, licence and libraries."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About Flax Studio"))
        self.facts = Facts(self)
        self.facts.display(versions())
        self.copy_button = QPushButton(self.tr("Copy versions"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self._copy)
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self._lay_out(close)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name} {version}" for name, version in versions()))

    def _lay_out(self, close: QPushButton) -> None:
        title = QLabel(self.tr("Flax Studio"))
        title.setProperty("role", "display")
        line = QLabel(self.tr("Draw, train and export neural networks on JAX and Flax."))
        licence = QLabel(self.tr("Apache License 2.0. Icons by Lucide (ISC License)."))
        for label in (line, licence):
            label.setProperty("role", "secondary")
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * t.PADDING, 2 * t.PADDING, 2 * t.PADDING, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        for part in (title, line, self.facts, licence):
            layout.addWidget(part)
        layout.addSpacing(t.GAP)
        layout.addLayout(buttons)


def show_about(parent: QWidget) -> AboutDialog:
    """Open the dialog over its parent, without waiting for it."""
    dialog = AboutDialog(parent)
    dialog.open()
    return dialog


def versions() -> tuple[Fact, ...]:
    """Return the versions of the program and of the libraries that are installed, without importing them."""
    return tuple((name, found) for name in ("flaxstudio", *_LIBRARIES) if (found := _version(name)))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
