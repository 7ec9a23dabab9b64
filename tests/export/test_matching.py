from pathlib import Path

import numpy as np
import pytest

from flaxstudio.export import params
from flaxstudio.export.matching import compare_file, take_matching
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project import arrays
from flaxstudio.project.project import Project
from flaxstudio.project.variables import path_text
from tests.export.trained import chain, linear_graph, model, trained

CATALOGUE = catalogue()


def two_layers(features: int = 6, last: str = "dense_2") -> Graph:
    return chain(
        Node("input_1", "Input", {"shape": (10,)}),
        Node("dense_1", "Dense", {"features": features}),
        Node(last, "Dense", {"features": 5}),
        Node("output_1", "Output"),
    )


def saved(path: Path, graph: Graph) -> Path:
    params.export(model(graph), path)
    return path


def test_the_model_s_own_file_fits_as_a_whole(tmp_path: Path) -> None:
    project, _ = trained(two_layers())
    found = compare_file(saved(tmp_path / "v.msgpack", two_layers()), project, CATALOGUE)
    assert found.is_whole
    assert [path_text(match.path) for match in found.matches] == [
        "params/dense_1/kernel",
        "params/dense_1/bias",
        "params/dense_2/kernel",
        "params/dense_2/bias",
    ]


def test_missing_extra_and_other_shapes_are_named(tmp_path: Path) -> None:
    file = saved(tmp_path / "v.safetensors", two_layers(last="head"))
    project, results = trained(two_layers(features=7))
    found = compare_file(file, project, CATALOGUE)
    assert {path_text(match.path): match.verdict for match in found.matches} == {
        "params/dense_1/kernel": "other shape",
        "params/dense_1/bias": "other shape",
        "params/dense_2/kernel": "missing",
        "params/dense_2/bias": "missing",
        "params/head/bias": "extra",
        "params/head/kernel": "extra",
    }
    assert not found.is_whole
    assert results.trained is not None
    with pytest.raises(ProblemError, match=r"Nothing in v\.safetensors fits"):
        take_matching(found, results.trained.variables)


def test_the_matching_part_is_taken_and_the_rest_stays(tmp_path: Path) -> None:
    donor = model(two_layers())
    file = saved(tmp_path / "v.msgpack", two_layers(last="head"))
    project, results = trained(two_layers())
    assert results.trained is not None
    base = {
        "params": {
            node: {name: a + 1 for name, a in layer.items()} for node, layer in results.trained.variables["params"].items()
        }
    }
    taken = take_matching(compare_file(file, project, CATALOGUE), base)
    assert np.array_equal(taken["params"]["dense_1"]["kernel"], donor.trained.variables["params"]["dense_1"]["kernel"])
    assert taken["params"]["dense_2"]["kernel"] is base["params"]["dense_2"]["kernel"]


def test_arrays_are_taken_in_the_model_s_type(tmp_path: Path) -> None:
    project, results = trained(linear_graph())
    assert results.trained is not None
    layer = {name: a.astype(np.float64) for name, a in results.trained.variables["params"]["dense_1"].items()}
    (tmp_path / "params.msgpack").write_bytes(arrays.pack({"dense_1": layer}))
    taken = take_matching(compare_file(tmp_path / "params.msgpack", project, CATALOGUE), results.trained.variables)
    assert taken["params"]["dense_1"]["kernel"].dtype == np.float32


def test_a_project_is_compared_without_ever_having_been_trained(tmp_path: Path) -> None:
    found = compare_file(saved(tmp_path / "v.msgpack", linear_graph()), Project("New", linear_graph()), CATALOGUE)
    assert found.is_whole


def test_a_file_of_a_class_whose_author_named_nothing_is_offered_under_the_model_s_names(tmp_path: Path) -> None:
    project, results = trained(two_layers())
    assert results.trained is not None
    own = results.trained.variables["params"]
    file = tmp_path / "v.msgpack"
    file.write_bytes(arrays.pack({"params": {"Dense_0": own["dense_1"], "Dense_1": own["dense_2"]}}))
    found = compare_file(file, project, CATALOGUE)
    assert {path_text(match.path): path_text(match.source) for match in found.matches} == {
        f"params/dense_{number}/{name}": f"params/Dense_{number - 1}/{name}" for number in (1, 2) for name in ("kernel", "bias")
    }
    assert found.count("fits") == 4
    assert not found.is_whole, "shown first, not taken unasked"
    blank = {"params": {node: {name: a * 0 for name, a in layer.items()} for node, layer in own.items()}}
    taken = take_matching(found, blank)
    assert all(np.array_equal(taken["params"][node][name], a) for node, layer in own.items() for name, a in layer.items())
