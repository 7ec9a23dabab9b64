"""What the reader makes of single lines, and of what it cannot read."""

import builtins
from typing import Any

import pytest

from flaxstudio.codegen.reader import Reading, read_module
from flaxstudio.graph.graph import Formula, Node, Value
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers import catalogue

BASE = catalogue()
HEAD = "import flax.linen as nn\nimport jax\nimport jax.numpy as jnp\n"


def read(
    body: str, *inputs: ArrayShape, arguments: str = "x", fields: str = "", head: str = HEAD, name: str = "Net"
) -> Reading:
    """Return what a compact class with this body is read as."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    text = f"{head}\nclass {name}(nn.Module):\n{fields}\n    @nn.compact\n    def __call__(self, {arguments}):\n{lines}\n"
    return read_module(text, name, inputs or (ArrayShape((8,)),), BASE)


def layers(body: str, *inputs: ArrayShape, **more: Any) -> list[tuple[str, dict[str, Value]]]:
    """Return the nodes between Inputs and Outputs."""
    found = read(body, *inputs, **more)
    assert found.library.codes == (), found.notes
    return [(node.layer, dict(node.attributes)) for node in found.graph.nodes if node.layer not in ("Input", "Output")]


IMAGE = ArrayShape((8, 8, 3))


@pytest.mark.parametrize(
    ("line", "layer", "attributes"),
    [
        ("nn.Dense(3)(x)", "Dense", {"features": 3}),
        ("nn.Dense(3, False)(x)", "Dense", {"features": 3, "use_bias": False}),
        ("nn.Dense(3, use_bias=True)(x)", "Dense", {"features": 3}),
        ("nn.Dense(features=2 * 3 + 1)(x)", "Dense", {"features": 7}),
        ("nn.Dense(int(8 / 2))(x)", "Dense", {"features": 4}),
        ("nn.Dense(x.shape[-1] * 2)(x)", "Dense", {"features": 6}),
        ("nn.Dense(3, dtype='bfloat16')(x)", "Dense", {"features": 3, "dtype": "bfloat16"}),
        ("nn.Dense(3, kernel_init=nn.initializers.normal(0.02))(x)", "Dense", {"features": 3, "kernel_init": "normal(0.02)"}),
        ("nn.Dense(3, kernel_init=jax.nn.initializers.normal(stddev=1))(x)", "Dense", {"features": 3, "kernel_init": "normal(1.0)"}),
        (
            "nn.Dense(3, kernel_init=nn.initializers.variance_scaling(2.0, 'fan_out', 'uniform'))(x)",
            "Dense",
            {"features": 3, "kernel_init": "variance_scaling(2.0, fan_out, uniform)"},
        ),
        (
            "nn.Dense(3, kernel_init=jax.nn.initializers.truncated_normal(stddev=0.02, lower=-1.0))(x)",
            "Dense",
            {"features": 3, "kernel_init": "truncated_normal(0.02, -1.0)"},
        ),
        ("nn.Dense(3, bias_init=nn.initializers.ones_init())(x)", "Dense", {"features": 3, "bias_init": "ones"}),
        ("nn.Dense(3, bias_init=nn.initializers.zeros)(x)", "Dense", {"features": 3}),
        ("nn.Conv(3, (5, 5), 2)(x)", "Conv", {"features": 3, "kernel_size": (5, 5), "strides": (2, 2)}),
        ("nn.Conv(3, [3, 3], padding=1)(x)", "Conv", {"features": 3, "padding": (1, 1)}),
        ("nn.Conv(3, (3, 3), padding=[(1, 2), (0, 0)])(x)", "Conv", {"features": 3, "padding": ((1, 2), (0, 0))}),
        ("nn.Conv(3, kernel_size=3 * (1,) and (3, 3), padding='VALID')(x)", "Conv", {"features": 3, "padding": "VALID"}),
        ("nn.avg_pool(x, (2, 2), (2, 2))", "AvgPool", {}),
        ("nn.max_pool(x, (3, 3))", "MaxPool", {"window_shape": (3, 3), "strides": (1, 1)}),
        ("nn.max_pool(x, (3, 3), strides=(2, 2), padding=((1, 1), (1, 1)))", "MaxPool", {"window_shape": (3, 3), "padding": ((1, 1), (1, 1))}),
        ("nn.BatchNorm(use_running_average=True)(x) if False else nn.LayerNorm()(x)", "LayerNorm", {}),
        ("jax.nn.relu(x)", "relu", {}),
        ("nn.activation.relu(x)", "relu", {}),
        ("jax.nn.swish(x)", "silu", {}),
        ("nn.gelu(x, approximate=False)", "gelu", {"approximate": False}),
        ("jnp.tanh(x)", "tanh", {}),
        ("jnp.maximum(x, 0)", "relu", {}),
        ("x.reshape((x.shape[0], -1))", "Flatten", {}),
        ("x.reshape(x.shape[0], -1)", "Flatten", {}),
        ("jnp.reshape(x, (len(x) if False else x.shape[0], -1))", "Flatten", {}),
        ("jnp.reshape(x, (-1, 8 * 8 * 3))", "Reshape", {"shape": (192,)}),
        ("x.reshape((x.shape[0], x.shape[1] * x.shape[2], 3))", "Reshape", {"shape": (64, 3)}),
        ("x.mean(axis=(1, 2))", "Mean", {"axis": (1, 2)}),
        ("jnp.mean(x, (1, 2), keepdims=True)", "Mean", {"axis": (1, 2), "keepdims": True}),
        ("x.mean(1)", "Mean", {"axis": (1,)}),
        ("x.transpose(0, 3, 1, 2)", "Transpose", {"axes": (0, 3, 1, 2)}),
        ("jnp.swapaxes(x, 1, 2)", "SwapAxes", {}),
        ("x[:, 0]", "FirstStep", {}),
        ("x[:, -1, :, :]", "LastStep", {}),
        ("x[:, 2]", "Take", {"index": 2}),
        ("x[..., 1]", "Take", {"index": 1, "axis": -1}),
        ("x[:, :, 1:3]", "Slice", {"start_index": 1, "limit_index": 3, "axis": 2}),
        ("x[..., None]", "ExpandDims", {}),
        ("x[:, None]", "ExpandDims", {"axis": 1}),
        ("x + 1", "AddConstant", {}),
        ("3.0 * x", "MultiplyConstant", {"value": 3.0}),
        ("1 - x", "ConstantMinus", {}),
        ("x / 255.0", "DivideConstant", {}),
        ("x + x", "MultiplyConstant", {}),
        ("x * x", "Square", {}),
        ("x ** 3", "Power", {"exponent": 3}),
        ("-x", "Negative", {}),
        ("x.astype(jnp.bfloat16)", "Cast", {"dtype": "bfloat16"}),
        ("jnp.asarray(x, jnp.float16)", "Cast", {"dtype": "float16"}),
        ("jax.lax.stop_gradient(x)", "StopGradient", {}),
        ("jnp.pad(x, [(0, 0), (2, 2), (2, 2), (0, 0)])", "Pad", {"pad_width": ((0, 0), (2, 2), (2, 2), (0, 0))}),
        ("jax.image.resize(x, (x.shape[0], 16, 16, x.shape[3]), 'nearest')", "Resize", {"size": (16, 16), "method": "nearest"}),
        ("nn.MultiHeadDotProductAttention(num_heads=2)(x)", "MultiHeadDotProductAttention", {"num_heads": 2}),
    ],
)  # fmt: skip
def test_a_line_is_read_as_its_layer(line: str, layer: str, attributes: dict[str, Value]) -> None:
    assert layers(f"return {line}", IMAGE) == [(layer, attributes)]


def test_aliases_of_imports_mean_the_same() -> None:
    heads = (
        "from flax import linen as nn",
        "import flax\nfrom flax import linen as nn",
        "import flax.linen as nn",
        "import flax.linen\nnn = flax.linen",
    )
    for head in heads:
        assert layers("return nn.relu(nn.Dense(2)(x))", head=head) == [("Dense", {"features": 2}), ("relu", {})]
    assert layers(
        "return F.relu(Dense(2)(x))", head="from flax.linen import Dense\nimport flax.linen as nn\nimport jax.nn as F"
    ) == [
        ("Dense", {"features": 2}),
        ("relu", {}),
    ]


def test_sums_of_three_are_one_node_and_brackets_are_kept() -> None:
    graph = read("a = nn.relu(x)\nb = nn.tanh(x)\nreturn x + a + b").graph
    assert [e.source.node for e in graph.edges_into("add_1")] == ["input_1", "a", "b"]
    assert [name for name, _ in layers("a = nn.relu(x)\nreturn x + (a + nn.tanh(x))")] == ["relu", "tanh", "Add", "Add"]


def test_the_first_value_of_a_variable_names_its_node() -> None:
    graph = read("gate = nn.sigmoid(x)\ngate = nn.relu(gate)\ny = nn.tanh(gate)\nh = nn.Dense(3)(y)\nreturn gate * h").graph
    assert graph.names() == ("input_1", "gate", "relu_1", "tanh_1", "dense_1", "multiply_1", "output_1")


def test_names_that_a_node_cannot_have_become_ones_that_it_can() -> None:
    graph = read('x = nn.Dense(3, name="Dense_0")(x)\nHidden = nn.relu(x)\nreturn nn.Dense(2, name="params")(Hidden)').graph
    assert graph.names()[1:4] == ("dense_0", "hidden", "dense_2")


def test_flags_are_known_by_many_names() -> None:
    for arguments, call in (
        ("x, train", "(x, deterministic=not train)"),
        ("x, *, deterministic: bool = True", "(x, deterministic)"),
        ("x, training=False", "(x, deterministic=not training)"),
        ("x, is_training: bool", "(x, not is_training)"),
    ):
        assert layers(f"return nn.Dropout(0.2){call}", arguments=arguments) == [("Dropout", {"rate": 0.2})]
    assert layers("return nn.Dropout(0.2, deterministic=not train)(x)", arguments="x, train") == [("Dropout", {"rate": 0.2})]
    merged = (
        "d = nn.merge_param('deterministic', self.deterministic, deterministic)\nreturn nn.Dropout(0.2)(x, deterministic=d)"
    )
    fields = "    deterministic: bool | None = None\n"
    assert layers(merged, arguments="x, deterministic=None", fields=fields) == [("Dropout", {"rate": 0.2})]


@pytest.mark.parametrize(
    ("body", "arguments", "fields"),
    [
        ("if train:\n    x = nn.Dropout(0.2)(x, deterministic=False)\nreturn x", "x, train", ""),
        ("if not deterministic:\n    x = nn.Dropout(0.2, deterministic=False)(x)\nreturn x", "x, deterministic", ""),
        ("if deterministic:\n    pass\nelse:\n    x = nn.Dropout(0.2)(x, deterministic)\nreturn x", "x, deterministic", ""),
        ("if self.training:\n    x = nn.Dropout(0.2)(x, deterministic=False)\nreturn x", "x", "    training: bool = False\n"),
        ("if train and self.rate > 0:\n    x = nn.Dropout(0.2)(x, False)\nreturn x", "x, train", "    rate: float = 0.1\n"),
        ("if train:\n    still = False\nelse:\n    still = True\nreturn nn.Dropout(0.2)(x, still)", "x, train", ""),
        ("if train:\n    y = nn.Dropout(0.2)(x, False)\nelse:\n    y = x\nreturn y", "x, train", ""),
    ],
)
def test_a_choice_by_training_that_only_adds_dropout_or_sets_a_flag_is_read(body: str, arguments: str, fields: str) -> None:
    assert layers(body, arguments=arguments, fields=fields) == [("Dropout", {"rate": 0.2})]


@pytest.mark.parametrize(
    "body",
    [
        "if train:\n    x = nn.Dense(3)(x)\nreturn x",
        "if train:\n    x = nn.Dropout(0.2)(nn.relu(x), deterministic=False)\nreturn x",
        "if not train:\n    x = nn.Dropout(0.2)(x, deterministic=False)\nreturn x",
        "if train:\n    return nn.Dropout(0.2)(x, deterministic=False)\nreturn x",
    ],
)
def test_a_choice_by_training_that_changes_more_stays_code(body: str) -> None:
    assert "depends on whether the model trains" in read(body, arguments="x, train").notes[0]


def test_a_dropout_that_never_drops_is_no_node_and_a_norm_that_ignores_training_is_code() -> None:
    assert layers("return nn.relu(nn.Dropout(0.2)(x, deterministic=True))") == [("relu", {})]
    found = read("return nn.BatchNorm(use_running_average=False)(x)")
    assert "does not follow whether the model trains" in found.notes[0]


def test_loops_over_literals_are_unrolled_and_ranges_of_one_layer_kept() -> None:
    assert layers("for width in (4, 5):\n    x = nn.Dense(width)(x)\nreturn x") == [
        ("Dense", {"features": 4}),
        ("Dense", {"features": 5}),
    ]
    assert layers("for _ in range(3):\n    x = nn.Dense(8)(x)\nreturn x") == [("Dense", {"features": 8, "repeat": 3})]
    body = "for i in range(3):\n    x = nn.relu(nn.Dense(8)(x))\nreturn x"
    assert layers(body) == [("Dense", {"features": 8, "repeat": 3, "between": "relu"}), ("relu", {})]
    body = "for i in range(2):\n    x = nn.Dense(8 * (i + 1))(x)\n    x = nn.LayerNorm()(x)\nreturn x"
    assert layers(body) == [("Dense", {"features": 8}), ("LayerNorm", {}), ("Dense", {"features": 16}), ("LayerNorm", {})]


def test_between_is_read_however_it_is_asked() -> None:
    field = "    features: tuple[int, ...] = (4, 5)\n"
    for test in ("i != len(self.features) - 1", "i < len(self.features) - 1", "not i == len(self.features) - 1"):
        body = (
            f"for i, f in enumerate(self.features):\n    x = nn.Dense(f)(x)\n    if {test}:\n        x = nn.relu(x)\nreturn x"
        )
        assert layers(body, fields=field) == [("Dense", {"features": Formula("features", is_each=True), "between": "relu"})]


def test_conditions_on_fields_take_the_branch_of_the_default() -> None:
    body = "if self.use_norm:\n    x = nn.LayerNorm()(x)\nelse:\n    x = nn.relu(x)\nreturn nn.Dense(2)(x)"
    for value, layer in (("True", "LayerNorm"), ("False", "relu")):
        found = read(body, fields=f"    use_norm: bool = {value}\n")
        assert [node.layer for node in found.graph.nodes][1] == layer
        assert found.graph.fields == ()
        assert any("use_norm" in note for note in found.notes)


def test_functions_of_the_text_are_read_where_they_are_called() -> None:
    head = (
        HEAD
        + "\ndef twice(x, features, act=nn.relu):\n    y = act(nn.Dense(features)(x))\n    return y, act(nn.Dense(features)(y))\n"
    )
    body = "a, b = twice(x, 4)\nsquash = lambda v: nn.tanh(v) * 2.0\nreturn squash(a) + b"
    assert [name for name, _ in layers(body, head=head)] == [
        "Dense",
        "relu",
        "Dense",
        "relu",
        "tanh",
        "MultiplyConstant",
        "Add",
    ]


def test_other_classes_of_the_text_are_blocks_with_their_fields() -> None:
    head = HEAD + (
        "\nclass Gate(nn.Module):\n    '''Opens and shuts.'''\n    width: int\n    scale: float = 2.0\n    @nn.compact\n"
        "    def __call__(self, x, y, train=False):\n        z = nn.Dropout(0.5)(nn.Dense(self.width)(x), deterministic=not train)\n"
        "        return z * y * self.scale, z\n"
    )
    found = read(
        "a, _ = Gate(8)(x, x, train)\n_, b = Gate(width=8, scale=3.0)(a, y=x, train=train)\nreturn b",
        arguments="x, train",
        head=head,
    )
    (block,) = found.library.blocks
    assert (block.name, block.help) == ("Gate", "Opens and shuts.")
    assert [(field.name, field.default) for field in block.graph.fields] == [("width", 8), ("scale", 2.0)]
    gates = [node for node in found.graph.nodes if node.layer == "Gate"]
    assert [dict(node.attributes) for node in gates] == [{}, {"scale": 3.0}]
    assert list(block.inputs()) == ["input_1", "y"]
    assert list(block.outputs()) == ["output_1", "output_2"]


def test_a_class_named_like_a_layer_of_the_catalogue_gets_another_name() -> None:
    head = HEAD + "\nclass Dense(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return nn.relu(x)\n"
    found = read("return Dense()(x)", head=head)
    assert [block.name for block in found.library.blocks] == ["Dense2"]
    assert [node.layer for node in found.graph.nodes][1] == "Dense2"


def test_sequential_is_a_chain() -> None:
    body = "net = nn.Sequential([nn.Dense(4), nn.relu, lambda v: v.reshape(v.shape[0], 2, 2), nn.LayerNorm()])\nreturn net(x)"
    assert [name for name, _ in layers(body)] == ["Dense", "relu", "Reshape", "LayerNorm"]


def test_partial_and_remat_and_lists_of_layers_are_seen_through() -> None:
    head = "import functools\n" + HEAD
    body = "dense = functools.partial(nn.Dense, use_bias=False)\nfor layer in [dense(4), dense(features=5)]:\n    x = layer(x)\nreturn x"
    assert layers(body, head=head) == [
        ("Dense", {"features": 4, "use_bias": False}),
        ("Dense", {"features": 5, "use_bias": False}),
    ]
    found = read("return nn.remat(nn.Dense)(3)(x)")
    assert found.graph.nodes[1].attributes == {"features": 3}
    assert found.notes


def test_inherited_fields_and_methods_are_read() -> None:
    text = HEAD + (
        "class Base(nn.Module):\n    width: int = 4\n    def setup(self):\n        self.dense = nn.Dense(self.width)\n"
        "class Net(Base):\n    depth: int = 2\n    def __call__(self, x):\n        return self.act(self.dense(x))\n    def act(self, x):\n        return nn.relu(x)\n"
    )
    found = read_module(text, "Net", [ArrayShape((3,))], BASE)
    assert [node.layer for node in found.graph.nodes if node.layer not in ("Input", "Output")][:2] == ["Dense", "relu"]
    assert [field.name for field in found.graph.fields] == ["width", "depth"]


def test_several_inputs_are_ports_by_their_names_and_optional_ones_may_be_left_out() -> None:
    body = "if mask is None:\n    return nn.relu(x)\nreturn x * mask"
    assert [n.layer for n in read(body, arguments="x, mask=None").graph.nodes] == ["Input", "relu", "Output"]
    graph = read(body, ArrayShape((8,)), ArrayShape((8,), "int32"), arguments="x, mask=None").graph
    assert graph.nodes[:2] == (Node("input_1", "Input"), Node("mask", "Input", {"dtype": "int32"}))


def test_nothing_of_the_text_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was run")

    monkeypatch.setattr(builtins, "exec", refuse)
    monkeypatch.setattr(builtins, "eval", refuse)
    head = HEAD + "import os\nos.abort()\nraise SystemExit\n"
    assert [name for name, _ in layers("return nn.relu(x)", head=head)] == ["relu"]
    found = read("os.abort()\nreturn nn.relu(x)", head=head)
    assert [node.layer for node in found.graph.nodes] == ["Input", "Net", "Output"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return jnp.cross(x, x)", "line 9: `jnp.cross` is no layer that Flax Studio knows"),
        ("y = nn.relu(x)\nreturn y.at[0].set(1)", "line 10"),
        ("if x.sum() > 0:\n    x = nn.relu(x)\nreturn x", "Sum: axis must have a value"),
        ("if x[:, 0] > 0:\n    x = nn.relu(x)\nreturn x", "depends on what arrives"),
        ("while True:\n    x = nn.relu(x)\nreturn x", "line 9"),
        ("for i in range(10**9):\n    x = nn.relu(x)\nreturn x", "line 9"),
        ("return nn.Dense(-3)(x)", "Dense: features must be a whole number of at least 1"),
        ("return nn.Dense(3, dot_general=foo)(x)", "`foo` is not defined"),
        ("return nn.Dense()(x)", "features is not given"),
        ("x = nn.relu(x)", "Nothing is returned"),
        ("nn.relu(x)", "does something beside the graph"),
        ("return 3", "3 is no layer"),
        ("self.sow('a', 'b', x)\nreturn nn.relu(x)", "does something beside the graph"),
        ("x[0] = 1\nreturn x", "cannot be set in a graph"),
        ("return self.nothing(x)", "`self.nothing` is no layer"),
        ("if train:\n    x = nn.relu(x)\nreturn x", "depends on whether the model trains"),
    ],
)
def test_what_cannot_be_read_is_one_node_of_code_and_its_line_is_told(body: str, words: str) -> None:
    found = read(body, arguments="x, train=False" if "train" in body else "x")
    assert [node.layer for node in found.graph.nodes] == ["Input", "Net", "Output"]
    (code,) = found.library.codes
    assert body.splitlines()[-1] in code.text
    assert (found.name, len(found.notes)) == ("NetModel", 1)
    assert words in found.notes[0]


def test_code_is_kept_with_what_it_needs_and_nothing_else() -> None:
    text = (
        "import numpy as np\nimport os\nfrom flax import linen as nn\n\nSIZE = 3\nOTHER = os.getcwd()\n\n\n"
        "def helper(x):\n    return np.sort(x) * SIZE\n\n\nclass Unused(nn.Module):\n    pass\n\n\n"
        "class Net(nn.Module):\n    # a word about it\n    @nn.compact\n    def __call__(self, x):\n        return helper(x)\n\n\nprint('trained')\n"
    )
    found = read_module(text, "Net", [ArrayShape((3,))], BASE)
    (code,) = found.library.codes
    assert code.text == (
        "import numpy as np\nfrom flax import linen as nn\n\n\nSIZE = 3\n\n\ndef helper(x):\n    return np.sort(x) * SIZE\n\n\n"
        "class Net(nn.Module):\n    # a word about it\n    @nn.compact\n    def __call__(self, x):\n        return helper(x)\n"
    )


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("def f(:\n", "Net", "Line 1 is no Python"),
        ("x = 1\n\n  y = 2\n", "Net", "Line 3 is no Python"),
        (HEAD + "class A(nn.Module):\n    pass\nclass B(nn.Module):\n    pass\n", "Net", "has no class Net. It has A, B."),
        ("class Net:\n    pass\n", "Net", "Net is no linen Module"),
        ("", "Net", "It has no linen Module at all."),
        ("a = '\0'", "Net", ""),
        ("(" * 5000, "Net", ""),
        ("x = " + "-" * 200_000 + "1", "Net", "nested too deeply"),
        ("x = " + " + ".join(["x"] * 9000), "Net", "nested too deeply"),
        ("#" * 3_000_000, "Net", "too large"),
    ],
)
def test_texts_without_such_a_class_are_refused_in_one_sentence(text: str, name: str, words: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_module(text, name, [ArrayShape((3,))], BASE)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_nested_too_deeply_is_kept_as_code() -> None:
    deep = ["return " + "nn.relu(" * depth + "x" + ")" * depth for depth in (50, 190)]
    assert len(read(deep[0]).graph.nodes) == 52
    assert "nested too deeply" in read(deep[1]).notes[0]


def test_the_number_of_shapes_is_that_of_the_arguments() -> None:
    for inputs in ((), (ArrayShape((3,)),) * 3):
        text = f"{HEAD}class Net(nn.Module):\n    def __call__(self, x, y):\n        return x + y\n"
        with pytest.raises(ProblemError, match="Net takes 2 inputs, x, y; ") as caught:
            read_module(text, "Net", inputs, BASE)
        assert "separated by ;" in str(caught.value)


def test_values_may_be_given_to_fields_and_become_their_defaults() -> None:
    text = (
        HEAD
        + "class MLP(nn.Module):\n    features: tuple[int, ...]\n    act: str\n    @nn.compact\n    def __call__(self, x):\n"
    )
    text += "        for f in self.features[:-1]:\n            x = nn.Dense(f)(x)\n            x = getattr(nn, self.act)(x)\n        return nn.Dense(self.features[-1])(x)\n"
    assert "MLP(features=…)" in read_module(text, "MLP", [ArrayShape((3,))], BASE).notes[0]
    found = read_module(text, "MLP(features=(4, 5, 6), act='relu')", [ArrayShape((3,))], BASE)
    assert found.name == "MLP"
    assert [node.layer for node in found.graph.nodes] == ["Input", "Dense", "Output"]
    assert [(field.name, field.default) for field in found.graph.fields] == [("features", (4, 5, 6))]
    simple = (
        HEAD
        + "class Net(nn.Module):\n    width: int\n    @nn.compact\n    def __call__(self, x):\n        return nn.Dense(self.width)(x)\n"
    )
    found = read_module(simple, "Net(12)", [ArrayShape((3,))], BASE)
    assert [(field.name, field.default) for field in found.graph.fields] == [("width", 12)]
    assert found.notes == ()


def test_configurations_and_partials_at_the_top_of_a_file_are_read() -> None:
    text = (
        "import dataclasses\nfrom functools import partial\n"
        + HEAD
        + (
            "@dataclasses.dataclass\nclass Config:\n    width: int\n    depth: int = 2\n    init: object = nn.initializers.he_normal()\n\n"
            "class Net(nn.Module):\n    config: Config\n    @nn.compact\n    def __call__(self, x):\n        config = self.config\n"
            "        for _ in range(config.depth):\n            x = nn.Dense(config.width, kernel_init=config.init)(x)\n        return x\n\n"
            "Wide = partial(Net, config=Config(width=64))\n"
        )
    )
    found = read_module(text, "Net(Config(8, depth=3))", [ArrayShape((3,))], BASE)
    assert found.graph.nodes[1].attributes == {"features": 8, "kernel_init": "he_normal", "repeat": 3}
    found = read_module(text, "Wide", [ArrayShape((3,))], BASE)
    assert found.graph.nodes[1].attributes == {"kernel_init": "he_normal", "repeat": 2}


@pytest.mark.parametrize("asked", ["Net(", "1 + 1", "Net(foo)", "Net(a=1)", "Net(1, 2, 3)", "os.system('x')"])
def test_what_is_no_class_made_with_values_is_refused(asked: str) -> None:
    text = HEAD + "class Net(nn.Module):\n    width: int = 3\n    @nn.compact\n    def __call__(self, x):\n        return x\n"
    with pytest.raises(ProblemError) as caught:
        read_module(text, asked, [ArrayShape((3,))], BASE)
    assert "\n" not in str(caught.value)


def test_code_named_like_a_layer_of_the_catalogue_is_called_something_else() -> None:
    head = (
        HEAD
        + "\nclass Dense(nn.Module):\n    '''Not nn.Dense.'''\n    @nn.compact\n    def __call__(self, x):\n        return x + self.param('a', nn.initializers.zeros, (8,))\n"
    )
    found = read("return nn.relu(Dense(name='own')(x))", head=head)
    (code,) = found.library.codes
    assert code.name == "Dense2"
    assert "class Dense2(nn.Module):\n    '''Not nn.Dense.'''" in code.text
    assert found.graph.node("own").layer == "Dense2"


def test_a_loop_over_all_items_but_the_last_and_the_last_are_one_repeated_node() -> None:
    fields = "    features: tuple[int, ...]\n"
    for body in (
        "for f in self.features[:-1]:\n    x = nn.relu(nn.Dense(f)(x))\nreturn nn.Dense(self.features[-1])(x)",
        "for i, f in enumerate(self.features[:-1]):\n    x = nn.Dense(f)(x)\n    x = nn.relu(x)\nx = nn.Dense(self.features[-1])(x)\nreturn x",
    ):
        assert layers(body, fields=fields) == [("Dense", {"features": Formula("features", is_each=True), "between": "relu"})]
    body = (
        "for f in self.features[:-1]:\n    x = nn.relu(nn.Dense(f)(x))\nreturn nn.Dense(self.features[-1], use_bias=False)(x)"
    )
    found = layers(body, fields="    features: tuple[int, ...] = (4, 5)\n")
    assert found == [
        ("Dense", {"features": 4}),
        ("relu", {}),
        ("Dense", {"features": Formula("features[-1]"), "use_bias": False}),
    ]


def test_a_scan_over_a_class_is_a_repeated_block_and_one_that_shares_params_is_code() -> None:
    head = (
        HEAD
        + "\nclass Block(nn.Module):\n    width: int\n    @nn.compact\n    def __call__(self, x, _):\n        return x + nn.Dense(self.width)(x), None\n"
    )
    axes = "variable_axes={'params': 0}, split_rngs={'params': True}, length=self.depth"
    body = f"Scanned = nn.scan(nn.remat(Block), {axes})\nx, _ = Scanned(width=8, name='blocks')(x, None)\nreturn x"
    found = read(body, head=head, fields="    depth: int = 4\n")
    assert found.notes == ()
    assert found.graph.node("blocks").attributes == {"repeat": Formula("depth"), "scan": True, "remat": True}
    assert found.graph.node("blocks").layer == "Block"
    shared = "variable_broadcast='params', split_rngs={'params': False}, length=3"
    found = read(f"x, _ = nn.scan(Block, {shared})(8)(x, None)\nreturn x", head=head)
    assert "nn.scan keeps its params in a way that a node cannot hold" in found.notes[0]


def test_rearranging_by_einops_is_moving_and_joining_dimensions() -> None:
    head = "import einops\n" + HEAD
    assert layers("return einops.rearrange(x, 'n h w c -> n (h w) c')", IMAGE, head=head) == [("Reshape", {"shape": (64, 3)})]
    assert layers("return einops.rearrange(x, 'n h w c -> n c h w')", IMAGE, head=head) == [
        ("Transpose", {"axes": (0, 3, 1, 2)})
    ]
    assert [name for name, _ in layers("return einops.rearrange(x, 'n h w c -> n (w h) c')", IMAGE, head=head)] == [
        "Transpose",
        "Reshape",
    ]
    assert read("return einops.rearrange(x, 'n (h a) w c -> n h a w c', a=2)", IMAGE, head=head).library.codes


def test_what_grows_with_every_line_is_given_up_at_once() -> None:
    body = "a = jnp.ones((8,))\n" + "a = jnp.outer(a, a) + a[:, None]\n" * 30 + "return x + a"
    assert "`jnp.ones` is no layer" in read(body).notes[0]


@pytest.mark.parametrize(
    "body",
    [
        "() = x\nreturn x",
        "(), b = x.shape\nreturn x",
        "return {}(x)",
        "return functools.partial(features=3)(x)",
        "return 3if x else x",
    ],
)
def test_what_no_one_would_write_is_code_and_never_a_fault_of_the_reader(body: str) -> None:
    found = read(body, head=HEAD + "import functools\n")
    assert [code.name for code in found.library.codes] == ["Net"]
    assert found.notes[0].startswith("Net is kept as one node of code: line ")


def test_a_setup_without_self_is_told() -> None:
    text = f"{HEAD}\nclass Net(nn.Module):\n    def setup():\n        pass\n    def __call__(self, x):\n        return nn.relu(x)\n"
    assert read_module(text, "Net", [ArrayShape((8,))], BASE).notes == (
        "Net is kept as one node of code: line 6: setup takes no self.",
    )


def test_a_faulty_class_inside_stays_one_node_of_code_in_its_graph() -> None:
    head = HEAD + "\nclass Odd(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return nnDense(3)(x)\n"
    found = read("return nn.relu(Odd()(x))", head=head)
    assert [node.layer for node in found.graph.nodes] == ["Input", "Odd", "relu", "Output"]


def test_a_graph_that_would_be_faulty_is_kept_as_code_with_the_fault() -> None:
    found = read("return nn.Dense(8 // self.parts)(x)", fields="    parts: int = 0\n")
    assert [code.name for code in found.library.codes] == ["Net"]
    assert "features cannot be computed" in found.notes[0]


def test_fields_made_by_a_factory_are_read() -> None:
    fields = "    sizes: list = dataclasses.field(default_factory=lambda: [3, 4])\n    more: dict = dataclasses.field(default_factory=dict)\n"
    head = "import dataclasses\n" + HEAD
    assert layers("for size in self.sizes:\n    x = nn.LayerNorm()(nn.Dense(size)(x))\nreturn x", head=head, fields=fields)[
        2
    ] == ("Dense", {"features": 4})


def test_a_part_of_a_cells_state_is_not_taken_for_a_row_of_an_array() -> None:
    body = "carry, y = nn.RNN(nn.LSTMCell(8), return_carry=True)(x)\nreturn nn.Dense(3)(carry[1])"
    assert "index or slice like this is no layer" in read(body, ArrayShape((5, 4))).notes[0]


def test_a_state_of_one_array_is_computed_with_as_any_other() -> None:
    body = "carry, y = nn.RNN(nn.GRUCell(8), return_carry=True)(x)\nreturn nn.Dense(3)(-carry)"
    assert read(body, ArrayShape((5, 4))).notes == ()
