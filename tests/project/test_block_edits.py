import random
from dataclasses import replace

import pytest

from flaxstudio.codegen.source import generate
from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.graph import Edge, Field, Formula, Graph, Node, Port, edge
from flaxstudio.graph.library import Block, Code
from flaxstudio.graph.order import downstream, upstream
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project import edits
from flaxstudio.project.block_edits import (
    inside,
    new_block,
    remove_definition,
    rename_block,
    set_definition,
    set_help,
    within,
)
from flaxstudio.project.document import Document
from flaxstudio.project.field_edits import expose, remove_field, rename_field, set_field
from flaxstudio.project.grouping import dissolve, make_block
from flaxstudio.project.place import Place, block_at, nearest, place_of_block
from flaxstudio.project.project import Project
from flaxstudio.project.sketch import Sketch

BASE = catalogue()


def residual_project() -> Project:
    """input_1 -> dense_1 -> (dense_2 -> relu_1 -> dense_3) + dense_1 -> add_1 -> output_1."""
    sketch = Sketch(BASE)
    x = sketch.add("Dense", sketch.add("Input", shape=(8,)), features=16)
    y = sketch.chain(x, ("Dense", {"features": 32}), "relu", ("Dense", {"features": 16}))
    sketch.add("Output", sketch.add("Add", y, x))
    graph = sketch.graph()
    return Project("Net", graph, {name: (200.0 * i, 0.0) for i, name in enumerate(graph.names())})


def own(project: Project):
    return catalogue_of(project.library, BASE)


def text(project: Project) -> str:
    return generate(project.graph, project.name, own(project)).text


def sound(project: Project) -> bool:
    return not has_errors(check(project.graph, own(project)))


PARTS = ["dense_2", "relu_1", "dense_3"]
BLOCKED = make_block([*PARTS, "add_1"], "Residual", BASE).apply(residual_project())


def test_nodes_put_in_a_block_leave_a_node_of_it_with_their_wires() -> None:
    assert [n.layer for n in BLOCKED.graph.nodes] == ["Input", "Dense", "Residual", "Output"]
    assert set(BLOCKED.graph.edges) == {
        edge("input_1", "dense_1"),
        edge("dense_1", "residual_1"),
        edge("residual_1", "output_1"),
    }
    block = BLOCKED.library.block("Residual")
    assert block.inputs() == {"in": "input_1"}
    assert set(block.graph.names()) == {*PARTS, "add_1", "input_1", "output_1"}
    assert set(BLOCKED.block_positions["Residual"]) == set(block.graph.names())
    assert sound(BLOCKED)
    assert "class Residual(nn.Module)" in text(BLOCKED)


def test_a_block_taken_apart_again_gives_the_same_graph_and_source() -> None:
    again = dissolve("residual_1").apply(BLOCKED)
    assert again.graph.nodes == residual_project().graph.nodes
    assert text(again) == text(residual_project())


@pytest.mark.parametrize("seed", range(40))
def test_any_part_put_in_a_block_and_out_again_gives_the_same_source(seed: int) -> None:
    project = random_project(seed)
    chance = random.Random(seed)
    layers = [node.name for node in project.graph.nodes if node.layer not in ("Input", "Output")]
    chosen = frozenset(chance.sample(layers, chance.randint(1, len(layers))))
    chosen |= downstream(project.graph, chosen) & upstream(project.graph, chosen)
    blocked = make_block(chosen, "Part", BASE).apply(project)
    assert sound(blocked)
    (node,) = blocked.graph.of_layer("Part")
    again = dissolve(node.name).apply(blocked)
    assert set(again.graph.edges) == set(project.graph.edges)
    assert text(again) == text(project)
    assert set(again.positions) == set(project.positions)


def random_project(seed: int) -> Project:
    """Dense, relu, Add and Split nodes wired at random, all of one width."""
    chance = random.Random(seed)
    sketch = Sketch(BASE)
    values = [sketch.add("Input", shape=(8,))]
    for _ in range(chance.randint(2, 9)):
        layer = chance.choice(["Dense", "relu", "Add", "Split"])
        count = chance.randint(1, 3) if layer == "Add" else 1
        port = sketch.add(layer, *chance.sample(values, min(count, len(values))))
        values += [Port(port.node, "first"), Port(port.node, "second")] if layer == "Split" else [port]
    used = {e.source for e in sketch.graph().edges}
    for value in [v for v in values if v not in used] or values[-1:]:
        sketch.add("Output", value)
    graph = sketch.graph()
    return Project("Net", graph, dict.fromkeys(graph.names(), (0.0, 0.0)))


def test_undo_takes_a_block_back_whole() -> None:
    document = Document(residual_project())
    document.edit(make_block(PARTS, "Part", BASE))
    document.edit(within("Part", edits.set_attribute("dense_2", "features", 5, own(document.project))))
    document.undo()
    document.undo()
    assert document.project == residual_project()
    document.redo()
    document.redo()
    assert document.project.library.block("Part").graph.node("dense_2").attributes["features"] == 5


def test_a_node_between_the_chosen_ones_has_to_come_too() -> None:
    with pytest.raises(ProblemError, match="relu_1 lies between"):
        make_block(["dense_2", "dense_3"], "Part", BASE).apply(residual_project())


@pytest.mark.parametrize("name", ["Dense", "Net", "part", ""])
def test_a_block_needs_a_free_class_name(name: str) -> None:
    with pytest.raises(ProblemError):
        make_block(PARTS, name, BASE).apply(residual_project())


def test_no_block_gets_the_models_name_even_from_inside_another() -> None:
    with pytest.raises(ProblemError, match="model's own name"):
        within("Residual", make_block(["relu_1"], "Net", own(BLOCKED))).apply(BLOCKED)
    with pytest.raises(ProblemError, match="already"):
        edits.rename_model("Residual").apply(BLOCKED)
    with pytest.raises(ProblemError, match="own name"):
        set_definition(Code("Net", "")).apply(BLOCKED)


def test_a_block_inside_a_block_inside_a_block_is_drawn_as_classes() -> None:
    project = BLOCKED
    for level, name in enumerate(["B", "C", "D", "E"]):
        outer = "Residual" if level == 0 else "BCDE"[level - 1]
        project = within(outer, make_block(PARTS, name, own(project))).apply(project)
    assert block_at(project, Place("", ("residual_1", "b_1", "c_1", "d_1", "e_1"))) == "E"
    assert sound(project)
    assert text(project).count("(nn.Module)") == 6


def test_editing_a_block_once_changes_it_everywhere() -> None:
    catalogue_ = own(BLOCKED)
    two = edits.paste(Graph((Node("a", "Residual"),)), {"a": (0.0, 0.0)}, (0.0, 0.0), {"a": "residual_2"}).apply(BLOCKED)
    edit = edits.insert_on_edge("residual_2", edge("residual_1", "output_1"), catalogue_["Residual"])
    two = edit.apply(two)
    changed = within("Residual", edits.set_attribute("dense_2", "features", 99, catalogue_)).apply(two)
    assert text(changed).count("features=99") == 1
    assert text(changed).count("Residual(name=") == 2


def test_renaming_ports_inside_keeps_the_wires_outside() -> None:
    project = make_block(["add_1"], "Total", BASE).apply(residual_project())
    block = project.library.block("Total")
    first, second = block.inputs()
    before = {e.target.port: e.source for e in project.graph.edges_into("total_1")}
    renamed = within("Total", edits.rename_node(first, "branch")).apply(project)
    after = {e.target.port: e.source for e in renamed.graph.edges_into("total_1")}
    assert after == {"branch": before[first], second: before[second]}
    assert sound(renamed)


def test_a_second_input_inside_is_a_new_port_and_the_first_keeps_its_wire() -> None:
    catalogue_ = own(BLOCKED)
    project = within("Residual", edits.add_node(catalogue_["Input"], "mask", (0.0, 0.0))).apply(BLOCKED)
    assert [e.target.port for e in project.graph.edges_into("residual_1")] == ["input_1"]
    back = within("Residual", edits.remove(["mask"])).apply(project)
    assert [e.target.port for e in back.graph.edges_into("residual_1")] == ["in"]


def test_an_input_removed_inside_takes_its_wire_outside_along() -> None:
    project = make_block(["add_1"], "Total", BASE).apply(residual_project())
    gone = within("Total", edits.remove(["input_1"])).apply(project)
    assert len(gone.graph.edges_into("total_1")) == 1


def test_an_exposed_attribute_is_set_at_each_node_of_the_block() -> None:
    catalogue_ = own(BLOCKED)
    exposed = within("Residual", expose("dense_2", "features", "hidden", catalogue_)).apply(BLOCKED)
    block = exposed.library.block("Residual")
    assert block.graph.fields[0].default == 32
    assert block.graph.node("dense_2").attributes["features"] == Formula("hidden")
    assert own(exposed)["Residual"].attribute("hidden").minimum == 1
    wider = edits.set_attribute("residual_1", "hidden", 64, own(exposed)).apply(exposed)
    assert "Residual(hidden=64" in text(wider).replace('name="residual_1", ', "")
    apart = dissolve("residual_1").apply(wider)
    assert apart.graph.node("dense_2").attributes["features"] == 64


def test_a_field_renamed_inside_keeps_what_its_nodes_and_the_fields_like_it_say() -> None:
    project = within("Residual", expose("dense_2", "features", "hidden", own(BLOCKED))).apply(BLOCKED)
    project = edits.set_attribute("residual_1", "hidden", 64, own(project)).apply(project)
    project = expose("residual_1", "hidden", "width", own(project)).apply(project)
    renamed = within("Residual", rename_field("hidden", "inner")).apply(project)
    assert renamed.graph.node("residual_1").attributes == {"inner": Formula("width")}
    assert renamed.graph.fields == (Field("width", "Residual.inner", 64, project.graph.fields[0].help),)
    assert sound(renamed)
    removed = within("Residual", remove_field("inner")).apply(renamed)
    assert removed.graph.node("residual_1").attributes == {}
    assert removed.library.block("Residual").graph.node("dense_2").attributes["features"] == 32
    assert removed.graph.fields[0].like == "Dense.features"
    assert sound(removed)


def test_a_field_that_repeats_a_node_is_not_removed_from_under_it() -> None:
    graph = residual_project().graph
    fields = (Field("widths", "ints", (4, 4)), Field("zero", "int", 0))
    nodes = tuple(
        replace(n, attributes={"features": Formula("widths", is_each=True)})
        if n.name == "dense_2"
        else replace(n, attributes={"features": Formula("8 // zero")})
        if n.name == "dense_3"
        else n
        for n in graph.nodes
    )
    project = replace(residual_project(), graph=replace(graph, nodes=nodes, fields=fields))
    with pytest.raises(ProblemError, match="repeated for each number of widths"):
        remove_field("widths").apply(project)
    with pytest.raises(ProblemError, match="cannot be computed"):
        remove_field("zero").apply(project)
    blocked = make_block(["dense_2"], "Part", BASE).apply(project)
    fixed = edits.set_attribute("part_1", "widths", (3,), own(blocked)).apply(blocked)
    with pytest.raises(ProblemError, match="cannot stand outside"):
        dissolve("part_1").apply(fixed)
    assert dissolve("part_1").apply(blocked).graph.node("dense_2") == project.graph.node("dense_2")


def test_only_attributes_that_a_class_can_have_are_exposed() -> None:
    for node, attribute in (("input_1", "shape"), ("output_1", "method"), ("dense_1", "shares"), ("dense_1", "between")):
        with pytest.raises(ProblemError):
            expose(node, attribute, "field", BASE).apply(residual_project())
    assert expose("dense_1", "repeat", "depth", BASE).apply(residual_project()).graph.fields[0].like == "int"


def test_a_field_has_a_name_of_its_own() -> None:
    for name in ("dense_1", "self", "repeat", "Width"):
        with pytest.raises(ProblemError):
            set_field(Field(name, "int", 1)).apply(residual_project())


def test_a_shared_or_repeated_node_is_not_taken_apart() -> None:
    shared = BLOCKED.graph.with_nodes(Node("again", "Residual", {"shares": "residual_1"}))
    for name in ("again", "residual_1"):
        with pytest.raises(ProblemError):
            dissolve(name).apply(replace(BLOCKED, graph=shared))
    repeated = edits.set_attribute("residual_1", "repeat", 3, own(BLOCKED)).apply(BLOCKED)
    with pytest.raises(ProblemError):
        dissolve("residual_1").apply(repeated)


def test_a_block_in_use_stays_and_its_name_goes_everywhere() -> None:
    with pytest.raises(ProblemError, match="used in Net"):
        remove_definition("Residual").apply(BLOCKED)
    renamed = rename_block("Residual", "Skip", own(BLOCKED)).apply(BLOCKED)
    assert renamed.graph.node("residual_1").layer == "Skip"
    assert set(renamed.block_positions) == {"Skip"}
    assert sound(renamed)
    gone = remove_definition("Residual").apply(edits.remove(["residual_1"]).apply(BLOCKED))
    assert not tuple(gone.library)
    assert not gone.block_positions


def test_a_new_block_is_empty_and_described() -> None:
    project = set_help("Fresh", "Does nothing yet.").apply(new_block("Fresh", BASE).apply(residual_project()))
    assert project.library.block("Fresh").help == "Does nothing yet."
    assert inside(project, "Fresh").graph.names() == ("input_1", "output_1")
    assert own(project)["Fresh"].summary == "Does nothing yet."


def test_outputs_of_a_layer_with_several_are_all_ports_of_its_block() -> None:
    sketch = Sketch(BASE)
    sketch.add("Split", sketch.add("Input", shape=(8,)))
    project = make_block(["split_1"], "Halves", BASE).apply(Project("Net", sketch.graph()))
    ends = project.library.block("Halves").graph.edges
    assert {e.source for e in ends if e.source.node == "split_1"} == {Port("split_1", "first"), Port("split_1", "second")}


def test_inserting_a_recurrent_layer_in_a_wire_goes_on_from_its_output_not_its_state() -> None:
    project = edits.add_node(BASE["LSTM"], "lstm_1", (0.0, 0.0)).apply(residual_project())
    inserted = edits.insert_on_edge("lstm_1", edge("add_1", "output_1"), BASE["LSTM"]).apply(project)
    assert Edge(Port("lstm_1", "out"), Port("output_1", "in")) in inserted.graph.edges


def test_the_place_one_stands_in_falls_back_to_what_is_there() -> None:
    project = within("Residual", make_block(PARTS, "Part", own(BLOCKED))).apply(BLOCKED)
    deep = Place("", ("residual_1", "part_1"))
    assert block_at(project, deep) == "Part"
    assert nearest(BLOCKED, deep) == Place("", ("residual_1",))
    assert nearest(residual_project(), deep) == Place()
    assert nearest(residual_project(), Place("Residual", ("part_1",))) == Place()
    assert place_of_block(project, "Part") == deep
    assert place_of_block(project, "Part", Place("", ("residual_1",))) == deep
    assert place_of_block(project, "Residual", deep) == Place("", ("residual_1",))
    alone = new_block("Fresh", own(project)).apply(project)
    assert place_of_block(alone, "Fresh") == Place("Fresh")
    assert place_of_block(alone, "", deep) == Place()


def test_a_block_that_holds_itself_does_not_hang_the_search() -> None:
    loop = Block("Loop", Graph((Node("input_1", "Input"), Node("again", "Loop"), Node("output_1", "Output"))))
    project = set_definition(loop).apply(BLOCKED)
    assert place_of_block(project, "Part") == Place("Part")
    assert place_of_block(project, "Loop") == Place("Loop")
