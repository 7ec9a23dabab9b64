"""`flaxstudio summary`: what each node gives out and what it costs."""

import argparse
from dataclasses import dataclass

from flaxstudio.cli.opened import open_project
from flaxstudio.cli.text import as_json, table
from flaxstudio.codegen.costs import forward_flops
from flaxstudio.codegen.module import require_trusted
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Graph
from flaxstudio.graph.order import topological_order
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import GraphShapes
from flaxstudio.graph.spec import Catalogue


@dataclass(frozen=True, slots=True)
class _Row:
    node: str
    layer: str
    sizes: tuple[int, ...] | None
    dtype: str
    params: int
    flops: int


def run(arguments: argparse.Namespace) -> int:
    """Print a row a node and the totals; ProblemError at the first node whose shape cannot be computed."""
    opened = open_project(arguments)
    project, catalogue = opened.project, opened.catalogue
    require_trusted(project.graph, catalogue)
    shapes = ShapeInference(catalogue).infer(project.graph)
    rows = _rows(active(project.graph, catalogue), shapes, catalogue)
    print(_as_json(project.name, rows) if arguments.json else _as_text(rows))
    if shapes.problems:
        first = shapes.problems[0]
        raise ProblemError(first.what, first.remedy, first.node)
    return 0


def _rows(graph: Graph, shapes: GraphShapes, catalogue: Catalogue) -> list[_Row]:
    flops, nodes = forward_flops(graph, shapes, catalogue), graph.by_name()
    rows = []
    for name in topological_order(graph):
        shape = shapes.nodes.get(name)
        output = shape.output if shape else None
        params = shape.params if shape else 0
        sizes, dtype = (output.sizes, output.dtype) if output else (None, "")
        rows.append(_Row(name, nodes[name].layer, sizes, dtype, params, flops.get(name, 0)))
    return rows


def _as_text(rows: list[_Row]) -> str:
    head = ("node", "layer", "output", "dtype", "params", "FLOPs")
    body = [(r.node, r.layer, _shape_text(r.sizes), r.dtype, f"{r.params:,}", f"{r.flops:,}") for r in rows]
    total = ("total", "", "", "", f"{sum(r.params for r in rows):,}", f"{sum(r.flops for r in rows):,}")
    return table([head, *body, total], right=(4, 5))


def _shape_text(sizes: tuple[int, ...] | None) -> str:
    return "" if sizes is None else f"({', '.join(['batch', *map(str, sizes)])})"


def _as_json(name: str, rows: list[_Row]) -> str:
    nodes = [
        {
            "node": row.node,
            "layer": row.layer,
            "output_shape": None if row.sizes is None else [None, *row.sizes],
            "dtype": row.dtype or None,
            "params": row.params,
            "flops": row.flops,
        }
        for row in rows
    ]
    total = {"params": sum(row.params for row in rows), "flops": sum(row.flops for row in rows)}
    return as_json({"model": name, "nodes": nodes, "total": total})
