"""Going from panel to panel by keys."""

from collections.abc import Iterator, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget


def focus_inside(widget: QWidget) -> None:
    """Give the focus to the first part of a panel that takes it by Tab; to the panel itself where none does."""
    target = widget.focusProxy() or widget
    if not _takes_focus(target):
        target = next((part for part in _in_tab_order(widget) if _takes_focus(part)), target)
    target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def next_pane(canvas: QWidget, docks: Mapping[str, QDockWidget], step: int) -> QWidget:
    """Return the pane after (step 1) or before (-1) the one with the focus: the canvas, then each panel in sight."""
    shown = [canvas, *(dock.widget() for dock in docks.values() if not dock.visibleRegion().isEmpty())]
    focus = QApplication.focusWidget()
    here = next((i for i, pane in enumerate(shown) if focus is pane or (focus and pane.isAncestorOf(focus))), 0)
    return shown[(here + step) % len(shown)]


def _in_tab_order(widget: QWidget) -> Iterator[QWidget]:
    part = widget.nextInFocusChain()
    while part is not None and part is not widget:
        if widget.isAncestorOf(part):
            yield part
        part = part.nextInFocusChain()


def _takes_focus(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
