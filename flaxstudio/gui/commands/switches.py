"""What can be preferred, as a table: every preference is a checkable command, so that it is in a menu and has a key as well."""

from dataclasses import dataclass

from flaxstudio.gui.commands.command import T


@dataclass(frozen=True, slots=True)
class Section:
    """Preferences under one heading; `is_choice`: just one of them holds at a time."""

    title: str
    names: tuple[str, ...]
    is_choice: bool = False


SWITCHES: tuple[Section, ...] = (
    Section(T("Theme"), ("theme_system", "theme_light", "theme_dark"), is_choice=True),
    Section(T("Canvas"), ("wire_shapes", "wheel_scrolls", "snap", "minimap", "reduced_motion")),
    Section(T("Colour by cost"), ("overlay_off", "overlay_params", "overlay_flops", "overlay_memory"), is_choice=True),
    Section(T("This project"), ("flow_down",)),
)
