"""“Train several…”: several runs of the project at once, and what their ends mean to the window."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from flaxstudio.gui.dialogs.population import PopulationDialog
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.panels.member_text import sentence_name
from flaxstudio.gui.run_acts import RunActs
from flaxstudio.gui.runner import Runner
from flaxstudio.gui.session import Session
from flaxstudio.project.edits import set_training
from flaxstudio.project.population import members_of, with_value
from flaxstudio.training.events import RunFailed, RunFinished, RunStarted
from flaxstudio.training.members import MemberEnded, PopulationEvent, PopulationFinished, PopulationStarted


class MembersActs(QObject):
    """Asks which runs are wanted, begins them, and makes the best one's number or seed the project's."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        runs: RunActs,
        window: MainWindow,
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._runner = runner
        self._runs = runs
        self._window = window
        self._say = say
        self._complain = complain
        self._starts: tuple[RunStarted, ...] = ()
        self.dialog: PopulationDialog | None = None

    def on_requested(self) -> None:
        """Ask which runs are wanted."""
        if self._runner.is_busy:
            return
        self.dialog = dialog = PopulationDialog(self._session.document.project, self._window)
        dialog.requested.connect(self._begin)
        dialog.open()

    def _begin(self, varied: str, values: Sequence[float]) -> None:
        self._runs.begin_members(members_of(self._session.document.project, varied, values))

    def on_event(self, event: PopulationEvent) -> None:
        match event:
            case PopulationStarted():
                self._starts = event.members
                self._window.display_device(self.tr("Device {0}").format(event.members[0].device.upper()))
            case MemberEnded(end=RunFailed() as end):
                text = self.tr("The run of {0} has failed; the others go on. {1}")
                self._complain(text.format(sentence_name(self._starts[event.member]), end.error))
            case PopulationFinished():
                self._take_best(event)

    def _take_best(self, event: PopulationFinished) -> None:
        """Let the project's number or seed be that of the best run, whose variables are the model now; undo puts them back."""
        start, end = self._starts[event.best], event.ends[event.best]
        project = self._session.document.project
        training = project.training
        for name, value in start.varied.items():
            project = with_value(project, name, value)
        best = project.training if start.varied else replace(training, seed=start.seed)
        if best != training:
            self._session.edit(set_training(best, self.tr("Take the best run's {0}").format(sentence_name(start))))
        if isinstance(end, RunFinished):
            text = self.tr("{0} runs have ended. The best, that of {1}, is the model now.")
            self._say(text.format(f"{len(event.ends):,}", sentence_name(start)))
