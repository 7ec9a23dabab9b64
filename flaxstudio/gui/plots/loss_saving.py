"""Saves a loss plot: the picture as PNG or SVG, the values as CSV. Each act asks for the file and tells what failed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QWidget

from flaxstudio.gui.plots.loss_curves import RunCurves
from flaxstudio.gui.plots.shown_runs import NamedRun

if TYPE_CHECKING:
    from flaxstudio.gui.plots.loss_canvas import LossCanvas

_PNG_SCALE = 2


def ask_and_save_picture(parent: QWidget, canvas: LossCanvas) -> str:
    """Ask for a file and save the picture there; return what went wrong, or ""."""
    kinds = _tr("PNG picture (*.png);;SVG drawing (*.svg)")
    path, kind = QFileDialog.getSaveFileName(parent, _tr("Save picture"), "loss.png", kinds)
    if not path:
        return ""
    target = Path(path)
    if target.suffix.lower() not in (".png", ".svg"):
        target = target.with_name(target.name + (".svg" if "svg" in kind else ".png"))
    return "" if save_picture(canvas, target) else _cannot_write(target)


def ask_and_save_values(parent: QWidget, runs: Sequence[NamedRun]) -> str:
    """Ask for a file and save all values there; return what went wrong, or ""."""
    path, _ = QFileDialog.getSaveFileName(parent, _tr("Save values"), "loss.csv", _tr("Table (*.csv)"))
    if not path:
        return ""
    try:
        save_members(runs, Path(path))
    except OSError:
        return _cannot_write(Path(path))
    return ""


def save_picture(canvas: LossCanvas, path: Path) -> bool:
    """Write what the canvas shows, as SVG or, at twice its size, as PNG by the path's ending; return whether it was written."""
    if path.suffix.lower() == ".svg":
        drawing = QSvgGenerator()
        drawing.setFileName(str(path))
        drawing.setSize(canvas.size())
        drawing.setViewBox(QRectF(canvas.rect()))
        painter = QPainter()
        if not painter.begin(drawing):
            return False
        canvas.render(painter)
        return painter.end()
    image = QImage(canvas.size() * _PNG_SCALE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    canvas.render(painter, QRectF(image.rect()))
    painter.end()
    return image.save(str(path))


def save_values(curves: RunCurves, path: Path, metrics: Mapping[str, RunCurves] = {}) -> None:
    """Write every value as a row of split, step, loss and metrics; OSError if the file cannot be written."""
    save_members([("", curves, metrics)], path)


def save_members(runs: Sequence[NamedRun], path: Path) -> None:
    """Write the same of several runs, the name of each before its rows."""
    own = (lambda name: (name,)) if len(runs) > 1 else (lambda _: ())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*own("run"), "split", "step", "loss", *runs[0][2]))
        for name, curves, metrics in runs:
            writer.writerows((*own(name), *row) for row in _rows(curves, metrics))


def _rows(curves: RunCurves, metrics: Mapping[str, RunCurves]) -> Iterator[tuple[str | int, ...]]:
    first = curves.series.first_step
    yield from (("train", first + index, str(loss)) for index, loss in enumerate(curves.series.losses))
    for split, (steps, losses) in curves.evaluations.items():
        known = [dict(zip(*given.evaluations.get(split, ((), ())), strict=True)) for given in metrics.values()]
        for step, loss in zip(steps, losses, strict=True):
            yield (split, step, repr(loss), *(repr(values[step]) if step in values else "" for values in known))


def _cannot_write(path: Path) -> str:
    return _tr("{0} could not be written. Choose another folder.").format(path.name)


def _tr(text: str) -> str:
    return QCoreApplication.translate("LossPlot", text)
