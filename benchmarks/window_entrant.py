"""One way to run one model in a process of its own, for window.py: reads a line, trains for that many seconds, prints a row.

    python benchmarks/window_entrant.py VARIANT CASE

The row has seconds of wall and CPU a step; of the window also the share of the time that the GUI thread computed, and the ms of
each frame: what it computes between two rests, by its own processor time.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from flaxstudio.training.allocator import keep_freed_memory
from flaxstudio.training.compiled_programs import keep_programs

STEPS = 10**9
LEAST = 0.0005
WARM = 4.0
"""Seconds until the engine has learnt how many steps suit a dispatch, and the observer has its program."""
Row = dict[str, Any]
Stretch = Callable[[float], Row]
"""Trains for so many seconds and tells how."""


def headless(case: Any, folder: Path, *, is_observed: bool) -> Stretch:
    """Return the engine as `flaxstudio train` runs it; observed, as the window's thread does."""
    from flaxstudio.layers import catalogue
    from flaxstudio.training.events import RunFailed, StepsDone
    from flaxstudio.training.loop import train
    from flaxstudio.training.record import RunRecorder

    project = replace(case.project, training=replace(case.project.training, steps=STEPS))
    events = iter(train(project, catalogue(), keep_in=folder / "kept", is_observed=is_observed))
    recorder = RunRecorder(project)

    def one() -> int:
        for event in events:
            if isinstance(event, RunFailed):
                raise RuntimeError(event.error)
            recorder.add(event)
            if isinstance(event, StepsDone):
                return len(event.losses)
        raise RuntimeError("the run has ended")

    until = time.perf_counter() + WARM
    while time.perf_counter() < until:
        one()

    def stretch(seconds: float) -> Row:
        one()  # after a rest: what was begun before it
        one()
        steps, began, used = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() < began + seconds:
            steps += one()
        return {"wall": (time.perf_counter() - began) / steps, "cpu": (time.process_time() - used) / steps}

    return stretch


class Frames:
    """Notes how long the GUI thread computes between two rests; turns in which there was next to nothing to do are left out."""

    def __init__(self) -> None:
        from PySide6.QtCore import QAbstractEventDispatcher

        self.own: list[float] = []
        self._last = time.thread_time()
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._rest)

    def clear(self) -> None:
        self.own, self._last = [], time.thread_time()

    def _rest(self) -> None:
        now = time.thread_time()
        if now - self._last > LEAST:
            self.own.append(now - self._last)
        self._last = now


def window(case: Any, folder: Path, *, dock: str) -> Stretch:
    """Return the window in which the model is trained, with that panel in front."""
    from PySide6.QtCore import QEventLoop, QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from flaxstudio.gui.entrance import Entrance
    from flaxstudio.gui.settings import Settings
    from flaxstudio.gui.theme import body_font
    from flaxstudio.project.results import Results
    from flaxstudio.project.storage import save_project

    app = QApplication(sys.argv[:1])
    app.setFont(body_font())
    project = replace(case.project, training=replace(case.project.training, steps=STEPS))
    save_project(path := folder / "case.msgpack", project, Results())
    entrance = Entrance(app, Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)))
    entrance.open(path)

    def until(is_so: Callable[[], bool]) -> None:
        while not is_so():
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.002)

    until(lambda: entrance.studio is not None)
    studio = entrance.studio
    assert studio is not None
    until(lambda: studio.session.document.project.graph == project.graph and studio.session.has_shapes)
    entrance.window.arrange("train")
    studio.runs.train()
    until(lambda: studio.runner.state.status == "running" and studio.runner.state.step > 0)
    entrance.window.raise_dock(dock)
    frames = Frames()

    def go(seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    go(WARM)
    studio.runner.pause_or_resume()

    def stretch(seconds: float) -> Row:
        studio.runner.pause_or_resume()
        go(0.3)
        frames.clear()
        step, began, used, own = studio.runner.state.step, time.perf_counter(), time.process_time(), time.thread_time()
        go(seconds)
        steps = max(1, studio.runner.state.step - step)
        wall, cpu, own = time.perf_counter() - began, time.process_time() - used, time.thread_time() - own
        told = frames.own
        studio.runner.pause_or_resume()
        until(lambda: studio.runner.state.status == "paused")
        return {"wall": wall / steps, "cpu": cpu / steps, "gui": own / wall, "frames": [1000 * one for one in told]}

    return stretch


VARIANTS: dict[str, Callable[[Any, Path], Stretch]] = {
    "headless": lambda case, folder: headless(case, folder, is_observed=False),
    "observed": lambda case, folder: headless(case, folder, is_observed=True),
    "window": lambda case, folder: window(case, folder, dock="training"),
    "window, plots behind a tab": lambda case, folder: window(case, folder, dock="code"),
}


def main() -> None:
    variant, case = sys.argv[1:]
    keep_freed_memory()
    keep_programs()
    import jax
    from contenders import CASES

    jax.devices()
    with tempfile.TemporaryDirectory() as folder:
        stretch = VARIANTS[variant](CASES[case](Path(folder)), Path(folder))
        stretch(1.0)
        print(json.dumps({"ready": variant}), flush=True)
        for line in sys.stdin:
            print(json.dumps(stretch(float(line))), flush=True)
        sys.stdout.flush()
        os._exit(0)  # a run is under way


if __name__ == "__main__":
    main()
