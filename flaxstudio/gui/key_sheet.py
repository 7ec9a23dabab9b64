"""The sheet of keys and gestures as a page of rich text: every command with the keys that hold now, and what the mouse does."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMarginsF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from flaxstudio.gui.commands.command import translated
from flaxstudio.gui.commands.gestures import GESTURES
from flaxstudio.gui.commands.keymap import KeyMap, native
from flaxstudio.gui.commands.table import placed
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import LIGHT, Tokens

_MARGIN = 10
_LARGEST, _SMALLEST = 9.0, 4.0
_DPI = 300
_LONG = 36
"""A row of more letters takes a second line."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with rows of two cells: what it is, and the key or the gesture for it."""

    title: str
    rows: tuple[tuple[str, str], ...]


def blocks(keys: KeyMap, query: str = "") -> tuple[Block, ...]:
    """Return what the sheet holds; with a query, only the rows that have all its words."""
    words = query.lower().split()
    found = []
    for block in (*_command_blocks(keys), *_gesture_blocks()):
        rows = tuple(row for row in block.rows if all(word in f"{block.title} {' '.join(row)}".lower() for word in words))
        if rows:
            found.append(Block(block.title, rows))
    return tuple(found)


def page(shown: tuple[Block, ...], tokens: Tokens, columns: int) -> str:
    """Return the sheet as rich text in so many columns of about the same height."""
    heights = [sum(1 + (len(what) + len(how)) // _LONG for what, how in block.rows) + 2 for block in shown]
    full, column, columns_of = sum(heights) / columns, 0, [[] for _ in range(columns)]  # type: ignore[var-annotated]
    used = 0.0
    for block, height in zip(shown, heights, strict=True):
        if used + height / 2 > full * (column + 1) and column < columns - 1:
            column += 1
        columns_of[column].append(_block_text(block, tokens))
        used += height
    width = 100 // columns
    cells = "".join(f'<td width="{width}%" valign="top" style="padding: 0 10px">{_column(texts)}</td>' for texts in columns_of)
    return f'<table width="100%" cellspacing="0"><tr>{cells}</tr></table>'


def title() -> str:
    """Return the sheet's name."""
    return QCoreApplication.translate("KeySheet", "Flax Studio: keys and gestures")


def document(keys: KeyMap, size: QSizeF) -> QTextDocument:
    """Return the sheet for paper of a size in points, in letters small enough for one page."""
    sheet = QTextDocument()
    sheet.setDocumentMargin(0)
    text = f'<p style="font-size: large"><b>{escape(title())}</b></p>{page(blocks(keys), LIGHT, 3)}'
    points = _LARGEST
    while True:
        font = QFont(body_font().family())
        font.setPointSizeF(points)
        sheet.setDefaultFont(font)
        sheet.setHtml(text)
        sheet.setPageSize(size)
        if sheet.pageCount() <= 1 or points <= _SMALLEST:
            return sheet
        points -= 0.25


def write_pdf(keys: KeyMap, path: Path) -> None:
    """Write the sheet as a PDF of one A4 page; OSError if the file cannot be written."""
    with path.open("wb"):  # Qt would only warn
        pass
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle(title())
    writer.setPageLayout(page_layout())
    document(keys, writer.pageLayout().paintRect(QPageLayout.Unit.Point).size()).print_(writer)


def page_layout() -> QPageLayout:
    """Return the paper that the sheet is made for."""
    margins = QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
    )


def _command_blocks(keys: KeyMap) -> Iterator[Block]:
    rows: dict[str, list[tuple[str, str]]] = {}
    for place, command in placed():
        text = translated(command.text).replace("…", "")
        rows.setdefault(place, []).append((text, ", ".join(map(native, keys.keys[command.name]))))
    for place, found in rows.items():
        yield Block(place, tuple(found))


def _gesture_blocks() -> Iterator[Block]:
    about = QCoreApplication.translate("KeySheet", "Mouse and touch")
    for name, gestures in GESTURES:
        rows = tuple((translated(gesture.effect), translated(gesture.hand)) for gesture in gestures)
        yield Block(f"{about} › {translated(name)}", rows)


def _column(texts: list[str]) -> str:
    return f'<table width="100%" cellspacing="0">{"".join(texts)}</table>'


def _block_text(block: Block, tokens: Tokens) -> str:
    rows = "".join(
        f'<tr><td style="padding: 1px 8px 1px 0; color: {tokens.text}">{escape(what)}</td>'
        f'<td align="right" style="padding: 1px 0; color: {tokens.secondary}">{escape(how)}</td></tr>'
        for what, how in block.rows
    )
    heading = f'<tr><td colspan="2" style="padding-top: 8px; color: {tokens.accent}"><b>{escape(block.title)}</b></td></tr>'
    return heading + rows
