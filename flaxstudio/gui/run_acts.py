"""What the user asks of runs: train, go on, one step, a queue; and what a run's beginning and end mean to the window."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.runner import Runner
from flaxstudio.gui.session import Session
from flaxstudio.project.checkpoints import Checkpoint
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.edits import set_training
from flaxstudio.project.project import Project
from flaxstudio.project.results import RunRecord, Trained
from flaxstudio.training.events import Changed, Event, Refused, RunFailed, RunFinished, RunStarted


class RunActs(QObject):
    """Slots for the Run menu and the Training panel. `review` asks for consent to code that has not been seen."""

    def __init__(
        self,
        session: Session,
        runner: Runner,
        window: MainWindow,
        review: Callable[[], bool],
        say: Callable[[str], None],
        complain: Callable[[str], None],
        show_node: Callable[..., None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._runner = runner
        self._window = window
        self._review = review
        self._say = say
        self._complain = complain
        self._show_node = show_node

    def train(self) -> None:
        """Begin a run, from the variables that were initialised or loaded if there are such, or show what prevents it."""
        self._begin_run(self._begun())

    def _begun(self) -> Trained | None:
        """Return variables that no run has changed yet, if there are such."""
        document = self._session.document
        trained = document.results.trained
        is_begun = trained is not None and trained.step == 0 and trained.fits(document.project)
        return trained if is_begun else None

    def go_on(self) -> None:
        """Go on from where the last run was stopped."""
        self._begin_run(self._session.document.results.trained)

    def go_on_with(self, checkpoint: Checkpoint) -> None:
        """Go on with a run, or a population, that had been interrupted."""
        if checkpoint.members:
            self.begin_members([member.project for member in checkpoint.members], checkpoint.members)
        else:
            self._begin_run(checkpoint.trained, checkpoint.record)

    def begin_members(self, members: Sequence[Project], found: Sequence[Checkpoint] = ()) -> None:
        """Begin a population, or go on with one from the members of its checkpoint."""
        if self._may_train():
            self._clear_the_stage()
            self._runner.start_members(self._session.document, members, found)

    def one_step(self) -> None:
        """Make one step of the run under way and hold it there, or begin one."""
        if self._runner.is_busy:
            self._runner.step()
        else:
            self._begin_run(self._begun(), is_single=True)

    def queue_run(self) -> None:
        """Train the project as it is now after the run under way."""
        if self._runner.is_busy and self._may_train():
            self._runner.enqueue(self._session.document)
        elif not self._runner.is_busy:
            self.train()

    def change_numbers(self) -> None:
        """Let the numbers of the run under way be changed."""
        if self._runner.state.can_change:
            self._window.raise_dock("training")
            self._window.training_panel.bar.open_knobs()

    def _begin_run(self, resume: Trained | None, earlier: RunRecord | None = None, *, is_single: bool = False) -> None:
        if not self._may_train():
            return
        self._clear_the_stage()
        self._runner.start(self._session.document, resume, earlier, is_single=is_single)

    def _clear_the_stage(self) -> None:
        self._window.notice.display("")
        self._window.offer.withdraw()
        self._window.raise_dock("training")

    def _may_train(self) -> bool:
        """Return whether nothing prevents a run; else show what does."""
        if not self._review():
            return False
        self._session.bring_up_to_date()
        errors = [problem for problem in self._session.knowledge.problems if problem.severity == "error"]
        if errors:
            self._window.raise_dock("problems")
            self._complain(str(errors[0]))
            self._show_node(errors[0].node, errors[0].block)
            return False
        return True

    def on_run_event(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._window.display_device(self.tr("Device {0}").format(event.device.upper()))
            case Changed():
                what = self.tr("{0} is {1} from step {2} on.")
                self._say(what.format(event.name, f"{event.value:g}", f"{event.step:,}"))
            case Refused():
                self._say(event.reason)
            case RunFinished():
                self._say(self.tr("The run has ended at step {0}.").format(f"{event.step:,}"))
            case RunFailed() if event.repair is not None:
                self._offer_repair(event, event.repair)

    def _offer_repair(self, event: RunFailed, repair: TrainConfig) -> None:
        """Offer the config with which a run that broke would go better, from its last sound step on."""
        rescued = event.rescued.step if event.rescued is not None else 0
        if event.kind == "memory":
            what, label = self.tr("A batch of {0} would fit."), self.tr("Set it and train")
            text = what.format(f"{repair.batch_size:,}")
        else:
            what = self.tr("From step {0} it can go on with a learning rate of {1}.")
            text, label = what.format(f"{rescued:,}", f"{repair.optimizer.learning_rate:g}"), self.tr("Set it and go on")

        def take() -> None:
            self._session.edit(set_training(repair, self.tr("Repair the run's config")))
            self._begin_run(self._session.document.results.trained if rescued else self._begun())

        self._window.offer.ask(text, (label, take))

    def on_run_failed(self, sentence: str, node: str) -> None:
        self._complain(sentence)
        self._show_node(node)

    def take_best(self) -> None:
        """Put the variables of the last run's best evaluation in the place of the last; undo takes it back."""
        self.take_state(0)

    def take_state(self, rank: int) -> None:
        """Put the variables of one of the best evaluations that were kept, counted from the best, in the place of the last."""
        trained = self._session.document.results.trained
        if trained is None or rank >= len(trained.standing.best):
            self._say(self.tr("No best state was kept. Set how many under “Evaluation and stopping” before a run."))
            return
        best = trained.standing.best[rank]
        taken = replace(trained, variables=best.variables)
        self._session.document.set_variables(taken, self.tr("Take the variables of step {0}").format(f"{best.step:,}"))
        self._say(self.tr("These are the variables of step {0}.").format(f"{best.step:,}"))

    def show_groups(self, numbers: Sequence[int]) -> None:
        """Draw the runs of a group of the history, and the bands of others."""
        if not self._runner.is_busy:
            self._window.show_groups(self._session.document.results, numbers)

    def show_run(self, number: int) -> None:
        """Draw a run of the history."""
        if not self._runner.is_busy:
            self._window.show_run(self._session.document.results, number)
