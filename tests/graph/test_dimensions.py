from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.graph.dimensions import dimension_names
from flaxstudio.graph.graph import Graph, Port
from flaxstudio.layers import catalogue
from flaxstudio.project.sketch import Sketch

CATALOGUE = catalogue()


def names(graph: Graph) -> dict[str, str]:
    found = dimension_names(graph, ShapeInference(CATALOGUE).infer(graph).nodes, CATALOGUE)
    return {port.node: " ".join(name or "?" for name in dims) for port, dims in found.items() if port.port in ("out", "first")}


def test_dimensions_of_images_flow_through_convolutions_until_they_are_flattened() -> None:
    sketch = Sketch(CATALOGUE)
    image = sketch.add("Input", shape=(8, 8, 1))
    sketch.add("Output", sketch.chain(image, "Conv", "BatchNorm", "relu", "MaxPool", "Flatten", "Dense"))
    found = names(sketch.graph())
    assert {found[node] for node in ("input_1", "conv_1", "batch_norm_1", "relu_1", "max_pool_1")} == {
        "batch height width channels"
    }
    assert found["flatten_1"] == found["dense_1"] == "batch features"


def test_tokens_are_steps_of_time_that_get_features() -> None:
    sketch = Sketch(CATALOGUE)
    tokens = sketch.add("Input", shape=(20,), dtype="int32")
    sketch.add("Output", sketch.chain(tokens, "Embed", "LSTM", "LayerNorm", "LastStep", "Dense"))
    found = names(sketch.graph())
    assert found["input_1"] == "batch time"
    assert found["embed_1"] == found["lstm_1"] == found["layer_norm_1"] == "batch time features"
    assert found["last_step_1"] == found["dense_1"] == "batch features"


def test_names_follow_what_is_transposed_and_added() -> None:
    sketch = Sketch(CATALOGUE)
    image = sketch.add("Conv", sketch.add("Input", shape=(8, 6, 3)), features=4)
    turned = sketch.add("Transpose", image, axes=(0, 2, 1, 3))
    sketch.add("Output", sketch.add("Add", turned, turned))
    found = names(sketch.graph())
    assert found["transpose_1"] == found["add_1"] == "batch width height channels"


def test_what_nobody_knows_stays_without_a_name() -> None:
    sketch = Sketch(CATALOGUE)
    sketch.add("Output", sketch.add("Reshape", sketch.add("Input", shape=(12,)), shape=(3, 4)))
    assert names(sketch.graph()) == {"input_1": "batch features", "reshape_1": "batch ? ?"}


def test_what_is_reshaped_is_named_by_what_takes_it() -> None:
    sketch = Sketch(CATALOGUE)
    cut = sketch.add("Reshape", sketch.add("Input", shape=(4, 4, 8)), shape=(16, 8))
    sketch.add("Output", sketch.chain(cut, "LSTM", "LastStep"))
    assert names(sketch.graph())["reshape_1"] == "batch time features"


def test_an_output_without_a_known_shape_has_no_names() -> None:
    assert Port("input_1", "out") not in dimension_names(Graph(), {}, CATALOGUE)
