import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flaxstudio.graph.graph import Port, edge
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project import edits
from flaxstudio.project.document import Document
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project
from tests.project.examples import small_project

CATALOGUE = catalogue()


def add(document: Document, layer: str) -> str:
    name = edits.new_name(document.project, CATALOGUE[layer])
    document.edit(edits.add_node(CATALOGUE[layer], name, (0.0, 0.0)))
    return name


def test_connecting_an_occupied_input_replaces_its_edge_in_one_step() -> None:
    document = Document(small_project())
    name = add(document, "Input")
    document.edit(edits.connect(Port(name, "out"), Port("dense_1", "in"), CATALOGUE))
    assert document.project.graph.edges_into("dense_1") == (edge(name, "dense_1"),)
    document.undo()
    assert document.project.graph.edges_into("dense_1") == (edge("input_1", "dense_1"),)


def test_a_merge_takes_several_edges() -> None:
    document = Document(small_project())
    name = add(document, "Add")
    for source in ("input_1", "dense_1"):
        document.edit(edits.connect(Port(source, "out"), Port(name, "in"), CATALOGUE))
    assert len(document.project.graph.edges_into(name)) == 2


def test_a_loop_is_refused_and_nothing_changes() -> None:
    document = Document(small_project())
    name = add(document, "relu")
    document.edit(edits.connect(Port("dense_1", "out"), Port(name, "in"), CATALOGUE))
    before = document.project
    with pytest.raises(ProblemError, match="loop"):
        document.edit(edits.connect(Port(name, "out"), Port("dense_1", "in"), CATALOGUE))
    assert document.project is before


def test_setting_an_attribute_to_its_default_stores_nothing() -> None:
    document = Document(small_project())
    document.edit(edits.set_attribute("dense_1", "features", 64, CATALOGUE))
    assert document.project.graph.node("dense_1").attributes == {}


def test_turning_one_attribute_is_one_step_of_the_history() -> None:
    document = Document(small_project())
    for value in (4, 5, 6):
        document.edit(edits.set_attribute("dense_1", "features", value, CATALOGUE))
    document.edit(edits.set_attribute("dense_1", "use_bias", False, CATALOGUE))
    document.undo()
    assert document.project.graph.node("dense_1").attributes == {"features": 6}
    document.undo()
    assert document.project == small_project()


def test_an_edit_that_changes_nothing_leaves_no_step() -> None:
    document = Document(small_project())
    document.edit(edits.move({"input_1": (0.0, 0.0)}))
    assert document.undo_text == ""
    assert not document.is_modified


def test_renaming_takes_edges_and_position_along_and_refuses_bad_names() -> None:
    document = Document(small_project())
    document.edit(edits.rename_node("dense_1", "head"))
    assert document.project.graph.edges == (edge("input_1", "head"), edge("head", "output_1"))
    assert document.project.positions["head"] == (240.0, 0.0)
    for name in ("input_1", "Head", "class", "apply", "x", "a b", ""):
        with pytest.raises(ProblemError):
            document.edit(edits.rename_node("head", name))


def test_renaming_an_output_takes_its_loss_along() -> None:
    document = Document(small_project())
    document.edit(edits.set_training(dataclasses.replace(document.project.training, losses={"output_1": "cross_entropy"})))
    document.edit(edits.rename_node("output_1", "kind"))
    assert document.project.training.losses == {"kind": "cross_entropy"}


def test_a_node_is_inserted_on_an_edge() -> None:
    document = Document(small_project())
    name = add(document, "relu")
    document.edit(edits.insert_on_edge(name, edge("input_1", "dense_1"), CATALOGUE["relu"]))
    assert edge("input_1", name) in document.project.graph.edges
    assert edge(name, "dense_1") in document.project.graph.edges
    assert edge("input_1", "dense_1") not in document.project.graph.edges


def test_pasting_gives_new_names_and_keeps_inner_edges() -> None:
    project = small_project()
    part, positions = edits.part_of(project, ("input_1", "dense_1"))
    names = edits.names_for_paste(project, part)
    pasted = edits.paste(part, positions, (10.0, 20.0), names).apply(project)
    assert names == {"input_1": "input_2", "dense_1": "dense_2"}
    assert edge("input_2", "dense_2") in pasted.graph.edges
    assert pasted.positions["dense_2"] == (250.0, 20.0)


def test_the_subscriber_hears_of_every_change_and_saving() -> None:
    document, heard = Document(small_project()), []
    document.on_change = lambda: heard.append(document.is_modified)
    document.edit(edits.rename_model("Other"))
    document.undo()
    document.redo()
    document.set_results(Results())
    assert heard == [True, False, True, True]


def random_edit(project: Project, chance: random.Random) -> Edit:
    names = project.graph.names()
    spec = chance.choice(CATALOGUE.layers)
    choices = [lambda: edits.add_node(spec, edits.new_name(project, spec), (chance.random(), 1.0))]
    if names:
        one, other = chance.choice(names), chance.choice(names)
        choices += [
            lambda: edits.remove([one]),
            lambda: edits.move({one: (chance.random(), chance.random())}),
            lambda: edits.connect(Port(one, "out"), Port(other, "in"), CATALOGUE),
            lambda: edits.rename_node(one, f"r{chance.randrange(30)}"),
            lambda: edits.set_attribute("dense_1", "features", chance.randrange(1, 99), CATALOGUE),
            lambda: edits.rename_model(f"M{chance.randrange(9)}"),
        ]
    return chance.choice(choices)()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_any_edits_then_as_many_undos_give_the_first_bytes(seed: int) -> None:
    chance, document = random.Random(seed), Document(small_project())
    first, values = dump_project(document.project, Results()), [small_project()]
    for _ in range(60):
        try:
            document.edit(random_edit(document.project, chance))
        except (ProblemError, KeyError):
            continue
        values.append(document.project)
    last = document.project
    while document.undo_text:
        document.undo()
    assert dump_project(document.project, Results()) == first
    assert not document.is_modified
    while document.redo_text:
        document.redo()
    assert document.project == last
