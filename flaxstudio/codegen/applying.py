"""Applies a Module outside training, where what it keeps must stay as it is."""

from collections.abc import Mapping
from typing import Any

import flax.linen as nn


def apply_in_use(module: nn.Module, variables: Mapping[str, Any], *inputs: Any) -> Any:
    """Return the outputs. A layer that changes its state at every call may do so; the change is thrown away."""
    outputs, _ = module.apply(variables, *inputs, mutable=[name for name in variables if name != "params"])
    return outputs
