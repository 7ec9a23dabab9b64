"""“Train several…”: in what the runs are to differ, and which values they are to have."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Signal
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
from flaxstudio.gui.panels.still_fields import NumberBox
from flaxstudio.project.population import MOST, Varied, members_of, rates_between, seeds_from
from flaxstudio.project.project import Project

_WIDTH = 480
_LABEL = 96
_SEEDS = 8
_RATES = 5
_SPAN = 10.0
"""The first rates offered reach from the present one divided by this to as many times it."""


class PopulationDialog(QDialog):
    """Asks for the members. Nothing can be begun while the values make no population; the dialog tells why."""

    requested = Signal(str, object)  # what varies, its values

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._values: Sequence[float] = ()
        self.seeds = QRadioButton(self.tr("Seed: how much depends on chance"))
        self.rates = QRadioButton(self.tr("Learning rate: which one is best"))
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
    def varied(self) -> Varied:
        """In what the runs are to differ."""
        return "seed" if self.seeds.isChecked() else "learning_rate"

    def _build(self) -> None:
        title = QLabel(self.tr("Train several runs at once"))
        title.setProperty("role", "title")
        about = QLabel(
            self.tr("One program trains them all. Each becomes a run of its own; the best one's variables become the model.")
        )
        about.setProperty("role", "secondary")
        about.setWordWrap(True)
        group = QButtonGroup(self)
        for choice in (self.seeds, self.rates):
            group.addButton(choice)
        self.count.setRange(2, MOST)
        rate = self._project.training.optimizer.learning_rate
        self.low.setText(f"{rate / _SPAN:.3g}")
        self.high.setText(f"{rate * _SPAN:.3g}")
        self.rows = rows = LabelledRows(_LABEL)
        rows.add_row(self.tr("How many"), self.count)
        self._bounds = LabelledRows(_LABEL)
        self._bounds.add_row(self.tr("From, to"), self.low, self.high, stretches=(1, 1))
        self._bounds.add_row(self.tr("Rates"), self.values)
        self.low.setAccessibleName(self.tr("Least learning rate"))
        self.high.setAccessibleName(self.tr("Greatest learning rate"))
        self.values.setAccessibleName(self.tr("Learning rates"))
        self.values.setToolTip(self.tr("Evenly spaced on a logarithmic axis; other values can be written, with commas between"))
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
        for widget in (title, about, self.seeds, self.rates, rows, self._bounds, self.note):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.seeds.toggled.connect(self._on_choice)
        self.count.valueChanged.connect(self._on_bounds)
        for field in (self.low, self.high):
            field.textEdited.connect(self._on_bounds)
        self.values.textEdited.connect(self._check)
        self.train_button.clicked.connect(self._request)
        self.cancel_button.clicked.connect(self.reject)

    def _on_choice(self, is_seed: bool) -> None:
        self._bounds.setVisible(not is_seed)
        self.count.setValue(_SEEDS if is_seed else _RATES)
        self._on_bounds()
        self.adjustSize()

    def _on_bounds(self) -> None:
        """Write the rates between the bounds, where these are two numbers above 0."""
        low, high = (_number(field.text()) for field in (self.low, self.high))
        if low and high and low > 0 and high > 0:
            self.values.setText(", ".join(f"{rate:g}" for rate in rates_between(low, high, self.count.value())))
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
        if self.varied == "seed":
            text = self.tr("{0} runs, of the seeds {1} to {2}.").format(count, int(self._values[0]), int(self._values[-1]))
        else:
            text = self.tr("{0} runs, of {1} learning rates.").format(count, count)
        self._tell(text, is_fault=False)

    def _read(self) -> Sequence[float]:
        if self.varied == "seed":
            return seeds_from(self._project.training.seed, self.count.value())
        numbers = [(text.strip(), _number(text)) for text in self.values.text().split(",") if text.strip()]
        for text, number in numbers:
            if number is None:
                raise ProblemError(f"“{text}” is no number.", "Write the rates like 0.1, 0.01, 0.001.")
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
