import re
import string

import pytest

from flaxstudio.graph.graph import Node
from flaxstudio.graph.naming import fault_of_name
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.layers import catalogue

CATALOGUE = catalogue()
LAYERS = pytest.mark.parametrize("spec", CATALOGUE.layers, ids=lambda spec: spec.name)


def fields_of(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def is_sentence(text: str) -> bool:
    return bool(re.match(r"[A-Z(]|(relu|elu|sigmoid|tanh|softplus|leaky_relu|silu|celu|x) ", text)) and text.endswith(".")


def test_the_layers_of_a_first_network_are_there() -> None:
    wanted = {"Input", "Output", "Dense", "Conv", "MaxPool", "Flatten", "Dropout", "BatchNorm", "relu"}
    assert wanted <= {spec.name for spec in CATALOGUE}


def test_there_are_at_least_ninety_layers() -> None:
    assert len(CATALOGUE.layers) >= 90


def test_names_of_nodes_are_made_from_layer_names() -> None:
    assert CATALOGUE["BatchNorm"].base_name() == "batch_norm"
    assert CATALOGUE["relu"].base_name() == "relu"


def test_no_two_layers_give_their_nodes_the_same_name() -> None:
    names = [spec.base_name() for spec in CATALOGUE]
    assert len(set(names)) == len(names)
    assert [name for name in names if fault_of_name(f"{name}_1")] == []


def test_families_stand_together() -> None:
    families = [spec.family for spec in CATALOGUE]
    changes = [family for family, before in zip(families, ["", *families], strict=False) if family != before]
    assert len(changes) == len(set(changes))


def test_no_two_layers_have_the_same_template() -> None:
    seen = [(spec.code, spec.join) for spec in CATALOGUE if spec.family != "io"]
    assert len(set(seen)) == len(seen)


@LAYERS
def test_defaults_are_allowed_values(spec: LayerSpec) -> None:
    assert {a.name: a.fault(a.default) for a in spec.attributes if a.fault(a.default)} == {}


@LAYERS
def test_templates_name_only_what_a_layer_has_and_use_all_of_it(spec: LayerSpec) -> None:
    groups = {attribute.group or "attributes" for attribute in spec.attributes if not attribute.is_call}
    ports = {port.name for port in spec.inputs}
    attributes = {attribute.name for attribute in spec.attributes}
    used = fields_of(spec.code)
    assert used <= {"inputs", "attributes"} | groups | ports | attributes
    if spec.family == "io":
        return
    unused = [a for a in spec.attributes if not a.is_call and not {a.name, a.group or "attributes"} & used]
    assert unused == []
    if not spec.is_module:
        assert "inputs" in used or ports <= used
        # a name that stands both alone and among the attributes would be written twice
        assert not ("attributes" in used and {a.name for a in spec.attributes if not a.group} & used)


@LAYERS
def test_names_within_a_layer_are_unique(spec: LayerSpec) -> None:
    attributes = [attribute.name for attribute in (*spec.attributes, *spec.wrapping)]
    groups = {attribute.group for attribute in spec.attributes}
    ports = {port.name for port in spec.inputs}
    assert len(set(attributes)) == len(attributes)
    assert len(ports) == len(spec.inputs)
    assert not ports & (set(attributes) | groups)
    assert len({port.name for port in spec.outputs}) == len(spec.outputs)


@LAYERS
def test_each_layer_and_attribute_is_explained_in_a_sentence(spec: LayerSpec) -> None:
    texts = [spec.summary, *(attribute.help for attribute in spec.attributes)]
    assert [text for text in texts if not is_sentence(text) or len(text) > 160] == []


@LAYERS
def test_what_a_node_shows_are_its_attributes(spec: LayerSpec) -> None:
    assert all(spec.attribute(name) for name in spec.shown)


@LAYERS
def test_choices_that_stand_for_source_stand_for_each(spec: LayerSpec) -> None:
    for attribute in spec.attributes:
        assert set(attribute.expressions) <= set(attribute.choices)
        assert not attribute.expressions or set(attribute.expressions) == set(attribute.choices)


def test_layers_of_flax_link_to_their_page() -> None:
    of_flax = [spec for spec in CATALOGUE if re.search(r"(?<![\w.])nn\.", spec.code)]
    assert [spec.name for spec in of_flax if "flax-linen.readthedocs.io" not in spec.doc] == []


def test_only_layers_that_depend_on_training_use_it() -> None:
    users = {spec.name for spec in CATALOGUE if spec.uses_train(Node("layer_1", spec.name))}
    assert users == {"BatchNorm", "SpectralNormDense", "SpectralNormConv", "Dropout", "GaussianNoise", "GaussianSample"}
    attention = Node("layer_1", "MultiHeadAttention", {"dropout_rate": 0.1})
    assert CATALOGUE["MultiHeadAttention"].uses_train(attention)


def test_a_single_dimension_is_written_as_a_number() -> None:
    axis = CATALOGUE["Mean"].attribute("axis")
    assert axis.source((-1,)) == "-1"
    assert axis.source((1, 2)) == "(1, 2)"
    assert CATALOGUE["Conv"].attribute("kernel_size").source((3,)) == "(3,)"


def test_padding_of_a_pool_takes_pairs_only() -> None:
    padding = CATALOGUE["MaxPool"].attribute("padding")
    assert padding.fault((1, 1)) == "must be one of SAME, VALID, or pairs of whole numbers such as (1, 1), (1, 1)"
    assert padding.fault(((1, 1), (0, 2))) is None
    assert CATALOGUE["Conv"].attribute("padding").fault((1, 1)) is None
