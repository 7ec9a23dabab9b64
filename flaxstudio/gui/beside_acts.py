"""What the user asks of what lies beside the graph, and of how nodes take part: frames, notes, dots, colours, mute, bypass."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from flaxstudio.graph.graph import Edge, Mode
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.canvas.held_things import HeldThings, held_things
from flaxstudio.gui.canvas.snapping import SNAP
from flaxstudio.gui.session import Session
from flaxstudio.project import annotation_edits, edits
from flaxstudio.project.activity_edits import set_mode, toggled_mode
from flaxstudio.project.annotation_following import box_round
from flaxstudio.project.annotations import COLORS, Annotations, Box, Color, Dot, DotOf, Frame, Note
from flaxstudio.project.project import Position, Project

_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_FRAME_SIZE, _NOTE_SIZE = (320.0, 200.0), (220.0, 120.0)


class BesideActs(QObject):
    """Slots for frames, notes, dots, colours, collapsed, muted and bypassed nodes."""

    def __init__(self, session: Session, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._nudged: tuple[object, Project, HeldThings] | None = None  # what was selected, what came of it, what moved
        self._new = ""  # what has just been added and is being written on for the first time

    def acts(self) -> dict[str, Callable[[], None]]:
        """Return what each command of the menu of nodes does."""
        colors: dict[str, Color] = {"color_none": "", **{f"color_{color}": color for color in COLORS}}
        return {
            "frame": self.on_frame,
            "note": self.on_note,
            "dot": self.on_dot_on_wire,
            "mute": partial(self.on_mode, "muted"),
            "bypass": partial(self.on_mode, "bypassed"),
            "collapse": self.on_collapse,
            "hide_ports": self.on_hide_ports,
            **{name: partial(self.on_color, color) for name, color in colors.items()},
            **{f"nudge_{name}": partial(self.on_nudge, *way) for name, way in _WAYS.items()},
        }

    # making

    def on_frame(self) -> None:
        """Put a frame round what is selected, or an empty one at the pointer, and ask for its title."""
        boxes = self._canvas.boxes_of(self._canvas.selected_nodes(), self._canvas.selected_items())
        box = box_round(boxes) if boxes else (*self._canvas.free_corner(*_FRAME_SIZE), *_FRAME_SIZE)
        name = annotation_edits.new_item(self._session.shown, "frame")
        if self._session.edit_shown(annotation_edits.add_frame(Frame(name, "", box))):
            self._write_on(name)

    def on_note(self) -> None:
        """Put a note at the pointer and let the user write."""
        name = annotation_edits.new_item(self._session.shown, "note")
        box = (*self._canvas.free_corner(*_NOTE_SIZE), *_NOTE_SIZE)
        if self._session.edit_shown(annotation_edits.add_note(Note(name, "", box))):
            self._write_on(name)

    def _write_on(self, name: str) -> None:
        self._new = name
        self._canvas.select((), (name,))
        self._canvas.write_on(name)

    def on_dot(self, edge: Edge, number: int, dot: Dot) -> None:
        self._session.edit_shown(annotation_edits.add_dot(edge, number, dot))

    def on_dot_on_wire(self) -> None:
        """Put a dot in the middle of each selected wire."""
        wanted = self._canvas.middles_of(self._canvas.selected_edges())
        steps = [annotation_edits.add_dot(*where) for where in wanted]
        if steps:
            text = steps[0].text if len(steps) == 1 else self.tr("Add {0} dots").format(len(steps))
            self._session.edit_shown(edits.sequence(text, steps))

    # changing

    def on_moved(self, positions: Mapping[str, Position], corners: Mapping[str, Position], dots: Mapping[DotOf, Dot]) -> None:
        """Put nodes, frames, notes and dots where they were dragged to."""
        self._put(HeldThings(positions, corners, dots))

    def on_nudge(self, dx: int, dy: int) -> None:
        """Move what is selected by a step of the grid, or by 1 px where nothing snaps; steps in a row are one edit."""
        scene, step = self._canvas.scene, SNAP if self._canvas.view.snaps else 1
        chosen = (self._session.block, scene.selected_nodes(), scene.beside.selected)
        goes_on = self._nudged is not None and self._nudged[0] == chosen and self._nudged[1] is self._session.document.project
        # a frame takes along what lay in it at first, not what it has come to lie over since
        held = self._nudged[2] if self._nudged is not None and goes_on else held_things(scene)
        if not held.is_empty():
            held = held.moved(dx * step, dy * step)
            self._put(held, f"nudge {chosen}")
            self._nudged = chosen, self._session.document.project, held

    def _put(self, held: HeldThings, merge_key: str = "") -> None:
        frame = self._annotations.frame(next(iter(held.corners), ""))
        text = self.tr("Move frame {0}").format(frame.title).rstrip() if frame is not None else ""
        edit = annotation_edits.place(held.nodes, held.corners, held.dots, text)
        self._session.edit_shown(replace(edit, merge_key=merge_key))

    def on_resized(self, name: str, box: Box) -> None:
        self._session.edit_shown(annotation_edits.resize(name, box))

    def on_title(self, name: str, title: str) -> None:
        self._session.edit_shown(annotation_edits.set_title(name, title, self._is_new(name)))

    def on_text(self, name: str, text: str) -> None:
        self._session.edit_shown(annotation_edits.set_text(name, text, self._is_new(name)))

    def _is_new(self, name: str) -> bool:
        is_new, self._new = name == self._new, ""
        return is_new

    def on_color(self, color: Color) -> None:
        """Colour all that is selected."""
        names, items = self._canvas.selected_nodes(), self._canvas.selected_items()
        if names or items:
            self._session.edit_shown(annotation_edits.set_color(names, items, color))

    def on_node_color(self, name: str, color: Color) -> None:
        """Colour one node."""
        self._session.edit_shown(annotation_edits.set_color([name], [], color))

    def on_collapse(self) -> None:
        """Make the selected nodes small, or large again where all of them are small."""
        if names := self._canvas.selected_nodes():
            are_small = all(self._annotations.look(name).is_collapsed for name in names)
            self._session.edit_shown(annotation_edits.set_collapsed(names, not are_small))

    def on_hide_ports(self) -> None:
        """Hide the unused ports of the selected nodes, or show them where all of them hide theirs."""
        if names := self._canvas.selected_nodes():
            are_hidden = all(self._annotations.look(name).hides_ports for name in names)
            self._session.edit_shown(annotation_edits.set_ports_hidden(names, not are_hidden))

    def on_mode(self, mode: Mode) -> None:
        """Mute or bypass the selected nodes, or use them again where all of them are that already."""
        if names := self._canvas.selected_nodes():
            wanted = toggled_mode(self._session.shown, names, mode)
            self._session.edit_shown(set_mode(names, wanted, self._session.catalogue))

    def on_node_mode(self, name: str, mode: Mode) -> None:
        """Mute or bypass one node, or use it again."""
        self._session.edit_shown(set_mode([name], mode, self._session.catalogue))

    # removing

    def on_deleted(
        self, names: tuple[str, ...], edges: tuple[Edge, ...], items: tuple[str, ...], dots: tuple[DotOf, ...]
    ) -> None:
        """Remove all that is selected in one step."""
        steps = [annotation_edits.remove_annotations(items, dots)]
        if names or edges:
            steps.append(edits.remove(names, edges))
        count = len(names) + len(edges) + len(items) + len(dots)
        text = steps[0].text if len(steps) == 1 else self.tr("Delete {0} things").format(count)
        self._session.edit_shown(edits.sequence(text, steps))

    def on_dots_unwanted(self, dots: tuple[DotOf, ...]) -> None:
        self._session.edit_shown(annotation_edits.remove_annotations((), dots))

    @property
    def _annotations(self) -> Annotations:
        return self._session.shown.annotations
