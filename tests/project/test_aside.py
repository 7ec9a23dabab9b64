"""What a node had learnt is kept while it is muted, also through a training without it."""

from dataclasses import replace

import numpy as np
import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.activity_edits import set_mode
from flaxstudio.project.grouping import make_block
from flaxstudio.project.results import Results, Trained
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.project.variables import leaves, with_aside
from tests.project.examples import small_project, small_results

CATALOGUE = catalogue()


def learnt() -> Trained:
    trained = small_results().trained
    assert trained is not None
    return trained


def without_dense(mode) -> Trained:
    """Variables made while dense_1 was left out."""
    project = set_mode(["dense_1"], mode, CATALOGUE).apply(small_project())
    return replace(learnt(), variables={"params": {}}, graph=project.graph)


@pytest.mark.parametrize("mode", ["muted", "bypassed"])
def test_what_was_learnt_is_kept_aside_through_trainings_without_the_node(mode) -> None:
    once = with_aside(without_dense(mode), learnt())
    twice = with_aside(without_dense(mode), once)
    for kept in (once, twice):
        assert dict(leaves(kept.aside)).keys() == {("params", "dense_1", "kernel"), ("params", "dense_1", "bias")}
        np.testing.assert_array_equal(
            kept.aside["params"]["dense_1"]["kernel"], learnt().variables["params"]["dense_1"]["kernel"]
        )


def test_nothing_is_kept_aside_of_nodes_that_are_used_or_gone() -> None:
    assert with_aside(learnt(), learnt()).aside == {}
    gone = replace(learnt(), graph=learnt().graph.without_nodes(frozenset(["dense_1"])))
    assert with_aside(gone, learnt()).aside == {}
    assert with_aside(learnt(), None).aside == {}


def test_nodes_inside_blocks_keep_theirs_too() -> None:
    project = make_block(["dense_1"], "Part", CATALOGUE).apply(small_project())
    from flaxstudio.project.block_edits import within

    muted = within("Part", set_mode(["dense_1"], "bypassed", CATALOGUE)).apply(project)
    before = replace(learnt(), variables={"params": {"part_1": learnt().variables["params"]}})
    kept = with_aside(replace(learnt(), graph=muted.graph, library=muted.library), before)
    assert set(kept.aside["params"]["part_1"]["dense_1"]) == {"kernel", "bias"}


def test_it_is_saved_and_a_broken_one_is_refused() -> None:
    trained = with_aside(without_dense("muted"), learnt())
    content = dump_project(small_project(), Results(trained))
    again = parse_project(content, "x")[1].trained
    assert again is not None
    np.testing.assert_array_equal(again.aside["params"]["dense_1"]["bias"], np.zeros(3, np.float32))
    assert b"aside" not in dump_project(small_project(), small_results())
    bad = replace(trained, aside={"params": "text"})
    with pytest.raises(ProblemError, match="is damaged"):
        parse_project(dump_project(small_project(), Results(bad)), "x")
