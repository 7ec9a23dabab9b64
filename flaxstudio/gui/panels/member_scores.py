"""The last evaluations of several runs together, by their median."""

from statistics import median

from flaxstudio.project.results import Evaluation, RunRecord
from flaxstudio.training.events import Evaluated


class MemberScores:
    """Told every evaluation of every member."""

    def __init__(self) -> None:
        self._last: dict[str, dict[int, Evaluation]] = {}

    def add(self, member: int, told: Evaluation | Evaluated) -> None:
        """Take a member's evaluation in the place of the one before."""
        own = Evaluation(told.step, told.split, told.loss, told.metrics)
        self._last.setdefault(told.split, {})[member] = own

    def add_run(self, member: int, run: RunRecord) -> None:
        """Take those of a run of the past."""
        for told in run.evaluations:
            self.add(member, told)

    def medians(self) -> list[Evaluation]:
        """Return the median of loss and metrics for each split."""
        return [self._median(split) for split in self._last]

    def _median(self, split: str) -> Evaluation:
        told = list(self._last[split].values())
        metrics = {name: median(one.metrics.get(name, 0.0) for one in told) for name in told[0].metrics}
        return Evaluation(max(one.step for one in told), split, median(one.loss for one in told), metrics)
