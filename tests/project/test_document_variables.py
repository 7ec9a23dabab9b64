"""Variables set by hand are steps of the same history as edits; what training brought is never lost by undo."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flaxstudio.project import edits, history
from flaxstudio.project.document import Document
from flaxstudio.project.results import Results, Trained, bytes_beside
from tests.project.examples import small_project, small_results


def other(trained: Trained | None, step: int = 0) -> Trained:
    """Return other variables than those."""
    base = trained or small_results().trained
    assert base is not None
    return replace(base, step=step)


def trained_by_a_run(document: Document) -> Trained:
    trained = other(document.results.trained, 10)
    document.set_results(Results(trained, (*document.results.runs, *small_results().runs)))
    return trained


def test_setting_variables_is_a_step_that_undo_takes_back_exactly() -> None:
    document = Document(small_project(), small_results())
    before = document.results.trained
    after = other(before)
    document.set_variables(after, "Set values of params/dense_1/kernel")
    assert document.undo_text == "Set values of params/dense_1/kernel"
    assert document.results.trained is after
    assert document.is_modified
    document.undo()
    assert document.results.trained is before
    assert not document.is_modified
    document.redo()
    assert document.results.trained is after


def test_undoing_an_edit_leaves_variables_set_before_it() -> None:
    document = Document(small_project())
    first = other(None)
    document.set_variables(first, "Initialise")
    document.edit(edits.rename_model("Other"))
    document.undo()
    assert (document.project.name, document.results.trained) == ("Small", first)
    document.undo()
    assert document.results.trained is None
    assert document.project == small_project()


def test_undo_never_loses_a_training() -> None:
    document = Document(small_project())
    document.edit(edits.rename_model("Other"))
    document.set_variables(other(None), "Initialise")
    document.edit(edits.rename_model("Third"))
    trained = trained_by_a_run(document)
    while document.undo_text:
        document.undo()
        assert document.results.trained is trained
    assert document.project == small_project()
    while document.redo_text:
        document.redo()
    assert (document.project.name, document.results.trained) == ("Third", trained)


def test_a_run_that_brought_no_variables_leaves_the_steps_as_they_were() -> None:
    document = Document(small_project())
    first = other(None)
    document.set_variables(first, "Initialise")
    document.set_results(replace(document.results, runs=small_results().runs))
    assert document.undo_text == "Initialise"
    document.undo()
    assert document.results.trained is None
    assert len(document.results.runs) == 1


def test_setting_the_same_variables_leaves_no_step() -> None:
    document = Document(small_project(), small_results())
    document.set_variables(document.results.trained, "Nothing")
    assert document.undo_text == ""


def test_an_edit_does_not_merge_across_variables_set_in_between() -> None:
    document = Document(small_project())
    rename = replace(edits.rename_model("Other"), merge_key="name")
    document.edit(rename)
    document.set_variables(other(None), "Initialise")
    document.edit(replace(edits.rename_model("Third"), merge_key="name"))
    document.undo()
    assert document.project.name == "Other"


def test_the_oldest_variables_are_forgotten_when_all_take_too_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document(small_project())
    document.edit(edits.rename_model("Other"))
    made = []
    size = bytes_beside(small_results().trained, None)
    monkeypatch.setattr(history, "KEPT_BYTES", 2 * size)
    for number in range(5):
        made.append(other(None, number))  # arrays of its own each time
        document.set_variables(made[-1], f"Initialise {number}")
    document.undo()
    document.undo()
    assert document.results.trained is made[2]
    document.undo()
    assert document.project.name == "Small"
    assert document.undo_text == ""
    assert document.results.trained is made[2]


def test_arrays_that_two_trees_share_cost_nothing() -> None:
    trained = small_results().trained
    assert trained is not None
    kernel = np.zeros((4, 3), np.float32)
    changed = {"params": {"dense_1": {**trained.variables["params"]["dense_1"], "kernel": kernel}}}
    assert bytes_beside(trained, replace(trained, variables=changed)) == kernel.nbytes


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_edits_and_variables_then_as_many_undos_give_the_first_values(seed: int) -> None:
    """Against a model that keeps every pair of project and variables in a list."""
    chance = random.Random(seed)
    document = Document(small_project(), small_results())
    values = [(document.project, document.results.trained)]
    for number in range(chance.randrange(1, 25)):
        if chance.random() < 0.5:
            document.edit(edits.rename_model(f"M{number}"))
        else:
            document.set_variables(other(document.results.trained), "Set")
        values.append((document.project, document.results.trained))
    for project, trained in reversed(values[:-1]):
        document.undo()
        assert document.project == project
        assert document.results.trained is trained
    assert document.undo_text == ""
    assert not document.is_modified
    for project, trained in values[1:]:
        document.redo()
        assert document.project == project
        assert document.results.trained is trained


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_in_any_mixture_with_trainings_undo_restores_the_project_and_no_training_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    document = Document(small_project())
    last_training: Trained | None = None
    set_since: list[Trained] = []
    for _ in range(chance.randrange(1, 40)):
        match chance.randrange(5):
            case 0:
                document.edit(edits.rename_model(f"M{chance.randrange(10**6)}"))
            case 1:
                set_since.append(other(document.results.trained))
                document.set_variables(set_since[-1], "Set")
            case 2:
                last_training, set_since = trained_by_a_run(document), []
            case 3:
                document.undo()
            case 4:
                document.redo()
        now = document.results.trained
        assert now is last_training or any(now is trained for trained in set_since)
    while document.undo_text:
        document.undo()
    assert document.results.trained is last_training
    assert document.project == small_project()
