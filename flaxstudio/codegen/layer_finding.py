"""What a check of a layer asks and finds, as plain values that cross processes and need no jax."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from flaxstudio.graph.graph import Value
from flaxstudio.graph.shape import ArrayShape

Key = Literal["builds", "shapes", "batch", "gradients", "jit", "independent", "random", "state"]
KEYS: tuple[Key, ...] = get_args(Key)
"""All that is checked, in order."""

MARK = "flaxstudio-finding "
"""Begins the lines of the checking process that are findings."""

NOT_TESTED = "Not tested: "
"""Begins the sentence of a check that could not be made, and so does not fail."""


@dataclass(frozen=True, slots=True)
class LayerQuestion:
    """The layer to be checked: its text, its class, what is set on it, and what arrives at its inputs."""

    text: str
    name: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    inputs: tuple[ArrayShape, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing checked: whether it holds, and a sentence: why not, or what is worth knowing."""

    key: Key
    is_ok: bool
    sentence: str = ""

    @property
    def is_tested(self) -> bool:
        """Whether the check could be made at all."""
        return not self.sentence.startswith(NOT_TESTED)
