"""Specs: what a layer is, as data. Palette, inspector, check and code generation all read the same value."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.graph import Node, Value

AttributeType = Literal["int", "float", "bool", "choice", "ints"]
Family = Literal["io", "linear", "convolution", "normalisation", "activation", "shape", "merge"]


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One value the user sets on a node: its type, default, range and meaning.

    `expressions` maps a choice to the source text it stands for; a choice not in it is written as a string.
    `lengths` are the allowed lengths of an "ints" value (empty: any). `is_required` marks an argument without a
    default in Flax, which is therefore always written out; every other default here equals Flax's own.
    """

    name: str
    type: AttributeType
    default: Value
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    expressions: Mapping[str, str] = field(default_factory=dict, hash=False)
    lengths: tuple[int, ...] = ()
    is_optional: bool = False
    is_required: bool = False

    def fault(self, value: Value) -> str | None:
        """Return what is wrong with a value as the end of a sentence ("must be ..."), or None."""
        if value is None:
            return None if self.is_optional else "must have a value"
        if self.type == "bool":
            return None if isinstance(value, bool) else "must be true or false"
        if self.type == "choice":
            return None if value in self.choices else f"must be one of {', '.join(self.choices)}"
        if self.type == "ints":
            return self._fault_of_ints(value)
        return self._fault_of_number(value)

    def _fault_of_number(self, value: Value) -> str | None:
        wanted = "a whole number" if self.type == "int" else "a number"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"must be {wanted}"
        if not math.isfinite(value) or (self.type == "int" and not isinstance(value, int)):
            return f"must be {wanted}"
        if self.minimum is not None and value < self.minimum:
            return f"must be {wanted} of at least {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"must be {wanted} of at most {self.maximum:g}"
        return None

    def _fault_of_ints(self, value: Value) -> str | None:
        if not isinstance(value, tuple) or any(isinstance(v, bool) or not isinstance(v, int) for v in value):
            return "must be whole numbers, such as 3, 3"
        if self.lengths and len(value) not in self.lengths:
            return f"must have {' or '.join(map(str, self.lengths))} numbers"
        if self.minimum is not None and any(v < self.minimum for v in value):
            return f"must have numbers of at least {self.minimum:g}"
        return None

    def source(self, value: Value) -> str:
        """Return the Python source of a checked value."""
        if isinstance(value, str) and value in self.expressions:
            return self.expressions[value]
        literal = repr(value)
        # double quotes, as Flax's own source has them
        return f'"{literal[1:-1]}"' if isinstance(value, str) and '"' not in literal else literal


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A place where edges end or start.

    `rank` is the number of dimensions an input needs, batch included: a number, or the name of an "ints"
    attribute whose length plus two it is (a kernel's). `minimum_rank` is a lower bound.
    """

    name: str
    help: str = ""
    is_variadic: bool = False
    rank: int | str | None = None
    minimum_rank: int = 1


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A kind of computation that can be placed as a node.

    `code` is the expression's template: `{inputs}` the input values joined by `join`, `{attributes}` the set
    attributes as keywords, `{NAME}` one attribute's source. For a module (`is_module`) it is the constructor,
    which gets the node's name, and `call` holds extra arguments of the call (such as `deterministic=not train`).
    `shown` names the attributes that a node's one line of text shows.
    """

    name: str
    family: Family
    summary: str
    code: str
    inputs: tuple[PortSpec, ...] = (PortSpec("in"),)
    outputs: tuple[PortSpec, ...] = (PortSpec("out"),)
    attributes: tuple[AttributeSpec, ...] = ()
    is_module: bool = False
    call: str = ""
    join: str = ", "
    shown: tuple[str, ...] = ()
    doc: str = ""
    keywords: str = ""

    @property
    def uses_train(self) -> bool:
        """Whether the layer behaves differently in training."""
        return "train" in self.call

    def attribute(self, name: str) -> AttributeSpec:
        """Return the spec of an attribute; KeyError if the layer has none of that name."""
        for spec in self.attributes:
            if spec.name == name:
                return spec
        raise KeyError(name)

    def input(self, name: str) -> PortSpec | None:
        """Return the input port of that name, if any."""
        return next((port for port in self.inputs if port.name == name), None)

    def value(self, node: Node, name: str) -> Value:
        """Return a node's attribute: what was set, or the default."""
        return node.attributes.get(name, self.attribute(name).default)

    def base_name(self) -> str:
        """Return the stem of the names of such nodes: `BatchNorm` -> `batch_norm`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.name).lower()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All layers that can be placed, in the palette's order."""

    layers: tuple[LayerSpec, ...]
    _by_name: Mapping[str, LayerSpec] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Index the layers; two of one name are a fault of the program."""
        table = {spec.name: spec for spec in self.layers}
        if len(table) != len(self.layers):
            raise ValueError("two layers have the same name")
        object.__setattr__(self, "_by_name", table)

    def __iter__(self) -> Iterator[LayerSpec]:
        return iter(self.layers)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> LayerSpec:
        return self._by_name[name]

    def get(self, name: str) -> LayerSpec | None:
        """Return the layer of that name, if known."""
        return self._by_name.get(name)
