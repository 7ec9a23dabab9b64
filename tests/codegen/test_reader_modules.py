"""Modules as people write them are read as graphs that compute the same."""

from typing import Any

import pytest

from flaxstudio.codegen.reader import Reading, read_module
from flaxstudio.codegen.source import generate
from flaxstudio.graph.check import check
from flaxstudio.graph.graph import Field, Formula
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from tests.codegen.module_equality import assert_same, original, text_of

BASE = catalogue()
S = ArrayShape
IN_USE = {"train": False}
CASES: list[tuple[str, str, list[ArrayShape], dict[str, Any]]] = [
    ("others", "CNN", [S((28, 28, 1))], {}),
    ("others", "PointNet", [S((20, 3))], {}),
    ("others", "TextCNN", [S((16,), "int32")], {}),
    ("others", "Spellings", [S((12,))], {}),
    ("others", "Unet", [S((16, 16, 1))], {}),
    ("others", "Deep", [S((8,))], IN_USE),
    ("others", "TextClassifier", [S((10,), "int32")], {}),
    ("others", "Shared", [S((4,)), S((4,))], {}),
    ("explicit_mlp", "SimpleMLP", [S((4,))], {}),
    ("resnet", "SmallResNet", [S((16, 16, 3))], IN_USE),
    ("mixer", "MlpMixer", [S((16, 16, 3))], IN_USE),
    ("transformer", "Encoder", [S((10, 32))], IN_USE),
    ("autoencoders", "AutoEncoder", [S((8, 8, 1))], {}),
    ("autoencoders", "VAE", [S((784,)), S((20,))], {}),
    ("assorted", "UNet", [S((16, 16, 3))], {}),
    ("assorted", "MobileNet", [S((32, 32, 3))], {}),
    ("assorted", "Options", [S((12, 3))], {}),
    ("assorted", "Attending", [S((5, 8)), S((6, 8))], {}),
    ("assorted", "Translator", [S((5,), "int32"), S((6,), "int32")], {}),
    ("assorted", "Calculated", [S((8,))], {}),
    ("assorted", "HandMade", [S((5, 8))], {}),
    ("assorted", "SizesGiven", [S((16, 12, 3))], {}),
]


def read(file: str, name: str, *inputs: ArrayShape) -> Reading:
    return read_module(text_of(file), name, inputs, BASE)


def source(found: Reading, style: Any = "compact") -> str:
    return generate(found.graph, found.name, catalogue_of(found.library, BASE), style).text


# the original, not what is read, uses names that Flax will take away
@pytest.mark.filterwarnings("ignore:SelfAttention will be deprecated", "ignore:The inputs_kv arg will be deprecated")
@pytest.mark.parametrize(("file", "name", "inputs", "keywords"), CASES, ids=[case[1] for case in CASES])
def test_what_is_read_computes_what_the_text_does(
    file: str, name: str, inputs: list[ArrayShape], keywords: dict[str, Any]
) -> None:
    found = read(file, name, *inputs)
    assert found.library.codes == ()
    assert found.name == name
    assert check(found.graph, catalogue_of(found.library, BASE)) == ()
    assert_same(original(file, name), found, inputs, keywords)


@pytest.mark.parametrize("style", ["compact", "setup"])
@pytest.mark.parametrize(("file", "name", "inputs"), [case[:3] for case in CASES], ids=[case[1] for case in CASES])
def test_what_is_read_and_written_is_read_as_the_same(file: str, name: str, inputs: list[ArrayShape], style: Any) -> None:
    written = source(read(file, name, *inputs), style)
    assert source(read_module(written, name, inputs, BASE), style) == written


def test_the_notebooks_explicit_mlp_stays_a_loop_over_its_field() -> None:
    found = read("explicit_mlp", "ExplicitMLP", S((4,)))
    inputs, layers, _ = found.graph.nodes
    assert inputs.name == "inputs"
    assert (layers.name, layers.layer) == ("layers", "Dense")
    assert layers.attributes == {"features": Formula("features", is_each=True), "between": "relu"}
    assert found.graph.fields == (Field("features", "ints", (64,)),)
    assert "features has no default" in found.notes[0]
    text = source(found, "setup")
    assert "self.layers = [nn.Dense(feature) for feature in self.features]" in text
    assert "        for i, layer in enumerate(self.layers):\n" in text
    assert "            if i != len(self.layers) - 1:\n                x = nn.relu(x)\n" in text


def test_the_notebooks_simple_mlp_comes_out_as_it_went_in() -> None:
    found = read("explicit_mlp", "SimpleMLP", S((4,)))
    text = source(found)
    body = text[text.index("    @nn.compact") :]
    assert body == (
        "    @nn.compact\n"
        "    def __call__(self, inputs):\n"
        "        x = inputs\n"
        "        for i, feature in enumerate(self.features):\n"
        '            x = nn.Dense(feature, name=f"layers_{i}")(x)\n'
        "            if i != len(self.features) - 1:\n"
        "                x = nn.relu(x)\n"
        "        return x\n"
    )


def test_params_of_its_own_keep_a_class_as_code_and_the_line_is_told() -> None:
    for name, words in (("SimpleDense", "self.param"), ("BiasAdderWithRunningMean", "is_initialized")):
        found = read("explicit_mlp", name, S((4,)))
        assert [node.layer for node in found.graph.nodes] == ["Input", name, "Output"]
        assert found.library.codes[0].name == name
        assert found.name == f"{name}Model"
        assert len(found.notes) == 1
        assert words in found.notes[0]
    text = text_of("explicit_mlp")
    line = next(
        number for number, line in enumerate(text.splitlines(), 1) if "bias = self.param('bias', self.bias_init" in line
    )
    assert f"line {line + 1}" in read("explicit_mlp", "SimpleDense", S((4,))).notes[0]


def test_a_block_is_another_where_its_shapes_or_fields_make_it_another_network() -> None:
    found = read("resnet", "SmallResNet", S((16, 16, 3)))
    assert [block.name for block in found.library.blocks] == ["ResNetBlock", "ResNetBlock2"]
    has_projection = ["conv_proj" in block.graph.names() for block in found.library.blocks]
    assert has_projection == [False, True]


def test_flaxs_own_resnet_is_read() -> None:
    found = read("resnet", "ResNet18", S((64, 64, 3)))
    assert found.library.codes == ()
    assert {block.name for block in found.library.blocks} >= {"ResNet", "ResNetBlock"}


def test_a_class_in_a_readable_one_that_cannot_be_read_is_a_code_node_in_its_graph() -> None:
    found = read("transformer", "VisionTransformer", S((16, 16, 3)))
    codes = {code.name: code.text for code in found.library.codes}
    assert "AddPositionEmbs" in codes
    assert "posembed_input" in found.graph.names()
    assert codes["AddPositionEmbs"].startswith("import flax.linen as nn\n")
    assert any("AddPositionEmbs is kept as code: line" in note for note in found.notes)


def test_fields_formulas_and_loops_are_kept() -> None:
    found = read("others", "Deep", S((8,)))
    nodes = found.graph.by_name()
    assert nodes["hidden"].attributes == {"features": Formula("width"), "repeat": Formula("depth"), "between": "relu"}
    assert nodes["dense_3"].attributes == {"features": Formula("expand * width")}
    assert [(field.name, field.like, field.default) for field in found.graph.fields] == [
        ("depth", "int", 3),
        ("width", "Dense.features", 16),
        ("expand", "int", 2),
    ]


def test_methods_become_outputs_of_their_own_and_share_modules() -> None:
    found = read("autoencoders", "AutoEncoder", S((8, 8, 1)))
    methods = {str(node.attributes.get("method", "__call__")) for node in found.graph.of_layer("Output")}
    assert methods == {"__call__", "encode", "decode"}
    assert [node.name for node in found.graph.of_layer("Input")] == ["input_1", "z"]
    assert found.graph.node("z").attributes["shape"] == (16,)
    assert sum("shares" in node.attributes for node in found.graph.nodes) == 2


def test_a_layer_called_twice_is_a_second_node_that_shares_its_params() -> None:
    found = read("others", "Shared", S((4,)), S((4,)))
    shared = [node for node in found.graph.nodes if "shares" in node.attributes]
    assert [node.attributes for node in shared] == [{"shares": "tower"}]


def test_what_is_drawn_for_one_value_of_a_field_is_told() -> None:
    found = read("others", "TextCNN", S((16,), "int32"))
    assert [node.name for node in found.graph.of_layer("Conv")] == ["convs_0", "convs_1", "convs_2"]
    assert any("kernel_sizes" in note for note in found.notes)
