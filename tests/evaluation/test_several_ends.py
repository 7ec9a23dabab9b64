from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.data.sources import open_table
from flaxstudio.data.table import Table
from flaxstudio.evaluation.inputs import read_input
from flaxstudio.evaluation.outputs import write_predictions
from flaxstudio.evaluation.predictions import predict
from flaxstudio.evaluation.scores import evaluate
from flaxstudio.evaluation.trial import Rows, Trial
from flaxstudio.evaluation.trial_data import prepared_data
from flaxstudio.evaluation.trying import try_model
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.training.beginning import InitKey, initialized
from tests.training.runs import evaluations_of, events_of, trained_by
from tests.training.several import ratings, siamese, two_heads, variational


def trained(project: Project) -> Trained:
    """Return what a run leaves, as it comes out of a file."""
    result = parse_project(dump_project(project, Results(trained_by(project, events_of(project)))), "p")[1].trained
    assert result is not None
    return result


def table_of(project: Project) -> Table:
    assert project.dataset is not None
    return open_table(project.dataset.source)


@pytest.mark.parametrize("make", [ratings, two_heads, siamese, variational], ids=lambda make: make.__name__)
def test_an_evaluation_gives_the_very_numbers_of_the_run(make: object, tmp_path: Path) -> None:
    project = make(tmp_path, steps=20)  # type: ignore[operator]
    events = events_of(project)
    told = {event.split: (event.loss, event.metrics) for event in evaluations_of(events)}
    for split in ("train", "validation", "test"):
        found = evaluate(project, trained_by(project, events), catalogue(), split)
        assert (found.loss, found.metrics) == told[split]


def test_predictions_of_several_outputs_stand_under_their_names(tmp_path: Path) -> None:
    project = two_heads(tmp_path, steps=400)
    table = table_of(project)
    known = trained(project)
    told = predict(project, known, catalogue(), Table({name: table.columns[name] for name in ("a", "b", "c")}))
    assert list(told.columns) == ["sizes.sum", "sizes.difference", "kind", "kind.probability_0", "kind.probability_1"]
    assert np.corrcoef(told.columns["sizes.sum"], table.columns["sum"])[0, 1] > 0.95
    assert np.corrcoef(told.columns["sizes.difference"], table.columns["difference"])[0, 1] > 0.8
    assert np.mean(told.columns["kind"] == table.columns["kind"].astype(str)) > 0.9
    write_predictions(tmp_path / "out.csv", told)
    assert (tmp_path / "out.csv").read_text().startswith("sizes.sum,sizes.difference,kind,")


def test_a_target_chosen_after_the_training_does_not_rename_predictions(tmp_path: Path) -> None:
    project = two_heads(tmp_path, steps=1)
    known = trained(project)
    assert project.dataset is not None
    changed = replace(project, dataset=replace(project.dataset, targets=("sum", "kind")))
    assert "sizes.difference" in predict(changed, known, catalogue(), table_of(project)).columns


def test_predictions_of_two_inputs_scale_each_by_its_own(tmp_path: Path) -> None:
    project = siamese(tmp_path, steps=5)
    known = trained(project)
    table = table_of(project)
    told = predict(project, known, catalogue(), table).columns["far"]
    x = np.stack([table.columns[f"x{i}"] for i in range(4)], axis=1)
    left, right = (known.preparation.scale_of(name) for name in ("left", "right"))
    params = known.variables["params"]
    hidden = [
        (part - scale.offset) / scale.scale @ params["shared"]["kernel"] + params["shared"]["bias"]
        for part, scale in ((x[:, :2], left), (x[:, 2:], right))
    ]
    expected = np.maximum(hidden[0] - hidden[1], 0) @ params["dense_1"]["kernel"] + params["dense_1"]["bias"]
    assert np.allclose(told, expected[:, 0], atol=1e-4)


def test_what_samples_in_training_predicts_its_mean(tmp_path: Path) -> None:
    project = variational(tmp_path, steps=5)
    known = trained(project)
    first, again = (predict(project, known, catalogue(), table_of(project)).columns["x0"] for _ in range(2))
    assert np.array_equal(first, again)


def test_an_image_is_refused_for_a_model_of_several_inputs(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ProblemError, match="was not trained on images"):
        read_input(tmp_path / "a.png", siamese(tmp_path), catalogue())


def test_rows_of_the_data_reach_each_input_and_tell_every_target(tmp_path: Path) -> None:
    project = ratings(tmp_path)
    data = prepared_data(project, None, catalogue(), None)
    trial = Trial({"user": Rows("train", 3, 2), "item": Rows("train", 3, 2)})
    begun = initialized(project, Results(), catalogue(), InitKey(), None)
    outcome = try_model(project, begun, catalogue(), trial, lambda: data)
    seen = {place.place: place.value for place in outcome.seen}
    table, rows = table_of(project), data.train.rows[3:5]
    for name in ("user", "item"):
        assert seen[name][:, 0].tolist() == table.columns[name][rows].tolist()
    assert outcome.targets == tuple(f"{value:.6g}" for value in table.columns["rating"][rows].astype(np.float32))
    heads = two_heads(tmp_path)
    choice = Trial({"input_1": Rows("test", 0, 1)})
    told = try_model(
        heads,
        initialized(heads, Results(), catalogue(), InitKey(), None),
        catalogue(),
        choice,
        lambda: prepared_data(heads, None, catalogue(), None),
    ).targets
    assert [text.count(",") for text in told[0].split("; ")] == [1, 0]


def test_an_input_of_another_method_has_no_rows(tmp_path: Path) -> None:
    project = variational(tmp_path)
    data = prepared_data(project, None, catalogue(), None)
    begun = initialized(project, Results(), catalogue(), InitKey(), None)
    trial = Trial({"latent": Rows("train", 0, 1)})
    with pytest.raises(ProblemError, match="latent is no Input of the call"):
        try_model(project, begun, catalogue(), trial, lambda: data)
