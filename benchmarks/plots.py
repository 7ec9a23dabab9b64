"""What plots cost the GUI thread: a million losses and more, many runs at once, and many layers looked into.

A frame lasts from losses that come, or an event of mouse or wheel, until the plot has been painted for it. Its own time is the
processor time of the GUI thread, so that other work on the machine does not count. `--profile WORDS` shows where one
measurement's time goes.
"""

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.panels.layers import LayersView
from flaxstudio.gui.plots.group_curves import MemberName
from flaxstudio.gui.plots.loss_plot import LossPlot
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.training.events import Distribution, LayerSeen, Observed

BAR = 16.7
_PIECE = 2000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Bench:
    """A plot in a window as large as the screen of a laptop, and how long its frames take."""

    def __init__(self, app: QApplication, frames: int, only: str, profile: str) -> None:
        self._app, self._frames, self._only, self._profile = app, frames, only, profile
        self.plot = LossPlot(LIGHT)
        self.plot.resize(980, 420)
        self.plot.show()
        app.processEvents()

    def measure(self, name: str, acts: Iterable[Callable[[], None]]) -> None:
        """Print what frames take that begin with these acts."""
        if self._only not in name:
            return
        walls, owns = [], []
        profile = cProfile.Profile() if self._profile and self._profile in name else None
        for act in acts:
            with profile or nullcontext():
                wall, own = time.perf_counter(), time.thread_time()
                act()
                self.paint()
                walls.append(1000 * (time.perf_counter() - wall))
                owns.append(1000 * (time.thread_time() - own))
            if len(walls) == self._frames:
                break
        median, p95, own = np.median(walls), np.quantile(walls, 0.95), np.quantile(owns, 0.95)
        print(f"{name:44s} {median:8.1f} {p95:8.1f} {own:8.1f}  {'met' if own <= BAR else 'MISSED'}", flush=True)
        if profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(22)

    def paint(self) -> None:
        self.plot.redraw()
        self._app.processEvents()

    def gestures(self, name: str) -> None:
        """Measure panning and zooming of what is drawn."""
        self.paint()
        self._drag(name)
        self.plot.fit()
        self.paint()
        self.measure(f"{name}: zoom", ((lambda turns=turns: self._wheel(turns)) for turns in 40 * ([1] * 12 + [-1] * 12)))

    def _drag(self, name: str) -> None:
        canvas = self.plot.canvas
        assert canvas is not None
        for turns in (2, 2, 2):
            self._wheel(turns)
        self.paint()
        centre = canvas.mapFromScene(canvas.view.sceneBoundingRect().center())
        self._mouse(QEvent.Type.MouseButtonPress, centre)
        places = (centre + QPoint(round(220 * np.sin(n / 9)), round(40 * np.cos(n / 9))) for n in range(self._frames))
        self.measure(f"{name}: pan", ((lambda p=place: self._mouse(QEvent.Type.MouseMove, p)) for place in places))
        self._mouse(QEvent.Type.MouseButtonRelease, centre)

    def _mouse(self, kind: QEvent.Type, place: QPoint) -> None:
        viewport = self.plot.canvas.viewport()
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        event = QMouseEvent(kind, QPointF(place), viewport.mapToGlobal(QPointF(place)), button, held, NONE)
        QApplication.sendEvent(viewport, event)

    def _wheel(self, turns: int) -> None:
        canvas = self.plot.canvas
        place = QPointF(canvas.mapFromScene(canvas.view.sceneBoundingRect().center()))
        at, delta = canvas.viewport().mapToGlobal(place), QPoint(0, 120 * turns)
        held, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(canvas.viewport(), QWheelEvent(place, at, QPoint(), delta, held, NONE, phase, False))


def falling(steps: int, seed: int = 0) -> np.ndarray:
    """Return losses as of a noisy run."""
    noise = np.random.default_rng(seed).normal(0, 0.15, steps)
    return (np.exp(-np.arange(steps) / (steps / 8) + noise) + 0.05).astype(np.float32)


def single(bench: Bench, steps: int) -> None:
    """Measure one run of so many steps."""
    losses = falling(steps)
    ahead = 400 * _PIECE
    bench.plot.start(0, steps)
    bench.plot.add_losses(0, losses[: steps - ahead])
    bench.paint()
    starts = range(steps - ahead, steps, _PIECE)
    pieces = ((lambda s=start: bench.plot.add_losses(s, losses[s : s + _PIECE])) for start in starts)
    bench.measure(f"{steps:,} losses: append", pieces)
    bench.plot.finish()
    bench.gestures(f"{steps:,} losses")


def population(bench: Bench, members: int, steps: int) -> None:
    """Measure so many runs together."""
    losses = np.stack([falling(steps, seed) for seed in range(members)], axis=1)
    ahead = steps // 4
    bench.plot.start_members([MemberName(f"seed {n}") for n in range(members)], 0, steps)
    bench.plot.add_losses(0, losses[: steps - ahead])
    bench.paint()
    starts = range(steps - ahead, steps, 50)
    pieces = ((lambda s=start: bench.plot.add_losses(s, losses[s : s + 50])) for start in starts)
    bench.measure(f"{members} runs of {steps:,}: append", pieces)
    bench.plot.finish()
    bench.gestures(f"{members} runs of {steps:,}")


def layers(bench: Bench, count: int) -> None:
    """Measure what happens inside so many layers, from an observation until it has been painted."""
    view = LayersView(LIGHT)
    view.resize(980, 420)
    view.show()
    bench.plot.hide()
    bench.paint()
    random = np.random.default_rng(0)
    counts = random.integers(0, 200, 64).astype(np.int32)
    seen = LayerSeen(*(Distribution(-size, size, counts) for size in (1.0, 1e-4, 3.0)), 0.1, 64)
    told = {f"dense_{n}": seen for n in range(count)}
    view.begin("run")
    for step in range(300):
        view.add(Observed(step, 1.0, dict.fromkeys(told, 1e-3), 0, told))

    def look(step: int) -> None:
        view.add(Observed(step, 1.0, dict.fromkeys(told, 1e-3), 0, told))
        view.refresh()

    view.refresh()
    bench.measure(f"{count} layers: an observation", ((lambda s=step: look(s)) for step in range(300, 600)))
    view.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--only", default="")
    parser.add_argument("--profile", default="")
    chosen = parser.parse_args()
    app = QApplication([])
    app.setFont(body_font())
    print(f"{'ms a frame, bar ' + str(BAR) + ' at 95 % of own':44s} {'median':>8s} {'95 %':>8s} {'own 95 %':>8s}")
    bench = Bench(app, chosen.frames, chosen.only, chosen.profile)
    for steps in (1_000_000, 10_000_000):
        if chosen.only in f"{steps:,} losses: append" or chosen.only.startswith(f"{steps:,} losses"):
            single(bench, steps)
    for members in (8, 64, 256):
        population(bench, members, 10_000)
    for count in (10, 100, 500):
        layers(bench, count)


if __name__ == "__main__":
    main()
