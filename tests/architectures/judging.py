"""Judges a network drawn as a graph: sound, as many params as it should have, the same in both styles, wrapped, and read back."""

import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.reader import read_module
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.codegen.source import Source, Style, generate
from flaxstudio.graph.canonical import canonical
from flaxstudio.graph.check import check
from flaxstudio.graph.graph import Field, Graph, Node
from flaxstudio.graph.library import Block
from flaxstudio.graph.order import upstream
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.sketch import Sketch, with_blocks

CATALOGUE = catalogue()
SHAPES = ShapeInference(CATALOGUE)  # many networks hold the same layers
BATCH = 2
KEY = jax.ShapeDtypeStruct((2,), jnp.uint32)
QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
STYLES: tuple[Style, ...] = ("compact", "setup")


@dataclass(frozen=True)
class Drawing:
    """A network as it would be drawn: its own graph, and the blocks it is made of."""

    graph: Graph
    blocks: tuple[Block, ...] = ()
    name: str = "Model"

    @property
    def catalogue(self) -> Catalogue:
        return with_blocks(CATALOGUE, *self.blocks)

    def source(self, style: Style = "compact") -> Source:
        return generate(self.graph, self.name, self.catalogue, style)

    def inputs(self) -> tuple[jax.ShapeDtypeStruct, ...]:
        """Return what the Inputs say they take, as abstract arrays."""
        specs = self.catalogue["Input"]
        return tuple(
            jax.ShapeDtypeStruct((BATCH, *specs.value(node, "shape")), jnp.dtype(str(specs.value(node, "dtype"))))  # type: ignore[misc]
            for node in self.graph.of_layer("Input")
        )


def sketch(*blocks: Block, fields: Sequence[Field] = ()) -> Sketch:
    """Return an empty drawing that may use those blocks."""
    return Sketch(with_blocks(CATALOGUE, *blocks), fields)


def judge(drawing: Drawing, params: int, inputs: Sequence[Any] | None = None, is_computed: bool = False) -> None:
    """Assert all that is promised of a drawn network.

    `inputs` are abstract arrays, those of the Input nodes unless given. With `is_computed` the network is really
    initialised and called; without, both styles are shown to be the same program, which no numbers are needed for.
    """
    given = tuple(inputs or drawing.inputs())
    assert check(drawing.graph, drawing.catalogue) == ()
    judge_shapes(drawing, params)
    sources = {style: drawing.source(style) for style in STYLES}
    for style, source in sources.items():
        judge_format(source.text)
        judge_reading(drawing, style)
    modules = [build_module(source) for source in sources.values()]
    judge_same(*(program(module, given, source, params) for module, source in zip(modules, sources.values(), strict=True)))
    if is_computed:
        judge_numbers(modules, given)


def judge_like(drawing: Drawing, module: nn.Module, is_computed: bool = False) -> None:
    """Assert that a drawn network has variables and outputs of the same shapes as one written by hand."""
    given = drawing.inputs()[: len(inspect.signature(module.__call__).parameters)]
    assert shapes_of(build_module(drawing.source()), *given) == shapes_of(module, *given)
    judge(drawing, count(module, *given), given, is_computed)


def shapes_of(module: nn.Module, *inputs: Any) -> tuple[list[tuple[int, ...]], Any]:
    """Return the shapes of a module's variables, sorted, and of its outputs."""
    outputs, variables = jax.eval_shape(module.init_with_output, KEY, *inputs)
    return sorted(leaf.shape for leaf in jax.tree.leaves(variables)), outputs


def judge_shapes(drawing: Drawing, params: int) -> None:
    """Assert that every node's shape is found, and the number of params in all."""
    found = SHAPES.infer(drawing.graph, drawing.catalogue)
    assert found.problems == ()
    assert set(found.nodes) == set(drawing.graph.names())
    assert found.params == params


def judge_reading(drawing: Drawing, style: Style) -> None:
    """Assert that a source is read back as the graph and the blocks that were drawn, which give the same source.

    Source does not tell the shapes that blocks and further methods take, nor what a field means.
    """
    source = drawing.source(style)
    called = upstream(
        drawing.graph, [node.name for node in drawing.graph.of_layer("Output") if "method" not in node.attributes]
    )
    inputs = zip(drawing.graph.of_layer("Input"), drawing.inputs(), strict=True)
    entries = [ArrayShape(like.shape[1:], like.dtype.name) for node, like in inputs if node.name in called]
    reading = read_module(source.text, drawing.name, entries, CATALOGUE)
    assert (reading.notes, reading.name, reading.library.codes) == ((), drawing.name, ())
    assert spelt(reading.graph, called) == spelt(drawing.graph, called)
    blocks = {block.name: block for block in reading.library.blocks}
    assert blocks.keys() == {block.name for block in drawing.blocks}
    for block in drawing.blocks:
        assert spelt(blocks[block.name].graph) == spelt(block.graph)
        assert blocks[block.name].help == block.help
    assert generate(reading.graph, drawing.name, catalogue_of(reading.library, CATALOGUE), style).text == source.text


def spelt(graph: Graph, called: Collection[str] = ()) -> Graph:
    """Return a graph in its one order, without what source does not tell; Inputs in `called` keep their shapes."""
    nodes = (Node(n.name, n.layer) if n.layer == "Input" and n.name not in called else n for n in graph.nodes)
    fields = tuple(Field(field.name, "", field.default) for field in graph.fields)
    return canonical(Graph(tuple(nodes), graph.edges, fields))


def judge_format(text: str) -> None:
    """Assert that `ruff format` would leave a text as it is."""
    ruff = shutil.which("ruff")
    command = [ruff] if ruff else [sys.executable, "-m", "ruff"]
    asked = [*command, "format", "--isolated", "--diff", "--stdin-filename", "model.py", "-"]
    answer = subprocess.run(asked, input=text, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def judge_same(first: str, second: str) -> None:
    """Assert that two long texts are the same; only the first lines that differ are told."""
    pairs = zip(first.splitlines(), second.splitlines(), strict=False)
    assert next(((one, other) for one, other in pairs if one != other), None) is None
    assert len(first) == len(second)


def judge_numbers(modules: Sequence[nn.Module], inputs: Sequence[Any]) -> None:
    """Assert that modules begin with the same variables and give out the same numbers, to the bit."""
    arrays = [numbers(one, seed) for seed, one in enumerate(inputs)]
    results = []
    for module in modules:
        begun = jax.jit(module.init_with_output, compiler_options=QUICKLY)(jax.random.key(3), *arrays)
        results.append({jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(begun)})
    first, *others = results
    assert all(np.isfinite(leaf).all() for leaf in first.values())
    for other in others:
        assert first.keys() == other.keys()
        assert all(np.array_equal(leaf, other[path]) for path, leaf in first.items())


def numbers(like: Any, seed: int = 0) -> jax.Array:
    """Return an array like an abstract one: normal numbers, or zeros and ones."""
    key = jax.random.key(seed)
    if jnp.issubdtype(like.dtype, jnp.floating):
        return jax.random.normal(key, like.shape, like.dtype)
    return jax.random.randint(key, like.shape, 0, 2, like.dtype)


def count(module: nn.Module, *inputs: Any, **arguments: Any) -> int:
    """Return how many trained numbers a module has, without making them."""
    variables = jax.eval_shape(lambda key, *arrays: module.init(key, *arrays, **arguments), KEY, *inputs)
    return sum(leaf.size for leaf in jax.tree.leaves(variables["params"]))


def program(module: nn.Module, inputs: Sequence[Any], source: Source, params: int) -> str:
    """Return what a module computes, first with training and then in use, as text: equal texts give equal bits.

    Assert that it makes so many params.
    """
    flag = {"train": True} if source.uses_train else {}

    def begin(key: Any, *arrays: Any) -> Any:
        keys = {name: jax.random.fold_in(key, number) for number, name in enumerate(source.rngs)}
        return module.init_with_output({"params": key, **keys}, *arrays, **flag)

    begun, (outputs, variables) = jax.make_jaxpr(begin, return_shape=True)(KEY, *inputs)
    assert sum(leaf.size for leaf in jax.tree.leaves(variables["params"])) == params
    used = jax.make_jaxpr(lambda variables, *arrays: module.apply(variables, *arrays))(variables, *inputs) if flag else ""
    leaves = jax.tree_util.tree_leaves_with_path((outputs, variables))
    shapes = "\n".join(f"{jax.tree_util.keystr(path)} {leaf}" for path, leaf in leaves)
    return f"{shapes}\n{re.sub(r'0x[0-9a-f]+', '', f'{begun}{used}')}"
