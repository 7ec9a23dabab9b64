"""The way that Tab goes through a form whose parts come and go."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def stops_in(widget: QWidget) -> list[QWidget]:
    """Return the parts of a form that take the focus by Tab, as they are laid out, seen or not."""
    return [part for part in _parts(widget) if part.focusPolicy() & Qt.FocusPolicy.TabFocus]


def join_stops(stops: list[QWidget]) -> None:
    """Let Tab go from each of these to the next: Qt goes in the order in which they were made."""
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    inner = widget.widget() if isinstance(widget, QScrollArea) else None
    if inner is not None:
        yield from _parts(inner)
    elif (layout := widget.layout()) is not None:
        yield from _parts_of(layout)


def _parts_of(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is not None and (part := item.widget()) is not None:
            yield from _parts(part)
        elif item is not None and (inner := item.layout()) is not None:
            yield from _parts_of(inner)
