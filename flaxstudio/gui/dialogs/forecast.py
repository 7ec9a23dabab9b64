"""“Will it fit, how long?”: what the next run will need and take, with the largest batch that fits a click away."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.cost_text import count_text, memory_text
from flaxstudio.gui.panels.run_state import duration_text
from flaxstudio.project.forecast import Forecast

_WIDTH = 460


class ForecastDialog(QDialog):
    """Shows a forecast once it is there. Closing it before cancels the work."""

    batch_requested = Signal(int)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Will it fit, how long?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._is_done = False
        self.state, self.bar = QLabel(self.tr("Starting…")), QProgressBar()
        self.state.setWordWrap(True)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.facts = QFormLayout()
        self.use_button, self.close_button = QPushButton(self.tr("Use this batch size")), QPushButton(self.tr("Cancel"))
        self.use_button.hide()
        self.close_button.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        layout.addWidget(self.state)
        layout.addWidget(self.bar)
        layout.addLayout(self.facts)
        self.notes = QVBoxLayout()
        layout.addLayout(self.notes)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.close_button)
        layout.addLayout(buttons)

    def tell(self, doing: str) -> None:
        """Say what is being done."""
        kind, _, number = doing.partition(" ")
        texts = {
            "data": self.tr("Reading the data…"),
            "device": self.tr("Measuring the device…"),
            "compile": self.tr("Compiling a step for batches of {0}…").format(number),
        }
        self.state.setText(texts.get(kind, ""))

    def display(self, found: Forecast, batch_size: int | None) -> None:
        """Show the forecast; `batch_size` is the project's, None for all rows."""
        self._end()
        step = found.step
        verdict = self.tr("It fits.") if found.fits else self.tr("It does not fit the device's memory.")
        self.state.setText(verdict if found.capacity else self.tr("The device does not tell its memory."))
        have = memory_text(found.capacity) if found.capacity else self.tr("unknown")
        rows = (
            (self.tr("Peak memory"), self.tr("{0} of {1} ({2})").format(memory_text(step.memory), have, found.device.upper())),
            (self.tr("A step of {0}").format(f"{step.batch_size:,}"), self._time(step.seconds)),
            (self.tr("FLOPs a step"), count_text(step.flops)),
            (self.tr("An epoch"), self._time(found.epoch_seconds)),
            (self.tr("The run of {0} steps").format(f"{found.steps:,}"), self._time(found.run_seconds)),
            (self.tr("Largest batch that fits"), self._largest(found)),
        )
        for name, text in rows:
            label = QLabel(text)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setAccessibleName(f"{name}: {text}")
            self.facts.addRow(name, label)
        note = QLabel(
            self.tr("Memory is XLA's own figure. Times are rough: from measured speed, without compiling and evaluating.")
        )
        note.setWordWrap(True)
        note.setProperty("role", "secondary")
        self.notes.addWidget(note)
        if found.largest != (batch_size or found.largest):
            self.use_button.setText(self.tr("Use batches of {0}").format(f"{found.largest:,}"))
            self.use_button.show()
            self.use_button.clicked.connect(lambda: self._use(found.largest))
        QTimer.singleShot(0, self, self._fit)

    def refuse(self, text: str) -> None:
        """Say why there is no forecast."""
        self._end()
        self.state.setText(text)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._is_done:
            self._is_done = True
            self.cancelled.emit()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape closes as the button does."""
        self.close()

    def _fit(self) -> None:
        """Give every line its height, once the new ones are laid out; `adjustSize` forgets lines that wrap."""
        layout = self.layout()
        if layout is not None:
            self.resize(self.width(), max(layout.totalHeightForWidth(self.width()), layout.totalSizeHint().height()))

    def _use(self, batch_size: int) -> None:
        self.batch_requested.emit(batch_size)
        self.close()

    def _end(self) -> None:
        self._is_done = True
        self.bar.hide()
        self.close_button.setText(self.tr("Close"))

    def _largest(self, found: Forecast) -> str:
        text = self.tr("{0}, {1}").format(f"{found.largest:,}", memory_text(found.largest_memory))
        return self.tr("{0} (all training rows)").format(text) if found.is_largest_all else text

    def _time(self, seconds: float) -> str:
        if seconds >= 60:
            return self.tr("about {0}").format(duration_text(seconds))
        for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
            if seconds >= size or unit == "µs":
                return self.tr("about {0}").format(f"{_rounded(seconds / size)} {unit}")
        return ""


def _rounded(number: float) -> str:
    """Return two digits that count, written out: 0.25, 4.9, 110."""
    return f"{float(f'{number:.2g}'):,g}"
