"""A whole model comes into another one's graph: as a block and a node of it, or as its nodes."""

import pytest

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.library import Code, Library
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.clip import Clip, paste_clip
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.taking_in import as_block, as_nodes
from flaxstudio.project.templates import build_template

BASE = catalogue()
INPUT = Node("input_1", "Input", {"shape": (8,)})
NET = Project(
    "WideNet",
    Graph(
        (INPUT, Node("dense_1", "Dense"), Node("output_1", "Output")), (edge("input_1", "dense_1"), edge("dense_1", "output_1"))
    ),
)


def pasted(into: Project, clip: Clip) -> tuple[Project, dict[str, str]]:
    step, names = paste_clip(into, clip, (0.0, 300.0), BASE)
    return step.apply(into), names


def test_a_block_takes_its_input_from_where_it_stands():
    iris = build_template("iris", BASE)
    project, names = pasted(iris, as_block(NET))
    assert names == {"wide_net_1": "wide_net_1"}
    assert project.graph.node("wide_net_1").layer == "WideNet"
    assert project.library.block("WideNet").graph.node("input_1").attributes == {}
    problems = check_project(project, catalogue_of(project.library, BASE, frozenset()))
    assert {problem.node for problem in problems} == {"wide_net_1"}  # which is not wired yet


def test_a_block_of_the_name_of_this_model_gets_another():
    project, names = pasted(NET, as_block(NET))
    assert [block.name for block in project.library.blocks] == ["WideNet2"]
    assert project.graph.node(*names.values()).layer == "WideNet2"


def test_nodes_come_without_inputs_and_outputs():
    project, names = pasted(NET, as_nodes(NET))
    assert names == {"dense_1": "dense_2"}
    assert len(project.graph.nodes) == 4


def test_a_model_that_is_one_layer_of_code_is_a_node_of_it():
    code = Code("Odd", "class Odd(nn.Module):\n    pass\n")
    graph = Graph(
        (INPUT, Node("odd_1", "Odd"), Node("output_1", "Output")), (edge("input_1", "odd_1"), edge("odd_1", "output_1"))
    )
    clip = as_block(Project("Odd", graph, library=Library(codes=(code,))))
    assert [node.layer for node in clip.graph.nodes] == ["Odd"]
    assert list(clip.library) == [code]


def test_what_cannot_be_a_block_says_so():
    with pytest.raises(ProblemError, match="several methods"):
        as_block(build_template("digits-autoencoder", BASE))
    with pytest.raises(ProblemError, match="no layers"):
        as_nodes(Project("Empty", Graph((INPUT,))))
