"""The dialog before variables are initialised again: with which key, all or some nodes, and whether what fits stays."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.variables_init import InitForm
from flaxstudio.gui.panels.variables_request import InitRequest

_WIDTH = 480


class InitializeDialog(QDialog):
    """Asks how to initialise again. `nodes` are those selected; `is_stale` tells that the graph has changed since."""

    requested = Signal(object)  # InitRequest

    def __init__(self, seed: int, inputs: str, nodes: tuple[str, ...], is_stale: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes = nodes
        self.form = InitForm()
        self.form.display(seed, inputs)
        self.whole = QRadioButton(self.tr("The whole model"))
        self.part = QRadioButton(self.tr("Only {0}").format(", ".join(nodes)) if nodes else self.tr("Only the selected nodes"))
        self.keep = QCheckBox(self.tr("Keep the values that still fit"))
        self.initialize_button = QPushButton(self.tr("Initialise"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.setWindowTitle(self.tr("Initialise"))
        self.setMinimumWidth(_WIDTH)
        self._build(bool(nodes) and not is_stale, is_stale)
        self.initialize_button.clicked.connect(self._request)
        self.cancel_button.clicked.connect(self.reject)

    def _build(self, has_part: bool, is_stale: bool) -> None:
        title = QLabel(self.tr("Initialise again"))
        title.setProperty("role", "title")
        group = QButtonGroup(self)
        for choice in (self.whole, self.part):
            group.addButton(choice)
        self.whole.setChecked(not has_part)
        self.part.setChecked(has_part)
        self.part.setVisible(has_part)
        self.keep.setVisible(is_stale)
        self.keep.setChecked(is_stale)
        note = QLabel(self.tr("Undo brings the present values back."))
        note.setProperty("role", "caption")
        self.initialize_button.setDefault(True)
        self.initialize_button.setProperty("primary", True)
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addWidget(note)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.initialize_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        for widget in (title, self.form, self.whole, self.part, self.keep):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    def _request(self) -> None:
        nodes = frozenset(self._nodes) if self.part.isChecked() else frozenset()
        keeps = self.keep.isVisibleTo(self) and self.keep.isChecked()
        self.requested.emit(InitRequest(self.form.seed.value(), self.form.is_of_run, nodes, keeps))
        self.accept()
