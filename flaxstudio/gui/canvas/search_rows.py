"""The rows of the search: which layers in which order under which captions, and how they are drawn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QStandardItem
from PySide6.QtWidgets import QStyleOptionViewItem

from flaxstudio.graph.spec import Family, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.families import family_color
from flaxstudio.gui.layer_search import flax_name, match, matching
from flaxstudio.gui.panels.layer_rows import COLOR, LAYER, SUMMARY, LayerRows
from flaxstudio.gui.theme import body_font, code_font
from flaxstudio.gui.tokens import Tokens

MARKS = Qt.ItemDataRole.UserRole + 10
FLAX = Qt.ItemDataRole.UserRole + 11

Group = tuple[str, Sequence[LayerSpec]]


@dataclass(frozen=True, slots=True)
class Fitting:
    """What the search looks for: layers that fit a wire, those first that often stand there."""

    fits: Callable[[LayerSpec], bool]
    often: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Captions:
    """The words above the groups."""

    recent: str
    fitting: str
    others: str
    titles: Callable[[Family], str]


def groups(
    query: str,
    layers: Iterable[LayerSpec],
    family: Family | None,
    recent: Sequence[str],
    fitting: Fitting | None,
    words: Captions,
) -> list[Group]:
    """Return captions with their layers: by family for no query, the best first for one, the fitting ones first for a wire."""
    found = [spec for spec in matching(query, layers, recent) if family in (None, spec.family)]
    if fitting is not None:
        at = {name: place for place, name in enumerate(fitting.often)}
        inside = [spec for spec in found if fitting.fits(spec)]
        if not query.strip():
            inside.sort(key=lambda spec: (at.get(spec.name, len(at)), spec.family == "io"))
        parts = [(words.fitting, inside), (words.others, [spec for spec in found if not fitting.fits(spec)])]
    elif query.strip() or family is not None:
        parts = [("", found)]
    else:
        by_name = {spec.name: spec for spec in found}
        parts = [(words.recent, [by_name[name] for name in recent if name in by_name])]
        families = dict.fromkeys(spec.family for spec in found)
        parts += [(words.titles(family), [spec for spec in found if spec.family == family]) for family in families]
    return [(title, layers) for title, layers in parts if layers]


def row_of(spec: LayerSpec, query: str, tokens: Tokens) -> QStandardItem:
    """Return the row of a layer."""
    item, found = QStandardItem(spec.name), match(query, spec)
    item.setData(spec.name, LAYER)
    item.setData(f"“{found.elsewhere}” · {spec.summary}" if found.elsewhere else spec.summary, SUMMARY)
    item.setData(family_color(spec, tokens), COLOR)
    item.setData(flax_name(spec), FLAX)
    item.setData(found.marks, MARKS)
    item.setData(f"{spec.name}: {spec.summary}", Qt.ItemDataRole.AccessibleTextRole)
    return item


def caption_of(title: str) -> QStandardItem:
    """Return a row that is only read."""
    item = QStandardItem(title)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class SearchRows(LayerRows):
    """Paints a layer with the letters marked that were typed, its summary, and its name in Flax at the right."""

    def __init__(self, tokens: Tokens, parent: object = None) -> None:
        super().__init__(tokens, parent)  # type: ignore[arg-type]
        self._plain, self._bold, self._code = body_font(), body_font(), code_font()
        self._bold.setBold(True)
        self._bold.setUnderline(True)
        self._code.setPixelSize(t.CAPTION)

    def paint_texts(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,  # noqa: ARG002 - as in LayerRows
        index: QModelIndex | QPersistentModelIndex,
        box: QRectF,
    ) -> None:
        left = box.left()
        for text, is_marked in _runs(index.data(), index.data(MARKS) or ()):
            font = self._bold if is_marked else self._plain
            left += self._write(
                painter, QRectF(left, box.top(), box.right() - left, box.height()), text, font, self._tokens.text
            )
        flax = index.data(FLAX)
        width = QFontMetricsF(self._code).horizontalAdvance(flax) if flax and flax.rpartition(".")[2] != index.data() else 0.0
        if width and left + width + t.GAP < box.right():
            self._write(
                painter, QRectF(box.right() - width, box.top(), width, box.height()), flax, self._code, self._tokens.secondary
            )
            box = box.adjusted(0, 0, -width - t.GAP, 0)
        self.paint_summary(painter, index, box.adjusted(left - box.left() + t.GAP, 0, 0, 0))

    def _write(self, painter: QPainter, box: QRectF, text: str, font: QFont, color: str) -> float:
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        return QFontMetricsF(font).horizontalAdvance(text)


def _runs(name: str, marks: Sequence[int]) -> list[tuple[str, bool]]:
    """Return a name in pieces of letters that are marked and such that are not."""
    pieces: list[tuple[str, bool]] = []
    for place, letter in enumerate(name):
        is_marked = place in marks
        if pieces and pieces[-1][1] == is_marked:
            pieces[-1] = (pieces[-1][0] + letter, is_marked)
        else:
            pieces.append((letter, is_marked))
    return pieces
