import pytest

from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.graph import Field, Formula, Port, edge
from flaxstudio.graph.library import Code
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project import edits
from flaxstudio.project.block_edits import (
    dissolve,
    expose,
    inside,
    make_block,
    remove_definition,
    remove_field,
    rename_block,
    rename_field,
    set_definition,
    set_field,
    within,
)
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.sketch import Sketch

BASE = catalogue()


def drawn() -> Project:
    """Input -> dense_1 -> relu_1 -> dense_2 -> add_1 (with dense_1) -> Output."""
    sketch = Sketch(BASE)
    x = sketch.add("Dense", sketch.add("Input"), features=8)
    y = sketch.chain(x, "relu", ("Dense", {"features": 8}))
    sketch.add("Output", sketch.add("Add", y, x))
    graph = sketch.graph()
    return Project("Net", graph, {name: (240.0 * i, 0.0) for i, name in enumerate(graph.names())})


def own(project: Project):  # type: ignore[no-untyped-def]
    return catalogue_of(project.library, BASE)


def blocked(project: Project, *names: str, name: str = "Twice") -> Project:
    return make_block(names, name, own(project)).apply(project)


def is_sound(project: Project) -> bool:
    return not has_errors(check(project.graph, own(project)))


def test_a_block_takes_nodes_and_gives_one_back_with_the_wires_around_it() -> None:
    project = blocked(drawn(), "relu_1", "dense_2")
    block = project.library.block("Twice")
    assert block.graph.names() == ("input_1", "relu_1", "dense_2", "output_1")
    assert project.graph.names() == ("input_1", "dense_1", "twice_1", "add_1", "output_1")
    assert edge("dense_1", "twice_1") in project.graph.edges
    assert [e.source.node for e in project.graph.edges_into("add_1")] == ["twice_1", "dense_1"]
    assert is_sound(project)
    assert set(project.block_positions["Twice"]) == set(block.graph.names())


def test_several_wires_make_several_ports_and_one_source_one_port() -> None:
    project = blocked(drawn(), "relu_1", "dense_2", "add_1")
    assert list(project.library.block("Twice").inputs()) == ["in"]
    wide = blocked(drawn(), "add_1")
    assert list(wide.library.block("Twice").inputs()) == ["input_1", "input_2"]
    assert is_sound(project)
    assert is_sound(wide)


def test_taking_a_block_apart_gives_the_graph_back() -> None:
    before = drawn()
    after = dissolve("twice_1").apply(blocked(before, "relu_1", "dense_2"))
    assert set(after.graph.nodes) == set(before.graph.nodes)
    assert set(after.graph.edges) == set(before.graph.edges)
    assert [e.source.node for e in after.graph.edges_into("add_1")] == ["dense_2", "dense_1"]


def test_an_edit_within_a_block_changes_every_use() -> None:
    project = blocked(drawn(), "relu_1", "dense_2")
    project = within("Twice", edits.set_attribute("dense_2", "features", 9, own(project))).apply(project)
    assert project.library.block("Twice").graph.node("dense_2").attributes == {"features": 9}
    assert project.graph == blocked(drawn(), "relu_1", "dense_2").graph


def test_undo_takes_a_block_back_whole() -> None:
    document = Document(drawn())
    document.edit(make_block(("relu_1", "dense_2"), "Twice", BASE))
    document.edit(within("Twice", edits.rename_node("dense_2", "second")))
    document.undo()
    document.undo()
    assert document.project == drawn()


def test_wires_outside_follow_ports_that_are_renamed_or_become_several() -> None:
    project = blocked(drawn(), "add_1", name="Join")
    renamed = within("Join", edits.rename_node("input_2", "skip")).apply(project)
    assert Port("join_1", "skip") in {e.target for e in renamed.graph.edges}
    assert is_sound(renamed)
    single = blocked(drawn(), "relu_1", "dense_2")
    widened = within("Twice", edits.add_node(BASE["Input"], "more", (0.0, 0.0))).apply(single)
    assert Port("twice_1", "input_1") in {e.target for e in widened.graph.edges}


def test_the_wire_to_a_port_that_goes_goes_with_it() -> None:
    project = blocked(drawn(), "add_1", name="Join")
    narrowed = within("Join", edits.remove(["input_2"])).apply(project)
    assert [e.source.node for e in narrowed.graph.edges_into("join_1")] == ["dense_2"]
    assert narrowed.graph.edges_into("join_1")[0].target.port == "in"


def test_an_exposed_attribute_becomes_a_field_that_the_node_outside_sets() -> None:
    project = blocked(drawn(), "relu_1", "dense_2")
    project = within("Twice", expose("dense_2", "features", "width", own(project))).apply(project)
    assert project.library.block("Twice").graph.fields == (
        Field("width", "Dense.features", 8, BASE["Dense"].attribute("features").help),
    )
    spec = own(project)["Twice"]
    assert [(a.name, a.type, a.default) for a in spec.attributes] == [("width", "int", 8)]
    project = edits.set_attribute("twice_1", "width", 16, own(project)).apply(project)
    assert project.graph.node("twice_1").attributes == {"width": 16}
    taken_apart = dissolve("twice_1").apply(project)
    assert taken_apart.graph.node("dense_2").attributes == {"features": 16}


def test_formulas_follow_a_renamed_field_and_settle_when_it_is_removed() -> None:
    project = expose("dense_1", "features", "width", BASE).apply(drawn())
    project = rename_field("width", "size").apply(project)
    assert project.graph.node("dense_1").attributes == {"features": Formula("size")}
    assert remove_field("size").apply(project).graph.node("dense_1").attributes == {"features": 8}


def test_a_renamed_field_of_a_block_keeps_what_was_set_outside() -> None:
    project = blocked(drawn(), "relu_1", "dense_2")
    project = within("Twice", expose("dense_2", "features", "width", own(project))).apply(project)
    project = edits.set_attribute("twice_1", "width", 16, own(project)).apply(project)
    project = within("Twice", rename_field("width", "size")).apply(project)
    assert project.graph.node("twice_1").attributes == {"size": 16}


def test_a_block_of_a_block_carries_the_fields_it_uses() -> None:
    project = expose("dense_2", "features", "width", BASE).apply(drawn())
    project = blocked(project, "relu_1", "dense_2")
    assert project.library.block("Twice").graph.fields[0].name == "width"
    assert project.graph.node("twice_1").attributes == {"width": Formula("width")}
    again = make_block(("twice_1", "add_1"), "Outer", own(project)).apply(project)
    assert again.library.block("Outer").graph.node("twice_1").layer == "Twice"
    assert is_sound(again)
    assert set(dissolve("outer_1").apply(again).graph.edges) == set(project.graph.edges)


def test_blocks_nest_five_levels_deep() -> None:
    project = drawn()
    chosen = ("relu_1", "dense_2")
    for level in range(5):
        name = f"Level{level + 1}"
        project = make_block(chosen, name, own(project)).apply(project)
        chosen = (f"level{level + 1}_1",)
    assert len(project.library.blocks) == 5
    assert is_sound(project)


def test_sharing_cannot_be_cut_in_two() -> None:
    project = drawn()
    project = edits.set_attribute("dense_2", "shares", "dense_1", BASE).apply(project)
    with pytest.raises(ProblemError, match="shares the params"):
        make_block(("dense_2",), "Half", BASE).apply(project)


def test_ends_and_nothing_make_no_block_and_names_are_checked() -> None:
    with pytest.raises(ProblemError, match="Input and Output stay outside"):
        make_block(("input_1", "dense_1"), "Bad", BASE).apply(drawn())
    with pytest.raises(ProblemError, match="must be letters"):
        make_block(("dense_1",), "no good", BASE).apply(drawn())
    with pytest.raises(ProblemError, match="is a layer"):
        make_block(("dense_1",), "Dense", BASE).apply(drawn())
    with pytest.raises(ProblemError, match="There is"):
        make_block(("dense_1",), "Net", BASE).apply(drawn())


def test_a_used_layer_stays_and_an_unused_one_can_be_removed() -> None:
    project = set_definition(Code("Extra", "...")).apply(blocked(drawn(), "relu_1", "dense_2"))
    with pytest.raises(ProblemError, match="is used in Net"):
        remove_definition("Twice").apply(project)
    assert remove_definition("Extra").apply(project).library.get("Extra") is None


def test_a_renamed_block_keeps_its_nodes() -> None:
    project = rename_block("Twice", "Pair", own(blocked(drawn(), "relu_1", "dense_2"))).apply(
        blocked(drawn(), "relu_1", "dense_2")
    )
    assert project.graph.node("twice_1").layer == "Pair"
    assert project.library.block("Pair").graph.names()
    assert set(project.block_positions) == {"Pair"}


def test_a_field_is_not_named_like_a_node_or_like_what_blocks_have() -> None:
    for name in ("dense_1", "repeat", "self", "Width"):
        with pytest.raises(ProblemError, match="cannot be a field's name"):
            set_field(Field(name, "int", 1)).apply(drawn())


def test_inside_shows_a_block_as_if_it_were_the_project() -> None:
    project = blocked(drawn(), "relu_1", "dense_2")
    seen = inside(project, "Twice")
    assert seen.graph == project.library.block("Twice").graph
    assert seen.positions == project.block_positions["Twice"]
    assert inside(project, "") is project


def test_the_first_that_shares_inherits_params_and_attributes() -> None:
    project = drawn()
    project = edits.set_attribute("dense_2", "shares", "dense_1", BASE).apply(project)
    renamed = edits.rename_node("dense_1", "first").apply(project)
    assert renamed.graph.node("dense_2").attributes["shares"] == "first"
    gone = edits.remove(["dense_1"]).apply(project)
    assert gone.graph.node("dense_2").attributes == {"features": 8}
