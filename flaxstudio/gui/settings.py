"""The window's own taste, remembered between starts: a typed face for QSettings. No result depends on it."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QApplication, QStyle

from flaxstudio.gui.commands.presets import KeyChoice, key_choice_of

ThemeChoice = Literal["system", "light", "dark"]
Wheel = Literal["zoom", "scroll"]
"""What the wheel of a mouse does; with Ctrl it always zooms, with Shift it scrolls sideways."""
MAX_RECENT = 8
LAYOUT_VERSION = 4
"""Raise it when docks are added or renamed: an older arrangement is then forgotten."""


class Settings:
    """Reads and writes one QSettings."""

    def __init__(self, store: QSettings) -> None:
        self._store = store

    @property
    def recent(self) -> tuple[Path, ...]:
        """Projects opened or saved last, newest first, those that still exist."""
        value = self._store.value("recent", [])
        paths = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(path for path in map(Path, paths) if path.is_file())[:MAX_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a project at the top of the recent ones."""
        others = (known for known in self.recent if known != path.resolve())
        self._store.setValue("recent", [str(known) for known in (path.resolve(), *others)][:MAX_RECENT])

    @property
    def recent_layers(self) -> tuple[str, ...]:
        """The layers placed last, newest first."""
        value = self._store.value("recent_layers", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(name for name in names if isinstance(name, str))[:MAX_RECENT]

    def add_recent_layer(self, layer: str) -> None:
        """Put a layer at the top of the recent ones."""
        others = (known for known in self.recent_layers if known != layer)
        self._store.setValue("recent_layers", [layer, *others][:MAX_RECENT])

    @property
    def theme(self) -> ThemeChoice:
        """Which theme the user chose."""
        value = self._store.value("theme", "system")
        return value if value in ("light", "dark") else "system"

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice)

    @property
    def key_choice(self) -> KeyChoice:
        """Which keys the user wants."""
        return key_choice_of(str(self._store.value("keys", "")))

    @key_choice.setter
    def key_choice(self, choice: KeyChoice) -> None:
        self._store.setValue("keys", choice.to_text())

    @property
    def wheel(self) -> Wheel:
        """What the wheel of a mouse does on the canvas."""
        return "scroll" if self._store.value("wheel") == "scroll" else "zoom"

    @wheel.setter
    def wheel(self, wheel: Wheel) -> None:
        self._store.setValue("wheel", wheel)

    @property
    def has_minimap(self) -> bool:
        """Whether the canvas has a minimap in its corner."""
        return self._flag("minimap", True)

    @has_minimap.setter
    def has_minimap(self, has_minimap: bool) -> None:
        self._store.setValue("minimap", has_minimap)

    @property
    def has_wire_shapes(self) -> bool:
        """Whether wires show the shapes of what they carry."""
        return self._flag("wire_shapes", False)

    @has_wire_shapes.setter
    def has_wire_shapes(self, has_shapes: bool) -> None:
        self._store.setValue("wire_shapes", has_shapes)

    @property
    def snaps(self) -> bool:
        """Whether nodes snap to the grid."""
        return self._flag("snap", True)

    @snaps.setter
    def snaps(self, snaps: bool) -> None:
        self._store.setValue("snap", snaps)

    @property
    def reduced_motion(self) -> bool:
        """Whether nothing is to glide or fade. Until the user says so, what the system's style wants."""
        return self._flag("reduced_motion", not _is_system_animated())

    @reduced_motion.setter
    def reduced_motion(self, is_reduced: bool) -> None:
        self._store.setValue("reduced_motion", is_reduced)

    @property
    def recent_commands(self) -> tuple[str, ...]:
        """What was chosen last in the command palette, newest first."""
        value = self._store.value("recent_commands", [])
        return tuple(map(str, [value] if isinstance(value, str) else value if isinstance(value, list) else []))

    def add_recent_command(self, name: str) -> None:
        """Put an entry of the command palette at the top of the recent ones."""
        others = [known for known in self.recent_commands if known != name]
        self._store.setValue("recent_commands", [name, *others][:MAX_RECENT])

    @property
    def folder(self) -> Path:
        """Where the user last opened or saved something."""
        folder = Path(str(self._store.value("folder", "")))
        return folder if folder.is_absolute() and folder.is_dir() else Path.home()

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._store.setValue("folder", str(folder.resolve()))

    @property
    def geometry(self) -> QByteArray | None:
        """The window's place and size, if known."""
        return self._bytes("geometry")

    @property
    def layout(self) -> QByteArray | None:
        """The docks' arrangement, if known."""
        return self._bytes("layout")

    def keep_window(self, geometry: QByteArray, layout: QByteArray) -> None:
        """Remember the window's place, size and docks."""
        self._store.setValue("geometry", geometry)
        self._store.setValue("layout", layout)

    def _flag(self, key: str, default: bool) -> bool:
        value = self._store.value(key)
        return value in (True, "true", 1, "1") if value is not None else default

    def _bytes(self, key: str) -> QByteArray | None:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None


def _is_system_animated() -> bool:
    """Return whether the system's style moves widgets: the nearest to a wish for less motion that Qt passes on."""
    style = QApplication.style() if QApplication.instance() else None
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
