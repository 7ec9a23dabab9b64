"""Layers written as code or taken from a package, as LayerSpecs: what the syntax tree tells, without running anything."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from flaxstudio.graph.graph import Field
from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.spec import AttributeSpec, AttributeType, LayerSpec, PortSpec
from flaxstudio.layers.code_attributes import attribute_of
from flaxstudio.layers.code_faults import CodeFault, fault_of_code, warnings_of_code
from flaxstudio.layers.code_text import (
    ClassText,
    class_text,
    classes_in,
    dotted,
    meanings_in,
    missing_imports,
    own_parts,
    parse,
    with_imports,
)

__all__ = [
    "CodeFault",
    "classes_in",
    "fault_of_code",
    "missing_imports",
    "spec_of_code",
    "spec_of_import",
    "warnings_of_code",
    "with_imports",
]

MEANS_TRAIN = ("train", "training", "is_training", "is_train")
MEANS_USE = ("deterministic", "use_running_average", "inference", "is_eval", "eval_mode")
_OWN_OF_MODULES = ("name", "parent")
_DRAWN_BY = {
    "Dropout": "dropout",
    "SelfAttention": "dropout",
    "MultiHeadAttention": "dropout",
    "MultiHeadDotProductAttention": "dropout",
}
_KEPT_BY = {"BatchNorm": "batch_stats", "SpectralNorm": "batch_stats"}


def spec_of_code(code: Code, is_trusted: bool) -> LayerSpec:
    """Return the spec of a layer written as code. A text with faults gets a plain one: it can be drawn, not run."""
    tree = parse(code.text)
    found = class_text(tree, code.name) if tree else None
    plain = LayerSpec(
        code.name,
        "custom",
        "A layer of this project, written as code.",
        f"{code.name}({{attributes}})",
        is_module=True,
        keywords="code own",
        definition=code,
        is_trusted=is_trusted,
    )
    if tree is None or found is None:
        return plain
    meanings = meanings_in(tree)
    call = found.method("__call__")
    fields = _field_attributes(found, meanings, call)
    inputs, arguments, flags = _parameters(call, meanings) if call else ((), (), ())
    return replace(
        plain,
        summary=_summary(found) or plain.summary,
        inputs=inputs if call else plain.inputs,
        outputs=_outputs(call) if call else plain.outputs,
        attributes=(*fields, *(a for a in arguments if a.name not in {field.name for field in fields})),
        call=", ".join(flags),
        rngs=_rngs(found, meanings),
        collections=_collections(found, meanings),
        shown=tuple(a.name for a in (*(f for f in fields if f.is_required), *fields))[:1],
    )


def spec_of_import(imported: Imported, is_trusted: bool) -> LayerSpec:
    """Return the spec of a class of an installed package.

    Fields with a value are always written out, so that another version's defaults change nothing; those with None are
    left to the class until they are set.
    """
    flag = f"{imported.flag}={'train' if imported.flag_means_train else 'not train'}" if imported.flag else ""
    attributes = tuple(spec for field in imported.fields if (spec := _imported_attribute(field)) is not None)
    return LayerSpec(
        imported.name,
        "custom",
        f"{imported.name} of the package {imported.module.split('.')[0]}.",
        f"{imported.name}({{attributes}})",
        inputs=tuple(PortSpec("in" if len(imported.inputs) == 1 else name) for name in imported.inputs),
        attributes=attributes,
        is_module=True,
        call=flag,
        rngs=("dropout",) if flag else (),
        shown=tuple(a.name for a in attributes if a.is_required)[:1],
        keywords=f"package {imported.module}",
        definition=imported,
        is_trusted=is_trusted,
    )


def _imported_attribute(field: Field) -> AttributeSpec | None:
    kind = "initializer" if field.like.endswith("_init") else field.like
    if kind not in ("int", "float", "bool", "ints", "text", "initializer"):
        return None
    is_free = field.default is None
    return AttributeSpec(
        field.name, cast(AttributeType, kind), field.default, field.help, is_optional=is_free, is_required=not is_free
    )


def _field_attributes(found: ClassText, meanings: Mapping[str, str], call: ast.FunctionDef | None) -> tuple[AttributeSpec, ...]:
    helps = _helps(found.docstring)
    arguments = {a.arg for a in (*call.args.args, *call.args.kwonlyargs)} if call else set()
    specs = []
    for name, field in found.fields().items():
        is_given_by_call = name in arguments and name in (*MEANS_TRAIN, *MEANS_USE)
        if name not in _OWN_OF_MODULES and not is_given_by_call:
            spec = attribute_of(name, field.annotation, _default_of(field.value), meanings, helps.get(name, ""))
            specs.extend([spec] if spec else [])
    return tuple(specs)


def _default_of(value: ast.expr | None) -> ast.expr | None:
    """Return a field's default, also where it is written as `field(default=...)`."""
    match value:
        case ast.Call(func=ast.Name(id="field") | ast.Attribute(attr="field"), keywords=keywords):
            return next((k.value for k in keywords if k.arg == "default"), value if keywords else None)
        case _:
            return value


def _parameters(
    call: ast.FunctionDef, meanings: Mapping[str, str]
) -> tuple[tuple[PortSpec, ...], tuple[AttributeSpec, ...], tuple[str, ...]]:
    """Return a call's input ports, its other arguments as attributes, and its flags as source."""
    arguments = call.args
    usual = [*arguments.posonlyargs, *arguments.args][1:]
    free = len(usual) - len(arguments.defaults)
    defaults = [None] * max(0, free) + list(arguments.defaults[max(0, -free) :])
    named = [*zip(usual, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    keyword_only = {a.arg for a in arguments.kwonlyargs}
    ports: list[PortSpec] = []
    others: list[AttributeSpec] = []
    flags: list[str] = []
    for argument, default in named:
        name = argument.arg
        if name in (*MEANS_TRAIN, *MEANS_USE):
            flags.append(f"{name}={'train' if name in MEANS_TRAIN else 'not train'}")
        elif default is None:
            ports.append(PortSpec(name, keyword=name if name in keyword_only else ""))
        elif (spec := attribute_of(name, argument.annotation, default, meanings)) is not None:
            others.append(replace(spec, is_call=True))
        elif isinstance(default, ast.Constant) and default.value is None:
            ports.append(PortSpec(name, is_optional=True, keyword=name))
    if arguments.vararg is not None:
        ports.insert(_position_of_many(ports), PortSpec(arguments.vararg.arg, is_variadic=True))
    required = [port for port in ports if not port.is_optional]
    if len(required) == 1 and not required[0].keyword:
        ports = [replace(port, name="in") if port is required[0] else port for port in ports]
    return tuple(ports), tuple(others), tuple(flags)


def _position_of_many(ports: list[PortSpec]) -> int:
    return next((place for place, port in enumerate(ports) if port.keyword), len(ports))


def _outputs(call: ast.FunctionDef) -> tuple[PortSpec, ...]:
    """Return one port, or one for each part where every return gives a tuple of as many."""
    returned = [part.value for part in own_parts(call) if isinstance(part, ast.Return)]
    tuples = [value.elts for value in returned if isinstance(value, ast.Tuple)]
    lengths = {len(items) for items in tuples}
    is_starred = any(isinstance(item, ast.Starred) for items in tuples for item in items)
    if len(tuples) < len(returned) or len(lengths) != 1 or is_starred or lengths <= {0, 1}:
        return (PortSpec("out"),)
    names = [item.id for item in tuples[-1] if isinstance(item, ast.Name)]
    if len(set(names)) < len(tuples[-1]) or "in" in names:
        names = [f"out_{number}" for number in range(1, len(tuples[-1]) + 1)]
    return tuple(PortSpec(name) for name in names)


def _rngs(found: ClassText, meanings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the random keys that the class draws from, itself or by Flax's own layers in it."""
    names: dict[str, None] = {}
    for call in _calls(found):
        is_draw = isinstance(call.func, ast.Attribute) and call.func.attr == "make_rng"
        given = _argument(call, "name" if is_draw else "rng_collection", place=0 if is_draw else None)
        made = dotted(call.func, meanings).removeprefix("flax.linen.")
        if name := _constant_text(given) or (_DRAWN_BY.get(made, "") if given is None else ""):
            names[name] = None
    return tuple(name for name in names if name != "params")


def _collections(found: ClassText, meanings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the collections beside params that the class keeps, itself or by Flax's own layers in it."""
    names: dict[str, None] = {}
    for call in _calls(found):
        is_own = isinstance(call.func, ast.Attribute) and call.func.attr in ("variable", "put_variable")
        made = dotted(call.func, meanings).removeprefix("flax.linen.")
        if name := _constant_text(_argument(call, "col", place=0)) if is_own else _KEPT_BY.get(made, ""):
            names[name] = None
    return tuple(name for name in names if name != "params")


def _calls(found: ClassText) -> Iterator[ast.Call]:
    return (part for owner in found.chain for part in ast.walk(owner) if isinstance(part, ast.Call))


def _argument(call: ast.Call, name: str, place: int | None) -> ast.expr | None:
    if place is not None and len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _constant_text(tree: ast.expr | None) -> str:
    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else ""


def _summary(found: ClassText) -> str:
    first = found.docstring.strip().split("\n\n")[0]
    return " ".join(first.split())[:200]


def _helps(docstring: str) -> dict[str, str]:
    """Return what a docstring says of attributes, by lines such as `features: how many outputs`."""
    lines = (re.fullmatch(r"\s*(\w+)(?: \([^)]*\))?:\s+(\S.*)", line) for line in docstring.splitlines())
    return {match[1]: match[2][:1].upper() + match[2][1:] for match in lines if match}
