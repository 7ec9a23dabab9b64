"""What is known of each Output's targets, to choose its loss by: kind, labels, and how often each is there to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from flaxstudio.data.columns import class_names, class_targets
from flaxstudio.data.dataset import classes_to_split_by
from flaxstudio.data.ends import Goal, ends_of
from flaxstudio.data.splits import Rows, split_rows
from flaxstudio.data.table import Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.losses import TargetKind
from flaxstudio.project.project import Project


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """An Output's targets: `labels` are all values of classes in order, `counts` how many of each the training split has
    (none of arrays on disk, which are not read for it), and `ignored` is the label that is no class, "" for none."""

    name: str
    kind: TargetKind
    labels: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    ignored: str = ""

    @property
    def classes(self) -> dict[str, int]:
        """The labels that are classes, in order, with their counts."""
        counts = self.counts or (0,) * len(self.labels)
        return {label: count for label, count in zip(self.labels, counts, strict=True) if label != self.ignored}


def goal_facts(
    project: Project, spec: DatasetSpec, table: Table, catalogue: Catalogue, sizes: Mapping[str, int]
) -> tuple[GoalFacts, ...]:
    """Return the facts of each Output; without labels where the columns are not sound yet."""
    try:
        goals = ends_of(project, spec, table, catalogue, sizes).goals
        train, _, _ = split_rows(spec, table, classes_to_split_by(goals, table))
    except ProblemError:
        return ()
    return tuple(_facts(goal, table, train) for goal in goals)


def _facts(goal: Goal, table: Table, train: Rows) -> GoalFacts:
    if goal.kind == "numbers" or not goal.columns:
        return GoalFacts(goal.name, goal.kind, ignored=goal.ignored)
    try:
        labels = class_names(table, goal.columns[0])
        if table.disk is not None and table.column(goal.columns[0]).ndim > 1:
            return GoalFacts(goal.name, goal.kind, labels, ignored=goal.ignored)
        indices = class_targets(table, goal.columns[0], labels)[train]
    except ProblemError:
        return GoalFacts(goal.name, goal.kind, ignored=goal.ignored)
    counts = np.bincount(indices.reshape(-1), minlength=len(labels))
    return GoalFacts(goal.name, goal.kind, labels, tuple(map(int, counts)), goal.ignored)
