"""Asks whether code that came from elsewhere may run, after showing all of it."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.code_view import CodeView
from flaxstudio.gui.tokens import Tokens
from flaxstudio.layers.code_layer import warnings_of_code
from flaxstudio.layers.code_text import modules_imported, parse

_WIDTH, _HEIGHT = 820, 640
_MAX_WARNINGS = 4


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """The code in question: the layer's name, the text to be read, where it came from; `module` for a package's class."""

    name: str
    text: str
    origin: str
    module: str = ""


class ConsentDialog(QDialog):
    """Accepted only by "Run this code"; Enter, Escape and closing it mean no."""

    def __init__(self, request: ConsentRequest, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._request, self._tokens = request, tokens
        self.setWindowTitle(self.tr("Code from elsewhere"))
        self.view = CodeView(tokens, self)
        self.view.setAccessibleName(self.tr("The code in question"))
        self.run_button = QPushButton(self.tr("Run this code"))
        self.refuse_button = QPushButton(self.tr("Do not run"))
        self._lay_out()
        self.view.display(request.text, ())
        self.run_button.clicked.connect(self.accept)
        self.refuse_button.clicked.connect(self.reject)
        self.refuse_button.setFocus()

    def words(self) -> tuple[str, ...]:
        """Return what is said above the code."""
        request = self._request
        if request.module:
            what = self.tr("{0} is a class of the installed package {1}, chosen in {2}.")
            first = what.format(request.name, request.module.split(".")[0], request.origin)
            risk = self.tr("To be used, the package is imported, which runs its code. Below is the file with the class.")
        else:
            first = self.tr("{0} is a layer written as Python code. It came from {1}.").format(request.name, request.origin)
            risk = self.tr("To be used, the code must run.")
        power = self.tr("It can then do whatever your own programs can: read, change and send your files.")
        advice = self.tr("Say yes only if you have read it, or trust who wrote it.")
        return first, f"{risk} {power} {advice}", self._imports()

    def warnings(self) -> tuple[str, ...]:
        """Return what in the code deserves a second look."""
        if self._request.module:
            return ()
        pattern = self.tr("Line {0}: {1}")
        found = [pattern.format(line, sentence) for line, sentence in warnings_of_code(self._request.text)]
        rest = self.tr("… and {0} more.").format(len(found) - _MAX_WARNINGS)
        return (*found[:_MAX_WARNINGS], rest) if len(found) > _MAX_WARNINGS else tuple(found)

    def _imports(self) -> str:
        tree = parse(self._request.text)
        names = modules_imported(tree) if tree else ()
        return self.tr("It imports {0}.").format(", ".join(names)) if names else self.tr("It imports nothing.")

    def _lay_out(self) -> None:
        self.resize(_WIDTH, _HEIGHT)
        title = _label(self.tr("Run {0}?").format(self._request.name))
        title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.GAP)
        layout.addWidget(title)
        for text in self.words():
            layout.addWidget(_label(text))
        for text in self.warnings():
            layout.addLayout(self._warning_line(text))
        layout.addWidget(self.view, 1)
        remembered = _label(
            self.tr("The answer is remembered for exactly this text: one letter changed, and you are asked again.")
        )
        remembered.setProperty("role", "caption")
        layout.addWidget(remembered)
        self.run_button.setAutoDefault(False)
        self.refuse_button.setDefault(True)
        self.refuse_button.setProperty("primary", True)  # before it is measured: the words are bold then
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addStretch()
        line.addWidget(self.run_button)
        line.addWidget(self.refuse_button)
        layout.addLayout(line)

    def _warning_line(self, text: str) -> QHBoxLayout:
        mark, label = QLabel(), _label(text)
        mark.setPixmap(
            icon("triangle-alert", self._tokens, self._tokens.warning).pixmap(QSize(16, 16), self.devicePixelRatioF())
        )
        mark.setAccessibleName(self.tr("Warning"))
        label.setProperty("role", "warning")
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label, 1)
        return line


def ask_consent(parent: QWidget | None, request: ConsentRequest, tokens: Tokens) -> bool:
    """Show the code and return whether the user lets it run."""
    dialog = ConsentDialog(request, tokens, parent)
    answer = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return answer


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)  # names and origins come from elsewhere too
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
