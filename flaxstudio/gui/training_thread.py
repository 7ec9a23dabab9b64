"""The thread in which a run goes: it re-emits the engine's events and passes on pause and stop."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QThread, Signal

from flaxstudio.training.control import Control
from flaxstudio.training.events import Event, RunFailed
from flaxstudio.training.members import PopulationEvent


class TrainingThread(QThread):
    """Emits every event of one run, or of one population. Events are frozen values, so they may cross threads."""

    told = Signal(object)

    def __init__(self, events: Callable[[Control], Iterator[Event | PopulationEvent]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.control = Control()
        self._events = events

    def run(self) -> None:
        try:
            for event in self._events(self.control):
                self.told.emit(event)
        except Exception as error:
            # the engine tells its own failures; this is a fault of the program, and the run must still end
            self.told.emit(RunFailed(f"The run ended by a fault of the program: {type(error).__name__}: {error}", "", 0))
