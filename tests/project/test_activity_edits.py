from dataclasses import replace

import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.activity_edits import set_mode, toggled_mode
from flaxstudio.project.block_edits import within
from flaxstudio.project.document import Document
from flaxstudio.project.edits import names_for_paste, part_of, paste
from flaxstudio.project.grouping import dissolve, make_block
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from tests.project.examples import small_project, small_results

CATALOGUE = catalogue()


def test_muting_leaves_node_wires_and_values_and_is_one_named_step() -> None:
    document = Document(small_project())
    document.edit(set_mode(["dense_1"], "muted", CATALOGUE))
    assert document.undo_text == "Mute dense_1"
    assert document.project.graph.node("dense_1") == replace(small_project().graph.node("dense_1"), mode="muted")
    assert document.project.graph.edges == small_project().graph.edges
    document.undo()
    assert document.project == small_project()


def test_a_key_mutes_all_or_uses_all_again() -> None:
    project = set_mode(["dense_1"], "muted", CATALOGUE).apply(small_project())
    assert toggled_mode(project, ["dense_1", "output_1"], "muted") == "muted"
    assert toggled_mode(project, ["dense_1"], "muted") == "on"
    assert toggled_mode(project, ["dense_1"], "bypassed") == "bypassed"


def test_what_was_trained_fits_again_when_it_is_used_again() -> None:
    trained = small_results().trained
    assert trained is not None
    document = Document(small_project(), small_results())
    document.edit(set_mode(["dense_1"], "bypassed", CATALOGUE))
    assert not trained.fits(document.project)
    document.edit(set_mode(["dense_1"], "on", CATALOGUE))
    assert trained.fits(document.project)
    assert document.results.trained is not None


def test_an_input_cannot_be_bypassed() -> None:
    with pytest.raises(ProblemError, match="nothing to let through"):
        set_mode(["input_1"], "bypassed", CATALOGUE).apply(small_project())


def test_an_end_of_a_block_cannot_be_muted() -> None:
    project = make_block(["dense_1"], "Part", CATALOGUE).apply(small_project())
    with pytest.raises(ProblemError, match="end of the block"):
        within("Part", set_mode(["output_1"], "muted", CATALOGUE)).apply(project)
    changed = within("Part", set_mode(["dense_1"], "muted", CATALOGUE)).apply(project)
    assert changed.library.block("Part").graph.node("dense_1").mode == "muted"


def test_a_muted_node_stays_muted_when_it_is_copied_or_put_into_a_block_and_out() -> None:
    project = set_mode(["dense_1"], "muted", CATALOGUE).apply(small_project())
    graph, positions = part_of(project, ["dense_1"])[:2]
    pasted = paste(graph, positions, (0.0, 0.0), names_for_paste(project, graph)).apply(project)
    assert pasted.graph.node("dense_2").mode == "muted"
    blocked = make_block(["dense_1"], "Part", CATALOGUE).apply(project)
    assert blocked.library.block("Part").graph.node("dense_1").mode == "muted"
    assert dissolve("part_1").apply(blocked).graph.node("dense_1").mode == "muted"


def test_a_muted_block_is_not_taken_apart() -> None:
    blocked = make_block(["dense_1"], "Part", CATALOGUE).apply(small_project())
    muted = set_mode(["part_1"], "muted", CATALOGUE).apply(blocked)
    with pytest.raises(ProblemError, match="part_1 is muted"):
        dissolve("part_1").apply(muted)


def test_modes_are_saved() -> None:
    project = set_mode(["dense_1"], "bypassed", CATALOGUE).apply(small_project())
    content = dump_project(project, Results())
    assert parse_project(content, "x")[0] == project
    with pytest.raises(ProblemError, match="is damaged"):
        parse_project(content.replace(b"bypassed", b"bypazzed"), "x")
