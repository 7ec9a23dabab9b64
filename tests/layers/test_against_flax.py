"""The catalogue held against flax.linen itself: nothing is forgotten, and every default is Flax's own."""

import ast
import dataclasses
import inspect
import re
from types import ModuleType
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import pytest

from flaxstudio.graph.initializer import ARGUMENTS as OF_INITIALIZERS
from flaxstudio.graph.spec import AttributeSpec, LayerSpec
from flaxstudio.layers import catalogue
from flaxstudio.layers.omitted import ARGUMENTS, CALL_ARGUMENTS, INITIALIZER_ARGUMENTS, INITIALIZERS, NAMES, reason

CATALOGUE = catalogue()
USED = {name for spec in CATALOGUE for name in re.findall(r"(?<![\w.])nn\.(\w+)", spec.code)}
MODULES = sorted(name for name in USED if inspect.isclass(getattr(nn, name)))
FUNCTIONS = sorted(USED - set(MODULES))
IN_TEMPLATE = ("parent", "name", "cell", "layer_instance", "forward_rnn", "backward_rnn")
# None stands for Flax's 1 there: Flax takes both and does the same
SAME_AS_NONE = {
    (layer, name): 1 for layer in ("Conv", "ConvLocal") for name in ("strides", "input_dilation", "kernel_dilation")
}


def constructors(spec: LayerSpec) -> dict[str, str]:
    """Return group -> the linen class or function whose arguments it holds."""
    groups = {name: f"_{name}=0" for name in ("attributes", *(a.group for a in spec.attributes if a.group))}
    filled = spec.code.format(
        **{a.name: "0" for a in spec.attributes}, **{p.name: "x" for p in spec.inputs}, **groups, inputs="x"
    )
    calls = [call for call in ast.walk(ast.parse(filled)) if isinstance(call, ast.Call)]
    return {
        str(keyword.arg)[1:]: ast.unparse(call.func).removeprefix("nn.")
        for call in calls
        for keyword in call.keywords
        if str(keyword.arg)[1:] in groups
    }


def attributes_of(layer: str) -> list[tuple[LayerSpec, AttributeSpec]]:
    """Return all attributes that stand for an argument of a linen class or function, with their layers."""
    found = []
    for spec in CATALOGUE:
        if spec.family != "io" and re.search(rf"(?<![\w.])nn\.{layer}\b", spec.code):
            groups = {group for group, name in constructors(spec).items() if name == layer}
            found += [(spec, a) for a in spec.attributes if (a.group or "attributes") in groups and not a.is_call]
    return found


def evaluated(source: str) -> Any:
    return eval(source, {"nn": nn, "jnp": jnp, "jax": jax})


def is_same(ours: Any, flax_s: Any, is_initializer: bool) -> bool:
    if is_initializer and None not in (ours, flax_s):
        key = jax.random.key(5)
        return bool(jnp.array_equal(ours(key, (4, 6), jnp.float32), flax_s(key, (4, 6), jnp.float32)))
    if isinstance(ours, int) and isinstance(flax_s, tuple) and len(flax_s) == 1:
        return (ours,) == flax_s
    return ours is flax_s or (type(ours) is type(flax_s) and ours == flax_s)


def test_every_public_name_of_flax_linen_is_a_layer_or_left_out_for_a_reason() -> None:
    in_attributes = {
        name
        for spec in CATALOGUE
        for a in spec.attributes
        for source in a.expressions.values()
        for name in re.findall(r"\bnn\.(\w+)$", source)
    }
    public = {name for name in dir(nn) if not name.startswith("_") and not isinstance(getattr(nn, name), ModuleType)}
    assert sorted(public - USED - in_attributes - set(NAMES)) == []


def test_nothing_is_both_a_layer_and_left_out_and_all_left_out_exists() -> None:
    assert sorted(USED & set(NAMES)) == []
    assert [name for name in NAMES if not hasattr(nn, name)] == []
    fields = {f"{layer}.{field.name}" for layer in MODULES for field in dataclasses.fields(getattr(nn, layer))}
    known = fields | {field.partition(".")[2] for field in fields}
    assert [name for name in ARGUMENTS if name not in known] == []


def test_reasons_are_sentences() -> None:
    texts = [*ARGUMENTS.values(), *CALL_ARGUMENTS.values(), *NAMES.values()]
    assert [text for text in texts if not re.match(r"[A-Z].*\.$", text)] == []


@pytest.mark.parametrize("layer", MODULES)
def test_every_constructor_argument_is_an_attribute_or_left_out_for_a_reason(layer: str) -> None:
    given = attributes_of(layer)
    for spec in {spec.name: spec for spec, _ in given}.values():
        names = {attribute.name for owner, attribute in given if owner is spec}
        if layer == "RNN" and spec.name.startswith("Bidirectional"):
            names |= {"reverse", "keep_order"}  # Bidirectional sets them
        fields = {field.name for field in dataclasses.fields(getattr(nn, layer))} - set(IN_TEMPLATE)
        assert {name for name in fields - names if not reason(layer, name)} == set(), spec.name
        assert names <= fields, spec.name
        assert {name for name in names if reason(layer, name)} == set(), spec.name


@pytest.mark.parametrize("layer", MODULES)
def test_defaults_of_constructors_are_those_of_flax(layer: str) -> None:
    defaults = {field.name: field.default for field in dataclasses.fields(getattr(nn, layer))}
    given = attributes_of(layer)
    assert given
    for spec, attribute in given:
        where = f"{spec.name}.{attribute.name}"
        default = defaults[attribute.name]
        if attribute.is_required:
            assert default is dataclasses.MISSING or where == "Einsum.einsum_str", where
            continue
        ours = evaluated(attribute.source(attribute.default))
        if ours is None and (layer, attribute.name) in SAME_AS_NONE:
            ours = SAME_AS_NONE[layer, attribute.name]
        assert is_same(ours, default, attribute.type == "initializer"), f"{where}: {ours!r} is not {default!r}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_arguments_and_defaults_of_functions_are_those_of_flax(function: str) -> None:
    parameters = inspect.signature(getattr(nn, function)).parameters
    for spec, attribute in attributes_of(function):
        where = f"{spec.name}.{attribute.name}"
        assert attribute.name in parameters, where
        if not attribute.is_required:
            ours = evaluated(attribute.source(attribute.default))
            default = parameters[attribute.name].default
            assert is_same(ours, default, False), f"{where}: {ours!r} is not {default!r}"


@pytest.mark.parametrize("layer", MODULES)
def test_every_argument_of_a_call_is_a_port_an_attribute_or_left_out_for_a_reason(layer: str) -> None:
    signature = inspect.signature(getattr(nn, layer).__call__).parameters
    optional = {name for name, parameter in signature.items() if parameter.default is not inspect.Parameter.empty}
    for spec in CATALOGUE:
        if re.match(rf"-?nn\.{layer}\(", spec.code):
            ports = {port.keyword for port in spec.inputs} | {port.argument.partition("=")[0] for port in spec.outputs}
            called = {attribute.name for attribute in spec.attributes if attribute.is_call}
            assert optional - ports - called - set(CALL_ARGUMENTS) == set(), spec.name


@pytest.mark.parametrize("name", ["strides", "input_dilation", "kernel_dilation"])
def test_leaving_a_step_out_is_the_same_as_one(name: str) -> None:
    x = jax.random.normal(jax.random.key(0), (2, 6, 6, 3))
    outputs = []
    for value in (None, 1):
        module = nn.Conv(features=4, kernel_size=(3, 3), **{name: value})
        outputs.append(module.init_with_output(jax.random.key(1), x)[0])
    assert jnp.array_equal(*outputs)


def test_types_and_precisions_that_can_be_chosen_exist() -> None:
    for spec in CATALOGUE:
        for attribute in spec.attributes:
            for source in attribute.expressions.values():
                assert evaluated(source) is not None, source


@pytest.mark.parametrize("module", [nn.initializers, jax.nn.initializers])
def test_every_public_initializer_is_a_choice_or_left_out_for_a_reason(module: ModuleType) -> None:
    public = {name for name in dir(module) if not name.startswith("_")}
    assert public - set(OF_INITIALIZERS) <= set(INITIALIZERS)
    assert not set(INITIALIZERS) & set(OF_INITIALIZERS)


@pytest.mark.parametrize("name", [name for name in OF_INITIALIZERS if name not in ("zeros", "ones", "default_embed_init")])
def test_every_argument_of_an_initializer_can_be_set_or_is_left_out_for_a_reason(name: str) -> None:
    theirs = inspect.signature(getattr(nn.initializers, name)).parameters
    ours = OF_INITIALIZERS[name]
    assert set(theirs) - {argument.name for argument in ours} <= set(INITIALIZER_ARGUMENTS)
    for place, argument in enumerate(ours):
        default = theirs[argument.name].default
        assert (default is inspect.Parameter.empty) == argument.is_required, argument.name
        assert argument.is_required or default == argument.default, argument.name
        assert argument.is_keyword == (list(theirs)[place] != argument.name), argument.name
