"""The first moments: paints the start page at once, brings in the rest behind it, and loses no click made meanwhile."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.background import Task, take_short_turns
from flaxstudio.gui.garbage import collect_rarely, staying
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.slices import Slices
from flaxstudio.gui.start_content import recent_projects, template_cards
from flaxstudio.gui.theme import apply_theme, tokens_for
from flaxstudio.layers import catalogue

if TYPE_CHECKING:
    from flaxstudio.gui.studio import Studio

_INTENTS = ("new_requested", "open_requested", "template_chosen", "recent_chosen", "file_dropped")


class Entrance(QObject):
    """Shows the window; `studio` is there, and `ready` emitted, as soon as everything can be used."""

    ready = Signal()

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__()
        self.studio: Studio | None = None
        self._app = app
        self._settings = settings
        self._catalogue = catalogue()
        self._tokens = tokens_for(settings.theme)
        apply_theme(app, self._tokens)
        self.window = MainWindow(self._tokens)
        self._early: list[Callable[[], None]] = []
        self._listeners = {name: partial(self._on_early, name) for name in _INTENTS}
        self._steps = Slices(self)
        self._imports = Task(_import_studio, self)
        self._imports.done.connect(self._on_imported)

    def open(self, path: Path | None = None) -> None:
        """Show the start page, bring in the rest after the first paint, then open the project if one is given."""
        collect_rarely()
        take_short_turns()
        page = self.window.start_page
        page.display(
            recent_projects(self._settings.recent),
            template_cards(self._catalogue, self._tokens, self.window.devicePixelRatioF()),
        )
        for name, listener in self._listeners.items():
            getattr(page, name).connect(listener)
        if path is not None:
            self._on_early("recent_chosen", str(path))
        geometry = self._settings.geometry
        if geometry is None or not self.window.restoreGeometry(geometry):
            self.window.resize(1280, 800)
        self.window.menuBar().setEnabled(False)
        self.window.show()
        QTimer.singleShot(0, self._imports.start)

    def _on_early(self, name: str, *arguments: str) -> None:
        """Keep what the user asked for before there is anybody to do it; the last wish counts."""
        self._early = [partial(getattr(self.window.start_page, name).emit, *arguments)]

    def _on_imported(self, _: object) -> None:
        self._steps.begin(self._build())

    def _build(self) -> Iterator[None]:
        """Make all that is behind the start page, step by step, with the event loop in between."""
        from flaxstudio.gui.studio import Studio
        from flaxstudio.gui.views import build_views
        from flaxstudio.gui.wiring import wire

        views = yield from build_views(self._catalogue, self._tokens, self.window.home_of)
        yield from self.window.furnish(views)
        studio = Studio(self._app, self._settings, self.window, self._catalogue, self._tokens)
        yield
        for name, listener in self._listeners.items():
            getattr(self.window.start_page, name).disconnect(listener)
        wire(studio)
        self.studio = studio
        self.window.menuBar().setEnabled(True)
        studio.begin()
        self.ready.emit()
        for wish in self._early:
            wish()


def _import_studio(_cancelled: Callable[[], bool]) -> None:
    """Import, in the background, all that the window needs beyond its start page."""
    with staying():
        import black  # noqa: F401 - the GUI thread needs it for long lines; imported by two threads at once it would be left half done

        from flaxstudio.gui import studio, views, wiring  # noqa: F401 - remembered by Python for when they are needed
