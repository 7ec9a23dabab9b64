"""The direction of the drawing: part of the project, turned with all places, undone like any edit."""

from flaxstudio.project.document import Document
from flaxstudio.project.flow_edits import set_flow
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project


def test_what_lay_behind_a_node_lies_below_it_after_the_turn():
    project = set_flow("down").apply(Project(positions={"a": (0.0, 0.0), "b": (280.0, 0.0), "c": (280.0, 120.0)}))
    assert project.flow == "down"
    assert project.positions == {"a": (0.0, 0.0), "b": (0.0, 160.0), "c": (240.0, 160.0)}


def test_turned_back_nodes_lie_where_they_were():
    before = Project(positions={"a": (0.0, 0.0), "b": (280.0, 120.0)}, block_positions={"Block": {"c": (560.0, 40.0)}})
    assert set_flow("right").apply(set_flow("down").apply(before)) == before


def test_the_direction_is_kept_in_the_file():
    project = Project(flow="down")
    assert parse_project(dump_project(project, Results()), "a.msgpack")[0].flow == "down"


def test_the_turn_is_one_step_of_the_history():
    document = Document(Project(positions={"a": (280.0, 0.0)}))
    document.edit(set_flow("down"))
    assert document.undo_text == "Flow from top to bottom"
    document.undo()
    assert document.project == Project(positions={"a": (280.0, 0.0)})


def test_the_direction_there_is_already_changes_nothing():
    project = Project()
    assert set_flow("right").apply(project) is project
