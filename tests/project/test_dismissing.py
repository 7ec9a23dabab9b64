"""Warnings that were dismissed: only at their node, wherever it goes, saved with the project, and brought back."""

from dataclasses import replace

from flaxstudio.graph.graph import edge
from flaxstudio.graph.problem import Problem
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project import edits
from flaxstudio.project.advice import advise
from flaxstudio.project.dismissing import bring_back, can_be_dismissed, dismiss, is_dismissed
from flaxstudio.project.document import Document
from flaxstudio.project.grouping import make_block
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.storage import dump_project, parse_project

CATALOGUE = catalogue()


def project() -> Project:
    sketch = Sketch(CATALOGUE)
    last = sketch.chain(
        sketch.add("Input", shape=(8,)), ("Dense", {"features": 16}), "relu", "tanh", ("Dense", {"features": 2})
    )
    sketch.add("Output", last)
    return Project(graph=sketch.graph())


def told(value: Project) -> list[str]:
    known = catalogue_of(value.library, CATALOGUE)
    return [problem.node for problem in advise(value, known) if not is_dismissed(problem, value)]


def test_a_dismissed_warning_is_told_no_more_until_it_is_brought_back():
    document = Document(project())
    (problem,) = advise(document.project, CATALOGUE)
    document.edit(dismiss([problem]))
    assert document.undo_text == "Dismiss warning at tanh_1"
    assert told(document.project) == []
    document.edit(bring_back([problem]))
    assert told(document.project) == ["tanh_1"]
    assert document.project == project()
    document.undo()
    assert told(document.project) == []
    document.undo()
    assert told(document.project) == ["tanh_1"]


def test_it_stays_dismissed_under_another_name_in_a_file_and_in_a_block():
    (problem,) = advise(project(), CATALOGUE)
    value = dismiss([problem]).apply(project())
    value = edits.rename_node("tanh_1", "bend").apply(value)
    assert told(value) == []
    value, _ = parse_project(dump_project(value, Results()), "model.msgpack")
    assert told(value) == []
    value = make_block(["relu_1", "bend"], "Part", CATALOGUE).apply(value)
    (inside,) = advise(value, catalogue_of(value.library, CATALOGUE))
    assert (inside.block, inside.node) == ("Part", "bend")
    assert told(value) == []
    assert told(bring_back([inside]).apply(value)) == ["bend"]


def test_the_same_mistake_elsewhere_is_told_all_the_same():
    (problem,) = advise(project(), CATALOGUE)
    value = dismiss([problem]).apply(project())
    value = edits.add_node(CATALOGUE["tanh"], "tanh_2", (0.0, 0.0)).apply(value)
    graph = value.graph.without_edges(frozenset((edge("tanh_1", "dense_2"),)))
    graph = graph.with_edges(edge("tanh_1", "tanh_2"), edge("tanh_2", "dense_2"))
    assert told(replace(value, graph=graph)) == ["tanh_2"]


def test_errors_and_what_has_no_node_cannot_be_dismissed():
    assert not can_be_dismissed(Problem("dense_1", "It is wrong.", "Mend it.", rule="x"))
    assert not can_be_dismissed(Problem("", "It is odd.", "Look.", "warning", rule="x"))
    assert not can_be_dismissed(Problem("dense_1", "It is odd.", "Look.", "warning"))
    assert dismiss([Problem("dense_1", "It is wrong.", "Mend it.", rule="x")]).apply(project()) == project()
