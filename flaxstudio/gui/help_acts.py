"""What the user asks of help: all keys on one page, and what the selected layer is for."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog

from flaxstudio.gui.dialogs.layer_help import LayerHelpDialog
from flaxstudio.gui.key_sheet import write_pdf
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import Tokens


class HelpActs(QObject):
    """Slots for Help's commands. One dialog is open at a time."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        window: MainWindow,
        tokens: Callable[[], Tokens],
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._say, self._complain = say, complain
        self._session, self._settings, self._window, self._tokens = session, settings, window, tokens
        self.dialog: QDialog | None = None

    def on_keys(self) -> None:
        """Show all keys and gestures."""
        from flaxstudio.gui.dialogs.key_sheet import KeySheetDialog  # the system's printing takes a moment to load

        dialog = KeySheetDialog(self._window.keys, self._tokens(), self._window)
        dialog.pdf_requested.connect(self._on_pdf)
        self._show(dialog)

    def on_layer_help(self) -> None:
        """Show what the layer selected last is for; with nothing selected, all keys and gestures."""
        selected = self._window.selected
        node = self._session.shown.graph.node(selected[-1]) if selected else None
        spec = self._session.catalogue.get(node.layer) if node else None
        if spec is None:
            self.on_keys()
        else:
            self._show(LayerHelpDialog(spec, self._tokens(), self._window))

    def _show(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = dialog
        dialog.finished.connect(lambda: self._forget(dialog))
        dialog.open()

    def _forget(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()

    def _on_pdf(self) -> None:
        start = str(self._settings.folder / "flax-studio-keys.pdf")
        path, _ = QFileDialog.getSaveFileName(self.dialog, self.tr("Save as PDF"), start, self.tr("PDF (*.pdf)"))
        if not path:
            return
        file = Path(path) if Path(path).suffix else Path(path).with_suffix(".pdf")
        try:
            write_pdf(self._window.keys, file)
        except OSError as error:
            self._complain(self.tr("{0} could not be written: {1}. Choose another folder.").format(file.name, error.strerror))
        else:
            self._say(self.tr("Saved {0}.").format(file.name))
