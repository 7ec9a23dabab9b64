"""Imports the engine in the background, one thread at a time: two threads that import flax together deadlock."""

import threading

from flaxstudio.gui.garbage import staying


class WarmUp:
    """Call it, in a background thread, before anything that needs jax; the first call imports, the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_done = False

    def __call__(self) -> None:
        with self._lock:
            if not self._is_done:
                with staying():
                    _import_engine()
                self._is_done = True


def _import_engine() -> None:
    from flaxstudio.codegen import shapes  # noqa: F401 - remembered by Python for when they are needed
    from flaxstudio.export import model  # noqa: F401
    from flaxstudio.gui.plots import loss_canvas  # noqa: F401 - pyqtgraph takes a quarter of a second
    from flaxstudio.training import loop  # noqa: F401
