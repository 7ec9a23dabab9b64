"""Where Optax's documentation tells of an optimizer, a transformation or a schedule."""

from html import escape

from PySide6.QtCore import QCoreApplication

from flaxstudio.project.optim_links import link_option
from flaxstudio.project.optim_schedules import is_schedule

_API = "https://optax.readthedocs.io/en/latest/api"
_OTHERS = {"ema_of_params": "apply_updates.html#optax.incremental_update"}
"""What Optax has under another name."""


def page_of(name: str) -> str:
    """Return the address of the page that tells of that name, at its place."""
    if name in _OTHERS:
        return f"{_API}/{_OTHERS[name]}"
    if is_schedule(name):
        return f"{_API}/optimizer_schedules.html#optax.schedules.{name}"
    if name.startswith("contrib."):
        return f"{_API}/contrib.html#optax.{name}"
    pages = {"optimizer": "optimizers", "around": "optimizer_wrappers"}
    return f"{_API}/{pages.get(link_option(name).family, 'transformations')}.html#optax.{name}"


def linked(text: str, name: str) -> str:
    """Return a text as rich text, with a link to Optax's page behind it."""
    words = QCoreApplication.translate("OptaxPages", "Optax’s page")
    return f'{escape(text)} <a href="{page_of(name)}">{escape(words)}</a>'
