"""When Python looks for garbage: rarely, and never through what stays, since all threads are held up meanwhile."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (5_000, 10, 20)
"""Hardly anything here is garbage in cycles: a search now and then suffices. It takes 10 ms for a large graph."""


def collect_rarely() -> None:
    """Look through all objects only after a million new ones."""
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def staying() -> Iterator[None]:
    """Import modules that stay: no search while they come (0.2 s each, several times), and none through them ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
