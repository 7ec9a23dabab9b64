"""A project's own layers as LayerSpecs, so that palette, inspector, check and code generation take them like any other."""

from collections.abc import Iterator
from dataclasses import replace

from flaxstudio.graph.fields import field_spec
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.library import Block, Code, Definition, Imported, Library
from flaxstudio.graph.spec import Catalogue, LayerSpec, PortSpec
from flaxstudio.layers.code_layer import fault_of_code, spec_of_code, spec_of_import


def catalogue_of(library: Library, base: Catalogue, trusted: frozenset[str] = frozenset()) -> Catalogue:
    """Return the catalogue with a project's own layers. Code whose hash is not in `trusted` may be drawn, not run."""
    return base.with_layers(*_Specs(library, base, trusted).all())


class _Specs:
    """Makes the specs of a library, blocks after the blocks they hold; a block that holds itself gets none."""

    def __init__(self, library: Library, base: Catalogue, trusted: frozenset[str]) -> None:
        self._library = library
        self._base = base
        self._trusted = trusted
        self._made: dict[str, LayerSpec] = {}
        self._open: set[str] = set()

    def all(self) -> Iterator[LayerSpec]:
        return (spec for definition in self._library if (spec := self._spec(definition)) is not None)

    def _spec(self, definition: Definition) -> LayerSpec | None:
        name = definition.name
        if name in self._open:
            return None
        if name not in self._made:
            self._open.add(name)
            match definition:
                case Block():
                    self._made[name] = self._spec_of_block(definition)
                case Code():
                    spec = spec_of_code(definition, definition.hash in self._trusted)
                    faults = fault_of_code(definition.text, name)
                    fault = f"line {faults[0].line} of its code: {faults[0].sentence}" if faults else ""
                    self._made[name] = replace(spec, fault=fault)
                case Imported():
                    self._made[name] = spec_of_import(definition, definition.hash in self._trusted)
            self._open.discard(name)
        return self._made[name]

    def _spec_of_block(self, block: Block) -> LayerSpec:
        inside = list(self._specs_in(block.graph))
        own = {spec.name: spec for _, spec in inside if spec.definition is not None}
        catalogue = self._base.with_layers(*own.values())
        fields = tuple(spec for field in block.graph.fields if (spec := field_spec(field, catalogue)) is not None)
        count = len(block.graph.nodes) - len(block.inputs()) - len(block.outputs())
        return LayerSpec(
            block.name,
            "custom",
            block.help or f"A block of {count} layer{'s' if count != 1 else ''}.",
            f"{block.name}({{attributes}})",
            inputs=tuple(PortSpec(port) for port in block.inputs()),
            outputs=tuple(PortSpec(port) for port in block.outputs()),
            attributes=fields,
            is_module=True,
            call="train=train" if any(spec.uses_train(node) for node, spec in inside) else "",
            rngs=tuple(dict.fromkeys(rng for _, spec in inside for rng in spec.rngs)),
            collections=tuple(dict.fromkeys(name for _, spec in inside for name in spec.collections)),
            shown=tuple(field.name for field in fields[:3]),
            keywords="block",
            definition=block,
            fault="it holds itself" if self._library.used_by(block.graph).get(block.name) else "",
            is_trusted=all(spec.is_trusted for _, spec in inside),
        )

    def _specs_in(self, graph: Graph) -> Iterator[tuple[Node, LayerSpec]]:
        for node in graph.nodes:
            definition = self._library.get(node.layer)
            spec = self._spec(definition) if definition else self._base.get(node.layer)
            if spec is not None:
                yield node, spec
