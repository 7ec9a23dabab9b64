"""Shows all keys and gestures on one page that can be searched, printed and saved."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.commands.keymap import KeyMap
from flaxstudio.gui.key_sheet import blocks, document, page, page_layout, title
from flaxstudio.gui.tokens import Tokens

_SIZE = (980, 640)
_COLUMNS = 3


class KeySheetDialog(QDialog):
    """The sheet. `pdf_requested`: it is to be saved as a PDF."""

    pdf_requested = Signal()

    def __init__(self, keys: KeyMap, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys and gestures"))
        self._keys, self._tokens = keys, tokens
        self.search, self.view = QLineEdit(), QTextBrowser()
        self.search.setPlaceholderText(self.tr("Find a key, a command or a gesture"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._show)
        self.view.setAccessibleName(title())
        self.print_button = QPushButton(self.tr("Print…"))
        self.pdf_button = QPushButton(self.tr("Save as PDF…"))
        close = QPushButton(self.tr("Close"))
        self.print_button.clicked.connect(self._print)
        self.pdf_button.clicked.connect(self.pdf_requested)
        close.clicked.connect(self.accept)
        for button in (self.print_button, self.pdf_button):
            button.setAutoDefault(False)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(t.GAP)
        for part in (self.print_button, self.pdf_button, None, close):
            foot.addWidget(part) if part else foot.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.search)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.resize(QSize(*_SIZE).boundedTo(self.screen().availableSize()))
        self._show("")
        self.search.setFocus()

    def _show(self, query: str) -> None:
        found = blocks(self._keys, query)
        if found:
            self.view.setHtml(page(found, self._tokens, _COLUMNS if len(found) > _COLUMNS else 1))
        else:
            self.view.setPlainText(self.tr("Nothing is called so. Try another word."))

    def _print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageLayout(page_layout())
        dialog = QPrintDialog(printer, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            size = printer.pageLayout().paintRect(page_layout().units().Point).size()
            document(self._keys, size).print_(printer)
