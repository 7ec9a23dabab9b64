"""The box of values at the crosshair, as rich text in the curves' colours."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.loss_curves import Reading
from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.results import Change


def reading_html(reading: Reading, tokens: Tokens, changes: Sequence[Change] = ()) -> str:
    """Return the values of all curves at one step, and of numbers changed by then, as a small table."""
    rows = []
    if reading.loss is not None:
        rows.append((_tr("Training"), tokens.accent, _with_smoothed(reading)))
    names = {"validation": (_tr("Validation"), tokens.complement), "test": (_tr("Test"), tokens.ok)}
    for split, (step, loss) in reading.evaluations.items():
        name, color = names.get(split, (split, tokens.text))
        at = "" if step == reading.step else _tr(" at step {0}").format(f"{step:,}")
        rows.append((name, color, f"<b>{value_text(loss)}</b>{escape(at)}"))
    if reading.count:
        rows += _member_rows(reading, tokens)
    for change in changes:
        since = _tr("since step {0}").format(f"{change.step:,}")
        rows.append((change.name, tokens.secondary, f"<b>{change.value:g}</b> {escape(since)}"))
    cells = "".join(
        f'<tr><td style="color:{color}">{escape(name)}&nbsp;&nbsp;</td><td>{text}</td></tr>' for name, color, text in rows
    )
    head = _tr("Step {0}").format(f"{reading.step:,}")
    return (
        f'<div style="color:{tokens.text};font-size:{t.CAPTION}px">{escape(head)}<table cellspacing="0">{cells}</table></div>'
    )


def _member_rows(reading: Reading, tokens: Tokens) -> list[tuple[str, str, str]]:
    rows = [(_tr("Median"), tokens.accent, f"<b>{value_text(reading.smoothed or 0.0)}</b>")]
    rows += [(name, tokens.secondary, value_text(value)) for name, value in reading.members]
    left = reading.count - len(reading.members)
    return [*rows, (_tr("and {0} more").format(left), tokens.secondary, "")] if left else rows


def _with_smoothed(reading: Reading) -> str:
    loss = value_text(reading.loss) if reading.loss is not None else ""
    if reading.smoothed is None:
        return f"<b>{loss}</b>"
    return f"<b>{loss}</b>, {escape(_tr('mean'))} {value_text(reading.smoothed)}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("LossPlot", text)
