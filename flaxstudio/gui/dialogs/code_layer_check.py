"""The part of the editor where a layer is checked: what arrives, what is set, the button, the findings."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from flaxstudio.codegen.layer_finding import Finding
from flaxstudio.graph.graph import Value
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.dialogs.code_layer_findings import Findings
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.attribute_fields import parse_ints
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens

_DTYPES = ("float32", "int32")
_PORTS_OF_MANY = 2


class CheckSection(QWidget):
    """Asks for a check of the layer it was shown, with the values in its form."""

    check_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: LayerSpec | None = None
        self._values: dict[str, Value] = {}
        self._is_running = False
        self.form = AttributeForm(tokens, self)
        self.shape, self.dtype = QLineEdit("8"), ChoiceBox()
        self.button, self.bar = QPushButton(self.tr("Check")), QProgressBar()
        self.note, self.findings = QLabel(), Findings(tokens, self)
        self._lay_out()
        self.form.attribute_changed.connect(self._on_attribute)
        self.shape.textChanged.connect(self._on_question_changed)
        self.dtype.currentIndexChanged.connect(self._on_question_changed)
        self.button.clicked.connect(self._on_clicked)
        self.display(None)

    def display(self, spec: LayerSpec | None) -> None:
        """Offer a check of this layer; without one there is nothing to check."""
        attributes = spec.attributes if spec else ()
        if spec is None or self._spec is None or spec.attributes != self._spec.attributes:
            names = {attribute.name for attribute in attributes}
            self._values = {name: value for name, value in self._values.items() if name in names}
        self._spec = spec
        if spec is not None:
            self.form.display(spec.name, attributes, self._values)
        self._refresh()

    def mark_changed(self) -> None:
        """Forget the findings: they are of another text."""
        if not self._is_running:
            self.findings.display(())
            self.note.clear()
            self._refresh()

    def inputs(self) -> tuple[ArrayShape, ...]:
        """Return the shapes that arrive, one for each port that must be joined."""
        sizes = self._sizes()
        if sizes is None or self._spec is None:
            return ()
        shape = ArrayShape(sizes, self.dtype.currentText())
        ports = [port for port in self._spec.inputs if not port.is_optional]
        return tuple(shape for port in ports for _ in range(_PORTS_OF_MANY if port.is_variadic else 1))

    def attributes(self) -> dict[str, Value]:
        """Return what is set in the form."""
        return dict(self._values)

    def show_running(self) -> None:
        """Show that a check is under way; it can be cancelled."""
        self._is_running = True
        self.findings.display(())
        self.note.setText(self.tr("Checking in a process of its own…"))
        self._refresh()

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show what was found; nothing where the check was cancelled."""
        self._is_running = False
        self.findings.display(findings)
        faults = sum(not finding.is_ok for finding in findings)
        one, many = self.tr("1 check does not hold."), self.tr("{0} checks do not hold.")
        all_well = self.tr("All checks hold.") if findings else ""
        self.note.setText(one if faults == 1 else many.format(faults) if faults else all_well)
        self._refresh()

    def set_tokens(self, tokens: Tokens) -> None:
        self.form.set_tokens(tokens)
        self.findings.set_tokens(tokens)

    def _sizes(self) -> tuple[int, ...] | None:
        """Return the sizes typed, behind the batch; nothing typed is no further dimension."""
        text = self.shape.text().strip()
        sizes = parse_ints(text) if text else ()
        return sizes if sizes is not None and all(0 < size <= 100_000 for size in sizes) and len(sizes) <= 6 else None

    def _on_attribute(self, name: str, value: Value) -> None:
        self._values[name] = value
        self.mark_changed()

    def _on_question_changed(self) -> None:
        is_wrong = self._sizes() is None
        if bool(self.shape.property("fault")) != is_wrong:
            self.shape.setProperty("fault", is_wrong)
            self.shape.style().unpolish(self.shape)
            self.shape.style().polish(self.shape)
        self.mark_changed()

    def _on_clicked(self) -> None:
        (self.cancel_requested if self._is_running else self.check_requested).emit()

    def _refresh(self) -> None:
        sizes = self._sizes()
        self._caption.setText(
            self.tr("Arrives as {0}.").format(ArrayShape(sizes))
            if sizes is not None
            else self.tr("Write sizes, such as 28, 28, 1.")
        )
        self.bar.setVisible(self._is_running)
        self.button.setText(self.tr("Cancel") if self._is_running else self.tr("Check"))
        self.button.setEnabled(self._is_running or (self._spec is not None and sizes is not None))
        self.form.setVisible(self._spec is not None and bool(self._spec.attributes))
        for part in (self.form, self.shape, self.dtype):
            part.setEnabled(not self._is_running)

    def _lay_out(self) -> None:
        self.dtype.addItems(_DTYPES)
        self.dtype.setAccessibleName(self.tr("Type of the input"))
        self.shape.setAccessibleName(self.tr("Shape of the input"))
        self.shape.setToolTip(self.tr("Sizes behind the batch, such as 28, 28, 1."))
        self.button.setAutoDefault(False)
        self.bar.setRange(0, 0)
        self._caption = QLabel()
        self._caption.setProperty("role", "caption")
        self.note.setProperty("role", "secondary")
        self.note.setWordWrap(True)
        label = QLabel(self.tr("Input"))
        label.setProperty("role", "secondary")
        label.setBuddy(self.shape)
        given = QHBoxLayout()
        given.setSpacing(t.GAP)
        given.addWidget(label)
        given.addWidget(self.shape, 1)
        given.addWidget(self.dtype)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.button)
        line.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addLayout(given)
        layout.addWidget(self._caption)
        layout.addWidget(self.form)
        layout.addLayout(line)
        layout.addWidget(self.bar)
        layout.addWidget(self.findings)
