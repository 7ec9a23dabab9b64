from pathlib import Path

import flax.serialization
import jax
import numpy as np
import pytest

from flaxstudio.export.fitting import fit
from flaxstudio.export.params import export, read_variables
from flaxstudio.graph.graph import Node
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.results import Tree
from flaxstudio.project.storage import save_project
from tests.export.trained import chain, cnn_graph, linear_graph, model, trained

NAMES = ["weights.msgpack", "weights.safetensors", "weights"]


def same(first: Tree, second: Tree) -> bool:
    equal = jax.tree.map(lambda a, b: a.dtype == b.dtype and np.array_equal(a, b), first, second)
    return all(jax.tree.leaves(equal))


@pytest.mark.parametrize("name", NAMES)
def test_variables_with_batch_stats_survive_every_format(tmp_path: Path, name: str) -> None:
    given = model(cnn_graph())
    report = export(given, tmp_path / name)
    assert report.bytes > 10_000
    assert same(fit(read_variables(tmp_path / name), given.project, catalogue()), given.trained.variables)


def test_msgpack_is_byte_for_byte_what_flax_writes(tmp_path: Path) -> None:
    given = model(linear_graph())
    export(given, tmp_path / "w.msgpack")
    assert (tmp_path / "w.msgpack").read_bytes() == flax.serialization.to_bytes(given.trained.variables)


def test_safetensors_names_are_joined_by_slashes(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    export(model(linear_graph()), tmp_path / "w.safetensors")
    assert set(load_file(tmp_path / "w.safetensors")) == {"params/dense_1/kernel", "params/dense_1/bias"}


@pytest.mark.parametrize("name", NAMES)
def test_exporting_again_replaces_the_older_export(tmp_path: Path, name: str) -> None:
    export(model(cnn_graph()), tmp_path / name)
    export(model(linear_graph()), tmp_path / name)
    assert same(read_variables(tmp_path / name), model(linear_graph()).trained.variables)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_orbax_export_never_replaces_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"cat")
    with pytest.raises(ProblemError, match="no Orbax checkpoint"):
        export(model(linear_graph()), tmp_path / "photos")
    assert (tmp_path / "photos" / "cat.png").read_bytes() == b"cat"


def test_a_project_file_is_never_replaced_by_params(tmp_path: Path) -> None:
    path = tmp_path / "line.msgpack"
    save_project(path, *trained(linear_graph()))
    before = path.read_bytes()
    with pytest.raises(ProblemError, match="is a Flax Studio project"):
        export(model(linear_graph()), path)
    assert path.read_bytes() == before


def test_an_unknown_ending_names_the_formats_there_are(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"\.msgpack, \.safetensors"):
        export(model(linear_graph()), tmp_path / "w.pickle")


def test_params_without_their_collection_fit_a_model_that_has_no_others() -> None:
    project, results = trained(linear_graph())
    assert results.trained is not None
    variables = results.trained.variables
    assert same(fit(variables["params"], project, catalogue()), variables)


def test_missing_extra_and_misshapen_arrays_are_named_with_the_node() -> None:
    project, _ = trained(linear_graph())
    tree = {"params": {"dense_1": {"kernel": np.zeros((10, 4), np.float32)}, "dense_2": {"bias": np.zeros(3, np.float32)}}}
    with pytest.raises(ProblemError) as caught:
        fit(tree, project, catalogue())
    what = caught.value.problem.what
    assert "Missing: params/dense_1/bias" in what
    assert "not in the graph: params/dense_2/bias" in what
    assert "params/dense_1/kernel is (10, 4) and should be (10, 5)" in what
    assert caught.value.problem.node == "dense_1"


def test_long_lists_of_misfits_are_cut_short() -> None:
    nodes = [Node(f"dense_{i}", "Dense", {"features": 2}) for i in range(1, 5)]
    project, _ = trained(chain(Node("input_1", "Input", {"shape": (2,)}), *nodes, Node("output_1", "Output")))
    with pytest.raises(ProblemError, match=r"and 5 more\."):
        fit({"params": {}}, project, catalogue())


@pytest.mark.parametrize("name", ["w.msgpack", "w.safetensors"])
@pytest.mark.parametrize("content", [b"", b"\x93abc", b"\xff" * 40])
def test_a_file_that_holds_no_variables_is_a_problem(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ProblemError, match=name):
        read_variables(tmp_path / name)


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="holds no variables"):
        read_variables(tmp_path)
