import pytest

from flaxstudio.graph.graph import Field
from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.spec import PortSpec
from flaxstudio.layers.code_layer import (
    classes_in,
    fault_of_code,
    missing_imports,
    spec_of_code,
    spec_of_import,
    warnings_of_code,
    with_imports,
)
from tests.layers.layer_texts import BIAS_ADDER, NOTEBOOK_IMPORTS, SIMPLE_DENSE

HEADER = "import flax.linen as nn\nimport jax.numpy as jnp\n\n\n"


def layer(fields: str = "", call: str = "self, x", body: str = "return x") -> str:
    lines = "".join(f"    {line}\n" for line in fields.splitlines())
    inside = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{HEADER}class Own(nn.Module):\n{lines}    @nn.compact\n    def __call__({call}):\n{inside}"


def spec(text: str, name: str = "Own"):
    assert fault_of_code(text, name) == []
    return spec_of_code(Code(name, text), True)


def attribute(fields: str, name: str):
    return spec(layer(fields)).attribute(name)


def test_the_notebooks_simple_dense_is_read_as_it_stands():
    found = spec(SIMPLE_DENSE, "SimpleDense")
    assert [(a.name, a.type, a.default, a.is_required) for a in found.attributes] == [
        ("features", "int", 64, True),
        ("kernel_init", "initializer", "lecun_normal", False),
        ("bias_init", "initializer", "zeros", False),
    ]
    assert (found.inputs, found.outputs) == ((PortSpec("in"),), (PortSpec("out"),))
    assert (found.family, found.code, found.is_module) == ("custom", "SimpleDense({attributes})", True)
    assert (found.call, found.rngs, found.shown) == ("", (), ("features",))


def test_the_notebooks_bias_adder_is_read_as_it_stands():
    found = spec(BIAS_ADDER, "BiasAdderWithRunningMean")
    assert [(a.name, a.type, a.default, a.is_required) for a in found.attributes] == [("decay", "float", 0.99, False)]
    assert found.definition == Code("BiasAdderWithRunningMean", BIAS_ADDER)
    assert found.collections == ("batch_stats",)


def test_trust_is_passed_on():
    assert [spec_of_code(Code("SimpleDense", SIMPLE_DENSE), trusted).is_trusted for trusted in (True, False)] == [True, False]


def test_reading_never_runs_the_text(tmp_path):
    mark = tmp_path / "ran"
    text = layer() + f"\nopen({str(mark)!r}, 'w').close()\n"
    spec(text)
    classes_in(text)
    warnings_of_code(text)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("field", "type_", "default", "is_optional", "is_required"),
    [
        ("a: int = 3", "int", 3, False, False),
        ("a: int = -1", "int", -1, False, False),
        ("a: float = 1", "float", 1.0, False, False),
        ("a: float", "float", 1.0, False, True),
        ("a: bool = True", "bool", True, False, False),
        ("a: str = 'mean'", "text", "mean", False, False),
        ("a: int | None = None", "int", None, True, False),
        ("a: 'int | None' = None", "int", None, True, False),
        ("a: tuple[int, ...] = (3, 3)", "ints", (3, 3), False, False),
        ("kernel_size: tuple[int, int]", "ints", (3, 3), False, True),
        ("a: nn.initializers.Initializer = nn.initializers.normal(stddev=0.02)", "initializer", "normal(0.02)", False, False),
        (
            "a: nn.initializers.Initializer = nn.initializers.variance_scaling(2.0, 'fan_in', distribution='normal')",
            "initializer",
            "variance_scaling(2.0, fan_in, normal)",
            False,
            False,
        ),
        ("a_init: nn.initializers.Initializer", "initializer", "lecun_normal", False, True),
    ],
)
def test_fields_become_attributes(field, type_, default, is_optional, is_required):
    found = attribute(field, field.split(":")[0])
    assert (found.type, found.default, found.is_optional, found.is_required) == (type_, default, is_optional, is_required)
    assert type(found.default) is type(default)
    assert found.fault(found.default) is None


def test_an_activation_is_a_choice_of_flaxs_own():
    found = attribute("act: object = nn.gelu", "act")
    assert (found.type, found.default, found.source("tanh")) == ("choice", "gelu", "nn.tanh")


def test_a_literal_is_a_choice():
    text = "from typing import Literal\n" + layer("how: Literal['sum', 'mean'] = 'mean'")
    assert (spec(text).attribute("how").choices, spec(text).attribute("how").default) == (("sum", "mean"), "mean")


@pytest.mark.parametrize(
    "field",
    [
        "a: object = jnp.float32",
        "a: nn.Module = nn.Dense(3)",
        "a: object = None",
        "a: float = float('inf')",
        "a: nn.initializers.Initializer = nn.initializers.variance_scaling(1.0, 'fan_in', 'normal', in_axis=0)",
        "a: nn.initializers.Initializer = nn.initializers.variance_scaling(1.0, 'fan_in')",
        "a: nn.initializers.Initializer = nn.initializers.truncated_normal(0.1, jnp.float32)",
    ],
)
def test_what_cannot_be_set_truly_is_left_to_the_class(field):
    assert spec(layer(field)).attributes == ()


def test_fields_of_a_base_in_the_same_text_come_first():
    text = (
        HEADER
        + "class Base(nn.Module):\n    features: int\n\n    def __call__(self, x, y):\n        return x + y\n\n\n"
        + "class Own(Base):\n    scale: float = 2.0\n"
    )
    found = spec(text)
    assert [a.name for a in found.attributes] == ["features", "scale"]
    assert [port.name for port in found.inputs] == ["x", "y"]


def test_a_docstring_gives_summary_and_help():
    text = layer('"""Scales its input\n  by a number.\n\n  Attributes:\n    scale: how much.\n"""\nscale: float = 1.0')
    assert spec(text).summary == "Scales its input by a number."
    assert spec(text).attribute("scale").help == "How much."


@pytest.mark.parametrize(
    ("call", "ports"),
    [
        ("self, x", [PortSpec("in")]),
        ("self, x, y", [PortSpec("x"), PortSpec("y")]),
        ("self, *x", [PortSpec("in", is_variadic=True)]),
        ("self, x, mask=None", [PortSpec("in"), PortSpec("mask", is_optional=True, keyword="mask")]),
        ("self, x, *, mask", [PortSpec("x"), PortSpec("mask", keyword="mask")]),
        ("self, x, *rest, mask=None", [PortSpec("x"), PortSpec("rest", is_variadic=True), PortSpec("mask", is_optional=True, keyword="mask")]),
        ("self, x, train: bool", [PortSpec("in")]),
    ],
)  # fmt: skip
def test_arrays_of_the_call_are_the_inputs(call, ports):
    assert list(spec(layer(call=call)).inputs) == ports


@pytest.mark.parametrize(
    ("call", "source"),
    [
        ("self, x, train=False", "train=train"),
        ("self, x, training: bool", "training=train"),
        ("self, x, *, deterministic=None", "deterministic=not train"),
        ("self, x, is_training, use_running_average=None", "is_training=train, use_running_average=not train"),
    ],
)
def test_flags_follow_training(call, source):
    assert spec(layer(call=call)).call == source


def test_other_arguments_with_a_default_are_attributes_of_the_call():
    found = spec(layer(call="self, x, scale: float = 2.0, axis=-1"))
    assert [(a.name, a.type, a.default, a.is_call) for a in found.attributes] == [
        ("scale", "float", 2.0, True),
        ("axis", "int", -1, True),
    ]


def test_a_field_that_the_call_gives_is_no_attribute():
    assert spec(layer("deterministic: bool | None = None", "self, x, deterministic=None")).attributes == ()


@pytest.mark.parametrize(
    ("body", "outputs"),
    [
        ("return x", ["out"]),
        ("return x, x", ["out_1", "out_2"]),
        ("carry, y = x, x\nreturn carry, y", ["carry", "y"]),
        ("if x is None:\n    return x\nreturn x, x", ["out"]),
        ("def inner():\n    return 1, 2\nreturn x", ["out"]),
    ],
)
def test_outputs_are_read_from_the_returns(body, outputs):
    assert [port.name for port in spec(layer(body=body)).outputs] == outputs


def test_collections_are_found_in_the_text():
    body = "self.put_variable('cache', 'x', x)\nself.variable(col='noise', name='y')\nreturn nn.BatchNorm()(x)"
    assert spec(layer(body=body)).collections == ("cache", "noise", "batch_stats")


def test_random_keys_are_found_in_the_text():
    body = "a = self.make_rng('noise')\nb = nn.Dropout(0.1)(x, deterministic=True)\nreturn nn.Dropout(0.1, rng_collection='other')(b)"
    assert spec(layer(body=body)).rngs == ("noise", "dropout", "other")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("class Own(nn.Module:\n    pass\n", 1, "Python cannot read"),
        ("x = 1\n", 1, "no class Own"),
        ("import flax.linen as nn\n\nclass Own:\n    pass\n", 3, "no linen Module"),
        ("from flax import nnx\nclass Own(nnx.Module):\n    pass\n", 2, "flax.nnx"),
        ("import flax.linen as nn\nclass Own(nn.Module):\n    pass\n", 2, "no __call__"),
        (layer(body="self.y = x\nreturn x"), 8, "self.y is set outside setup"),
        (layer(body="x + 1"), 7, "returns nothing"),
        (layer("a: int = 1\nb: int"), 7, "Put b first"),
        (layer("a: object"), 6, "must have a default"),
        (layer("a: object = [3, 3]"), 6, "Write a tuple"),
        (layer("name: str = 'a'"), 6, "has a name of its own"),
        (layer(body="return einops.rearrange(x, 'a b -> b a')"), 8, "einops is neither defined nor imported"),
        (layer().replace("    @nn.compact\n", "").replace("return x", "return x + self.param('a', nn.initializers.ones, ())"), 7, "@nn.compact"),
    ],
)  # fmt: skip
def test_faults_are_told_at_their_line(text, line, words):
    first = fault_of_code(text, "Own")[0]
    assert first.line == line
    assert words in first.sentence


@pytest.mark.parametrize("text", ["", "class", "\0", "(" * 5000, "class Own(", "class Own(nn.Module): pass"])
def test_a_text_with_faults_still_has_a_spec_to_draw(text):
    found = spec_of_code(Code("Own", text), False)
    assert (found.name, found.attributes, [port.name for port in found.inputs]) == ("Own", (), ["in"])
    assert fault_of_code(text, "Own")


def test_only_modules_of_a_text_are_layers():
    text = (
        HEADER
        + "class Helper:\n    pass\n\n\nclass A(nn.Module):\n    pass\n\n\nclass B(A):\n    pass\n\n\nclass C(nn.Dense):\n    pass\n"
    )
    assert classes_in(text) == ("A", "B", "C")


def test_imports_that_a_notebooks_cell_takes_for_granted_are_added():
    assert missing_imports(SIMPLE_DENSE) == (
        "import flax.linen as nn",
        "from collections.abc import Callable",
        "from jax import lax",
    )
    whole = with_imports(SIMPLE_DENSE)
    assert whole.endswith(SIMPLE_DENSE)
    assert missing_imports(whole) == ()
    assert with_imports(NOTEBOOK_IMPORTS + SIMPLE_DENSE) == NOTEBOOK_IMPORTS + SIMPLE_DENSE


def test_an_import_of_the_future_stays_first():
    text = "from __future__ import annotations\n" + SIMPLE_DENSE
    whole = with_imports(text)
    compile(whole, "text", "exec")
    assert missing_imports(whole) == ()
    assert whole.startswith("from __future__ import annotations\n\nimport flax.linen as nn\n")


def test_unusual_imports_are_pointed_out_but_no_fault():
    text = "import os\nimport torchvision\nimport numpy as np\n" + layer()
    assert fault_of_code(text, "Own") == []
    assert [(line, sentence.split(",")[0]) for line, sentence in warnings_of_code(text)] == [
        (1, "Imports os"),
        (2, "Imports torchvision"),
    ]


def test_a_class_of_a_package_is_described_without_importing_it():
    fields = (
        Field("features", "int", 8),
        Field("kernel_init", "Dense.kernel_init", "he_normal"),
        Field("axis", "int", None),
    )
    found = spec_of_import(Imported("Net", "nowhere.models", fields, ("x",), "deterministic", False), False)
    assert [(a.name, a.type, a.default, a.is_required) for a in found.attributes] == [
        ("features", "int", 8, True),
        ("kernel_init", "initializer", "he_normal", True),
        ("axis", "int", None, False),
    ]
    assert (found.call, found.inputs, found.is_trusted) == ("deterministic=not train", (PortSpec("in"),), False)
