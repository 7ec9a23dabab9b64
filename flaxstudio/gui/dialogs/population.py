"""“Train several…”: in what the runs are to differ, and which values they are to have."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.still_fields import ChoiceBox, NumberBox
from flaxstudio.project.optim_edits import RATE_SPEC
from flaxstudio.project.optim_steering import Knob
from flaxstudio.project.optimizer import RATE
from flaxstudio.project.population import MOST, SEED, bounds_around, knobs_by_name, members_of, seeds_from, values_between
from flaxstudio.project.project import Project

_WIDTH = 480
_LABEL = 96
_SEEDS = 8
_VALUES = 5


class PopulationDialog(QDialog):
    """Asks for the members. Nothing can be begun while the values make no population; the dialog tells why."""

    requested = Signal(str, object)  # what varies, its values

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._values: Sequence[float] = ()
        self.seeds = QRadioButton(self.tr("Seed: how much depends on chance"))
        self.numbers = QRadioButton(self.tr("A number of the optimizer: which value is best"))
        rate = Knob(RATE, RATE_SPEC, project.training.optimizer.learning_rate)
        self._knobs = {RATE: rate} | dict(knobs_by_name(project))
        self.which = ChoiceBox()
        self.count = NumberBox()
        self.low, self.high, self.values = QLineEdit(), QLineEdit(), QLineEdit()
        self.note = QLabel()
        self.train_button = QPushButton(self.tr("Train"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.setWindowTitle(self.tr("Train several"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._build()
        self._connect()
        self.seeds.setChecked(True)

    @property
    def varied(self) -> str:
        """In what the runs are to differ."""
        return SEED if self.seeds.isChecked() else self._knob.name

    @property
    def _knob(self) -> Knob:
        return self._knobs[self.which.currentData()]

    def _build(self) -> None:
        title = QLabel(self.tr("Train several runs at once"))
        title.setProperty("role", "title")
        about = QLabel(
            self.tr("One program trains them all. Each becomes a run of its own; the best one's variables become the model.")
        )
        about.setProperty("role", "secondary")
        about.setWordWrap(True)
        group = QButtonGroup(self)
        for choice in (self.seeds, self.numbers):
            group.addButton(choice)
        self.count.setRange(2, MOST)
        for name in self._knobs:
            self.which.addItem(self.tr("Learning rate") if name == RATE else name, name)
        self.which.setAccessibleName(self.tr("Number of the optimizer"))
        self.rows = rows = LabelledRows(_LABEL)
        rows.add_row(self.tr("How many"), self.count)
        self._bounds = LabelledRows(_LABEL)
        self._bounds.add_row(self.tr("Number"), self.which)
        self._bounds.add_row(self.tr("From, to"), self.low, self.high, stretches=(1, 1))
        self._bounds.add_row(self.tr("Values"), self.values)
        self.values.setToolTip(
            self.tr("Each the same multiple of the one before; other values can be written, with commas between")
        )
        self.note.setWordWrap(True)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.train_button.setDefault(True)
        self.train_button.setProperty("primary", True)
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.train_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        for widget in (title, about, self.seeds, self.numbers, rows, self._bounds, self.note):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.seeds.toggled.connect(self._on_choice)
        self.which.currentIndexChanged.connect(self._on_number)
        self.count.valueChanged.connect(self._on_bounds)
        for field in (self.low, self.high):
            field.textEdited.connect(self._on_bounds)
        self.values.textEdited.connect(self._check)
        self.train_button.clicked.connect(self._request)
        self.cancel_button.clicked.connect(self.reject)

    def _on_choice(self, is_seed: bool) -> None:
        self._bounds.setVisible(not is_seed)
        self.count.setValue(_SEEDS if is_seed else _VALUES)
        self._on_number()
        QTimer.singleShot(0, self, self._fit)  # when the rows that came have their style, and so their height

    def _fit(self) -> None:
        """Be as high as the rows: `adjustSize` stops at two thirds of a small screen, and would squeeze them."""
        layout = self.layout()
        assert layout is not None
        self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def _on_number(self) -> None:
        """Offer values around the present one of the number that is chosen."""
        knob = self._knob
        is_rate = knob.name == RATE
        self.low.setAccessibleName(self.tr("Least learning rate") if is_rate else self.tr("Least {0}").format(knob.name))
        self.high.setAccessibleName(self.tr("Greatest learning rate") if is_rate else self.tr("Greatest {0}").format(knob.name))
        self.values.setAccessibleName(self.tr("Learning rates") if is_rate else self.tr("Values of {0}").format(knob.name))
        self.which.setToolTip(knob.spec.help)
        for field, value in zip((self.low, self.high), bounds_around(knob), strict=True):
            field.setText(f"{value:.6g}")
        self._on_bounds()

    def _on_bounds(self) -> None:
        """Write the values between the bounds, where the number may have both."""
        low, high = (_number(field.text()) for field in (self.low, self.high))
        spec = self._knob.spec
        if low is not None and high is not None and spec.fault(low) is None and spec.fault(high) is None:
            values = values_between(spec, low, high, self.count.value())
            self.values.setText(", ".join(f"{value:g}" for value in values))
        self._check()

    def _check(self) -> None:
        """Tell what will be trained, or why nothing can be."""
        try:
            self._values = self._read()
            members_of(self._project, self.varied, self._values)
        except ProblemError as error:
            self._tell(str(error), is_fault=True)
            return
        count = f"{len(self._values):,}"
        if self.varied == SEED:
            text = self.tr("{0} runs, of the seeds {1} to {2}.").format(count, int(self._values[0]), int(self._values[-1]))
        elif self.varied == RATE:
            text = self.tr("{0} runs, of {1} learning rates.").format(count, count)
        else:
            text = self.tr("{0} runs, of {1} values of {2}.").format(count, count, self.varied)
        self._tell(text, is_fault=False)

    def _read(self) -> Sequence[float]:
        if self.varied == SEED:
            return seeds_from(self._project.training.seed, self.count.value())
        numbers = [(text.strip(), _number(text)) for text in self.values.text().split(",") if text.strip()]
        for text, number in numbers:
            if number is None:
                raise ProblemError(f"“{text}” is no number.", "Write the values like 0.1, 0.01, 0.001.")
        return [number for _, number in numbers if number is not None]

    def _tell(self, text: str, *, is_fault: bool) -> None:
        self.note.setText(text)
        self.note.setProperty("role", "error" if is_fault else "secondary")
        self.note.style().polish(self.note)
        self.train_button.setEnabled(not is_fault)

    def _request(self) -> None:
        self.requested.emit(self.varied, self._values)
        self.accept()


def _number(text: str) -> float | None:
    """Return a number written with a point, or as the user's country writes it; None where it is none."""
    try:
        return float(text.strip())
    except ValueError:
        number, is_good = QLocale().toDouble(text.strip())
        return number if is_good else None
