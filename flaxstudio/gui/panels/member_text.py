"""What the runs of a population, and the population itself, are called."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QCoreApplication

from flaxstudio.gui.plots.group_curves import MemberName
from flaxstudio.project.results import RunRecord


class Told(Protocol):
    """What both the beginning and the record of a run tell."""

    @property
    def seed(self) -> int: ...
    @property
    def varied(self) -> Mapping[str, float]: ...


def member_name(run: Told) -> MemberName:
    """Return what sets a run apart in its population: a number of its optimizer, else its seed."""
    if "learning_rate" in run.varied:
        return MemberName(_tr("lr {0}").format(f"{run.varied['learning_rate']:g}"), is_shown=True)
    if run.varied:
        return MemberName(_numbers(run), is_shown=True)
    return MemberName(_tr("seed {0}").format(run.seed))


def sentence_name(run: Told) -> str:
    """Return the same for a sentence: "learning rate 0.01"."""
    if "learning_rate" in run.varied:
        return _tr("learning rate {0}").format(f"{run.varied['learning_rate']:g}")
    return member_name(run).text


def _numbers(run: Told) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in run.varied.items())


def group_name(runs: Sequence[RunRecord]) -> str:
    """Return the name of a group: "Runs 1–8"."""
    return _tr("Runs {0}–{1}").format(f"{runs[0].number:,}", f"{runs[-1].number:,}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Members", text)
