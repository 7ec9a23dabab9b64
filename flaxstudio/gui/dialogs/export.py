"""The export dialog: which format, where to, how far, and what came of it, all in one place."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.dialogs.export_formats import ExportFormat, ExportState, export_formats
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens

_WIDTH = 560
_INDENT = 24
_OUTCOME_HEIGHT = 64

Outcome = Literal["ok", "error", "secondary"]


class ExportDialog(QDialog):
    """Asks for an export and shows how it goes. The work itself is done elsewhere."""

    export_requested = Signal(str, str)
    cancel_requested = Signal()

    def __init__(self, state: ExportState, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._tokens = tokens
        self._is_busy = False
        self._offered = self._written = ""
        self.formats = export_formats(state)
        self.choices = {form.name: QRadioButton(form.title) for form in self.formats}
        self._group = QButtonGroup(self)
        self.path = QLineEdit()
        self.browse_button = QPushButton(self.tr("Choose file…"))
        self.export_button = QPushButton(self.tr("Export"))
        self.close_button = QPushButton(self.tr("Close"))
        self.show_button = QPushButton(self.tr("Show in folder"))
        self.bar, self.outcome, self._mark, self.note = QProgressBar(), QLabel(), QLabel(), QLabel()
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumWidth(_WIDTH)
        self._lay_out()
        self._connect()
        first = next((form for form in self.formats if not form.missing), self.formats[0])
        self.choices[first.name].setChecked(True)

    def show_progress(self, text: str) -> None:
        """Show that an export is under way and what it does."""
        self._set_busy(True)
        self._show_outcome("secondary", text)

    def show_report(self, text: str) -> None:
        """Show what was written and how it was verified."""
        self._set_busy(False)
        self._show_outcome("ok", text)
        self.show_button.show()

    def show_fault(self, text: str) -> None:
        """Show why nothing was written."""
        self._set_busy(False)
        self._show_outcome("error", text)

    def chosen(self) -> ExportFormat:
        """Return the format that is ticked."""
        return next(form for form in self.formats if self.choices[form.name].isChecked())

    def reject(self) -> None:
        """Close; while an export is under way, cancel that instead."""
        if not self._is_busy:
            super().reject()
            return
        self.cancel_requested.emit()
        self._set_busy(False)
        self._show_outcome("secondary", self.tr("Cancelled. Nothing was written."))

    def _connect(self) -> None:
        for form in self.formats:
            self.choices[form.name].toggled.connect(lambda on, form=form: self._on_chosen(form) if on else None)
        self.path.textChanged.connect(self._refresh)
        self.browse_button.clicked.connect(self._browse)
        self.export_button.clicked.connect(self._request)
        self.close_button.clicked.connect(self.reject)
        self.show_button.clicked.connect(self._show_in_folder)

    def _on_chosen(self, form: ExportFormat) -> None:
        """Let the offered path follow the format; one that the user has typed only changes its ending."""
        typed = self.path.text().strip()
        if typed == self._offered:
            self._offered = str(Path(self._state.folder) / f"{self._state.name}{form.ending}")
            self.path.setText(self._offered)
        elif Path(typed).suffix in {other.suffix for other in self.formats}:
            self.path.setText(str(Path(typed).with_suffix(form.suffix)))
        self.show_button.hide()
        self._show_outcome("secondary", "")
        self._refresh()

    def _refresh(self) -> None:
        """Offer only what can be done, and say before it happens that something would be replaced."""
        target = self._target()
        self.export_button.setEnabled(not self._is_busy and not self.chosen().missing and bool(target))
        exists = bool(target) and Path(target).exists()
        self.note.setText(self.tr("{} exists and will be replaced.").format(Path(target).name) if exists else "")

    def _target(self) -> str:
        """Return the path to write to, ended as the format wants it."""
        text, suffix = self.path.text().strip(), self.chosen().suffix
        return text if not text or text.endswith(suffix) else text + suffix

    def _request(self) -> None:
        self._written = self._target()
        self.export_requested.emit(self.chosen().name, self._written)

    def _browse(self) -> None:
        form = self.chosen()
        pattern = self.tr("{0} (*{1})").format(form.title, form.suffix) if form.suffix else ""
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export to"), self._target(), pattern)
        if path:
            self.path.setText(path)

    def _show_in_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._written).parent)))

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.bar.setVisible(is_busy)
        self.show_button.hide()
        for part in (*self.choices.values(), self.path, self.browse_button):
            part.setEnabled(not is_busy)
        for form in self.formats:
            self.choices[form.name].setEnabled(not is_busy and not form.missing)
        self.close_button.setText(self.tr("Cancel") if is_busy else self.tr("Close"))
        self._refresh()

    def _show_outcome(self, outcome: Outcome, text: str) -> None:
        self.outcome.setProperty("role", outcome)
        self.outcome.style().unpolish(self.outcome)
        self.outcome.style().polish(self.outcome)
        self.outcome.setText(text)
        name, color = {
            "ok": ("circle-check", self._tokens.ok),
            "error": ("circle-alert", self._tokens.error),
            "secondary": ("info", self._tokens.secondary),
        }[outcome]
        self._mark.setPixmap(icon(name, self._tokens, color).pixmap(QSize(16, 16), self.devicePixelRatioF()))
        self._mark.setVisible(bool(text) and not self._is_busy)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        title = QLabel(self.tr("Export {}").format(self._state.name))
        title.setProperty("role", "title")
        layout.addWidget(title)
        for form in self.formats:
            layout.addLayout(self._format_lines(form))
        layout.addLayout(self._path_lines())
        layout.addWidget(self._outcome_area())
        layout.addLayout(self._button_line())

    def _format_lines(self, form: ExportFormat) -> QVBoxLayout:
        choice = self.choices[form.name]
        choice.setEnabled(not form.missing)
        choice.setAccessibleDescription(form.missing or form.line)
        self._group.addButton(choice)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(choice)
        for text, role in ((form.line, "secondary"), (form.missing, "warning")):
            label = QLabel(text)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setIndent(_INDENT)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setVisible(bool(text))
            lines.addWidget(label)
        return lines

    def _path_lines(self) -> QVBoxLayout:
        self.path.setAccessibleName(self.tr("Where to write"))
        self.browse_button.setAutoDefault(False)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.path, 1)
        line.addWidget(self.browse_button)
        self.note.setProperty("role", "caption")
        lines = QVBoxLayout()
        lines.setSpacing(4)
        lines.addLayout(line)
        lines.addWidget(self.note)
        return lines

    def _outcome_area(self) -> QWidget:
        """Return the place for progress and outcome, of a height that does not change."""
        area = QWidget()
        area.setMinimumHeight(_OUTCOME_HEIGHT)
        self.bar.setRange(0, 0)
        self.bar.hide()
        self.outcome.setWordWrap(True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.outcome, 1)
        lines = QVBoxLayout(area)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.bar)
        lines.addLayout(line)
        lines.addStretch()
        return area

    def _button_line(self) -> QHBoxLayout:
        self.export_button.setDefault(True)
        self.close_button.setAutoDefault(False)
        self.show_button.setAutoDefault(False)
        self.show_button.hide()
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.show_button)
        line.addStretch()
        line.addWidget(self.close_button)
        line.addWidget(self.export_button)
        return line
