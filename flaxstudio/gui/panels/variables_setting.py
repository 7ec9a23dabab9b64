"""The line that sets a whole array: by one number, an initializer, a file, or pasted numbers."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from flaxstudio.graph.initializer import ARGUMENTS
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.still_fields import ChoiceBox, NumberBox
from flaxstudio.gui.panels.variables_request import ConstantValue, DrawnValues, FileValues, NewValues, PastedValues
from flaxstudio.project.new_values import Array

_CONSTANT, _INITIALIZER, _FILE, _PASTE = range(4)
_MAX_SEED = 2**31 - 1


class ValuesSetting(QWidget):
    """Asks for new values of the array shown."""

    requested = Signal(object)  # NewValues

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way = ChoiceBox(self)
        self.way.addItems([self.tr("One number"), self.tr("Initializer"), self.tr("From file"), self.tr("From clipboard")])
        self.way.setAccessibleName(self.tr("How to set the values"))
        self._fields = QStackedWidget(self)
        self._drawn = QWidget(self._fields)
        self.number = QLineEdit("0", self._fields)
        self.initializer = ChoiceBox(self._drawn)
        self.initializer.setEditable(True)
        self.initializer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.initializer.setMinimumContentsLength(10)
        self.initializer.addItems([_example(name) for name in ARGUMENTS])
        self.seed = NumberBox(self._drawn)
        self.seed.setRange(0, _MAX_SEED)
        self.seed.setFixedWidth(96)
        self.set_button = QPushButton(self.tr("Set"))
        self.set_button.setProperty("compact", True)
        self.set_button.setToolTip(self.tr("Cells can be typed into as well. Each change is a step that undo takes back."))
        self._build()
        self.way.currentIndexChanged.connect(self._on_way)
        self.set_button.clicked.connect(self._request)
        self.number.returnPressed.connect(self._request)

    def display(self, array: Array) -> None:
        """Say what fits this array."""
        self._hints[_FILE].setText(self.tr("A .npy file of shape {0}").format(array.shape))
        self._hints[_PASTE].setText(self.tr("{0} numbers, row by row").format(f"{array.size:,}"))

    def _build(self) -> None:
        for name, field in (
            (self.tr("Number"), self.number), (self.tr("Initializer"), self.initializer), (self.tr("Seed"), self.seed),
        ):  # fmt: skip
            field.setAccessibleName(name)
        line = QHBoxLayout(self._drawn)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.initializer, 1)
        line.addWidget(QLabel(self.tr("key")))
        line.addWidget(self.seed)
        self._hints = {_FILE: QLabel(), _PASTE: QLabel()}
        for hint in self._hints.values():
            hint.setProperty("role", "secondary")
        for page in (self.number, self._drawn, *self._hints.values()):
            self._fields.addWidget(page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(t.GAP, 4, t.GAP, 4)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.way)
        layout.addWidget(self._fields, 1)
        layout.addWidget(self.set_button)
        self._on_way(_CONSTANT)

    def _on_way(self, way: int) -> None:
        self._fields.setCurrentIndex(way)
        texts = {_FILE: self.tr("Choose file…"), _PASTE: self.tr("Paste")}
        self.set_button.setText(texts.get(way, self.tr("Set")))

    def _request(self) -> None:
        values: NewValues
        match self.way.currentIndex():
            case 0:
                values = ConstantValue(self.number.text())
            case 1:
                values = DrawnValues(self.initializer.currentText().strip(), self.seed.value())
            case 2:
                path, _ = QFileDialog.getOpenFileName(self, self.tr("Set values from"), "", self.tr("Arrays (*.npy *.npz)"))
                if not path:
                    return
                values = FileValues(path)
            case _:
                values = PastedValues(QGuiApplication.clipboard().text())
        self.requested.emit(values)


def _example(name: str) -> str:
    """Return an initializer as it is typed, with Flax's own arguments if it takes any."""
    words = [f"{a.default:g}" if isinstance(a.default, float) else a.default for a in ARGUMENTS[name]]
    return f"{name}({', '.join(words)})" if words else name
