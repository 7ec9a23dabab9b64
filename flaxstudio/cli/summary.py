"""`flaxstudio summary`: what each node gives out and what it costs."""

import argparse

from flaxstudio.cli.opened import open_project
from flaxstudio.cli.text import as_json, table
from flaxstudio.codegen.cost_table import CostAnalysis
from flaxstudio.codegen.module import require_trusted
from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.graph.cost import Cost, CostRow, CostTable
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.receptive_field import ReceptiveField


def run(arguments: argparse.Namespace) -> int:
    """Print a row a node and the totals; ProblemError at the first node whose shape cannot be computed."""
    opened = open_project(arguments)
    project, catalogue = opened.project, opened.catalogue
    require_trusted(project.graph, catalogue)
    shapes = ShapeInference(catalogue).infer(project.graph)
    found = CostAnalysis(catalogue).table(project.graph, shapes)
    print(_as_json(project.name, found) if arguments.json else _as_text(found))
    if first := next((problem for problem in shapes.problems if problem.severity == "error"), None):
        raise ProblemError(first.what, first.remedy, first.node)
    return 0


def _as_text(table_of_costs: CostTable) -> str:
    head = ("node", "layer", "output", "dtype", "params", "FLOPs")
    body = [
        (row.name, row.layer, _shape_text(row), row.shape.dtype if row.shape else "", *_figures(row.cost))
        for row in table_of_costs.rows
    ]
    total = ("total", "", "", "", *_figures(table_of_costs.total))
    return table([head, *body, total], right=(4, 5))


def _figures(cost: Cost) -> tuple[str, str]:
    return f"{cost.params:,}", f"{cost.flops or 0:,}"


def _shape_text(row: CostRow) -> str:
    return "" if row.shape is None else f"({', '.join(['batch', *map(str, row.shape.sizes)])})"


def _as_json(name: str, found: CostTable) -> str:
    nodes = [
        {
            "node": row.name,
            "layer": row.layer,
            "output_shape": None if row.shape is None else [None, *row.shape.sizes],
            "dtype": row.shape.dtype if row.shape else None,
            **_costs(row.cost),
            "receptive_field": _reach(row.field),
        }
        for row in found.rows
    ]
    return as_json({"model": name, "nodes": nodes, "total": _costs(found.total)})


def _costs(cost: Cost) -> dict[str, int | None]:
    """Return the figures of a node: FLOPs and activations are those of one sample."""
    return {
        "params": cost.params,
        "bytes": cost.bytes,
        "activation_bytes": cost.activations,
        "flops": cost.flops,
        "flops_training": cost.training_flops,
    }


def _reach(field: ReceptiveField | None) -> object:
    """Return size, step and centre along each axis, "all" where each value looks at the whole input, or null."""
    if field is None or not field.is_wide:
        return None
    return "all" if field.is_whole else [[axis.size, axis.jump, axis.centre] for axis in field.axes]
