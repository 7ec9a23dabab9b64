"""Copy, cut, paste and duplicate: nodes go through the clipboard as text, from window to window."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from flaxstudio.codegen.imported_project import may_hold_module
from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.canvas.snapping import snapped
from flaxstudio.gui.session import Session
from flaxstudio.project import edits
from flaxstudio.project.annotation_edits import remove_annotations
from flaxstudio.project.clip import Clip, clip_of, parse_clip, paste_clip, text_of
from flaxstudio.project.project import Position

_STEP = 40.0
_USUAL_HEIGHT = 80.0


class ClipActs(QObject):
    """Slots for what is copied. `say` tells in passing, `complain` until it is dismissed."""

    source_pasted = Signal(str, bool)
    """The clipboard holds no nodes but the source of a Module; and whether the open graph holds nodes."""

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        say: Callable[[str], None],
        complain: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._say = say
        self._complain = complain

    def on_copy(self) -> None:
        """Put what is selected on the clipboard, as text that says what it is."""
        clip = self._selected()
        if clip is None:
            return
        # text alone: mime data made in Python would be held after Python has ended, and crash the program's end
        QGuiApplication.clipboard().setText(text_of(clip))
        self._say(self.tr("Copied {0}.").format(self._words(clip)))

    def on_cut(self) -> None:
        self.on_copy()
        names, items, clip = self._canvas.selected_nodes(), self._canvas.selected_items(), self._selected()
        if clip is not None:
            steps = [*([edits.remove(names)] if names else []), *([remove_annotations(items)] if items else [])]
            self._session.edit_shown(edits.sequence(self.tr("Cut {0}").format(self._words(clip)), steps))

    def on_paste(self) -> None:
        """Add the clipboard's nodes at the pointer; what else is there is told in words."""
        self._paste_clipboard(is_wired=False)

    def on_paste_wired(self) -> None:
        """Add the clipboard's nodes with the wires into them from where the copied nodes had theirs."""
        self._paste_clipboard(is_wired=True)

    def on_duplicate(self) -> None:
        """Add what is selected once more, a little below."""
        clip = self._selected()
        if clip is not None:
            self._paste(clip, self._free_offset(clip, (_STEP, _STEP)), text=self._duplicate_text(clip))

    def on_nodes_duplicated(self, names: tuple[str, ...], dx: float, dy: float) -> None:
        """Add nodes once more where their copies were dropped."""
        clip = clip_of(self._session.shown, names)
        self._paste(clip, (dx, dy), text=self._duplicate_text(clip))

    def _selected(self) -> Clip | None:
        names, items = self._canvas.selected_nodes(), self._canvas.selected_items()
        return clip_of(self._session.shown, names, items) if names or items else None

    def _duplicate_text(self, clip: Clip) -> str:
        return self.tr("Duplicate {0}").format(self._words(clip))

    def _words(self, clip: Clip) -> str:
        """Return what a clip holds: one name, or how many nodes or things."""
        names, items = clip.graph.names(), sorted(clip.beside.names())
        count = len(names) + len(items)
        if count == 1:
            return names[0] if names else items[0].replace("_", " ")
        return (self.tr("{0} things") if items else self.tr("{0} nodes")).format(count)

    def _paste_clipboard(self, is_wired: bool) -> None:
        text = QGuiApplication.clipboard().text()
        try:
            clip = parse_clip(text)
        except ProblemError as problem:
            if may_hold_module(text):
                self.source_pasted.emit(text, bool(self._session.shown.graph.nodes))
            else:
                self._complain(str(problem))
            return
        self._paste(clip, self._free_offset(clip, self._offset_to_pointer(clip)), is_wired)

    def insert(self, clip: Clip, text: str) -> None:
        """Add what comes from elsewhere, in sight, as a step of that text."""
        self._paste(clip, self._free_offset(clip, self._offset_to_pointer(clip)), text=text)
        self._canvas.setFocus()

    def _paste(self, clip: Clip, offset: Position, is_wired: bool = False, text: str = "") -> None:
        try:
            edit, names = paste_clip(self._session.shown, clip, offset, self._session.catalogue, is_wired, text)
        except ProblemError as problem:
            self._complain(str(problem))
            return
        before = self._session.shown.annotations.names()
        if self._session.edit_shown(edit):
            self._canvas.select(tuple(names.values()), sorted(self._session.shown.annotations.names() - before))

    def _offset_to_pointer(self, clip: Clip) -> Position:
        """Return how far the copies are to be moved: to the pointer, else beside the originals if those are in sight."""
        items = [frame.box[:2] for frame in clip.beside.frames] + [note.box[:2] for note in clip.beside.notes]
        places = list(clip.positions.values()) or items or [(0.0, 0.0)]
        left, top = min(x for x, _ in places), min(y for _, y in places)
        right, bottom = max(x for x, _ in places), max(y for _, y in places)
        at = self._canvas.paste_point((left, top))
        if at is None:
            return _STEP, _STEP
        width, height = t.NODE_MIN_WIDTH, _USUAL_HEIGHT
        return snapped(at[0] - (left + right + width) / 2), snapped(at[1] - (top + bottom + height) / 2)

    def _free_offset(self, clip: Clip, offset: Position) -> Position:
        """Return the offset, a step or more farther where a node lies exactly there already."""
        taken = set(self._session.shown.positions.values())
        dx, dy = offset
        while any((x + dx, y + dy) in taken for x, y in clip.positions.values()):
            dx, dy = dx + _STEP, dy + _STEP
        return dx, dy
