"""What is said of a layer while a run goes: whether its params move as they should, and whether units of it are dead."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from flaxstudio.gui.plots.number_text import share_text

STILL, WILD = 1e-6, 0.1
"""Updates of about a thousandth of the params are usual; outside of these they are worth a look."""
USUAL = (1e-4, 1e-2)
_MANY_DEAD = 0.25


@dataclass(frozen=True, slots=True)
class Word:
    """Something said of a layer, in short and in a sentence, and whether it is worth a look."""

    short: str
    sentence: str
    is_warning: bool = False


def move_hint(ratio: float) -> str:
    """Return what is amiss with an update of that share of the params, or ""."""
    return _tr("hardly moves") if ratio < STILL else _tr("moves wildly") if ratio > WILD else ""


def move_word(ratio: float) -> Word | None:
    """Return what is said of a layer whose params change by that share a step; None where it has none."""
    if math.isnan(ratio):
        return None
    hint = move_hint(ratio)
    how = hint or (_tr("slow") if ratio < USUAL[0] else _tr("fast") if ratio > USUAL[1] else _tr("usual"))
    sentence = _tr("A step changes the params by {0} of their size: {1}.").format(f"{ratio:.1e}", how)
    return Word(f"{ratio:.1e} {how}", sentence, bool(hint))


def dead_word(share: float, units: int) -> Word | None:
    """Return what is said of dead units; None where no activation can shut any off."""
    if math.isnan(share) or not units:
        return None
    count = round(share * units)
    if not count:
        return Word(_tr("none dead"), _tr("None of {0} units is dead.").format(f"{units:,}"))
    short = _tr("{0} of {1} dead").format(f"{count:,}", f"{units:,}")
    sentence = _tr("{0} of {1} units ({2}) are dead: they gave 0 for every sample.")
    return Word(short, sentence.format(f"{count:,}", f"{units:,}", share_text(share)), share >= _MANY_DEAD)


def _tr(text: str) -> str:
    return QCoreApplication.translate("LayerWords", text)
