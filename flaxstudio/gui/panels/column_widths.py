"""Widths of a list's columns, by the longest text that is usual in each, in whatever font the system has."""

from collections.abc import Mapping

from PySide6.QtWidgets import QTreeView

_AROUND = 16  # an item's padding and the style's margin, both sides


def fit_columns(view: QTreeView, samples: Mapping[int, str | int]) -> None:
    """Make each column as wide as its header and its sample need, or so many pixels. None gets narrower by it."""
    view.ensurePolished()
    header, metrics = view.header(), view.fontMetrics()
    for column, sample in samples.items():
        wanted = sample if isinstance(sample, int) else metrics.horizontalAdvance(sample) + _AROUND
        header.resizeSection(column, max(wanted, header.sectionSizeHint(column)))
