import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.reader import read_module
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.codegen.source import Style, generate
from flaxstudio.graph.canonical import canonical
from flaxstudio.graph.check import check
from flaxstudio.graph.graph import Field, Formula, Graph, Node, edge
from flaxstudio.graph.library import Block, Code, Library
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.sketch import Sketch, with_blocks

BASE = catalogue()


def residual() -> Block:
    sketch = Sketch(BASE, [Field("features", "Dense.features", 64)])
    x = sketch.add("Input")
    y = sketch.add("LayerNorm", x)
    y = sketch.add("Dense", y, features=Formula("4 * features"))
    y = sketch.add("gelu", y)
    y = sketch.add("Dense", y, features=Formula("features"))
    y = sketch.add("Dropout", y, rate=0.1)
    sketch.add("Output", sketch.add("Add", y, x))
    return sketch.block("Residual", "A residual MLP.")


def model() -> tuple[Graph, Library]:
    block = residual()
    sketch = Sketch(with_blocks(BASE, block), [Field("features", "ints", (3, 4, 5))])
    x = sketch.add("Input", shape=(8,))
    x = sketch.add("Dense", x, name="layers", features=Formula("features", is_each=True), between="relu")
    x = sketch.add("Residual", x, name="stack", features=5, repeat=3)
    x = sketch.add("Residual", x, name="scanned", features=5, repeat=3, scan=True, remat=True)
    x = sketch.add("Residual", x, name="again", features=5, remat=True)
    x = sketch.add("Dense", x, name="first", features=5)
    x = sketch.add("Dense", x, name="second", features=5, shares="first")
    sketch.add("Output", sketch.add("sigmoid", x, name="gate"))
    return sketch.graph(), Library((block,))


GRAPH, LIBRARY = model()
CATALOGUE = catalogue_of(LIBRARY, BASE)
X = jnp.linspace(-1, 1, 16).reshape(2, 8)


@pytest.mark.parametrize("style", ["compact", "setup"])
def test_blocks_repeats_and_shared_nodes_run_and_are_formatted(style: Style) -> None:
    source = generate(GRAPH, "Net", CATALOGUE, style)
    variables = build_module(source).init(jax.random.PRNGKey(0), X)
    params = variables["params"]
    assert {f"layers_{i}" for i in range(3)} | {f"stack_{i}" for i in range(3)} <= set(params)
    assert params["scanned"]["dense_1"]["kernel"].shape == (3, 5, 20)
    assert "second" not in params
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "-"], input=source.text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_both_styles_of_blocks_have_the_same_params_and_bit_equal_outputs() -> None:
    compact, setup = (build_module(generate(GRAPH, "Net", CATALOGUE, style)) for style in ("compact", "setup"))
    variables = compact.init(jax.random.PRNGKey(0), X)
    others = setup.init(jax.random.PRNGKey(0), X)
    assert jax.tree.structure(variables) == jax.tree.structure(others)
    jax.tree.map(np.testing.assert_array_equal, variables, others)
    np.testing.assert_array_equal(compact.apply(variables, X), setup.apply(variables, X))
    rngs = {"dropout": jax.random.PRNGKey(1)}
    assert not np.array_equal(compact.apply(variables, X, train=True, rngs=rngs), compact.apply(variables, X))


def test_inferred_params_are_those_that_init_makes() -> None:
    shapes = ShapeInference(CATALOGUE).infer(GRAPH)
    assert shapes.problems == ()
    variables = build_module(generate(GRAPH, "Net", CATALOGUE)).init(jax.random.PRNGKey(0), X)
    assert shapes.params == sum(leaf.size for leaf in jax.tree.leaves(variables["params"]))
    assert shapes.nodes["gate"].output == ArrayShape((5,))


def test_shapes_inside_a_block_are_those_of_the_node_it_is_opened_from() -> None:
    inside = ShapeInference(CATALOGUE).infer_at(GRAPH, ("stack",))
    assert inside.nodes["dense_1"].output == ArrayShape((20,))


def test_a_fault_inside_a_block_is_told_at_its_node_and_names_the_one_inside() -> None:
    graph = GRAPH.with_node_replaced("again", Node("again", "Residual", {"features": 7}))
    problems = ShapeInference(CATALOGUE).infer(graph).problems
    assert [problem.node for problem in problems] == ["again"]
    assert "add_1" in problems[0].what


def test_every_line_of_a_block_knows_its_node() -> None:
    source = generate(GRAPH, "Net", CATALOGUE)
    ((first, _),) = source.lines_of("Residual", "dense_2")
    assert 'name="dense_2"' in source.text.splitlines()[first - 1]
    assert source.place_at(first) == ("Residual", "dense_2")
    assert source.node_at(first) == ""


def test_methods_are_groups_of_outputs_and_written_with_setup() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Input", shape=(8,))
    z = sketch.add("Dense", x, name="encoder", features=2)
    sketch.add("Output", sketch.add("Dense", z, name="decoder", features=8))
    sketch.add("Output", z, method="encode")
    latent = sketch.add("Input", name="latent", shape=(2,))
    sketch.add("Output", sketch.add("Dense", latent, features=8, shares="decoder"), method="decode")
    graph = sketch.graph()
    assert check(graph, BASE) == ()
    source = generate(graph, "AutoEncoder", BASE)
    assert source.text.count("def setup(self):") == 1
    module = build_module(source)
    variables = module.init(jax.random.PRNGKey(0), X)
    encoded = module.apply(variables, X, method="encode")
    np.testing.assert_array_equal(module.apply(variables, encoded, method="decode"), module.apply(variables, X))


def test_code_that_is_not_allowed_is_drawn_and_never_run() -> None:
    text = "import flax.linen as nn\n\n\nclass Evil(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        raise SystemExit\n        return x\n"
    library = Library(codes=(Code("Evil", text),))
    cautious = catalogue_of(library, BASE)
    sketch = Sketch(cautious)
    sketch.add("Output", sketch.add("Evil", sketch.add("Input")))
    graph = sketch.graph()
    assert any("has not been allowed to run" in problem.what for problem in check(graph, cautious))
    assert ShapeInference(cautious).infer(graph).nodes.keys() == {"input_1"}
    with pytest.raises(ProblemError, match="has not been allowed to run"):
        build_module(generate(graph, "Net", cautious))
    trusting = catalogue_of(library, BASE, frozenset({library.codes[0].hash}))
    assert check(graph, trusting) == ()


def test_a_formula_that_is_not_one_never_reaches_the_source() -> None:
    graph = Graph(
        (
            Node("input_1", "Input"),
            Node("dense_1", "Dense", {"features": Formula("__import__('os').getpid()")}),
            Node("output_1", "Output"),
        ),
        (edge("input_1", "dense_1"), edge("dense_1", "output_1")),
    )
    assert "__import__" not in generate(graph, "Net", BASE).text
    assert any("must be a calculation" in problem.what for problem in check(graph, BASE))


def test_a_block_that_holds_itself_is_a_problem() -> None:
    loop = Block(
        "Loop",
        Graph(
            (Node("input_1", "Input"), Node("again", "Loop"), Node("output_1", "Output")),
            (edge("input_1", "again"), edge("again", "output_1")),
        ),
    )
    own = catalogue_of(Library((loop,)), BASE)
    graph = Graph(
        (Node("input_1", "Input"), Node("loop_1", "Loop"), Node("output_1", "Output")),
        (edge("input_1", "loop_1"), edge("loop_1", "output_1")),
    )
    assert any("holds itself" in problem.what for problem in check(graph, own))


def test_code_with_annotations_kept_as_text_is_built() -> None:
    text = (
        "from __future__ import annotations\n\nimport flax.linen as nn\n\n\nclass Scale(nn.Module):\n    factor: float = 2.0\n\n"
        "    def __call__(self, x):\n        return self.factor * x\n"
    )
    code = Code("Scale", text)
    own = catalogue_of(Library(codes=(code,)), BASE, frozenset({code.hash}))
    sketch = Sketch(own)
    sketch.add("Output", sketch.add("Scale", sketch.add("Input"), factor=3.0))
    source = generate(sketch.graph(), "Net", own)
    assert source.text.startswith("from __future__ import annotations\n\nimport")
    np.testing.assert_array_equal(build_module(source).apply({}, X), 3 * X)


def test_a_block_may_hold_the_same_block_twice() -> None:
    inner = residual()
    sketch = Sketch(with_blocks(BASE, inner))
    x = sketch.chain(sketch.add("Input"), "Residual", "Residual")
    sketch.add("Output", x)
    assert with_blocks(BASE, inner, sketch.block("Pair"))["Pair"].call == "train=train"


def test_a_repeat_with_a_second_input_reads_the_same_one_each_time() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Input", shape=(4, 8), name="inputs")
    mask = sketch.add("Input", shape=(1, 4, 4), name="mask")
    sketch.add("Output", sketch.add("MultiHeadDotProductAttention", x, wires={"mask": mask}, num_heads=2))
    masked = sketch.block("Masked")
    own = with_blocks(BASE, masked)
    sketch = Sketch(own)
    x = sketch.add("Input", shape=(4, 8))
    tokens = sketch.add("Input", shape=(4,), dtype="int32", name="tokens")
    sketch.add("Output", sketch.add("Masked", x, sketch.add("CausalMask", tokens), repeat=3))
    for style in ("compact", "setup"):
        module = build_module(generate(sketch.graph(), "Net", own, style))
        given = jax.ShapeDtypeStruct((2, 4, 8), jnp.float32), jax.ShapeDtypeStruct((2, 4), jnp.int32)
        output, _ = jax.eval_shape(module.init_with_output, jax.random.PRNGKey(0), *given)
        assert output.shape == (2, 4, 8)


def test_only_a_calculation_beside_an_operator_gets_parentheses() -> None:
    sketch = Sketch(BASE, [Field("width", "int", 2)])
    x = sketch.add("Reshape", sketch.add("Input", shape=(8,)), shape=Formula("4, width"))
    x = sketch.add("AddConstant", x, value=Formula("width"))
    sketch.add("Output", sketch.add("DivideConstant", x, value=Formula("width * 2")))
    text = generate(sketch.graph(), "Net", BASE).text
    assert "x.reshape(x.shape[:1] + (4, self.width))" in text
    assert "x + self.width\n" in text
    assert "x / (self.width * 2)\n" in text


def test_an_embedding_s_rows_are_used_again_as_the_last_layer() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Embed", sketch.add("Input", shape=(4,), dtype="int32"), num_embeddings=7, features=3, name="rows")
    x = sketch.add("relu", x)
    sketch.add("Output", sketch.add("EmbedAttend", x, shares="rows"))
    graph = sketch.graph()
    assert check(graph, BASE) == ()
    shapes = ShapeInference(BASE).infer(graph)
    assert shapes.params == 21
    assert shapes.nodes["embed_attend_1"].output == ArrayShape((4, 7))
    tokens = jnp.arange(8).reshape(2, 4) % 7
    for style in ("compact", "setup"):
        module = build_module(generate(graph, "Net", BASE, style))
        output, variables = module.init_with_output(jax.random.PRNGKey(0), tokens)
        rows = variables["params"]["rows"]["embedding"]
        np.testing.assert_allclose(output, jnp.maximum(rows[tokens], 0) @ rows.T, rtol=1e-6)


def test_layers_of_other_modules_cannot_share() -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Dense", sketch.add("Input", shape=(4,)), features=4)
    sketch.add("Output", sketch.add("EmbedAttend", x, shares="dense_1"))
    (problem,) = check(sketch.graph(), BASE)
    assert problem.what == "embed_attend_1 can only share the params of another Embed or EmbedAttend."


@pytest.mark.parametrize("style", ["compact", "setup"])
def test_outputs_with_names_of_their_own_keep_them_in_the_source(style: Style) -> None:
    sketch = Sketch(BASE)
    x = sketch.add("Dense", sketch.add("Input", shape=(8,)), features=8)
    gate = sketch.add("sigmoid", x)
    sketch.add("Output", sketch.add("Dense", gate, features=3), name="digit")
    sketch.add("Output", gate, name="attention")
    sketch.add("Output", sketch.add("tanh", x, name="squeezed"), name="output_3")
    graph = sketch.graph()
    source = generate(graph, "Net", BASE, style)
    assert "digit = " in source.text
    assert "attention = y" in source.text
    assert "return digit, attention, squeezed" in source.text
    read = read_module(source.text, "Net", [ArrayShape((8,))], BASE)
    assert canonical(read.graph) == canonical(graph)


def test_own_layers_of_nodes_that_are_left_out_are_left_out_too() -> None:
    graph = GRAPH.with_nodes(Node("lonely", "Evil"))
    code = Code("Evil", "import flax.linen as nn\n\n\nclass Evil(nn.Module):\n    def __call__(self, x):\n        return x\n")
    source = generate(graph, "Net", catalogue_of(LIBRARY.with_definition(code), BASE))
    assert "Evil" not in source.text
    assert source.untrusted == ()
