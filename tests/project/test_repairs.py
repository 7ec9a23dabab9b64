from itertools import pairwise

import pytest

from flaxstudio.graph.graph import Edge, Graph, Node, Port, edge
from flaxstudio.graph.problem import Fix, ProblemError, setting
from flaxstudio.graph.repair import (
    AddOutput,
    Connect,
    Disconnect,
    InsertLayer,
    PutBefore,
    PutBehind,
    RemoveNode,
    ReplaceNode,
    SetLoss,
    Step,
    UseNode,
)
from flaxstudio.layers import catalogue
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.repairs import apply_fix
from tests.project.examples import small_project

CATALOGUE = catalogue()
IN, OUT = edge("input_1", "dense_1"), edge("dense_1", "output_1")


def repaired(*steps: Step, project: Project | None = None) -> Project:
    return apply_fix(Fix("Repair", steps), CATALOGUE).apply(project or small_project())


def wires(project: Project) -> set[str]:
    return {f"{e.source.node} {e.target.node}" for e in project.graph.edges}


def test_layers_inserted_on_one_wire_stand_in_order_and_settings_that_are_defaults_are_not_stored() -> None:
    project = repaired(InsertLayer("Flatten", IN), InsertLayer("Dense", IN, (("features", 64), ("use_bias", False))))
    assert wires(project) == {"input_1 flatten_1", "flatten_1 dense_2", "dense_2 dense_1", "dense_1 output_1"}
    assert project.graph.node("dense_2").attributes == {"use_bias": False}


@pytest.mark.parametrize("flow", ["right", "down"])
def test_nodes_behind_an_inserted_one_make_room(flow: str) -> None:
    places = {name: (x, 0.0) if flow == "right" else (0.0, x / 2) for name, (x, _) in small_project().positions.items()}
    start = Project(graph=small_project().graph, positions=places, flow=flow)  # type: ignore[arg-type]
    project = repaired(InsertLayer("Flatten", IN), project=start)
    along = [project.positions[name][0 if flow == "right" else 1] for name in ("input_1", "flatten_1", "dense_1", "output_1")]
    least = 240 if flow == "right" else 120
    assert all(after - before >= least for before, after in pairwise(along))


def test_a_layer_behind_an_output_takes_all_its_wires() -> None:
    graph = small_project().graph.with_nodes(Node("output_2", "Output")).with_edges(edge("dense_1", "output_2"))
    project = repaired(PutBehind("softmax", Port("dense_1", "out")), project=Project(graph=graph))
    assert wires(project) == {"input_1 dense_1", "dense_1 softmax_1", "softmax_1 output_1", "softmax_1 output_2"}


def test_a_layer_before_an_input_takes_its_wire_and_one_without_inputs_replaces_it() -> None:
    assert "flatten_1 dense_1" in wires(repaired(PutBefore("Flatten", Port("dense_1", "in"))))
    project = repaired(PutBefore("Input", Port("dense_1", "in"), (("shape", (3,)),)))
    assert wires(project) == {"input_2 dense_1", "dense_1 output_1"}


def test_an_output_is_added_where_a_value_is_not_used() -> None:
    graph = small_project().graph.with_nodes(Node("dense_2", "Dense")).with_edges(edge("input_1", "dense_2"))
    project = repaired(AddOutput(Port("dense_2", "out")), project=Project(graph=graph))
    assert "dense_2 output_2" in wires(project)


def test_wires_are_drawn_and_deleted() -> None:
    skip = edge("input_1", "output_1")
    assert wires(repaired(Disconnect(IN), Connect(skip.source, skip.target))) == {"input_1 output_1"}


def test_a_removed_node_lets_its_first_input_through_unless_it_goes_with_its_wires() -> None:
    assert wires(repaired(RemoveNode("dense_1"))) == {"input_1 output_1"}
    assert wires(repaired(RemoveNode("dense_1", is_bridged=False))) == set()


def test_a_removed_node_keeps_the_order_of_a_merges_wires() -> None:
    nodes = (Node("input_1", "Input"), Node("relu_1", "relu"), Node("concatenate_1", "Concatenate"), Node("output_1", "Output"))
    edges = (
        edge("input_1", "relu_1"),
        edge("relu_1", "concatenate_1"),
        Edge(Port("input_1", "out"), Port("output_1", "in")),
    )
    project = repaired(RemoveNode("relu_1"), project=Project(graph=Graph(nodes, edges)))
    assert project.graph.edges[0] == edge("input_1", "concatenate_1")


def test_a_node_of_another_layer_takes_the_wires_and_the_place() -> None:
    project = repaired(ReplaceNode("dense_1", "Conv", (("features", 3),)))
    assert wires(project) == {"input_1 conv_1", "conv_1 output_1"}
    assert project.positions["conv_1"] == (240.0, 0.0)
    assert project.graph.node("conv_1").attributes == {"features": 3}


def test_a_silent_node_is_used_again() -> None:
    graph = small_project().graph.with_node_replaced("dense_1", Node("dense_1", "Dense", {"features": 3}, "muted"))
    assert repaired(UseNode("dense_1"), project=Project(graph=graph)).graph.node("dense_1").mode == "on"


def test_a_loss_is_chosen_for_one_output_or_for_all() -> None:
    assert repaired(SetLoss("huber", "output_1")).training.losses == {"output_1": "huber"}
    assert repaired(SetLoss("huber")).training.loss == "huber"


def test_a_repair_of_several_steps_is_one_step_of_the_history() -> None:
    document = Document(small_project())
    document.edit(apply_fix(Fix("Insert Flatten", (InsertLayer("Flatten", IN), RemoveNode("dense_1"))), CATALOGUE))
    assert document.undo_text == "Insert Flatten"
    document.undo()
    assert document.project == small_project()


@pytest.mark.parametrize(
    "steps",
    [
        (InsertLayer("Flatten", edge("gone_1", "dense_1")),),
        (RemoveNode("gone_1"),),
        (InsertLayer("NoSuchLayer", IN),),
        (PutBefore("Flatten", Port("gone_1", "in")),),
        setting("Set", "gone_1", "features", 3).steps,
    ],
)
def test_a_repair_of_what_is_gone_is_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(ProblemError):
        repaired(*steps)
