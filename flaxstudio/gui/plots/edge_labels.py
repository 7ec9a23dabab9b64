"""Texts at the right edge of a plot, beside the ends of their curves and apart from each other."""

from collections.abc import Iterable, Mapping

import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.loss_curves import EdgeText
from flaxstudio.gui.theme import body_font

_LINE = 15
_INDENT = 6


class EdgeLabels:
    """Labels by name: those that are always needed, and others once they are."""

    def __init__(self, plot: pg.PlotItem, view: pg.ViewBox, names: Iterable[str]) -> None:
        self.labels: dict[str, QGraphicsSimpleTextItem] = {}
        self._plot = plot
        self._view = view
        self._texts: Mapping[str, EdgeText] = {}
        self._colors: Mapping[str, str] = {}
        self._usual = ""
        for name in names:
            self._label(name).hide()

    def display(self, texts: Mapping[str, EdgeText]) -> None:
        """Show these texts and no others."""
        self._texts = dict(texts)
        self.place()

    def set_colors(self, colors: Mapping[str, str], usual: str) -> None:
        """Take another theme's colours: those of names that have one of their own, and the usual one."""
        self._colors, self._usual = colors, usual
        for name, label in self.labels.items():
            label.setBrush(QColor(colors.get(name, usual)))

    def place(self) -> None:
        """Put the texts beside the ends of their curves, from the top down; what finds no room below moves up again."""
        area, (_, (low, high)) = self._view.geometry(), self._view.viewRange()
        for name in {*self.labels, *self._texts}:
            self._label(name).setVisible(name in self._texts)
        ranked = sorted(self._texts.items(), key=lambda item: -item[1].position)
        tops, next_top = [], area.top() - _LINE
        for _, text in ranked:
            share = (high - text.position) / ((high - low) or 1.0)
            next_top = max(area.top() + min(max(share, 0.0), 1.0) * area.height() - _LINE / 2, next_top)
            tops.append(next_top)
            next_top += _LINE
        lowest = area.bottom() - _LINE / 2
        for index in reversed(range(len(tops))):
            tops[index] = min(tops[index], lowest)
            lowest = tops[index] - _LINE
        for (name, text), top in zip(ranked, tops, strict=True):
            self._label(name).setText(text.text)
            self._label(name).setPos(area.right() + _INDENT, top)

    def _label(self, name: str) -> QGraphicsSimpleTextItem:
        if name not in self.labels:
            font = body_font()
            font.setPixelSize(t.CAPTION)
            self.labels[name] = label = QGraphicsSimpleTextItem(self._plot)
            label.setFont(font)
            label.setBrush(QColor(self._colors.get(name, self._usual)))
        return self.labels[name]
