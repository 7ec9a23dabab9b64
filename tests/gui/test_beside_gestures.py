"""What the mouse does with frames, notes and dots: each gesture ends in one edit, named and undone as one step."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtTest import QTest

from flaxstudio.graph.graph import edge
from flaxstudio.gui.beside_acts import BesideActs
from flaxstudio.gui.canvas.beside import grip_at
from flaxstudio.gui.tokens import DARK
from flaxstudio.project import annotation_edits, edits
from flaxstudio.project.activity_edits import set_mode
from flaxstudio.project.annotations import DotOf, Frame, Note
from tests.gui.canvas_desk import NONE, Desk, chain

SHIFT, CTRL, ALT = (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier)
WIRE = edge("dense_1", "relu_1")
FRAME = Frame("frame_1", "Encoder", (240.0, -60.0, 480.0, 180.0))  # round dense_1 and relu_1
NOTE = Note("note_1", "# Why\n\n**because**", (300.0, 300.0, 200.0, 100.0))


class Shown:
    """What the acts need of a session: the desk's document is the open one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def shown(self):
        return self._desk.document.project

    def edit_shown(self, edit) -> bool:
        self._desk.document.edit(edit)
        return True


@pytest.fixture
def desk(qtbot) -> Desk:
    """The chain with a frame round dense_1 and relu_1 and a note below; intents become edits as the window makes them."""
    desk = Desk(qtbot, chain())
    acts = BesideActs(Shown(desk), desk.canvas, desk.canvas)
    canvas = desk.canvas
    canvas.things_moved.connect(acts.on_moved)
    canvas.item_resized.connect(acts.on_resized)
    canvas.title_written.connect(acts.on_title)
    canvas.text_written.connect(acts.on_text)
    canvas.dot_wanted.connect(acts.on_dot)
    canvas.dots_unwanted.connect(acts.on_dots_unwanted)
    canvas.things_deleted.connect(acts.on_deleted)
    canvas.acts.update(acts.acts())
    desk.document.edit(annotation_edits.add_frame(FRAME))
    desk.document.edit(annotation_edits.add_note(NOTE))
    return desk


def annotations(desk: Desk):
    return desk.document.project.annotations


def positions(desk: Desk):
    return desk.document.project.positions


def double_click(desk: Desk, x: float, y: float) -> None:
    desk.click(x, y)
    QTest.mouseDClick(desk.canvas.view.viewport(), Qt.MouseButton.LeftButton, NONE, desk.at(x, y))


# Frames


def test_a_frame_dragged_by_its_title_takes_along_what_lies_in_it(desk):
    desk.drag((400.0, -45.0), (500.0, 5.0))
    assert annotations(desk).frames[0].box == (340.0, -10.0, 480.0, 180.0)
    assert positions(desk)["dense_1"] == (360.0, 50.0)
    assert positions(desk)["relu_1"] == (620.0, 50.0)
    assert positions(desk)["output_1"] == (780.0, 0.0)
    assert desk.document.undo_text == "Move frame Encoder"
    desk.document.undo()
    assert positions(desk) == chain().positions
    assert desk.canvas.scene.beside.frames["frame_1"].box().left() == 240.0


def test_a_frame_dragged_with_alt_moves_alone(desk):
    desk.drag((400.0, -45.0), (500.0, 5.0), ALT)
    assert annotations(desk).frames[0].box[:2] == (340.0, -10.0)
    assert positions(desk) == chain().positions


def test_a_node_dropped_into_a_frame_belongs_to_it(desk):
    desk.document.edit(edits.move({"dropout_1": (420.0, 30.0)}))
    desk.drag((300.0, -45.0), (300.0, -145.0))
    assert positions(desk)["dropout_1"] == (420.0, -70.0)


def test_a_frame_is_resized_by_its_border_and_what_it_holds_stays(desk):
    desk.drag((720.0, 120.0), (800.0, 200.0))
    assert annotations(desk).frames[0].box == (240.0, -60.0, 560.0, 260.0)
    assert positions(desk) == chain().positions
    assert desk.document.undo_text == "Resize frame"
    desk.drag((240.0, 50.0), (3000.0, 50.0))
    assert annotations(desk).frames[0].box[2] == 80.0


def test_a_box_is_drawn_inside_a_frame_as_on_empty_canvas(desk):
    desk.drag((250.0, -20.0), (470.0, 110.0))
    assert desk.canvas.selected_nodes() == ("dense_1",)
    assert desk.canvas.selected_items() == ()


def test_a_box_takes_frames_that_lie_in_it_whole_and_notes_that_it_touches(desk):
    desk.drag((200.0, -120.0), (760.0, 320.0))
    assert set(desk.canvas.selected_items()) == {"frame_1", "note_1"}


def test_a_title_is_written_in_place(desk):
    double_click(desk, 300.0, -45.0)
    line = desk.canvas.view.editor.line
    assert line.isVisible()
    assert line.text() == "Encoder"
    QTest.keyClicks(line, "Decoder")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert annotations(desk).frames[0].title == "Decoder"
    assert desk.document.undo_text == "Rename frame to Decoder"
    assert not line.isVisible()


def test_esc_takes_back_what_was_typed(desk):
    double_click(desk, 300.0, -45.0)
    line = desk.canvas.view.editor.line
    QTest.keyClicks(line, "Decoder")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert annotations(desk).frames[0].title == "Encoder"
    assert not desk.canvas.view.editor.is_open


def test_c_frames_the_selection_and_asks_for_a_title(desk):
    desk.document.edit(annotation_edits.remove_annotations(["frame_1"]))
    desk.canvas.select(["input_1", "dense_1"])
    desk.canvas.view.setFocus()
    desk.key(Qt.Key.Key_C)
    frame = annotations(desk).frames[0]
    for name in ("input_1", "dense_1"):
        box = desk.canvas.scene.nodes[name].box()
        assert desk.canvas.scene.beside.frames[frame.name].box().contains(box)
    QTest.keyClicks(desk.canvas.view.editor.line, "Stem")
    QTest.keyClick(desk.canvas.view.editor.line, Qt.Key.Key_Return)
    assert annotations(desk).frames[0].title == "Stem"
    assert desk.canvas.selected_items() == (frame.name,)


def test_delete_takes_a_frame_and_leaves_what_lay_in_it(desk):
    desk.click(300.0, -45.0)
    desk.key(Qt.Key.Key_Delete)
    assert annotations(desk).frames == ()
    assert desk.document.project.graph == chain().graph
    assert desk.document.undo_text == "Delete frame"


def test_frames_nodes_and_wires_are_deleted_in_one_step(desk):
    desk.canvas.scene.select(["dropout_1"], [edge("relu_1", "output_1")], ["frame_1", "note_1"])
    desk.key(Qt.Key.Key_Delete)
    assert desk.document.undo_text == "Delete 4 things"
    desk.document.undo()
    assert annotations(desk).frames == (FRAME,)


def test_esc_during_a_drag_puts_everything_back(desk):
    desk.press(300.0, -45.0)
    desk.move(340.0, 0.0)
    desk.move(400.0, 40.0)
    assert desk.canvas.scene.beside.frames["frame_1"].box().left() == 340.0
    desk.key(Qt.Key.Key_Escape)
    assert desk.canvas.scene.beside.frames["frame_1"].box().left() == 240.0
    assert desk.canvas.scene.nodes["dense_1"].pos().x() == 260.0
    desk.release(400.0, 40.0)
    assert annotations(desk).frames == (FRAME,)


def test_frames_stay_in_sight_from_far_away_and_in_the_minimap(desk):
    desk.canvas.view.zoom_to(0.2, QPoint(0, 0))
    assert desk.canvas.scene.beside.frames["frame_1"].isVisible()
    assert not desk.canvas.scene.beside.notes["note_1"].isVisible()
    assert len(desk.canvas.scene.overview().frames) == 1


# Notes


def test_n_puts_a_note_there_and_lets_one_write_markdown(desk):
    desk.canvas.view.setFocus()
    desk.key(Qt.Key.Key_N)
    sheet = desk.canvas.view.editor.sheet
    assert sheet.isVisible()
    QTest.keyClicks(sheet, "Some *words*")
    QTest.keyClick(sheet, Qt.Key.Key_Return, CTRL)
    note = annotations(desk).notes[1]
    assert note.text == "Some *words*"
    assert desk.canvas.scene.beside.notes[note.name].plain_text() == "Some words"


def test_a_note_shows_its_markdown_and_is_edited_by_double_click(desk):
    assert desk.canvas.scene.beside.notes["note_1"].plain_text() == "Why\nbecause"
    double_click(desk, 400.0, 350.0)
    sheet = desk.canvas.view.editor.sheet
    assert sheet.toPlainText() == NOTE.text
    QTest.keyClicks(sheet, "New")
    desk.click(700.0, 400.0)  # a click elsewhere keeps it
    desk.canvas.view.setFocus()
    assert annotations(desk).notes[0].text == "New"
    assert desk.document.undo_text == "Edit note"


def test_a_note_is_dragged_and_resized(desk):
    desk.drag((400.0, 350.0), (440.0, 370.0))
    assert annotations(desk).notes[0].box == (340.0, 320.0, 200.0, 100.0)
    desk.drag((540.0, 370.0), (600.0, 370.0))
    assert annotations(desk).notes[0].box == (340.0, 320.0, 260.0, 100.0)


def test_the_field_for_writing_follows_the_view(desk):
    double_click(desk, 400.0, 350.0)
    before = desk.canvas.view.editor.sheet.geometry()
    desk.canvas.view.pan(QPoint(50, 20))
    assert desk.canvas.view.editor.sheet.geometry().topLeft() == before.topLeft() - QPoint(50, 20)


def test_undo_of_a_note_that_is_being_written_on_puts_the_field_away(desk):
    double_click(desk, 400.0, 350.0)
    desk.document.undo()
    assert not desk.canvas.view.editor.is_open
    assert not desk.canvas.view.editor.sheet.isVisible()


def test_a_note_never_reads_a_file_that_it_names(desk, tmp_path):
    (tmp_path / "picture.png").write_bytes(b"no picture")
    item = desk.canvas.scene.beside.notes["note_1"]
    assert item._document.loadResource(2, str(tmp_path / "picture.png")) is None


# Dots


def wire_middle(desk: Desk, wire=WIRE) -> tuple[float, float]:
    return desk.canvas.scene.edges[wire].path().pointAtPercent(0.5).toTuple()


def test_a_double_click_on_a_wire_puts_a_dot_there_and_another_takes_it_away(desk):
    x, y = wire_middle(desk)
    double_click(desk, x, y)
    [dot] = annotations(desk).dots_of(WIRE)
    assert abs(dot[0] - x) <= 5
    assert desk.document.undo_text == "Add dot to the wire from dense_1 to relu_1"
    double_click(desk, *dot)
    assert annotations(desk).routes == ()


def test_alt_click_on_a_wire_puts_a_dot_there(desk):
    desk.click(*wire_middle(desk), ALT)
    assert len(annotations(desk).dots_of(WIRE)) == 1


def test_a_dot_is_dragged_and_the_wire_runs_through_it(desk):
    desk.click(*wire_middle(desk), ALT)
    [start] = annotations(desk).dots_of(WIRE)
    desk.drag(start, (start[0], start[1] + 200.0))
    assert annotations(desk).dots_of(WIRE) == ((start[0], start[1] + 200.0),)
    assert desk.canvas.scene.edges[WIRE].path().boundingRect().bottom() >= start[1] + 199.0
    assert desk.document.undo_text == "Move dot"


def test_several_dots_lie_in_the_order_of_the_wire(desk):
    desk.document.edit(annotation_edits.add_dot(WIRE, 0, (480.0, 160.0)))
    near_the_end = desk.canvas.scene.edges[WIRE].path().pointAtPercent(0.9)
    desk.click(near_the_end.x(), near_the_end.y(), ALT)
    assert annotations(desk).dots_of(WIRE)[0] == (480.0, 160.0)
    assert len(annotations(desk).dots_of(WIRE)) == 2


def test_delete_takes_selected_dots(desk):
    desk.document.edit(annotation_edits.add_dot(WIRE, 0, (480.0, 160.0)))
    desk.click(480.0, 160.0)
    assert desk.canvas.scene.beside.selected == (DotOf(WIRE, 0),)
    desk.key(Qt.Key.Key_Delete)
    assert annotations(desk).routes == ()
    assert desk.document.project.graph.edges == chain().graph.edges


def test_dots_between_nodes_that_are_dragged_together_come_along(desk):
    desk.document.edit(annotation_edits.add_dot(WIRE, 0, (480.0, 160.0)))
    desk.canvas.select(["dense_1", "relu_1"])
    desk.drag(desk.title_of("dense_1"), (desk.title_of("dense_1")[0], 316.0))
    assert annotations(desk).dots_of(WIRE) == ((480.0, 460.0),)
    assert positions(desk)["relu_1"] == (520.0, 300.0)
    assert len(desk.document.project.positions) == 5


def test_a_wire_with_a_dot_is_found_where_it_runs(desk):
    desk.document.edit(annotation_edits.add_dot(WIRE, 0, (480.0, 260.0)))
    desk.click(480.0, 260.0 - 40.0)
    assert desk.canvas.selected_items() == ()
    x, y = desk.canvas.scene.edges[WIRE].path().pointAtPercent(0.3).toTuple()
    desk.click(x, y)
    assert desk.canvas.selected_edges() == (WIRE,)


# Looks


def test_wires_out_of_a_muted_node_are_dashed(desk):
    wire = desk.canvas.scene.edges[WIRE]
    desk.document.edit(set_mode(["dense_1"], "muted", desk.canvas.scene.catalogue))
    assert wire.pen().dashPattern()
    desk.document.edit(set_mode(["dense_1"], "on", desk.canvas.scene.catalogue))
    assert not wire.pen().dashPattern()


def test_h_collapses_a_node_and_its_wires_stay_straight(desk):
    before = desk.canvas.scene.nodes["dense_1"].port_point("out", "out").y()
    desk.canvas.select(["dense_1"])
    desk.key(Qt.Key.Key_H)
    item = desk.canvas.scene.nodes["dense_1"]
    assert item.box().height() < 50
    assert item.port_point("out", "out").y() == before
    assert item.box().center().y() == before
    desk.key(Qt.Key.Key_H)
    assert annotations(desk).looks == {}


def test_ctrl_h_hides_ports_that_may_stay_free(desk):
    desk.document.edit(edits.add_node(desk.canvas.scene.catalogue["LSTM"], "lstm_1", (0.0, 400.0)))
    item = desk.canvas.scene.nodes["lstm_1"]
    assert "carry" in item.content.outputs
    desk.canvas.select(["lstm_1"])
    desk.key(Qt.Key.Key_H, CTRL)
    assert (item.content.inputs, item.content.outputs) == (("in",), ("out",))


def test_a_colour_is_seen_on_nodes_frames_and_notes(desk):
    desk.canvas.scene.select(["dense_1"], [], ["frame_1", "note_1"])
    desk.canvas.acts["color_teal"]()
    assert desk.canvas.scene.nodes["dense_1"].content.look.color == "teal"
    assert annotations(desk).frames[0].color == annotations(desk).notes[0].color == "teal"
    desk.canvas.set_tokens(DARK)
    assert desk.canvas.grab().toImage().pixelColor(0, 0).isValid()


def test_select_all_takes_frames_and_notes_too(desk):
    desk.key(Qt.Key.Key_A, CTRL)
    assert set(desk.canvas.selected_items()) == {"frame_1", "note_1"}
    desk.key(Qt.Key.Key_Escape)
    assert desk.canvas.selected_items() == ()


def test_another_graph_has_its_own_annotations(desk):
    desk.canvas.scene.clear_graph()
    assert desk.canvas.scene.beside.frames == {}
    assert desk.canvas.scene.beside.notes == {}


@pytest.mark.parametrize(
    ("point", "grip"),
    [((0, 50), {"left"}), ((100, 100), {"right", "bottom"}), ((50, 50), set()), ((150, 50), set()), ((52, 2), {"top"})],
)
def test_a_border_is_taken_near_its_edges(point, grip):
    from PySide6.QtCore import QPointF, QRectF

    assert grip_at(QRectF(0, 0, 100, 100), QPointF(*point), 5.0) == grip


def test_a_layer_dropped_on_a_frame_is_added(desk):
    from flaxstudio.gui.layer_drag import mime_of

    mime: QMimeData = mime_of("Conv")
    desk.drop(mime, 500.0, -45.0)
    assert len(desk.logged("layer_dropped")) == 1


def test_a_frame_alone_is_fitted_into_view(desk):
    desk.canvas.view.zoom_to(0.3, QPoint(0, 0))
    desk.canvas.select([], ["frame_1"])
    desk.key(Qt.Key.Key_F)
    box = desk.canvas.scene.beside.frames["frame_1"].box()
    assert desk.canvas.view.visible_box().contains(box)
    assert desk.canvas.view.zoom() == 1.0
    assert (desk.canvas.view.visible_box().center() - box.center()).manhattanLength() < 4
