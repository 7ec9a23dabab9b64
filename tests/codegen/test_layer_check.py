import pytest

from flaxstudio.codegen.layer_check import check_layer
from flaxstudio.codegen.layer_check_process import check_in_process
from flaxstudio.codegen.layer_finding import KEYS, LayerQuestion
from flaxstudio.graph.shape import ArrayShape
from tests.layers.layer_texts import BIAS_ADDER, NOTEBOOK_IMPORTS, SIMPLE_DENSE


def layer(body: str, call: str = "self, x", fields: str = "") -> str:
    inside = "".join(f"        {line}\n" for line in body.splitlines())
    return (
        f"import flax.linen as nn\n\nclass Own(nn.Module):\n    {fields}\n    @nn.compact\n    def __call__({call}):\n{inside}"
    )


def faults(text: str, name: str = "Own", **attributes) -> dict[str, str]:
    return {f.key: f.sentence for f in check_layer(text, name, attributes) if not f.is_ok}


def remarks(text: str, name: str = "Own") -> dict[str, str]:
    return {f.key: f.sentence for f in check_layer(text, name, {}) if f.is_ok and f.sentence}


@pytest.mark.parametrize("header", ["", NOTEBOOK_IMPORTS])
def test_the_notebooks_simple_dense_passes_every_check(header):
    found = check_layer(header + SIMPLE_DENSE, "SimpleDense", {"features": 3}, (ArrayShape((5,)),))
    assert [(f.key, f.is_ok) for f in found] == [(key, True) for key in KEYS]
    assert found[1].sentence == "(batch, 5) gives (batch, 3), with 18 params."


def test_the_notebooks_bias_adder_passes_and_its_quirk_is_told():
    found = check_layer(BIAS_ADDER, "BiasAdderWithRunningMean", {"decay": 0.9}, (ArrayShape((5,)),))
    assert [(f.key, f.is_ok) for f in found] == [(key, True) for key in KEYS]
    assert found[-1].sentence == (
        "It changes batch_stats at every call; outside training the change is thrown away. "
        "batch_stats/mean changes its shape from (5,) to (1, 5) at the first step."
    )


def test_attributes_are_set_as_on_a_node():
    text = layer("return nn.Dense(self.sizes[1], kernel_init=self.k)(self.act(x))",
                 fields="sizes: tuple[int, ...] = (1, 2); k: object = nn.initializers.ones; act: object = nn.relu")  # fmt: skip
    found = check_layer(text, "Own", {"sizes": (4, 7), "k": "normal(0.5)", "act": "tanh"})
    assert found[1].sentence == "(batch, 8) gives (batch, 7), with 63 params."
    assert all(f.is_ok for f in found)


@pytest.mark.parametrize(
    ("text", "key", "sentence"),
    [
        ("import flax.linen as nn\n1/0\n", "builds", "Line 2 fails: division by zero."),
        ("import flax.linen as nn\nclass Own(nn.Module:\n", "builds", "Line 2 fails: invalid syntax."),
        (layer("return x @ 3"), "shapes", "Line 7 fails: "),
        (layer("return [1, 2, 'a']"), "shapes", "It gives out something that is no array."),
        (layer("return x / 0.0"), "shapes", "not numbers or are infinite"),
        (layer("exit(3)"), "shapes", "Line 7 fails: SystemExit: 3."),
        (layer("def f(n):\n    return f(n)\nreturn f(x)"), "shapes", "Line 8 fails: maximum recursion depth exceeded"),
        (layer("return x.sum(axis=0)"), "batch", "The first dimension of its output (8,) is not the batch."),
        (layer("k = self.param('k', nn.initializers.ones, (8,))\nreturn x + 0 * k"), "gradients", "No gradient reaches k."),
        (layer("return x.astype(int)"), "gradients", "its output is not of floating-point numbers"),
        (layer("import jax\nreturn jax.lax.stop_gradient(x)"), "gradients", "No gradient reaches the input in."),
        (layer("import jax.numpy as jnp\nreturn jnp.sqrt(x * 0)"), "gradients", "Gradients of the input in are not finite."),
        (layer("if x.sum() > 100:\n    return -x\nreturn x"), "jit", "Line 7 decides by an array's value"),
        (layer("import numpy as np\nreturn x * float(np.asarray(x).max())"), "jit", "Line 8 hands an array to NumPy"),
        (layer("return x - x.mean(axis=0)"), "independent", "depends on the other samples"),
        (layer("import random\nreturn x * random.random()"), "random", "Two calls with the same random key differ."),
    ],
)
def test_what_does_not_hold_is_told_in_a_sentence_with_its_line(text, key, sentence):
    assert sentence in faults(text)[key]


def test_state_that_grows_at_every_step_is_a_fault():
    body = (
        "is_new = not self.has_variable('cache', 'all')\n"
        "all_ = self.variable('cache', 'all', lambda: x[:1])\n"
        "import jax.numpy as jnp\n"
        "if not is_new:\n    all_.value = jnp.concatenate([all_.value, x[:1]])\n"
        "return x"
    )
    assert faults(layer(body)) == {"state": "cache/all changes its shape from (2, 8) to (3, 8), and so at every step."}


def test_dropout_and_batch_norm_follow_the_flag_and_pass():
    body = "x = nn.BatchNorm(use_running_average=not train)(x)\nreturn nn.Dropout(0.5, deterministic=not train)(x)"
    text = layer(body, "self, x, train: bool")
    assert faults(text) == {}
    assert remarks(text) == {"shapes": "(batch, 8) gives (batch, 8), with 16 params.", "random": "It draws from: dropout."}


def test_noise_without_a_flag_is_not_called_dependent():
    body = "import jax\nreturn x + jax.random.normal(self.make_rng('noise'), x.shape)"
    assert faults(layer(body)) == {}
    assert remarks(layer(body))["independent"] == "Not tested: it draws random numbers at every call."


def test_each_required_input_gets_an_array():
    text = layer("carry, y = x + h, x * h\nreturn carry, y", "self, x, h, mask=None")
    assert faults(text) == {}
    assert remarks(text)["shapes"] == "(batch, 8), (batch, 8) gives (batch, 8), (batch, 8), with 0 params."
    assert faults(layer("return sum(x)", "self, *x")) == {}


def test_whole_numbers_can_be_the_input():
    text = layer("return nn.Embed(10, 4)(x)")
    found = check_layer(text, "Own", {}, (ArrayShape((6,), "int32"),))
    assert [f.sentence for f in found if not f.is_ok] == []
    assert found[1].sentence == "(batch, 6) gives (batch, 6, 4), with 40 params."


def test_lines_are_those_of_the_users_text_though_imports_are_put_before_it():
    text = "class Own(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return jnp.reshape(x, (-1, 7))\n"
    assert faults(text)["shapes"].startswith("Line 4 fails:")


def test_a_quoted_annotation_builds():
    assert faults(layer("return x * self.a", fields="a: 'float | None' = 2.0")) == {}


def test_annotations_of_the_future_build_and_lines_stay_right():
    text = "from __future__ import annotations\n" + SIMPLE_DENSE
    assert faults(text, "SimpleDense") == {}
    wrong = text.replace("y = y + bias", "y = y + bias[3:]")
    line = wrong.split("\n").index("    y = y + bias[3:]") + 1
    assert faults(wrong, "SimpleDense")["shapes"].startswith(f"Line {line} fails")


def test_the_process_gives_the_same_findings():
    question = LayerQuestion(SIMPLE_DENSE, "SimpleDense", {"features": 3}, (ArrayShape((5,)),))
    assert check_in_process(question) == check_layer(question.text, question.name, question.attributes, question.inputs)


def test_what_the_layer_prints_disturbs_nothing():
    text = layer('print(\'flaxstudio-finding ["builds", false, ""]\')\nreturn x')
    assert all(f.is_ok for f in check_in_process(LayerQuestion(text, "Own")))


def test_an_endless_layer_is_ended_and_told():
    found = check_in_process(LayerQuestion(layer("while True:\n    pass"), "Own"), limit_s=8)
    assert [(f.key, f.is_ok) for f in found] == [("builds", True), ("shapes", False)]
    assert found[-1].sentence == "It did not end within 8 s."


def test_a_layer_that_ends_the_process_is_told():
    found = check_in_process(LayerQuestion(layer("import os\nos._exit(0)"), "Own"))
    assert found[-1].sentence == "It ended the whole process instead of returning."


def test_a_cancelled_check_gives_nothing():
    assert check_in_process(LayerQuestion(layer("while True:\n    pass"), "Own"), lambda: True) == ()
