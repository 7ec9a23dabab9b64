"""The window in which a layer is written as code: editor, what was read from it, the check, and saving."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.codegen.layer_finding import LayerQuestion
from flaxstudio.graph.library import Code
from flaxstudio.graph.spec import AttributeSpec, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.dialogs.code_layer_check import CheckSection
from flaxstudio.gui.dialogs.code_layer_editor import CodeEditor
from flaxstudio.gui.dialogs.code_layer_reading import Reading, read_code
from flaxstudio.gui.dialogs.code_layer_texts import STARTING_TEXTS, starting_code
from flaxstudio.gui.dialogs.unsaved import ask_unsaved
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_fields import value_text
from flaxstudio.gui.panels.facts import Fact, Facts
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens
from flaxstudio.layers.code_layer import with_imports

_WIDTH, _HEIGHT, _SIDE = 1080, 740, 340
_PAUSE_MS = 200


class CodeLayerDialog(QDialog):
    """Edits one layer. `code_saved` carries the Code; `check_requested` a LayerQuestion.

    `taken` tells which names other layers have.
    """

    code_saved = Signal(object)
    check_requested = Signal(object)
    cancel_requested = Signal()

    def __init__(
        self, tokens: Tokens, code: Code | None, taken: Callable[[], frozenset[str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tokens, self._taken = tokens, taken
        self._reading = Reading((), "", ())
        self.editor, self.check = CodeEditor(tokens, self), CheckSection(tokens, self)
        self.beginnings, self.choice = ChoiceBox(), ChoiceBox()
        self.facts, self._nothing_read = Facts(self), QLabel(self.tr("Correct the text to see its ports and fields."))
        self._mark, self.status, self.fault_button = QLabel(), QLabel(), QPushButton(self.tr("Go to the line"))
        self.imports_button = QPushButton(self.tr("Add imports"))
        self.save_button = QPushButton(self.tr("Save layer"))
        self.close_button = QPushButton(self.tr("Close"))
        self._timer = QTimer(self)
        self._lay_out(is_new=code is None)
        self._connect()
        self._begin(code or starting_code("MyLayer", taken()))

    @property
    def name(self) -> str:
        """The layer's class, or "" while the text has none."""
        return self._reading.name

    def examine(self) -> None:
        """Read the text as it is now; otherwise this happens when typing pauses."""
        self._timer.stop()
        self._reading = read_code(self.editor.toPlainText(), self.choice.currentText(), self._taken())
        self._show_reading()

    def save(self) -> None:
        """Ask for the layer to be kept, with the imports that its text takes for granted."""
        self.examine()
        if self._reading.spec is None:
            return
        self.add_imports()
        self.code_saved.emit(Code(self.name, self.editor.toPlainText()))
        self.editor.document().setModified(False)

    def add_imports(self) -> None:
        """Put the missing imports before the text."""
        if self._reading.missing:
            self.editor.replace_text(with_imports(self.editor.toPlainText()))
            self.examine()

    def reject(self) -> None:
        """Close, once unsaved work was seen to."""
        self.examine()
        if self.editor.document().isModified():
            answer = ask_unsaved(self, self.name or self.tr("the layer"))
            if answer == "save":
                self.save()
            if answer == "cancel" or (answer == "save" and self.editor.document().isModified()):
                return
        self.cancel_requested.emit()
        super().reject()

    def closeEvent(self, event) -> None:
        event.ignore()
        self.reject()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.editor.set_tokens(tokens)
        self.check.set_tokens(tokens)
        self._show_reading()

    def _begin(self, code: Code) -> None:
        self.editor.set_text(code.text)
        self.choice.clear()
        self.choice.addItem(code.name)
        self.examine()

    def _connect(self) -> None:
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.examine)
        self.editor.text_edited.connect(self._timer.start)
        self.editor.text_edited.connect(self.check.mark_changed)
        self.editor.document().modificationChanged.connect(self.setWindowModified)
        self.beginnings.activated.connect(lambda _: self._on_beginning())
        self.choice.activated.connect(lambda _: self.examine())
        self.fault_button.clicked.connect(self._go_to_fault)
        self.imports_button.clicked.connect(self.add_imports)
        self.save_button.clicked.connect(self.save)
        self.close_button.clicked.connect(self.reject)
        self.check.check_requested.connect(self._ask_check)
        self.check.cancel_requested.connect(self.cancel_requested)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save)

    def _on_beginning(self) -> None:
        """Take another starting text as one step that can be undone."""
        self.editor.replace_text(starting_code(self.beginnings.currentData(), self._taken()).text)
        self.examine()

    def _ask_check(self) -> None:
        self.examine()
        if self._reading.spec is not None:
            text = self.editor.toPlainText()
            self.check_requested.emit(LayerQuestion(text, self.name, self.check.attributes(), self.check.inputs()))

    def _go_to_fault(self) -> None:
        if self._reading.faults:
            self.editor.go_to(self._reading.faults[0].line)

    def _show_reading(self) -> None:
        reading = self._reading
        self.choice.clear()
        self.choice.addItems(reading.classes)
        self.choice.setCurrentText(reading.name)
        self.choice.setEnabled(len(reading.classes) > 1)
        self.setWindowTitle(f"{reading.name or self.tr('No layer yet')}[*] – {self.tr('Layer as code')}")
        self.editor.show_faults(reading.faults)
        self.facts.display(self._facts(reading.spec))
        self._nothing_read.setVisible(reading.spec is None)
        self.check.display(reading.spec)
        self._show_status()
        self.save_button.setEnabled(reading.spec is not None)

    def _show_status(self) -> None:
        faults, missing = self._reading.faults, self._reading.missing
        tokens = self._tokens
        if faults:
            text, name, color = self.tr("Line {0}: {1}").format(*faults[0]), "circle-alert", tokens.error
        elif missing:
            names = ", ".join(line.split()[-1] for line in missing)
            text, name, color = self.tr("Not imported yet: {0}.").format(names), "info", tokens.secondary
        else:
            text, name, color = self.tr("Reads as a layer."), "circle-check", tokens.ok
        self.status.setText(text)
        self.fault_button.setVisible(bool(faults))
        self._mark.setPixmap(icon(name, tokens, color).pixmap(QSize(16, 16), self.devicePixelRatioF()))
        self.imports_button.setVisible(bool(missing) and not faults)

    def _facts(self, spec: LayerSpec | None) -> tuple[Fact, ...]:
        if spec is None:
            return ()
        inputs = ", ".join(port.name + (self.tr(" (optional)") if port.is_optional else "") for port in spec.inputs)
        facts = [(self.tr("Inputs"), inputs), (self.tr("Outputs"), ", ".join(port.name for port in spec.outputs))]
        facts += [(attribute.name, self._about(attribute)) for attribute in spec.attributes]
        facts += [(self.tr("Training"), spec.call)] if spec.call else []
        facts += [(self.tr("Random keys"), ", ".join(spec.rngs))] if spec.rngs else []
        facts += [(self.tr("Keeps"), ", ".join(spec.collections))] if spec.collections else []
        return tuple(facts)

    def _about(self, attribute: AttributeSpec) -> str:
        begins = self.tr("{0}, {1} to begin with") if attribute.is_required else self.tr("{0}, {1} by default")
        return begins.format(attribute.type, value_text(attribute.default))

    def _lay_out(self, is_new: bool) -> None:
        self.resize(_WIDTH, _HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._top_line(is_new))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.editor)
        splitter.addWidget(self._side())
        splitter.setStretchFactor(0, 1)
        splitter.setCollapsible(0, False)
        splitter.setSizes([_WIDTH - _SIDE, _SIDE])
        layout.addWidget(splitter, 1)
        layout.addLayout(self._bottom_line())

    def _top_line(self, is_new: bool) -> QHBoxLayout:
        title = QLabel(self.tr("Layer"))
        title.setProperty("role", "secondary")
        title.setBuddy(self.choice)
        self.choice.setAccessibleName(self.tr("Class that is the layer"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setMinimumContentsLength(16)
        labels = (
            self.tr("An empty layer"),
            self.tr("SimpleDense (Flax notebook)"),
            self.tr("BiasAdderWithRunningMean (Flax notebook)"),
        )
        for label, name in zip(labels, STARTING_TEXTS, strict=True):
            self.beginnings.addItem(label, name)
        self.beginnings.setAccessibleName(self.tr("Begin from"))
        begin = QLabel(self.tr("Begin from"))
        begin.setProperty("role", "secondary")
        begin.setBuddy(self.beginnings)
        for part in (begin, self.beginnings):
            part.setVisible(is_new)
        line = QHBoxLayout()
        line.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.GAP)
        line.setSpacing(t.GAP)
        for part in (title, self.choice):
            line.addWidget(part)
        line.addStretch()
        for part in (begin, self.beginnings):
            line.addWidget(part)
        return line

    def _side(self) -> QWidget:
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
        layout.setSpacing(t.GAP)
        self._nothing_read.setProperty("role", "secondary")
        sections = ((self.tr("What was read"), (self.facts, self._nothing_read)), (self.tr("Check"), (self.check,)))
        for text, parts in sections:
            heading = QLabel(text)
            heading.setProperty("role", "heading")
            layout.addWidget(heading)
            for part in parts:
                layout.addWidget(part)
            layout.addSpacing(t.GAP)
        layout.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(_SIDE - 60)
        inner.setProperty("role", "panel")
        area.setWidget(inner)
        return area

    def _bottom_line(self) -> QHBoxLayout:
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for button in (self.fault_button, self.imports_button):
            button.setProperty("compact", True)
        self.save_button.setProperty("primary", True)
        self.save_button.setToolTip(
            self.tr("Keep the layer in the project ({0})").format(QKeySequence(QKeySequence.StandardKey.Save).toString())
        )
        for button in (self.fault_button, self.imports_button, self.close_button, self.save_button):
            button.setAutoDefault(False)
        line = QHBoxLayout()
        line.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.GAP)
        line.setSpacing(t.GAP)
        line.addWidget(self._mark)
        line.addWidget(self.status)
        line.addWidget(self.fault_button)
        line.addWidget(self.imports_button)
        line.addStretch()
        line.addWidget(self.close_button)
        line.addWidget(self.save_button)
        return line
