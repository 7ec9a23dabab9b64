"""What mouse and touch do on the canvas, as data for the sheet of keys and gestures."""

from dataclasses import dataclass

from flaxstudio.gui.commands.command import T


@dataclass(frozen=True, slots=True)
class Gesture:
    """One gesture: what the hand does, and what comes of it."""

    hand: str
    effect: str


GESTURES: tuple[tuple[str, tuple[Gesture, ...]], ...] = (
    (
        T("Look"),
        (
            Gesture(T("Wheel"), T("Zoom at the pointer; with Shift, move the view sideways")),
            Gesture(T("Middle button + drag"), T("Move the view")),
            Gesture(T("Two fingers"), T("Move the view")),
            Gesture(T("Pinch, or Ctrl + two fingers"), T("Zoom")),
            Gesture(T("Drag to the canvas's edge"), T("The view follows")),
            Gesture(T("Touch: one finger on empty canvas"), T("Move the view")),
            Gesture(T("Touch: pinch"), T("Zoom and move the view")),
            Gesture(T("Touch: long press"), T("Menu of what can be done there")),
            Gesture(T("Rest on a node, port or wire"), T("See its shapes, params and problems on a card")),
            Gesture(
                T("Ctrl + Shift + click on a node or wire"),
                T("Pin a probe: its values for the Try it input; again: take it away"),
            ),
            Gesture(T("Click or drag in the minimap"), T("Go there")),
        ),
    ),
    (
        T("Select and move"),
        (
            Gesture(T("Click"), T("Select a node or a wire")),
            Gesture(T("Shift + click"), T("Add to the selection")),
            Gesture(T("Ctrl + click"), T("Add to the selection, or take away")),
            Gesture(T("Drag on empty canvas"), T("Select what lies in the box; Shift adds, Ctrl toggles")),
            Gesture(T("Drag a node"), T("Move what is selected; it snaps to lines and grid, Ctrl suspends that")),
            Gesture(T("Alt + drag a node"), T("Drag copies of what is selected off")),
            Gesture(T("Drag a frame's title"), T("Move the frame with what lies in it; Alt moves it alone")),
            Gesture(T("Drag the border of a frame or note"), T("Change its size")),
            Gesture(T("Drag a note or a dot"), T("Move it")),
        ),
    ),
    (
        T("Add and connect"),
        (
            Gesture(T("Double-click or right-click on empty canvas"), T("Add a layer there")),
            Gesture(T("Drag a layer from the palette"), T("Add it; on a wire, insert it there")),
            Gesture(T("Drag a node or a chain onto a wire"), T("Insert it there; with Alt held on the way, only move it")),
            Gesture(T("Drag from a port"), T("Draw a wire; dropped on empty canvas, choose a layer that fits")),
            Gesture(T("Drag a wire off an input"), T("Take it away, or to another port")),
            Gesture(T("Ctrl + drag a port"), T("Take all its wires to another port; dropped on nothing, remove them")),
            Gesture(T("Ctrl + right button + drag"), T("Cut the wires that the stroke goes through")),
            Gesture(T("Alt + click on a port"), T("Remove its wires")),
            Gesture(T("Double-click or Alt + click a wire"), T("Lead it through a dot")),
            Gesture(T("Double-click a dot"), T("Take it away")),
        ),
    ),
    (
        T("Open"),
        (
            Gesture(T("Double-click a block"), T("Open it")),
            Gesture(T("Double-click a node's name"), T("Rename it")),
            Gesture(T("Double-click a frame's title or a note"), T("Write on it; Esc takes the typing back")),
            Gesture(T("Right-click a node, wire, frame or note"), T("Menu of what can be done with it")),
        ),
    ),
)
"""Sections in the order in which they are shown."""
