import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.codegen.source import generate
from flaxstudio.graph.receptive_field import WHOLE, Reach, ReceptiveField, receptive_fields
from flaxstudio.layers import catalogue
from flaxstudio.project.sketch import Sketch, with_blocks

CATALOGUE = catalogue()


def fields_of(layers, shape, blocks=()):
    """Return the graph of a chain, the field of its last layer, and each node's."""
    known = with_blocks(CATALOGUE, *blocks)
    sketch = Sketch(known)
    last = sketch.chain(sketch.add("Input", shape=shape), *layers)
    sketch.add("Output", last)
    graph = sketch.graph()
    shapes = ShapeInference(known).infer(graph)
    assert shapes.problems == ()
    return graph, receptive_fields(graph, shapes.nodes, known)[last.node], known


def looked_at(graph, known, shape, place):
    """Return the first and last step along the first axis that the output at a place depends on, by its gradient."""
    module = build_module(generate(graph, "Model", known))
    inputs = jnp.asarray(np.random.default_rng(0).uniform(0.1, 1, (1, *shape)), jnp.float32)
    variables = jax.tree.map(jnp.ones_like, module.init(jax.random.key(0), inputs))
    gradient = jax.grad(lambda x: module.apply(variables, x)[0, place].sum())(inputs)[0]
    hit = np.flatnonzero(np.abs(np.asarray(gradient)).reshape(shape[0], -1).sum(axis=1))
    return int(hit[0]), int(hit[-1])


def conv(kernel, **more):
    return ("Conv", {"features": 1, "kernel_size": (kernel,), **more})


CHAINS = {
    "one": [conv(3)],
    "two": [conv(3), conv(3)],
    "strides": [conv(3, strides=(2,)), conv(3, strides=(2,)), conv(3)],
    "valid": [conv(5, padding="VALID"), conv(3, padding="VALID", strides=(2,))],
    "dilation": [conv(3, kernel_dilation=(2,)), conv(3, kernel_dilation=(4,))],
    "causal": [conv(3, padding="CAUSAL"), conv(3, padding="CAUSAL", kernel_dilation=(2,))],
    "even kernel": [conv(4), conv(2)],
    "numbers": [conv(3, padding=((2, 0),))],
    "mean pooling": [conv(3), ("AvgPool", {"window_shape": (2,), "strides": (2,)}), conv(3)],
    "same pooling": [("AvgPool", {"window_shape": (3,), "strides": (2,), "padding": "SAME"}), conv(3)],
    "upsampling": [conv(3, kernel_size=(3, 3)), ("UpSample", {"scale": 2}), conv(3, kernel_size=(3, 3))],
    "relu and Dense": [conv(3), "relu", ("Dense", {"features": 2}), conv(5)],
    "repeated": [("Conv", {"features": 1, "kernel_size": (3,), "repeat": 3})],
    "transposed": [conv(3, strides=(2,)), ("ConvTranspose", {"features": 1, "kernel_size": (3,), "strides": (2,)})],
    "transposed, valid": [("ConvTranspose", {"features": 1, "kernel_size": (4,), "strides": (2,), "padding": "VALID"})],
    "spread input": [conv(3, input_dilation=(2,), padding=((1, 1),))],
}


@pytest.mark.parametrize("size", [80, 77], ids=["even", "odd"])
@pytest.mark.parametrize("name", CHAINS)
def test_the_field_is_where_the_gradient_is(name, size):
    shape = (size, 4, 1) if name == "upsampling" else (size, 1)
    graph, field, known = fields_of(CHAINS[name], shape)
    axis = field.axes[0]
    spans = []
    for place in range(7, 11):
        first, last = looked_at(graph, known, shape, place)
        middle = axis.centre + place * axis.jump
        assert abs(middle - (first + last) / 2) <= 0.5
        spans.append(last - first + 1)
    assert max(spans) == axis.size or name in ("upsampling", "transposed")
    assert max(spans) <= axis.size


def test_a_textbook_s_numbers():
    """Two VGG stages: 3, 5, 6, 10, 14, 16."""
    conv2 = ("Conv", {"features": 2, "kernel_size": (3, 3)})
    _, field, _ = fields_of([conv2, conv2, "MaxPool", conv2, conv2, "MaxPool"], (32, 32, 3))
    assert field == ReceptiveField((Reach(16, 4, 1.5), Reach(16, 4, 1.5)))


def test_each_axis_has_its_own():
    _, field, _ = fields_of([("Conv", {"features": 2, "kernel_size": (1, 7), "strides": (1, 3)})], (9, 9, 1))
    assert field.axes == (Reach(), Reach(7, 3, 1.0))


def test_a_field_of_all_of_the_input_stays_so():
    _, field, _ = fields_of([("Conv", {"features": 2}), "GlobalAvgPool", ("Dense", {"features": 3})], (8, 8, 1))
    assert field == WHOLE


def test_a_table_has_none():
    _, field, _ = fields_of([("Dense", {"features": 3})], (8,))
    assert field is None


def test_a_residual_block_spans_its_longer_way_and_repeats_add_up():
    sketch = Sketch(CATALOGUE)
    x = sketch.add("Input", shape=(16, 16, 4))
    y = sketch.chain(x, ("Conv", {"features": 4}), "relu", ("Conv", {"features": 4}))
    sketch.add("Output", sketch.add("Add", x, y))
    block = sketch.block("Residual")
    _, field, _ = fields_of([("Residual", {"repeat": 2})], (16, 16, 4), (block,))
    assert field.axes == (Reach(9), Reach(9))


def test_ways_of_different_steps_have_no_common_field():
    sketch = Sketch(CATALOGUE)
    x = sketch.add("Input", shape=(8, 8, 4))
    half = sketch.add("UpSample", sketch.add("MaxPool", x))
    whole = sketch.add("Concatenate", x, half)
    last = sketch.add("Add", sketch.add("Resize", x), x)
    fields = receptive_fields(sketch.graph(), ShapeInference(CATALOGUE).infer(sketch.graph()).nodes, CATALOGUE)
    assert fields[whole.node].axes[0].size == 2
    assert fields[last.node] is None
