from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.data.sources import open_table
from flaxstudio.evaluation.trial import Choice, Filled, FromFile, Outcome, Rows, Trial, Typed
from flaxstudio.evaluation.trying import adopt, try_model
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.library import Code, Library
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.graph.taps import tapped_graph
from flaxstudio.layers import catalogue
from flaxstudio.layers.code_layer import with_imports
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.templates import build_template
from flaxstudio.project.variables import path_text, with_arrays
from flaxstudio.training.beginning import InitKey, initialized
from tests.data.one_end import prepare_one
from tests.layers.layer_texts import BIAS_ADDER
from tests.training.runs import iris_project, noisy_project

CATALOGUE = catalogue()


def begun(project: Project):
    return initialized(project, Results(), CATALOGUE, InitKey(1), None)


def tried(project: Project, choice: Choice, trained=None, **more) -> Outcome:
    trained = trained or begun(project)
    return try_model(project, trained, CATALOGUE, Trial({"input_1": choice}, **more))


def dataset_of(project: Project):
    spec = project.dataset
    assert spec is not None
    return prepare_one(spec, open_table(spec.source), (4,))


def test_every_node_is_seen_in_order_and_the_last_is_what_apply_gives() -> None:
    project = iris_project(("Dense", {"features": 8}), ("relu", {}))
    trained = begun(project)
    outcome = tried(project, Filled("random", 3, 5), trained)
    assert [(seen.place, seen.value.shape) for seen in outcome.seen] == [
        ("input_1", (3, 4)),
        ("dense_1", (3, 8)),
        ("relu_1", (3, 8)),
        ("dense_2", (3, 3)),
    ]
    module = build_module(generate(project.graph, project.name, CATALOGUE))
    x = jax.random.normal(jax.random.PRNGKey(5), (3, 4))
    assert np.array_equal(outcome.seen[0].value, x)
    assert np.allclose(outcome.seen[-1].value, module.apply(trained.variables, x), rtol=1e-6)
    assert np.array_equal(outcome.seen[2].value, np.maximum(outcome.seen[1].value, 0))
    assert outcome.seen[2].statistics.zeros == (outcome.seen[2].value == 0).mean()
    assert not outcome.changes


def test_a_model_that_is_tried_again_is_not_compiled_again() -> None:
    project, compiled = iris_project(), {}
    trained = begun(project)

    def seen(choice: Choice, **more) -> float:
        outcome = try_model(project, trained, CATALOGUE, Trial({"input_1": choice}, **more), compiled=compiled)
        return float(outcome.seen[0].value.sum())

    assert (seen(Filled("ones")), seen(Filled("zeros")), len(compiled)) == (4.0, 0.0, 1)
    seen(Filled("ones"), is_training=True)
    assert len(compiled) == 2


def test_a_branch_and_a_merge_are_seen_too() -> None:
    nodes = (
        Node("input_1", "Input", {"shape": (4,)}), Node("dense_1", "Dense", {"features": 4}), Node("add_1", "Add"), Node("output_1", "Output"),
    )  # fmt: skip
    edges = (edge("input_1", "dense_1"), edge("input_1", "add_1"), edge("dense_1", "add_1"), edge("add_1", "output_1"))
    outcome = tried(Project("Residual", Graph(nodes, edges)), Filled("ones"))
    values = {seen.place: seen.value for seen in outcome.seen}
    assert np.allclose(values["add_1"], values["input_1"] + values["dense_1"])


def test_nodes_that_lead_nowhere_are_left_out_and_outputs_get_free_names() -> None:
    project = iris_project()
    graph = project.graph.with_nodes(Node("lonely", "Dense"), Node("output_2", "Output")).with_edges(
        edge("dense_1", "output_2")
    )
    taps, tapped = tapped_graph(graph, CATALOGUE)
    assert [port.node for port in taps] == ["input_1", "dense_1"]
    assert not tapped.has_node("lonely")
    assert len(tapped.nodes) == len(set(tapped.names()))


def test_as_in_training_dropout_is_drawn_from_the_seed_and_batch_stats_move() -> None:
    project, choice = noisy_project(), Filled("random", 16)
    trained = begun(project)
    used = tried(project, choice, trained)
    first, again, other = (tried(project, choice, trained, is_training=True, seed=seed) for seed in (1, 1, 2))
    dropped = {
        name: next(s.value for s in o.seen if s.node == "dropout_1")
        for name, o in {"first": first, "again": again, "other": other}.items()
    }
    assert np.array_equal(dropped["first"], dropped["again"])
    assert not np.array_equal(dropped["first"], dropped["other"])
    assert not used.updated
    changes = {path_text(change.path): change for change in first.changes}
    assert list(changes) == ["batch_stats/batch_norm_1/mean", "batch_stats/batch_norm_1/var"]
    mean = changes["batch_stats/batch_norm_1/mean"]
    inputs = next(s.value for s in first.seen if s.node == "dense_1")
    assert np.allclose(mean.before, 0)
    assert np.allclose(mean.after, 0.1 * inputs.mean(axis=0), atol=1e-6)  # momentum 0.9


def test_updated_collections_can_be_kept_and_params_are_untouched() -> None:
    project = noisy_project()
    trained = begun(project)
    outcome = tried(project, Filled("random", 16), trained, is_training=True)
    kept = adopt(trained, outcome.updated)
    assert kept.variables["params"] is trained.variables["params"]
    second = tried(project, Filled("random", 16), kept, is_training=True)
    assert np.array_equal(second.changes[0].before, outcome.changes[0].after)


def test_rows_of_the_data_are_prepared_as_for_training_and_bring_their_targets() -> None:
    project = iris_project()
    dataset = dataset_of(project)
    trial = Trial({"input_1": Rows("validation", 2, 3)})
    outcome = try_model(project, begun(project), CATALOGUE, trial, lambda: dataset)
    assert np.array_equal(outcome.seen[0].value, dataset.validation.features[2:5])
    assert len(outcome.targets) == 3
    assert set(outcome.targets) <= set(dataset.preparation.classes)
    with pytest.raises(ProblemError, match=r"validation split has 15 rows.*row 99"):
        try_model(project, begun(project), CATALOGUE, Trial({"input_1": Rows("validation", 99)}), lambda: dataset)
    with pytest.raises(ProblemError, match="There is no data"):
        try_model(project, begun(project), CATALOGUE, trial)


def test_typed_numbers_are_one_sample_or_several_and_scaled_as_the_data_was() -> None:
    project = iris_project()
    trained = begun(project)
    as_typed = tried(project, Typed("5.1 3.5 1.4 0.2 6 3 4 1"), trained, is_scaled=False).seen[0].value
    assert as_typed.shape == (2, 4)
    assert as_typed[0].tolist() == pytest.approx([5.1, 3.5, 1.4, 0.2])
    scaled = tried(project, Typed("5.1 3.5 1.4 0.2 6 3 4 1"), trained).seen[0].value
    assert np.allclose(scaled, (as_typed - trained.preparation.offset) / trained.preparation.scale, atol=1e-6)
    with pytest.raises(ProblemError, match="3 numbers"):
        tried(project, Typed("1 2 3"), trained)
    with pytest.raises(ProblemError, match="more than numbers"):
        tried(project, Typed("1 2 3 four"), trained)


def test_arrays_and_images_are_read_from_files(tmp_path: Path) -> None:
    from PIL import Image

    image = Project("Image", Graph((Node("input_1", "Input", {"shape": (8, 6, 1)}), Node("relu_1", "relu"), Node("output_1", "Output")),
                                   (edge("input_1", "relu_1"), edge("relu_1", "output_1"))))  # fmt: skip
    Image.new("L", (12, 16), 200).save(tmp_path / "grey.png")
    seen = try_model(image, None, CATALOGUE, Trial({"input_1": FromFile(str(tmp_path / "grey.png"))})).seen
    assert seen[0].value.shape == (1, 8, 6, 1)
    assert set(seen[0].value.flat) == {200.0}
    np.save(tmp_path / "two.npy", np.ones((2, 8, 6, 1)))
    np.savez(tmp_path / "named.npz", input_1=np.zeros((8, 6, 1)), other=np.zeros(3))
    for name, count in (("two.npy", 2), ("named.npz", 1)):
        seen = try_model(image, None, CATALOGUE, Trial({"input_1": FromFile(str(tmp_path / name))})).seen
        assert seen[0].value.shape == (count, 8, 6, 1)
    np.save(tmp_path / "wrong.npy", np.ones((5, 5)))
    (tmp_path / "text.npy").write_text("hello")
    for name, said in (("wrong.npy", "one sample is"), ("text.npy", "no array and no image"), ("none.png", "cannot be read")):
        with pytest.raises(ProblemError, match=said):
            try_model(image, None, CATALOGUE, Trial({"input_1": FromFile(str(tmp_path / name))}))


def test_inputs_that_were_not_chosen_get_as_many_zeros() -> None:
    nodes = (
        Node("left", "Input", {"shape": (4,)}),
        Node("right", "Input", {"shape": (4,)}),
        Node("add_1", "Add"),
        Node("output_1", "Output"),
    )
    project = Project("Two", Graph(nodes, (edge("left", "add_1"), edge("right", "add_1"), edge("add_1", "output_1"))))
    outcome = try_model(project, None, CATALOGUE, Trial({"left": Filled("ones", 3)}))
    assert {seen.place: float(seen.value.sum()) for seen in outcome.seen} == {"left": 12.0, "right": 0.0, "add_1": 12.0}
    with pytest.raises(ProblemError, match="different numbers of samples"):
        try_model(project, None, CATALOGUE, Trial({"left": Filled("ones", 3), "right": Filled("ones", 2)}))


def test_where_values_stop_being_numbers_is_named() -> None:
    project = iris_project(("Dense", {"features": 8}), ("relu", {}))
    trained = begun(project)
    broken = with_arrays(trained, {("params", "dense_1", "bias"): np.full(8, np.nan, np.float32)})
    assert tried(project, Filled(), trained).first_not_finite == ""
    assert tried(project, Filled(), broken).first_not_finite == "dense_1"


def test_variables_of_another_graph_and_none_at_all_are_said() -> None:
    project = iris_project(("Dense", {"features": 8}))
    with pytest.raises(ProblemError, match=r"params/dense_1/kernel is \(4, 8\) and should be \(4, 9\)"):
        tried(iris_project(("Dense", {"features": 9})), Filled(), begun(project))
    with pytest.raises(ProblemError, match="There are no variables yet"):
        try_model(project, None, CATALOGUE, Trial({}))


def of_template(name: str) -> tuple[Project, Catalogue, Trained]:
    project = build_template(name, CATALOGUE)
    catalogue = catalogue_of(project.library, CATALOGUE, frozenset())
    return project, catalogue, initialized(project, Results(), catalogue, InitKey(), None)


def test_parts_of_a_block_are_seen_in_its_order_before_the_block_itself() -> None:
    project, catalogue, trained = of_template("digits-residual")
    outcome = try_model(project, trained, catalogue, Trial({"input_1": Filled("random", 2)}))
    places = [seen.place for seen in outcome.seen if seen.node == "residual_block_1"]
    block = "residual_block_1_0"
    parts = [f"{block}/{part}" for part in ("conv_1", "batch_norm_1", "conv_2", "batch_norm_2")]
    assert places[:5] == [*parts, block]
    assert places[-1] == "residual_block_1"
    values = {seen.place: seen.value for seen in outcome.seen}
    assert np.array_equal(values["residual_block_1"], values["residual_block_1_1"])


def test_a_model_with_several_methods_is_tried_as_a_whole() -> None:
    project, catalogue, trained = of_template("digits-autoencoder")
    outcome = try_model(project, trained, catalogue, Trial({"input_1": Filled("ones")}))
    seen = {place.node for place in outcome.seen}
    assert {"input_1", "encoder", "decoder", "latent", "decoder_2"} <= seen


def test_a_layer_that_changes_its_state_at_every_call_is_tried_and_keeps_it_only_in_training() -> None:
    library = Library(codes=(Code("BiasAdderWithRunningMean", with_imports(BIAS_ADDER)),))
    own = catalogue_of(library, CATALOGUE, library.hashes)
    sketch = Sketch(own)
    sketch.add("Output", sketch.add("BiasAdderWithRunningMean", sketch.add("Input", shape=(5,)), name="adder"))
    project = Project("Adder", sketch.graph(), library=library)
    trained = initialized(project, Results(), own, InitKey(), None)
    for is_training in (False, True):
        outcome = try_model(project, trained, own, Trial({"input_1": Filled("ones", 3)}, is_training=is_training))
        assert np.allclose(outcome.seen[-1].value, 0.99)
        assert bool(outcome.updated) == bool(outcome.changes) == is_training
    assert np.allclose(outcome.updated["batch_stats"]["adder"]["mean"], 0.01)


def test_every_output_of_a_layer_with_several_is_seen() -> None:
    nodes = (
        Node("input_1", "Input", {"shape": (5, 3)}), Node("lstm_1", "LSTM", {"features": 6}),
        Node("lstm_2", "LSTM", {"features": 6}), Node("output_1", "Output"),
    )  # fmt: skip
    edges = (
        edge("input_1", "lstm_1"), edge("input_1", "lstm_2"), edge("lstm_2", "output_1"),
        edge("lstm_1", "lstm_2", source_port="carry", target_port="initial_carry"),
    )  # fmt: skip
    outcome = tried(Project("Two", Graph(nodes, edges)), Filled("random", 2))
    places = [seen.place for seen in outcome.seen if seen.node == "lstm_1" and "/" not in seen.place]
    assert sorted(places) == ["lstm_1.carry[0]", "lstm_1.carry[1]", "lstm_1.out"]


def test_what_cannot_be_computed_names_its_node() -> None:
    nodes = (
        Node("left", "Input", {"shape": (4,)}),
        Node("right", "Input", {"shape": (3,)}),
        Node("add_1", "Add"),
        Node("output_1", "Output"),
    )
    project = Project("Two", Graph(nodes, (edge("left", "add_1"), edge("right", "add_1"), edge("add_1", "output_1"))))
    with pytest.raises(ProblemError, match="add_1 cannot be computed"):
        try_model(project, None, CATALOGUE, Trial({}))


def test_numbers_of_words_are_whole() -> None:
    graph = Graph(
        (Node("input_1", "Input", {"shape": (4,), "dtype": "int32"}), Node("output_1", "Output")),
        (edge("input_1", "output_1"),),
    )
    project = Project("Whole", graph)
    assert tried_whole(project, Filled("random", 8)).dtype == np.int32
    assert tried_whole(project, Typed("1 2 3 4")).tolist() == [[1, 2, 3, 4]]
    with pytest.raises(ProblemError, match="whole numbers"):
        tried_whole(project, Typed("1 2 3 4.5"))


def tried_whole(project: Project, choice: Choice):
    return try_model(project, None, CATALOGUE, Trial({"input_1": choice})).seen[0].value


def test_the_tapped_model_has_the_variables_of_the_model() -> None:
    project = noisy_project()
    _, tapped = tapped_graph(project.graph, CATALOGUE)
    module = build_module(generate(tapped, "Tapped", CATALOGUE))
    shapes = jax.eval_shape(lambda: module.init(jax.random.PRNGKey(0), jnp.zeros((1, 4))))
    own = jax.tree.map(np.shape, begun(project).variables)
    assert jax.tree.map(np.shape, dict(shapes)) == own
    assert replace(project, graph=tapped).graph != project.graph
