"""What was seen of each layer over the steps of a run, in bounded memory: of many observations every so many are kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.training.events import Distribution, LayerSeen, Observed

Kind = Literal["params", "gradients", "outputs"]
KINDS: tuple[Kind, ...] = ("params", "gradients", "outputs")
MOST = 256
"""Columns that are kept: more than a small plot has room for."""
_ALL = 25_600
"""Columns of all layers together, where there are very many."""
_LEAST = 32
_MOST_COUNTED = 2**16 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """How values lay, a row for each column of the history: range, shape (columns,), and counts, shape (columns, bins)."""

    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]
    counts: npt.NDArray[np.uint16]

    def first(self, count: int) -> "Strip":
        """Return the first columns."""
        return Strip(self.low[:count], self.high[:count], self.counts[:count])


@dataclass(slots=True, eq=False)
class LayerSeries:
    """What was seen of one layer, a value for each column; NaN where it was not."""

    ratio: npt.NDArray[np.float32]
    dead: npt.NDArray[np.float32]
    units: int = 0
    strips: dict[Kind, Strip] = field(default_factory=dict)

    def arrays(self) -> list[npt.NDArray]:
        """Return all arrays by column."""
        return [
            self.ratio,
            self.dead,
            *(array for strip in self.strips.values() for array in (strip.low, strip.high, strip.counts)),
        ]


def node_of(layer: str, layers: Collection[str]) -> str:
    """Return the model's node that a layer is, is one of the repeats of (`block_1_0`) or lies in (`block_1/conv_1`)."""
    name = layer.partition("/")[0]
    owner, _, number = name.rpartition("_")
    return owner if number.isdigit() and owner in layers else name


class LayerHistory:
    """Takes observations as they come. The last column is always the newest one; `stride` observations make a column."""

    def __init__(self) -> None:
        self.layers: dict[str, LayerSeries] = {}
        self.count = 0
        self.stride = 1
        self._seen = 0
        self._most = MOST
        self._steps = np.zeros(MOST, np.int64)

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """The step of each column."""
        return self._steps[: self.count]

    def add(self, seen: Observed) -> None:
        """Take what was seen at a step."""
        if not self.layers:
            names = len({*seen.layers, *seen.ratios})
            self._most = max(_LEAST, min(MOST, _ALL // max(names, 1))) // 2 * 2
        column = self._column()
        self._steps[column] = seen.step
        for name in dict.fromkeys((*seen.layers, *seen.ratios)):
            if name not in self.layers:
                self.layers[name] = LayerSeries(
                    np.full(self._most, np.nan, np.float32), np.full(self._most, np.nan, np.float32)
                )
        for name, series in self.layers.items():
            self._fill(series, column, seen.layers.get(name, LayerSeen()), seen.ratios.get(name, np.nan))

    def last(self, values: npt.NDArray[np.float32]) -> float:
        """Return the newest value of a layer's series, NaN where there is none."""
        known = values[: self.count]
        known = known[np.isfinite(known)]
        return float(known[-1]) if len(known) else float("nan")

    def _column(self) -> int:
        """Return where the next observation goes: into a new column, or in place of the last one."""
        is_new = self._seen % self.stride == 0
        if is_new and self.count == self._most:
            for array in (self._steps, *(array for series in self.layers.values() for array in series.arrays())):
                array[: self._most // 2] = array[1 : self._most : 2].copy()  # of each pair the later one
            self.count //= 2
            self.stride *= 2
        self.count += is_new
        self._seen += 1
        return self.count - 1

    def _fill(self, series: LayerSeries, column: int, layer: LayerSeen, ratio: float) -> None:
        series.ratio[column] = ratio
        series.dead[column] = np.nan if layer.dead is None else layer.dead
        series.units = layer.units or series.units
        told: Mapping[Kind, Distribution | None] = {
            "params": layer.params,
            "gradients": layer.gradients,
            "outputs": layer.outputs,
        }
        for kind, distribution in told.items():
            if distribution is not None:
                strip = series.strips.get(kind) or self._new_strip(series, kind, len(distribution.counts))
                strip.low[column], strip.high[column] = distribution.low, distribution.high
                strip.counts[column] = np.minimum(distribution.counts, _MOST_COUNTED)
            elif kind in series.strips:
                series.strips[kind].counts[column] = 0

    def _new_strip(self, series: LayerSeries, kind: Kind, bins: int) -> Strip:
        zeros = (np.zeros(self._most, np.float32), np.zeros(self._most, np.float32))
        series.strips[kind] = strip = Strip(*zeros, np.zeros((self._most, bins), np.uint16))
        return strip
