import inspect

import flax.linen as nn
import pytest

from flaxstudio.graph.spec import LayerSpec
from flaxstudio.layers import catalogue

MODULES = [spec for spec in catalogue() if spec.is_module]


@pytest.mark.parametrize("spec", MODULES, ids=lambda spec: spec.name)
def test_defaults_that_are_not_written_out_are_those_of_flax(spec: LayerSpec) -> None:
    parameters = inspect.signature(getattr(nn, spec.name)).parameters
    for attribute in spec.attributes:
        assert attribute.name in parameters
        if attribute.is_required or attribute.name == "kernel_init":
            continue
        default = parameters[attribute.name].default
        unset = {"strides": 1, "kernel_dilation": 1}.get(attribute.name)
        assert attribute.default == default or (attribute.default is None and default in (None, unset))


def test_the_layers_of_a_first_network_are_there() -> None:
    wanted = {"Input", "Output", "Dense", "Conv", "MaxPool", "Flatten", "Dropout", "BatchNorm", "relu"}
    assert wanted <= {spec.name for spec in catalogue()}


def test_names_of_nodes_are_made_from_layer_names() -> None:
    assert catalogue()["BatchNorm"].base_name() == "batch_norm"
    assert catalogue()["relu"].base_name() == "relu"
