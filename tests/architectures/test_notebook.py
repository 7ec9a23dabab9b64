"""The five models of Flax's notebook on the basics of linen: the same source, the same params, the same mistakes."""

from typing import Any

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.reader import read_module
from flaxstudio.codegen.source import Style, generate
from flaxstudio.evaluation.trial import Trial, Typed
from flaxstudio.evaluation.trying import try_model
from flaxstudio.export.fitting import fit
from flaxstudio.graph.check import check
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.project import Project
from flaxstudio.project.results import Preparation, Trained

from . import notebook_models as notebook
from .judging import CATALOGUE, STYLES, Drawing, judge, judge_shapes

EXPLICIT_MLP = """\
from collections.abc import Sequence

import flax.linen as nn


class ExplicitMLP(nn.Module):
    features: Sequence[int] = (3, 4, 5)

    def setup(self):
        self.layers = [nn.Dense(feature) for feature in self.features]

    def __call__(self, inputs):
        x = inputs
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i != len(self.layers) - 1:
                x = nn.relu(x)
        return x
"""

SIMPLE_MLP = """\
from collections.abc import Sequence

import flax.linen as nn


class SimpleMLP(nn.Module):
    features: Sequence[int] = (3, 4, 5)

    @nn.compact
    def __call__(self, inputs):
        x = inputs
        for i, feature in enumerate(self.features):
            x = nn.Dense(feature, name=f"layers_{i}")(x)
            if i != len(self.features) - 1:
                x = nn.relu(x)
        return x
"""

BIAS_MODEL = """

class BiasModel(nn.Module):
    @nn.compact
    def __call__(self, x):
        return BiasAdderWithRunningMean(name="adder")(x)
"""


def shapes(tree: Any) -> Any:
    return jax.tree.map(jnp.shape, tree)


def project_of(drawing: Drawing) -> Project:
    return Project(name=drawing.name, graph=drawing.graph, library=notebook.code_library().used_by(drawing.graph))


def trained_of(drawing: Drawing, variables: Any) -> Trained:
    unscaled = Preparation(np.zeros((), np.float32), np.ones((), np.float32))
    return Trained(variables, {}, 0, drawing.graph, unscaled, notebook.code_library().used_by(drawing.graph))


def test_the_dense_of_the_linear_regression_has_the_notebook_s_params() -> None:
    drawing = notebook.linear_regression()
    judge(drawing, 55)
    x = jax.random.normal(jax.random.key(0), (20, 10))
    params = build_module(drawing.source()).init(jax.random.key(1), x)["params"]
    written = nn.Dense(features=5).init(jax.random.key(1), x)["params"]
    assert shapes(params["dense_1"]) == shapes(written) == {"kernel": (10, 5), "bias": (5,)}


def test_the_linear_regression_fits_as_the_notebook_s_does() -> None:
    module = build_module(notebook.linear_regression().source())
    keys = jax.random.split(jax.random.key(0), 4)
    kernel, bias = jax.random.normal(keys[0], (10, 5)), jax.random.normal(keys[1], (5,))
    x = jax.random.normal(keys[2], (20, 10))
    y = x @ kernel + bias + 0.1 * jax.random.normal(keys[3], (20, 5))

    def loss(params: Any) -> jax.Array:
        return ((module.apply(params, x) - y) ** 2).sum(-1).mean() / 2

    def step(params: Any, _: None) -> Any:
        value, gradients = jax.value_and_grad(loss)(params)
        return jax.tree.map(lambda p, g: p - 0.3 * g, params, gradients), value

    params = {"params": {"dense_1": {"kernel": jnp.zeros((10, 5)), "bias": jnp.zeros(5)}}}
    _, values = jax.jit(lambda params: jax.lax.scan(step, params, None, 101))(params)
    assert values[-1] < 0.05 < values[0]


def test_the_explicit_mlp_is_written_as_in_the_notebook() -> None:
    assert notebook.mlp("ExplicitMLP").source("setup").text == EXPLICIT_MLP


def test_the_simple_mlp_is_written_as_in_the_notebook() -> None:
    assert notebook.mlp("SimpleMLP").source("compact").text == SIMPLE_MLP


def test_the_mlps_are_sound_and_read_back() -> None:
    judge(notebook.mlp("SimpleMLP"), 56, is_computed=True)


@pytest.mark.parametrize(("style", "written"), [("setup", notebook.ExplicitMLP), ("compact", notebook.SimpleMLP)])
def test_the_mlps_have_the_notebook_s_params_and_outputs(style: Style, written: Any) -> None:
    module, by_hand = build_module(notebook.mlp(written.__name__).source(style)), written(features=[3, 4, 5])
    x = jax.random.uniform(jax.random.key(0), (4, 4))
    variables = by_hand.init(jax.random.key(1), x)
    params = shapes(variables["params"])
    sizes = [(4, 3), (3, 4), (4, 5)]
    assert params == {f"layers_{i}": {"kernel": size, "bias": size[1:]} for i, size in enumerate(sizes)}
    assert shapes(module.init(jax.random.key(1), x)["params"]) == params
    assert jnp.array_equal(module.apply(variables, x), by_hand.apply(variables, x))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("drawn", [notebook.simple_dense, notebook.bias_adder])
def test_layers_written_as_code_are_kept_word_for_word_and_read_back(drawn: Any, style: Style) -> None:
    drawing = drawn()
    source = drawing.source(style)
    (code,) = (code for code in notebook.code_library().codes if f"class {code.name}(" in source.text)
    assert source.text.startswith(code.text)
    assert check(drawing.graph, drawing.catalogue) == ()
    entries = [ArrayShape(tuple(given.shape[1:])) for given in drawing.inputs()]
    reading = read_module(source.text, drawing.name, entries, CATALOGUE)
    trusted = catalogue_of(reading.library, CATALOGUE, reading.library.hashes)
    assert generate(reading.graph, reading.name, trusted, style).text == source.text


def test_the_simple_dense_has_the_notebook_s_params_and_outputs() -> None:
    drawing = notebook.simple_dense()
    judge_shapes(drawing, 15)
    module, by_hand = build_module(drawing.source()), notebook.SimpleDense(features=3)
    x = jax.random.uniform(jax.random.key(0), (4, 4))
    variables = by_hand.init(jax.random.key(1), x)
    assert shapes(module.init(jax.random.key(1), x)["params"]["simple_dense_1"]) == shapes(variables["params"])
    assert shapes(variables["params"]) == {"kernel": (4, 3), "bias": (3,)}
    output = module.apply({"params": {"simple_dense_1": variables["params"]}}, x)
    assert jnp.array_equal(output, by_hand.apply(variables, x))


def test_the_bias_adder_is_written_as_in_the_notebook() -> None:
    assert notebook.bias_adder().source().text == notebook.BIAS_ADDER + BIAS_MODEL


def test_the_bias_adder_s_running_mean_is_the_notebook_s() -> None:
    module, by_hand = build_module(notebook.bias_adder().source()), notebook.BiasAdderWithRunningMean()
    x = jnp.ones((10, 5))
    variables, written = module.init(jax.random.key(0), x), by_hand.init(jax.random.key(0), x)
    for value, mean in [(1.0, 0.01), (2.0, 0.0299), (3.0, 0.059601)]:
        output, updated = module.apply(variables, value * x, mutable=["batch_stats"])
        expected, its = by_hand.apply(written, value * x, mutable=["batch_stats"])
        assert jnp.array_equal(output, expected)
        np.testing.assert_allclose(updated["batch_stats"]["adder"]["mean"], np.full((1, 5), mean), rtol=1e-5)
        assert jnp.array_equal(updated["batch_stats"]["adder"]["mean"], its["batch_stats"]["mean"])
        variables = {"params": variables["params"], **updated}
        written = {"params": written["params"], **its}


def test_the_running_mean_is_the_notebook_s_where_the_model_is_tried_in_the_window() -> None:
    drawing = notebook.bias_adder()
    project, catalogue = project_of(drawing), drawing.catalogue
    variables: Any = jax.tree.map(np.asarray, build_module(drawing.source()).init(jax.random.key(0), jnp.ones((10, 5))))
    for value, mean in [(1.0, 0.01), (2.0, 0.0299), (3.0, 0.059601)]:
        trained = trained_of(drawing, variables)
        tried = try_model(project, trained, catalogue, Trial({"input_1": Typed(" ".join([str(value)] * 5))}, is_training=True))
        np.testing.assert_allclose(tried.updated["batch_stats"]["adder"]["mean"], np.full((1, 5), mean), rtol=1e-5)
        variables = {**variables, **tried.updated}


def test_a_model_that_is_called_unbound_says_what_flax_says() -> None:
    x = jnp.ones((4, 4))
    with pytest.raises(AttributeError, match='"ExplicitMLP" object has no attribute "layers"'):
        build_module(notebook.mlp("ExplicitMLP").source("setup"))(x)
    with pytest.raises(flax.errors.CallCompactUnboundModuleError):
        build_module(notebook.mlp("SimpleMLP").source())(x)


def test_params_of_another_shape_are_an_error_in_flax_and_a_sentence_with_both_shapes_here() -> None:
    drawing = notebook.linear_regression()
    variables = {"params": {"dense_1": {"kernel": np.zeros((4, 5)), "bias": np.zeros(5)}}}
    with pytest.raises(flax.errors.ScopeParamShapeError):
        build_module(drawing.source()).apply(variables, jnp.ones((20, 10)))
    with pytest.raises(ProblemError, match=r"params/dense_1/kernel is \(4, 5\) and should be \(10, 5\)") as fitted:
        fit(variables, project_of(drawing), CATALOGUE)
    assert fitted.value.problem.node == "dense_1"
    trained = trained_of(drawing, variables)
    with pytest.raises(ProblemError, match=r"params/dense_1/kernel is \(4, 5\) and should be \(10, 5\)") as tried:
        try_model(project_of(drawing), trained, CATALOGUE, Trial({}))
    assert tried.value.problem.node == "dense_1"


def test_params_that_are_missing_are_named() -> None:
    drawing = notebook.mlp("SimpleMLP")
    variables = {"params": {"layers_0": {"kernel": np.zeros((4, 3)), "bias": np.zeros(3)}}}
    with pytest.raises(flax.errors.ScopeParamNotFoundError, match="layers_1"):
        build_module(drawing.source()).apply(variables, jnp.ones((4, 4)))
    with pytest.raises(ProblemError, match="Missing: params/layers_1/bias, params/layers_1/kernel") as fitted:
        fit(variables, project_of(drawing), CATALOGUE)
    assert fitted.value.problem.node == "layers"


def test_a_trained_running_mean_that_grew_fits_the_model_still() -> None:
    drawing = notebook.bias_adder()
    variables = {"params": {"adder": {"bias": np.zeros(5)}}, "batch_stats": {"adder": {"mean": np.full((1, 5), 0.01)}}}
    assert fit(variables, project_of(drawing), drawing.catalogue)["batch_stats"]["adder"]["mean"].shape == (1, 5)
