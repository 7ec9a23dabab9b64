"""Costs in words and figures: short numbers with their unit, receptive fields, and the table as CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from flaxstudio.graph.cost import Cost, CostRow, CostTable
from flaxstudio.graph.receptive_field import ReceptiveField

UNKNOWN = "…"


@dataclass(frozen=True, slots=True)
class Figures:
    """A cost as it is shown: for so many samples."""

    params: int
    bytes: int
    flops: int | None
    training_flops: int | None
    memory: int


def figures_of(cost: Cost, samples: int) -> Figures:
    """Return a cost for so many samples: params and their bytes stay, all else grows."""
    flops = None if cost.flops is None else cost.flops * samples
    training = None if cost.training_flops is None else cost.training_flops * samples
    return Figures(cost.params, cost.bytes, flops, training, cost.activations * samples)


def count_text(count: float | None) -> str:
    """Return a count with three digits and a letter: 1.99 M; … where it is not known yet."""
    if count is None:
        return UNKNOWN
    for letter, size in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= 0.9995 * size:
            return f"{count / size:.3g} {letter}"
    return f"{count:,.0f}"


def memory_text(count: float) -> str:
    """Return a number of bytes in the unit that suits it: 512 B, 1.2 MB."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= 0.9995 * size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} B"


def field_text(field: ReceptiveField | None, everything: str) -> str:
    """Return the size of a receptive field: 7×7; `everything` is the word for all of the input."""
    if field is None or not field.is_wide:
        return ""
    return everything if field.is_whole else "×".join(f"{axis.size:g}" for axis in field.axes)


def csv_text(table: CostTable, samples: int, separator: str = ",") -> str:
    """Return the table as CSV, blocks followed by what is in them, and the totals; numbers in full."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(
        (
            *("node", "layer", "output", "dtype", "count", "params", "bytes"),
            *("flops", "flops_training", "activation_bytes", "receptive_field", "stride", "centre"),
        )
    )
    for path, row in _lines(table.rows, ()):
        shape = (str(row.shape), row.shape.dtype) if row.shape is not None else ("", "")
        writer.writerow(("/".join(path), row.layer, *shape, row.count, *_numbers(row.cost, samples), *_reach(row.field)))
    writer.writerow(("total", "", "", "", "", *_numbers(table.total, samples), "", "", ""))
    return out.getvalue()


def _lines(rows: tuple[CostRow, ...], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], CostRow]]:
    for row in rows:
        yield (*path, row.name), row
        yield from _lines(row.children, (*path, row.name))


def _numbers(cost: Cost, samples: int) -> tuple[int | str, ...]:
    shown = figures_of(cost, samples)
    found = (shown.params, shown.bytes, shown.flops, shown.training_flops, shown.memory)
    return tuple("" if number is None else number for number in found)


def _reach(field: ReceptiveField | None) -> tuple[str, str, str]:
    if field is None or not field.is_wide:
        return "", "", ""
    if field.is_whole:
        return "all", "", ""
    axes = field.axes
    sizes, jumps, centres = ([getattr(axis, part) for axis in axes] for part in ("size", "jump", "centre"))
    return "x".join(f"{s:g}" for s in sizes), "x".join(f"{j:g}" for j in jumps), "x".join(f"{c:g}" for c in centres)
