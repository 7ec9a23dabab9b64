"""How the user wants to see and touch the canvas: kept in the settings, marked in the menus. The flow is the project's."""

from PySide6.QtCore import QObject

from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings
from flaxstudio.project.flow_edits import set_flow


class ViewActs(QObject):
    """Slots for the switches of the View menu and of the preferences."""

    def __init__(self, settings: Settings, session: Session, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._session = session
        self._window = window
        self._canvas = window.canvas

    def apply(self) -> None:
        """Let the canvas be as the settings say, and mark it in the menus."""
        settings, canvas = self._settings, self._canvas
        canvas.view.wheel, canvas.view.snaps = settings.wheel, settings.snaps
        canvas.minimap.set_wanted(settings.has_minimap)
        canvas.scene.set_still(settings.reduced_motion)
        canvas.scene.wire_labels.setVisible(settings.has_wire_shapes)
        self._window.setAnimated(not settings.reduced_motion)
        self._mark()

    def display(self) -> None:
        """Mark in the menus which way the project's data flows."""
        self._window.actions_by_name["flow_down"].setChecked(self._session.document.project.flow == "down")

    def _mark(self) -> None:
        """Mark in the menus what holds."""
        settings, actions = self._settings, self._window.actions_by_name
        marks = {
            "minimap": settings.has_minimap,
            "wire_shapes": settings.has_wire_shapes,
            "snap": settings.snaps,
            "wheel_scrolls": settings.wheel == "scroll",
            "reduced_motion": settings.reduced_motion,
        }
        for name, is_on in marks.items():
            actions[name].setChecked(is_on)
        self.display()

    def on_minimap(self) -> None:
        """Show the minimap, or never."""
        self._settings.has_minimap = not self._settings.has_minimap
        self.apply()

    def on_wire_shapes(self) -> None:
        """Show the shapes on the wires, or not."""
        self._settings.has_wire_shapes = not self._settings.has_wire_shapes
        self.apply()

    def on_snap(self) -> None:
        """Let nodes snap to the grid, or not."""
        self._settings.snaps = not self._settings.snaps
        self.apply()

    def on_wheel(self) -> None:
        """Let the wheel scroll instead of zoom, or zoom again."""
        self._settings.wheel = "zoom" if self._settings.wheel == "scroll" else "scroll"
        self.apply()

    def on_reduced_motion(self) -> None:
        """Let nothing glide or fade, or everything again."""
        self._settings.reduced_motion = not self._settings.reduced_motion
        self.apply()

    def on_flow(self) -> None:
        """Let data flow from top to bottom in the drawing, or from left to right again; one step of the history."""
        flow = self._session.document.project.flow
        self._session.edit(set_flow("right" if flow == "down" else "down"))
        self._canvas.fit_all()
