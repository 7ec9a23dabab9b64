"""Specs: what a layer is, as data. Palette, inspector, check and code generation all read the same value."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.formula import formula_source
from flaxstudio.graph.graph import Formula, Node, Value
from flaxstudio.graph.initializer import fault_of_initializer, initializer_source
from flaxstudio.graph.library import Block, Definition
from flaxstudio.graph.naming import stem

AttributeType = Literal["int", "float", "bool", "choice", "ints", "text", "initializer", "padding", "node"]
Family = Literal[
    "io", "linear", "convolution", "normalisation", "activation", "shape", "math", "merge", "attention", "recurrent", "custom"
]


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One value the user sets on a node: its type, default, range and meaning.

    `expressions` maps a choice to the source text it stands for; a choice not in it is written as a string.
    `lengths` are the allowed lengths of an "ints" value (empty: any); with `is_unpacked` a single number is written
    without its tuple, `axis=-1`. A "text" must match `pattern`. A "padding" is one of `choices`, or numbers: one a
    dimension, or a pair (before, after) a dimension; `is_paired`: pairs only. `is_required` marks an argument without
    a default in Flax, which is therefore always written out; every other default here equals Flax's own. `group`
    names the constructor that takes it, where a template has several (`{cell}`); `is_call` marks an argument of the
    call. `is_wrapping` marks what is done to a whole module (repeat, share, ...).
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
    is_unpacked: bool = False
    pattern: str = ""
    is_paired: bool = False
    is_optional: bool = False
    is_required: bool = False
    group: str = ""
    is_call: bool = False
    is_wrapping: bool = False

    def fault(self, value: Value) -> str | None:
        """Return what is wrong with a value as the end of a sentence ("must be ..."), or None.

        A Formula is judged where its class is known (`graph.check`); here it passes.
        """
        if isinstance(value, Formula):
            return None
        if value is None:
            return None if self.is_optional else "must have a value"
        match self.type:
            case "bool":
                return None if isinstance(value, bool) else "must be true or false"
            case "choice":
                return None if value in self.choices else f"must be one of {', '.join(self.choices)}"
            case "ints":
                return self._fault_of_ints(value)
            case "text" | "node":
                is_fine = isinstance(value, str) and len(value) <= 200 and re.fullmatch(self.pattern or ".*", value)
                return None if is_fine else f"must be like {self.default}" if self.default else "must be a short text"
            case "initializer":
                return fault_of_initializer(value)
            case "padding":
                return self._fault_of_padding(value)
            case "int" | "float":
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
        if self.minimum is not None and any(isinstance(v, int) and v < self.minimum for v in value):
            return f"must have numbers of at least {self.minimum:g}"
        return None

    def _fault_of_padding(self, value: Value) -> str | None:
        if value in self.choices:
            return None
        numbers = "pairs of whole numbers such as (1, 1), (1, 1)" if self.is_paired else "whole numbers such as 1, 1"
        wanted = f"must be one of {', '.join(self.choices)}, or {numbers}" if self.choices else f"must be {numbers}"
        if not isinstance(value, tuple) or not value or (self.is_paired and not all(isinstance(v, tuple) for v in value)):
            return wanted
        sides = [side for item in value for side in (item if isinstance(item, tuple) and len(item) == 2 else (item,))]
        return None if all(isinstance(side, int) and not isinstance(side, bool) and side >= 0 for side in sides) else wanted

    def source(self, value: Value) -> str:
        """Return the Python source of a checked value."""
        if isinstance(value, Formula):
            return formula_source(value)
        if isinstance(value, str) and self.type == "initializer":
            return initializer_source(value)
        if isinstance(value, str) and value in self.expressions:
            return self.expressions[value]
        if self.is_unpacked and isinstance(value, tuple) and len(value) == 1:
            return repr(value[0])
        literal = repr(value)
        # double quotes, as Flax's own source has them
        return f'"{literal[1:-1]}"' if isinstance(value, str) and '"' not in literal else literal


@dataclass(frozen=True, slots=True)
class PortSpec:
    """A place where edges end or start.

    `rank` is the number of dimensions an input needs, batch included: a number, or the name of an "ints"
    attribute whose length plus two it is (a kernel's). `minimum_rank` is a lower bound. An optional input may stay
    free; `keyword` is the call's argument it is given as. `argument` is what the call needs for an optional output
    to be given out. A state is what a recurrent layer carries: one array, or a tuple of `parts`.
    """

    name: str
    help: str = ""
    is_variadic: bool = False
    rank: int | str | None = None
    minimum_rank: int = 1
    is_optional: bool = False
    keyword: str = ""
    argument: str = ""
    is_state: bool = False
    parts: int = 1


_BLOCK_ONLY = ("scan", "remat")
_ACTIVATIONS = ("", "relu", "gelu", "silu", "elu", "tanh", "sigmoid", "leaky_relu", "selu", "softplus")

WRAPPING = (
    AttributeSpec("shares", "node", "", "Use the params of that node again instead of own ones.", is_wrapping=True),
    AttributeSpec("repeat", "int", 1, "How many times, one after the other, each with params of its own.", minimum=1,
                  maximum=10_000, is_wrapping=True),
    AttributeSpec("between", "choice", "", "The activation between two repeats.", choices=_ACTIVATIONS, is_wrapping=True),
    AttributeSpec("scan", "bool", False, "Repeat by nn.scan: compiles once, keeps the params of all repeats in one array.",
                  is_wrapping=True),
    AttributeSpec("remat", "bool", False, "Compute again in the backward pass instead of keeping: less memory, more time.",
                  is_wrapping=True),
)  # fmt: skip
"""What may be done to any node that is a Module: shared, repeated, rematerialised."""


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A kind of computation that can be placed as a node.

    `code` is the expression's template: `{inputs}` the input values joined by `join`, `{PORT}` one input's value,
    `{attributes}` the set attributes as keywords, `{GROUP}` those of a group, `{NAME}` one attribute's source. For a
    module (`is_module`) it is the constructor, which gets the node's name, and behind it the method that is called
    where that is another than the call itself (`nn.Embed(...).attend`); inputs with a keyword, `call` (such as
    `deterministic=not train`; with `call_if` only where that attribute is set) and `is_call` attributes are given to
    the call. `rngs` names the random keys it draws from beside params, `collections` the variables it keeps beside
    them. `elsewhere` tells what others call it. `definition` is what an own layer of a project is made of, `is_trusted`
    whether its code may run, `fault` what keeps it from working at all. `shown` names the attributes that a node's one
    line shows.
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
    call_if: str = ""
    join: str = ", "
    rngs: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    doc: str = ""
    keywords: str = ""
    elsewhere: tuple[str, ...] = ()
    definition: Definition | None = None
    is_trusted: bool = True
    fault: str = ""

    @property
    def wrapping(self) -> tuple[AttributeSpec, ...]:
        """What may be done to the whole node: nothing unless it is a module, most to a block."""
        if not self.is_module:
            return ()
        return WRAPPING if isinstance(self.definition, Block) else tuple(a for a in WRAPPING if a.name not in _BLOCK_ONLY)

    @property
    def constructor(self) -> str:
        """The template of what makes the module, without its method. Layers with the same can share params."""
        return self.code.removesuffix(self.method)

    @property
    def method(self) -> str:
        """The module's method that is called, with its dot; "" for the call itself."""
        found = re.search(r"(?<=\))\.\w+$", self.code) if self.is_module else None
        return found[0] if found else ""

    @property
    def main_output(self) -> PortSpec | None:
        """The output that a new wire starts from."""
        return next((port for port in self.outputs if not port.is_optional), None)

    def attribute(self, name: str) -> AttributeSpec:
        """Return the spec of an attribute; KeyError if the layer has none of that name."""
        for spec in self.attributes:
            if spec.name == name:
                return spec
        for spec in self.wrapping:
            if spec.name == name:
                return spec
        raise KeyError(name)

    def input(self, name: str) -> PortSpec | None:
        """Return the input port of that name, if any."""
        for port in self.inputs:  # no generator: asked of every wire at every edit
            if port.name == name:
                return port
        return None

    def output(self, name: str) -> PortSpec | None:
        """Return the output port of that name, if any."""
        for port in self.outputs:
            if port.name == name:
                return port
        return None

    def value(self, node: Node, name: str) -> Value:
        """Return a node's attribute: what was set, or the default."""
        return node.attributes.get(name, self.attribute(name).default)

    def uses_train(self, node: Node) -> bool:
        """Return whether a node of this layer behaves differently in training."""
        if "train" in self.call:
            return not self.call_if or self.value(node, self.call_if) != self.attribute(self.call_if).default
        return not self.is_module and re.search(r"\btrain\b", self.code) is not None

    def base_name(self) -> str:
        """Return the stem of the names of such nodes: `BatchNorm` -> `batch_norm`."""
        return stem(self.name)


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

    def with_layers(self, *layers: LayerSpec) -> "Catalogue":
        """Return the catalogue with layers added at the end; those of a name it has already are left out."""
        return Catalogue((*self.layers, *(layer for layer in layers if layer.name not in self._by_name)))

    def __iter__(self) -> Iterator[LayerSpec]:
        return iter(self.layers)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> LayerSpec:
        return self._by_name[name]

    def get(self, name: str) -> LayerSpec | None:
        """Return the layer of that name, if known."""
        return self._by_name.get(name)
