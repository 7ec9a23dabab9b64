"""Asks what becomes of unsaved work."""

from typing import Literal

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

Answer = Literal["save", "discard", "cancel"]


def ask_unsaved(parent: QWidget | None, name: str) -> Answer:
    """Ask whether to save the project of that name before it is left; closing the question cancels."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(_tr("Unsaved changes"))
    box.setText(_tr("Save the changes to {}?").format(name))
    box.setInformativeText(_tr("They are lost if you do not save them."))
    save = box.addButton(_tr("Save"), QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton(_tr("Don't save"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(_tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.setEscapeButton(cancel)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return "save" if clicked is save else "discard" if clicked is discard else "cancel"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Unsaved", text)
