"""The results of checking a layer: a line for each thing checked, with a tick or a sentence."""

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flaxstudio.codegen.layer_finding import KEYS, Finding, Key
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens

_MARK = 16


class Findings(QWidget):
    """All that is checked, in order; what was not reached is shown as open."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._findings: tuple[Finding, ...] = ()
        self._rows = {key: _Row(title(key), self) for key in KEYS}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        for row in self._rows.values():
            layout.addWidget(row)
        self.display(())

    def display(self, findings: tuple[Finding, ...]) -> None:
        """Show these findings; the others are open."""
        self._findings = findings
        found = {finding.key: finding for finding in findings}
        for key, row in self._rows.items():
            row.display(found.get(key), self._tokens)

    def texts(self) -> dict[str, str]:
        """Return each title with its mark's word and its sentence."""
        return {row.title.text(): f"{row.mark.accessibleName()} {row.sentence.text()}".strip() for row in self._rows.values()}

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.display(self._findings)


class _Row(QWidget):
    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.mark, self.title, self.sentence = QLabel(), QLabel(text), QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(t.GAP)
        line.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)

    def display(self, finding: Finding | None, tokens: Tokens) -> None:
        name, color, word, role = "minus", tokens.secondary, self.tr("Open"), "secondary"
        if finding is not None and not finding.is_tested:
            word = self.tr("Not tested")
        elif finding is not None and finding.is_ok:
            name, color, word = "circle-check", tokens.ok, self.tr("Holds")
        elif finding is not None:
            name, color, word, role = "circle-alert", tokens.error, self.tr("Does not hold"), "error"
        self.mark.setPixmap(icon(name, tokens, color).pixmap(QSize(_MARK, _MARK), self.devicePixelRatioF()))
        self.mark.setAccessibleName(word)
        self.mark.setToolTip(word)
        self.sentence.setText(finding.sentence if finding else "")
        self.sentence.setVisible(bool(self.sentence.text()))
        for label, wanted in ((self.title, "" if finding else "secondary"), (self.sentence, role)):
            if label.property("role") != wanted:
                label.setProperty("role", wanted)
                label.style().unpolish(label)
                label.style().polish(label)


def title(key: Key) -> str:
    """Return what is checked, in the user's language."""
    titles: dict[Key, str] = {
        "builds": QCoreApplication.translate("Findings", "Builds"),
        "shapes": QCoreApplication.translate("Findings", "Gives out arrays"),
        "batch": QCoreApplication.translate("Findings", "Keeps the batch first"),
        "gradients": QCoreApplication.translate("Findings", "Gradients reach all params and are finite"),
        "jit": QCoreApplication.translate("Findings", "Works under jit"),
        "independent": QCoreApplication.translate("Findings", "Samples do not affect each other"),
        "random": QCoreApplication.translate("Findings", "Same random key, same values"),
        "state": QCoreApplication.translate("Findings", "State settles in one shape"),
    }
    return titles[key]
