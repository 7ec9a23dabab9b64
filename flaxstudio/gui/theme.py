"""Makes Qt look like the tokens: Fusion, an explicit palette and a small style sheet."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from flaxstudio.gui import tokens as t
from flaxstudio.gui.settings import ThemeChoice
from flaxstudio.gui.tokens import DARK, LIGHT, Tokens
from flaxstudio.resource_files import resource

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "panel",
    QPalette.ColorRole.AlternateBase: "window",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "panel",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "error",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.ToolTipBase: "panel",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "secondary",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Light: "panel",
    QPalette.ColorRole.Dark: "line",
}


def tokens_for(choice: ThemeChoice) -> Tokens:
    """Return the theme that was chosen, or the one that the system asks for."""
    if choice == "system":
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def apply_theme(app: QApplication, tokens: Tokens) -> None:
    """Give the whole application its first theme; `Restyling` changes it."""
    app.setStyle("Fusion")
    app.setPalette(palette_of(tokens))
    app.setStyleSheet(style_sheet(tokens))


def body_font() -> QFont:
    """Return the system's font at body size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(t.BODY)
    return font


def code_font() -> QFont:
    """Return the system's monospace font for source text."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(round(t.CODE))
    return font


def palette_of(tokens: Tokens) -> QPalette:
    """Return the colours that Qt's own drawing uses."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(tokens, name)))
    faded = QColor(tokens.secondary)
    faded.setAlphaF(0.6)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette


def style_sheet(tokens: Tokens) -> str:
    """Return resources/themes/window.qss with the tokens' names filled in."""
    sheet = resource("themes", "window.qss").read_text(encoding="utf-8")
    values = {name: getattr(tokens, name) for name in Tokens.__slots__ if isinstance(getattr(tokens, name), str)}
    sizes = {
        name: getattr(t, name)
        for name in ("GAP", "PADDING", "RADIUS", "CONTROL_HEIGHT", "BODY", "SECONDARY", "CAPTION", "TITLE")
    }
    glyphs = resource("themes", "dark" if tokens.is_dark else "light").as_posix()
    table = {**values, **{key.lower() + "_px": f"{value}px" for key, value in sizes.items()}, "glyphs": glyphs}
    # the longest names first, so that @secondary_px is not taken for @secondary
    for key in sorted(table, key=len, reverse=True):
        sheet = sheet.replace(f"@{key}", str(table[key]))
    return sheet
