"""Another theme for widgets that are there: those in sight have it at once, the others a little later."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from flaxstudio.gui.slices import Slices
from flaxstudio.gui.theme import palette_of, style_sheet
from flaxstudio.gui.tokens import Tokens


class Restyling(QObject):
    """Gives an application another theme. Qt would style all widgets, in sight or not, before the window answers again."""

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._app = app
        self._rest = Slices(self)

    @property
    def is_busy(self) -> bool:
        """Whether some widgets still have the last theme."""
        return self._rest.is_busy

    def apply(self, tokens: Tokens) -> None:
        """Give the application a theme; `apply_theme` has given it one before."""
        self._app.style().unpolish(self._app)  # Qt now knows of no styled widget, and leaves all to what follows
        self._app.setPalette(palette_of(tokens))
        self._app.setStyleSheet(style_sheet(tokens))
        widgets = self._app.allWidgets()
        seen = [widget for widget in widgets if widget.isVisible() and not widget.visibleRegion().isEmpty()]
        for _ in self._style(seen):
            pass
        known = set(map(id, seen))
        self._rest.begin(self._style([widget for widget in widgets if id(widget) not in known]))

    def close(self) -> None:
        """Style no more widgets: the window closes."""
        self._rest.stop()

    def _style(self, widgets: Sequence[QWidget]) -> Iterator[None]:
        """Style widgets anew, one a step; some may be gone when their turn comes."""
        for widget in widgets:
            if isValid(widget):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
                self._app.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
                widget.update()
            yield
