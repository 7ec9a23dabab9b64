"""The window for who sees nothing: names, roles and states of the canvas's parts, what is announced, wires and jumps by keys."""

import gc

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from flaxstudio.graph.graph import Port, edge
from flaxstudio.gui.canvas.accessible import install_accessibility
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project import edits
from flaxstudio.project.annotation_edits import add_frame, add_note, remove_annotations
from flaxstudio.project.annotations import Frame, Note
from tests.gui.canvas_desk import CATALOGUE, Desk, chain

NAME, DESCRIPTION, ROLE = QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Role
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot):
    install_accessibility()
    was_active = QAccessible.isActive()
    QAccessible.setActive(True)
    yield Desk(qtbot, chain())
    QAccessible.setActive(was_active)


def face(desk):
    return QAccessible.queryAccessibleInterface(desk.canvas.view)


def children(face):
    return [face.child(index) for index in range(face.childCount())]


def node(desk, name):
    return next(child for child in children(face(desk)) if child.text(NAME).startswith(f"{name},"))


def walk(face):
    yield face
    for child in children(face):
        if child is not None:
            yield from walk(child)


def test_every_node_port_and_wire_has_a_name_a_role_and_a_place(desk):
    graph = desk.document.project.graph
    found = [(one.role(), one.text(NAME)) for one in walk(face(desk))][1:]
    assert all(name for _, name in found)
    assert [name for role, name in found if role == ROLE.ListItem] == [
        *("input_1, Input", "dense_1, Dense", "relu_1, relu", "output_1, Output", "dropout_1, Dropout, error"),
    ]
    assert [name for role, name in found if role == ROLE.Link] == [
        f"Wire from {e.source.node} to {e.target.node}" for e in graph.edges
    ]
    ports = [name for role, name in found if role == ROLE.Indicator]
    assert "Input in of relu_1, from dense_1" in ports
    assert "Output out of dense_1, to relu_1" in ports
    assert "Input in of dropout_1, free" in ports
    on_screen = desk.canvas.view.viewport().mapToGlobal(desk.at(*desk.title_of("dense_1")))
    assert node(desk, "dense_1").rect().contains(on_screen)


def test_ports_and_wires_tell_their_shapes(desk):
    told = {one.text(NAME): one.text(DESCRIPTION) for one in walk(face(desk))}
    assert told["Output out of dense_1, to relu_1"] == "Shape (batch, 64). Type float32"
    assert told["Input in of relu_1, from dense_1"].startswith("Expects any shape. From dense_1. Shape (batch, 64)")
    assert told["Input in of dropout_1, free"] == "Expects any shape. Gets nothing: no wire ends here"
    assert told["Wire from dense_1 to relu_1"] == "out → in, (batch, 64)"


def test_parents_and_indices_agree_with_children(desk):
    for one in walk(face(desk)):
        for index, child in enumerate(children(one)):
            assert one.indexOfChild(child) == index
            assert child.parent().text(NAME) == one.text(NAME)


def test_states_follow_selection_focus_and_mistakes(desk):
    desk.canvas.view.setFocus()
    desk.canvas.select(["dense_1"])
    state = node(desk, "dense_1").state()
    assert state.selectable
    assert state.selected
    assert not node(desk, "relu_1").state().selected
    assert node(desk, "dropout_1").state().invalid
    assert not state.invalid
    assert "1,664 params" in node(desk, "dense_1").text(DESCRIPTION)
    assert "(batch, 64)" in node(desk, "dense_1").text(DESCRIPTION)
    assert "has no input" in node(desk, "dropout_1").text(DESCRIPTION) or "input" in node(desk, "dropout_1").text(DESCRIPTION)


def test_what_was_deleted_is_no_longer_there_and_nothing_breaks(desk):
    gone, kept = node(desk, "relu_1"), node(desk, "dense_1")
    wire = next(child for child in children(face(desk)) if child.role() == ROLE.Link)
    desk.edit(edits.remove(["relu_1", "input_1"]))
    gc.collect()
    assert not gone.isValid()
    assert not wire.isValid()
    assert gone.text(NAME) == ""
    assert gone.state().invisible
    assert kept.text(NAME).startswith("dense_1, Dense")
    assert len(children(face(desk))) == 3


def test_a_renamed_node_is_found_under_its_new_name(desk):
    desk.edit(edits.rename_node("dense_1", "hidden"))
    assert node(desk, "hidden").text(NAME) == "hidden, Dense"


def test_a_wire_is_drawn_by_keys(desk):
    desk.canvas.select(["relu_1"])
    said = []
    desk.canvas.spoken.connect(said.append)
    desk.canvas.acts["draw_wire"]()
    assert "relu_1.out → dropout_1.in" in said[-1]  # the wire to output_1 is there already
    desk.key(Qt.Key.Key_Return)
    assert desk.logged("edge_drawn") == [(Port("relu_1", "out"), Port("dropout_1", "in"), None)]


def test_letters_choose_the_end_of_a_wire_and_escape_leaves_it(desk):
    desk.canvas.select(["dense_1"])
    said = []
    desk.canvas.spoken.connect(said.append)
    desk.canvas.acts["draw_wire"]()
    QTest.keyClicks(desk.canvas.view, "out")
    assert "output_1.in" in said[-1]
    desk.key(Qt.Key.Key_Escape)
    assert not desk.logged("edge_drawn")
    assert not desk.canvas.view.tip.isVisible()
    assert desk.canvas.selected_nodes() == ("dense_1",)


def test_a_wire_by_keys_offers_nothing_that_would_make_a_loop(desk):
    desk.canvas.select(["dense_1"])
    said = []
    desk.canvas.spoken.connect(said.append)
    desk.canvas.acts["draw_wire"]()
    ends = set()
    for _ in range(6):
        ends.add(said[-1].split("→ ")[1].split(".")[0])
        desk.key(Qt.Key.Key_Right)
    assert ends == {"output_1", "dropout_1"}


def test_typing_a_nodes_letter_jumps_to_it(desk):
    desk.canvas.view.fit(desk.canvas.scene.bounds())
    desk.canvas.acts["jump"]()
    labels = {label.text(): label for label in desk.canvas.view.viewport().children() if hasattr(label, "text")}
    assert sorted(labels) == ["A", "B", "C", "D", "E"]
    desk.key(Qt.Key.Key_B)
    assert desk.canvas.selected_nodes() == ("dense_1",)


def test_arrows_with_ctrl_and_shift_extend_the_selection(desk):
    desk.canvas.select(["input_1"])
    desk.canvas.acts["extend_right"]()
    desk.canvas.acts["extend_right"]()
    assert desk.canvas.selected_nodes() == ("input_1", "dense_1", "relu_1")


def with_frame_and_note(desk):
    desk.edit(add_frame(Frame("frame_1", "Body", (240.0, -60.0, 460.0, 180.0))))
    desk.edit(add_note(Note("note_1", "Read *me*", (520.0, 240.0, 160.0, 80.0))))


def test_frames_and_notes_have_a_name_a_role_and_what_they_hold(desk):
    with_frame_and_note(desk)
    frame, note = children(face(desk))[-2:]
    assert (frame.role(), frame.text(NAME)) == (ROLE.Grouping, "Frame Body")
    assert frame.text(DESCRIPTION) == "Holds dense_1, relu_1"
    assert (note.role(), note.text(NAME), note.text(DESCRIPTION)) == (ROLE.Note, "Note: Read me", "Read me")
    assert face(desk).indexOfChild(note) == face(desk).childCount() - 1
    desk.canvas.view.setFocus()
    desk.canvas.select([], ["note_1"])
    assert note.state().selected
    assert desk.canvas.view.accessibleDescription() == "Selected: Note: Read me"
    desk.edit(remove_annotations(["note_1"]))
    assert not note.isValid()


def test_arrows_reach_frames_and_notes_and_a_key_goes_through_them(desk):
    with_frame_and_note(desk)
    canvas = desk.canvas
    canvas.select(["relu_1"])
    desk.key(Qt.Key.Key_Down)
    assert (canvas.selected_nodes(), canvas.selected_items()) == ((), ("note_1",))
    desk.key(Qt.Key.Key_Up)
    assert canvas.selected_nodes() == ("relu_1",)
    canvas.select(["dense_1"])
    desk.key(Qt.Key.Key_Up)
    assert canvas.selected_items() == ("frame_1",)
    desk.key(Qt.Key.Key_N, SHIFT)
    assert canvas.selected_items() == ("note_1",)
    desk.key(Qt.Key.Key_N, SHIFT)
    assert canvas.selected_items() == ("frame_1",)
    desk.key(Qt.Key.Key_F2)
    assert canvas.view.editor.line.isVisible()
    QTest.keyClick(canvas.view.editor.line, Qt.Key.Key_Escape)


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_by_4_5_to_1_and_marks_by_3_to_1(tokens):
    """As WCAG 2.2 asks, by its formula for relative luminance."""
    for ground in (tokens.window, tokens.panel, tokens.canvas):
        for color in (tokens.text, tokens.secondary, tokens.accent, tokens.ok, tokens.warning, tokens.error):
            assert contrast(color, ground) >= 4.5, (color, ground)
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    for color in tokens.code.values():
        assert contrast(color, tokens.panel) >= 4.5, color
    for color in tokens.families.values():
        assert contrast(color, tokens.panel) >= 3, color


def test_what_is_joined_already_is_replaced_by_a_wire_drawn_by_keys(desk):
    desk.canvas.edge_drawn.connect(lambda s, t, old: desk.edit(edits.connect(s, t, CATALOGUE, old)))
    desk.canvas.select(["input_1"])
    desk.canvas.acts["draw_wire"]()
    QTest.keyClicks(desk.canvas.view, "relu")
    desk.key(Qt.Key.Key_Return)
    assert edge("input_1", "relu_1") in desk.document.project.graph.edges
    assert edge("dense_1", "relu_1") not in desk.document.project.graph.edges
