"""Graph to source and back is the identity, up to what source does not tell: fields' ranges and words, Outputs' names."""

import random
from dataclasses import replace

import pytest

from flaxstudio.codegen.reader import read_module
from flaxstudio.codegen.source import Style, generate
from flaxstudio.graph.canonical import canonical
from flaxstudio.graph.entries import entry_shapes
from flaxstudio.graph.graph import Field, Formula, Graph, Node, Port, Value, edge
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.templates import TEMPLATES, build_template
from tests.codegen import test_blocks
from tests.codegen.graphs import linear, residual
from tests.codegen.random_graphs import alone, node_of, random_graph, random_model

BASE = catalogue()
LAYERS = [spec for spec in BASE if spec.name not in ("Input", "Output")]


def spelt(graph: Graph, own: Catalogue, has_shapes: bool = True) -> Graph:
    """Return a graph in its one order, without what its source does not tell."""
    found = canonical(graph, own)
    fields = tuple(replace(field, help="", like="") for field in found.fields)
    nodes = found.nodes if has_shapes else tuple(Node(n.name, n.layer) if n.layer == "Input" else n for n in found.nodes)
    return replace(found, fields=fields, nodes=nodes)


def without_defaults(graph: Graph, own: Catalogue) -> Graph:
    """Return a graph as the window would store it."""
    return replace(graph, nodes=tuple(replace(node, attributes=_set(node, own)) for node in graph.nodes))


def _set(node: Node, own: Catalogue) -> dict[str, Value]:
    return {key: value for key, value in node.attributes.items() if value != own[node.layer].attribute(key).default}


def assert_read_back(graph: Graph, library: Library = Library(), styles: tuple[Style, ...] = ("compact", "setup")) -> None:
    own = catalogue_of(library, BASE)
    shapes = tuple(entry_shapes(graph, BASE).values())
    for style in styles:
        text = generate(without_defaults(graph, own), "Net", own, style).text
        found = read_module(text, "Net", shapes, BASE)
        assert found.notes == ()
        given, wanted = spelt(found.graph, own), spelt(graph, own)
        assert given == wanted, text
        assert [node.attributes for node in given.nodes] == [node.attributes for node in wanted.nodes], text
        used = library.used_by(graph)
        assert found.library.codes == used.codes
        assert {block.name for block in found.library.blocks} == {block.name for block in used.blocks}
        for block in used.blocks:
            back = found.library.block(block.name)
            assert back.help == block.help
            assert spelt(back.graph, own, has_shapes=False) == spelt(block.graph, own, has_shapes=False), text
        assert generate(found.graph, "Net", catalogue_of(found.library, BASE), style).text == text


@pytest.mark.parametrize("name", [template.name for template in TEMPLATES])
def test_every_template_is_read_back_from_its_source(name: str) -> None:
    project = build_template(name, BASE)
    if project.graph.nodes:
        assert_read_back(project.graph, project.library)


@pytest.mark.parametrize("spec", LAYERS, ids=[spec.name for spec in LAYERS])
def test_every_layer_is_read_back_with_any_attributes(spec: LayerSpec) -> None:
    chance = random.Random(spec.name)
    assert_read_back(alone(spec, Node("node_a", spec.name)), styles=("compact",))
    assert_read_back(alone(spec, node_of(spec, f"{spec.base_name()}_1", chance)), styles=("compact",))


@pytest.mark.parametrize("seed", range(15))
def test_random_graphs_of_all_layers_are_read_back(seed: int) -> None:
    assert_read_back(random_graph(BASE, seed))


@pytest.mark.parametrize("seed", range(25))
def test_random_models_of_blocks_and_repeats_are_read_back(seed: int) -> None:
    graph, library = random_model(BASE, seed)
    assert_read_back(graph, library)


def test_small_graphs_are_read_back() -> None:
    assert_read_back(linear())
    assert_read_back(residual())
    assert_read_back(test_blocks.GRAPH, test_blocks.LIBRARY)


def test_several_inputs_outputs_and_names_are_read_back() -> None:
    sketch = Sketch(BASE)
    image, table = sketch.add("Input", name="image", shape=(6,)), sketch.add("Input", name="table", shape=(3,))
    dense = sketch.add("Dense", image, features=3)
    joined = sketch.add("Concatenate", dense, table, name="joined")
    product = sketch.add("Multiply", table, dense, name="product")
    sketch.add("Output", joined)
    sketch.add("Output", product)
    assert_read_back(sketch.graph())


def test_methods_that_share_modules_are_read_back() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Input", shape=(8,))
    z = sketch.add("Dense", x, name="encoder", features=2)
    sketch.add("Output", sketch.add("Dense", z, name="decoder", features=8))
    sketch.add("Output", z, method="encode")
    latent = sketch.add("Input", name="latent", shape=(2,))
    sketch.add("Output", sketch.add("Dense", latent, features=8, shares="decoder"), method="decode")
    assert_read_back(sketch.graph())


def test_a_language_model_shares_its_embedding() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Embed", sketch.add("Input", shape=(8,), dtype="int32"), name="words", num_embeddings=30, features=16)
    x = sketch.add("LayerNorm", sketch.add("Dense", x, features=16))
    sketch.add("Output", sketch.add("EmbedAttend", x, shares="words"))
    assert_read_back(sketch.graph())


def test_all_that_a_recurrent_layer_takes_and_gives_is_read_back() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Input", name="words", shape=(5, 3))
    lengths = sketch.add("Input", name="lengths", shape=(1,), dtype="int32")
    first = sketch.add("LSTM", x, features=4)
    carry = Port("lstm_1", "carry")
    second = sketch.add("LSTM", first, name="decoder", wires={"initial_carry": carry, "seq_lengths": lengths}, features=4)
    sketch.add("Output", second)
    sketch.add("Output", Port("decoder", "carry"))
    assert_read_back(sketch.graph())


def test_blocks_with_several_ports_fields_and_training_are_read_back() -> None:
    inside = Sketch(BASE, [Field("features", "Dense.features", 8), Field("rate", "Dropout.rate", 0.1)])
    left, right = inside.add("Input", name="left"), inside.add("Input", name="right")
    y = inside.add("Dense", inside.add("Subtract", left, right), features=Formula("2 * features"))
    y = inside.add("Dropout", y, rate=Formula("rate"))
    inside.add("Output", y)
    inside.add("Output", inside.add("relu", right))
    block = inside.block("Pair", "Two in, two out.")
    sketch = Sketch(catalogue_of(Library((block,)), BASE))
    a, b = sketch.add("Input", name="a", shape=(4,)), sketch.add("Input", name="b", shape=(4,))
    sketch.add("Pair", a, b, name="pair", features=3)
    sketch.add("Output", Port("pair", "output_1"))
    sketch.add("Output", Port("pair", "output_2"))
    assert_read_back(sketch.graph(), Library((block,)))


def test_one_order_tells_graphs_apart_only_by_what_they_compute() -> None:
    graph = residual()
    shuffled = Graph(graph.nodes[::-1], graph.edges[::-1])
    assert canonical(linear()) == canonical(Graph(linear().nodes[::-1], linear().edges[::-1]))
    assert canonical(graph) != canonical(shuffled), "the order of wires into a sum was lost"
    assert canonical(graph) != canonical(graph.with_edges(edge("conv_1", "add_1")))


def test_defaults_that_are_stored_and_formulas_are_spelt_one_way() -> None:
    nodes = (Node("input_1", "Input"), Node("dense_1", "Dense", {"features": 64, "use_bias": Formula("a*2")}))
    spelt_nodes = canonical(Graph(nodes), BASE).nodes
    assert spelt_nodes[1].attributes == {"use_bias": Formula("a * 2")}


def test_a_block_read_twice_for_the_same_is_one_block() -> None:
    inside = Sketch(BASE, [Field("features", "Dense.features", 8)])
    inside.add("Output", inside.add("Dense", inside.add("Input"), features=Formula("features")))
    block: Block = inside.block("Layer")
    sketch = Sketch(catalogue_of(Library((block,)), BASE))
    x = sketch.add("Input", shape=(4,))
    sketch.add("Output", sketch.add("Layer", sketch.add("Layer", x, features=3), features=5))
    assert_read_back(sketch.graph(), Library((block,)))
