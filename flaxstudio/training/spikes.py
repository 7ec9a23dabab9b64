"""A loss that leaps far above where it began: the run has lost its way, though its numbers are still finite."""

import numpy as np
import numpy.typing as npt

_FACTOR = 100.0
_LEAST = 1e-3


class SpikeGuard:
    """Told all losses in order. Compares with the first: what is a hundred times worse than untrained is no noise."""

    def __init__(self, earlier: npt.NDArray[np.float32]) -> None:
        self._first = [float(loss) for loss in earlier[:1]]

    def find(self, losses: npt.NDArray[np.float32]) -> int | None:
        """Return the index of the first loss that leaps, None if none does."""
        if not self._first and len(losses):
            self._first.append(float(losses[0]))
        limit = _FACTOR * max(abs(self._first[0]), _LEAST) if self._first else np.inf
        leaps = np.flatnonzero(losses > limit)
        return int(leaps[0]) if len(leaps) else None
