import pytest

from flaxstudio.graph.graph import Edge, Port, edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project import annotation_edits as beside
from flaxstudio.project import edits
from flaxstudio.project.annotations import Annotations, DotOf, Frame, Look, Note
from flaxstudio.project.block_edits import inside, remove_definition, rename_block, within
from flaxstudio.project.document import Document
from flaxstudio.project.flow_edits import set_flow
from flaxstudio.project.grouping import dissolve, make_block
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from tests.project.examples import small_project, small_results

CATALOGUE = catalogue()
WIRE = edge("input_1", "dense_1")
FRAME = Frame("frame_1", "Encoder", (220.0, -40.0, 240.0, 160.0))
NOTE = Note("note_1", "# Why", (0.0, 200.0, 200.0, 100.0))


def annotated() -> Project:
    """small_project with a frame round dense_1, a note, two dots on the first wire, and dense_1 coloured and collapsed."""
    document = Document(small_project())
    for edit in (
        beside.add_frame(FRAME),
        beside.add_note(NOTE),
        beside.add_dot(WIRE, 0, (100.0, 60.0)),
        beside.add_dot(WIRE, 1, (150.0, 60.0)),
        beside.set_color(["dense_1"], [], "blue"),
        beside.set_collapsed(["dense_1"], True),
    ):
        document.edit(edit)
    return document.project


def done(project: Project, *steps: edits.Edit) -> Annotations:
    document = Document(project)
    for edit in steps:
        document.edit(edit)
    return document.project.annotations


def test_annotations_never_make_a_model_stale() -> None:
    trained = small_results().trained
    assert trained is not None
    assert trained.fits(annotated())
    assert annotated().graph == small_project().graph


def test_they_are_saved_and_the_same_project_gives_the_same_bytes() -> None:
    content = dump_project(annotated(), Results())
    again, _ = parse_project(content, "x")
    assert again == annotated()
    assert dump_project(again, Results()) == content
    one = done(small_project(), beside.set_color(["dense_1"], [], "red"), beside.set_color(["input_1"], [], "red"))
    other = done(small_project(), beside.set_color(["input_1"], [], "red"), beside.set_color(["dense_1"], [], "red"))
    assert dump_project(Project(annotations=one), Results()) == dump_project(Project(annotations=other), Results())


def test_each_edit_is_a_named_step() -> None:
    texts = [
        beside.add_frame(FRAME).text,
        beside.set_title("frame_1", "Decoder").text,
        beside.add_dot(WIRE, 0, (0.0, 0.0)).text,
        beside.set_color(["dense_1"], ["frame_1"], "blue").text,
        beside.set_color(["dense_1"], [], "").text,
        beside.remove_annotations(["note_1"]).text,
        beside.remove_annotations([], [DotOf(WIRE, 0)]).text,
        beside.place({}, {"frame_1": (0.0, 0.0)}, {}).text,
        beside.set_ports_hidden(["a", "b", "c"], True).text,
    ]
    assert texts == [
        "Add frame",
        "Rename frame to Decoder",
        "Add dot to the wire from input_1 to dense_1",
        "Colour dense_1, frame_1 blue",
        "Take the colour of dense_1 away",
        "Delete note",
        "Delete dot",
        "Move frame 1",
        "Hide unused ports of 3 nodes",
    ]


def test_looks_and_dots_follow_a_rename() -> None:
    found = done(annotated(), edits.rename_node("dense_1", "head"))
    assert found.looks == {"head": Look("blue", True)}
    assert found.dots_of(edge("input_1", "head")) == ((100.0, 60.0), (150.0, 60.0))


def test_looks_and_dots_go_with_their_nodes_and_wires() -> None:
    assert done(annotated(), edits.remove(["dense_1"])) == Annotations((FRAME,), (NOTE,))
    cut = done(annotated(), edits.remove([], [WIRE]))
    assert (cut.routes, cut.looks) == ((), {"dense_1": Look("blue", True)})


def test_a_look_like_any_other_is_stored_as_nothing() -> None:
    found = done(annotated(), beside.set_color(["dense_1"], [], ""), beside.set_collapsed(["dense_1"], False))
    assert found.looks == {}


def test_dots_are_put_between_dots_moved_and_removed() -> None:
    found = done(annotated(), beside.add_dot(WIRE, 1, (120.0, 80.0)))
    assert found.dots_of(WIRE) == ((100.0, 60.0), (120.0, 80.0), (150.0, 60.0))
    found = done(annotated(), beside.place({}, {}, {DotOf(WIRE, 1): (0.0, 1.0)}))
    assert found.dots_of(WIRE) == ((100.0, 60.0), (0.0, 1.0))
    assert done(annotated(), beside.remove_annotations([], [DotOf(WIRE, 0)])).dots_of(WIRE) == ((150.0, 60.0),)
    assert done(annotated(), beside.remove_annotations([], [DotOf(WIRE, 0), DotOf(WIRE, 1)])).routes == ()


def test_dots_between_nodes_that_move_together_move_along() -> None:
    found = done(annotated(), edits.move({"input_1": (10.0, 20.0), "dense_1": (250.0, 20.0)}))
    assert found.dots_of(WIRE) == ((110.0, 80.0), (160.0, 80.0))
    assert done(annotated(), edits.move({"input_1": (10.0, 20.0)})).dots_of(WIRE) == ((100.0, 60.0), (150.0, 60.0))


def test_a_copy_takes_looks_dots_and_chosen_items_along() -> None:
    project = annotated()
    part, positions = edits.part_of(project, ("input_1", "dense_1"))[:2]
    names = edits.names_for_paste(project, part)
    copied = edits.beside_part(project, part, ["frame_1", "note_1"])
    found = done(project, edits.paste(part, positions, (10.0, 20.0), names, copied))
    assert found.looks["dense_2"] == Look("blue", True)
    assert found.dots_of(edge("input_2", "dense_2")) == ((110.0, 80.0), (160.0, 80.0))
    assert found.frames[1] == Frame("frame_2", "Encoder", (230.0, -20.0, 240.0, 160.0))
    assert found.notes[1].name == "note_2"


def test_tidy_keeps_frames_round_what_lay_in_them_and_takes_dots_away() -> None:
    found = done(annotated(), beside.rearrange({"dense_1": (1000.0, 500.0)}, {"dense_1": (168.0, 80.0)}, "Tidy"))
    assert found.frames[0].box == (980.0, 450.0, 208.0, 150.0)
    assert found.routes == ()
    assert found.notes[0].box == NOTE.box
    assert done(annotated(), beside.rearrange({"input_1": (5.0, 5.0)}, {}, "Tidy")).frames == (FRAME,)


def test_the_turn_of_the_drawing_takes_frames_along() -> None:
    left, top, width, height = done(annotated(), set_flow("down")).frames[0].box
    x, y = set_flow("down").apply(annotated()).positions["dense_1"]
    assert left < x < left + width
    assert top < y < top + height


def test_looks_and_dots_go_into_a_block_and_come_out_again() -> None:
    project = make_block(["input_1", "dense_1"][1:], "Part", CATALOGUE).apply(annotated())
    document = Document(annotated())
    document.edit(make_block(["dense_1"], "Part", CATALOGUE))
    assert document.project.block_annotations == {"Part": Annotations(looks={"dense_1": Look("blue", True)})}
    assert document.project.annotations == Annotations((FRAME,), (NOTE,))
    document.edit(rename_block("Part", "Piece", CATALOGUE))
    assert set(document.project.block_annotations) == {"Piece"}
    document.edit(dissolve("part_1"))
    assert document.project.annotations.looks == {"dense_1": Look("blue", True)}
    document.edit(remove_definition("Piece"))
    assert document.project.block_annotations == {}
    assert project.graph.has_node("part_1")


def test_what_is_noted_inside_a_block_is_kept_with_the_block() -> None:
    document = Document(make_block(["dense_1"], "Part", CATALOGUE).apply(small_project()))
    document.edit(within("Part", beside.add_note(NOTE)))
    assert inside(document.project, "Part").annotations == Annotations(notes=(NOTE,))
    assert document.project.annotations == Annotations()
    assert parse_project(dump_project(document.project, Results()), "x")[0] == document.project
    document.undo()
    assert document.project.block_annotations == {}


def test_dots_on_the_wires_of_a_block_follow_its_ports() -> None:
    document = Document(make_block(["dense_1"], "Part", CATALOGUE).apply(small_project()))
    document.edit(beside.add_dot(edge("input_1", "part_1"), 0, (1.0, 2.0)))
    document.edit(within("Part", edits.add_node(CATALOGUE["Input"], "mask", (0.0, 0.0))))
    wire = Edge(Port("input_1", "out"), Port("part_1", "input_1"))
    assert document.project.graph.edges_into("part_1") == (wire,)
    assert document.project.annotations.dots_of(wire) == ((1.0, 2.0),)


def test_what_cannot_be_saved_is_refused() -> None:
    with pytest.raises(ProblemError, match="Make it shorter"):
        beside.set_text("note_1", "x" * 20_001).apply(annotated())
    with pytest.raises(ProblemError, match="no longer there"):
        beside.add_dot(edge("dense_1", "input_1"), 0, (0.0, 0.0)).apply(annotated())
    assert done(annotated(), beside.resize("note_1", (0.0, 0.0, 1.0, 1.0))).notes[0].box == (0.0, 0.0, 80.0, 40.0)


def test_frames_and_notes_go_into_a_block_with_the_nodes_they_lie_by():
    before = annotated()
    after = make_block(["dense_1"], "Part", CATALOGUE, ["frame_1", "note_1"]).apply(before)
    assert after.annotations.names() == frozenset()
    assert (after.block_annotations["Part"].frames, after.block_annotations["Part"].notes) == ((FRAME,), (NOTE,))
    (node,) = after.graph.of_layer("Part")
    back = dissolve(node.name).apply(after)
    assert {frame.title for frame in back.annotations.frames} == {"Encoder"}
    only_nodes = make_block(["dense_1"], "Part", CATALOGUE).apply(before)
    assert only_nodes.annotations.names() == {"frame_1", "note_1"}
