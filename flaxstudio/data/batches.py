"""Which rows each step takes: a function of seed and step alone, so that a resumed run goes on exactly as it would have."""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]


class BatchOrder:
    """An endless stream of permutations of the rows, one an epoch, cut into batches; nothing is dropped.

    With `batch_size` None, or not below `rows`, each step takes all rows in order and there is nothing to look up.
    """

    def __init__(self, seed: int, rows: int, batch_size: int | None) -> None:
        self._seed = seed
        self._rows = rows
        self.is_whole = batch_size is None or batch_size >= rows
        self.batch_size = rows if batch_size is None else min(batch_size, rows)
        self._kept: tuple[int, Rows] = (-1, np.empty(0, np.int32))

    @property
    def steps_per_epoch(self) -> float:
        """Return how many steps see every row once."""
        return self._rows / self.batch_size

    def rows_of(self, first_step: int, steps: int) -> Rows:
        """Return the rows of consecutive steps, shape (steps, batch_size)."""
        start, stop = first_step * self.batch_size, (first_step + steps) * self.batch_size
        epochs = range(start // self._rows, -(-stop // self._rows))
        stream = np.concatenate([self._epoch(epoch) for epoch in epochs])
        skipped = epochs.start * self._rows
        return stream[start - skipped : stop - skipped].reshape(steps, self.batch_size)

    def _epoch(self, epoch: int) -> Rows:
        """Return an epoch's permutation; the last one asked for is kept, as batches come in order."""
        if self._kept[0] != epoch:
            order = np.random.default_rng([self._seed, epoch]).permutation(self._rows).astype(np.int32)
            self._kept = (epoch, order)
        return self._kept[1]
