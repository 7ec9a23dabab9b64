"""What a model is tried with: the fields for one Input's choice."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from flaxstudio.evaluation.trial import Choice, Filled, FromFile, Rows, Typed
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.still_fields import ChoiceBox, NumberBox
from flaxstudio.gui.tokens import Tokens

_ZEROS, _ONES, _RANDOM, _ROWS, _TYPED, _FILE = range(6)
_SPLITS = ("train", "validation", "test")
_MAX_SEED = 2**31 - 1
_MAX_COUNT = 256


class TrialInput(QWidget):
    """The kind of input and its fields, in one line."""

    changed = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = ChoiceBox()
        self.kind.addItems(
            [
                self.tr("Zeros"), self.tr("Ones"), self.tr("Random"), self.tr("Row of the data"), self.tr("Typed values"),
                self.tr("File"),
            ]
        )  # fmt: skip
        self.count, self.seed, self.row = NumberBox(), NumberBox(), NumberBox()
        self.split = ChoiceBox()
        self.text = QLineEdit()
        self.path = QLineEdit()
        self.browse = QPushButton()
        self.scale = QCheckBox(self.tr("Scale as the data"))
        self._is_scaling = False
        self._labels: dict[str, QLabel] = {}
        self._build()
        self._connect()
        self.set_tokens(tokens)

    def choice(self) -> Choice:
        """Return what is chosen."""
        match self.kind.currentIndex():
            case 2:
                return Filled("random", self.count.value(), self.seed.value())
            case 3:
                return Rows(_SPLITS[self.split.currentIndex()], self.row.value(), self.count.value())  # type: ignore[arg-type]
            case 4:
                return Typed(self.text.text())
            case 5:
                return FromFile(self.path.text().strip())
            case kind:
                return Filled("ones" if kind == _ONES else "zeros", self.count.value())

    def show_choice(self, choice: Choice) -> None:
        """Show a choice without telling of it."""
        self.blockSignals(True)
        match choice:
            case Rows(split, first, count):
                self.kind.setCurrentIndex(_ROWS)
                self.split.setCurrentIndex(_SPLITS.index(split))
                self.row.setValue(first)
                self.count.setValue(count)
            case Typed(text):
                self.kind.setCurrentIndex(_TYPED)
                self.text.setText(text)
            case FromFile(path):
                self.kind.setCurrentIndex(_FILE)
                self.path.setText(path)
            case Filled(kind, count, seed):
                self.kind.setCurrentIndex({"zeros": _ZEROS, "ones": _ONES, "random": _RANDOM}[kind])
                self.count.setValue(count)
                self.seed.setValue(seed)
        self.blockSignals(False)

    def display(self, shape: str, has_data: bool, is_scaling: bool) -> None:
        """Say what one sample is, whether there is data to take rows of, and whether training scales it."""
        self._is_scaling = is_scaling
        self._show_fields()
        self.text.setPlaceholderText(self.tr("Numbers of shape {0}, row by row").format(shape))
        self.kind.model().item(_ROWS).setEnabled(has_data)  # type: ignore[attr-defined]

    def set_tokens(self, tokens: Tokens) -> None:
        self.browse.setIcon(icon("folder-open", tokens))

    def _build(self) -> None:
        self.kind.setAccessibleName(self.tr("Input"))
        self.count.setRange(1, _MAX_COUNT)
        self.count.setFixedWidth(64)
        self.seed.setFixedWidth(80)
        self.row.setFixedWidth(80)
        self.seed.setRange(0, _MAX_SEED)
        self.row.setRange(0, _MAX_SEED)
        self.split.addItems([self.tr("training"), self.tr("validation"), self.tr("test")])
        self.path.setPlaceholderText(self.tr(".npy, .npz, PNG or JPEG"))
        self.browse.setText(self.tr("Choose file…"))
        self.browse.setProperty("compact", True)
        for name, label in (("seed", self.tr("Seed")), ("row", self.tr("Row")), ("count", self.tr("Samples"))):
            self._labels[name] = QLabel(label)
            self._labels[name].setProperty("role", "secondary")
            getattr(self, name).setAccessibleName(label)
        self.text.setMinimumWidth(160)
        self.path.setMinimumWidth(120)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        parts = (
            self.kind, self.text, self.path, self.browse, self._labels["row"], self.row, self.split,
            self._labels["seed"], self.seed, self._labels["count"], self.count, self.scale,
        )  # fmt: skip
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)
        self.scale.setChecked(True)
        self.scale.setToolTip(self.tr("Typed values and files are scaled as the data is for training."))
        self._show_fields()

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._on_kind)
        for spin in (self.count, self.seed, self.row):
            spin.valueChanged.connect(self.changed)
        self.split.currentIndexChanged.connect(self.changed)
        self.scale.toggled.connect(self.changed)
        for field in (self.text, self.path):
            field.editingFinished.connect(self.changed)
        self.browse.clicked.connect(self._ask_file)

    def _on_kind(self) -> None:
        self._show_fields()
        self.changed.emit()

    def _show_fields(self) -> None:
        kind = self.kind.currentIndex()
        shown = {
            "seed": kind == _RANDOM,
            "row": kind == _ROWS,
            "count": kind in (_ZEROS, _ONES, _RANDOM, _ROWS),
        }
        for name, is_shown in shown.items():
            self._labels[name].setVisible(is_shown)
            getattr(self, name).setVisible(is_shown)
        self.split.setVisible(kind == _ROWS)
        self.text.setVisible(kind == _TYPED)
        self.path.setVisible(kind == _FILE)
        self.scale.setVisible(self._is_scaling and kind in (_TYPED, _FILE))
        self.browse.setVisible(kind == _FILE)

    def _ask_file(self) -> None:
        kinds = self.tr("Arrays and images (*.npy *.npz *.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Try with"), self.path.text(), kinds)
        if path:
            self.path.setText(path)
            self.changed.emit()
