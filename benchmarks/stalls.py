"""The longest stretches of the GUI thread while somebody uses the window for the first time, and what caused each.

A walk through a session: start, a template, a node of each kind, each panel, a run, a stop, the other theme, a large file. A
stretch is one act or one turn of the event loop: while it lasts, the window answers nothing. Its own time is the processor time
of the GUI thread, so that other work on the machine does not count. Another thread looks for causes, at little cost.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from flaxstudio.gui.entrance import Entrance
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.studio import Studio
from flaxstudio.gui.theme import body_font

BAR = 50.0
_LOOK_S, _SOON_S = 0.002, 0.006


@dataclass(frozen=True)
class Stretch:
    """How long the GUI thread was held, in ms, during which step, and what it did most of the time."""

    step: str
    own: float
    wall: float
    cause: str


class Watch:
    """Times what the GUI thread does, and looks at it from a thread of its own."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._main = threading.get_ident()
        self._began: float | None = None
        self._seen: Counter[str] = Counter()
        self.step = ""
        self.stretches: list[Stretch] = []
        threading.Thread(target=self._look, daemon=True).start()

    def do(self, step: str, act: Callable[[], object], until: Callable[[], bool] = lambda: True, rest: float = 0.6) -> None:
        """Do something, then let the window be until something holds, and for some seconds more."""
        self.step = step
        self._time(act)
        end = time.perf_counter() + 180
        while not until():
            self._turn()
            if time.perf_counter() > end:
                raise TimeoutError(step)
        end = time.perf_counter() + rest
        while time.perf_counter() < end:
            self._turn()

    def _turn(self) -> None:
        self._time(self._app.processEvents)
        time.sleep(0.001)

    def _time(self, act: Callable[[], object]) -> None:
        self._seen.clear()
        own, self._began = time.thread_time(), time.perf_counter()
        act()
        wall, own = 1000 * (time.perf_counter() - self._began), 1000 * (time.thread_time() - own)
        self._began = None
        if own > 5:
            causes = ", ".join(cause for cause, _ in self._seen.most_common(2))
            self.stretches.append(Stretch(self.step, own, wall, causes))

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_S)
            began = self._began
            if began is not None and time.perf_counter() - began > _SOON_S:
                self._seen[_place(sys._current_frames().get(self._main))] += 1


def _place(frame: FrameType | None) -> str:
    """Return the innermost function of the program that a thread is in."""
    while frame is not None:
        name = frame.f_code.co_filename.replace("\\", "/")
        if "/flaxstudio/" in name:
            return f"{name.rpartition('/flaxstudio/')[2]}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return "Qt"


def walk(watch: Watch, entrance: Entrance, large: Path) -> Iterator[Studio]:
    """Use the window for the first time, and yield the studio once it can be closed."""
    watch.do("start: the window", lambda: entrance.open(None))
    watch.do("start: all in place", lambda: None, lambda: entrance.studio is not None, rest=3)
    studio = entrance.studio
    assert studio is not None
    window, session = studio.window, studio.session
    for template in ("linear-regression", "digits-residual"):
        watch.do(
            f"template {template}", lambda name=template: studio.files.on_template(name), lambda: session.has_shapes, rest=1.5
        )
    kinds = {node.layer: node.name for node in session.document.project.graph.nodes}
    for layer, name in kinds.items():
        watch.do(f"select {layer}", lambda name=name: window.canvas.select([name]))
    watch.do("select all", lambda: window.canvas.select(kinds.values()))
    for name in window.docks:
        watch.do(f"panel {name}", lambda name=name: window.raise_dock(name))
    watch.do("train", studio.runs.train, lambda: studio.runner.state.status == "running", rest=4)
    watch.do("stop", studio.runner.stop, lambda: not studio.runner.is_busy, rest=1)
    for name in ("training", "variables", "try_it", "runs", "data"):
        watch.do(f"panel {name} after the run", lambda name=name: window.raise_dock(name), rest=1)
    watch.do("mode judge", lambda: window.arrange("judge"))
    watch.do("command palette", studio.palette.on_palette)
    watch.do("theme dark", lambda: studio.choose_theme("dark"), rest=1)
    watch.do("theme light", lambda: studio.choose_theme("light"), rest=1)
    window.arrange("draw")
    session.document.mark_saved(large, session.document.project, session.document.results)
    watch.do("open 500 nodes", lambda: studio.files.open_now(large), lambda: len(window.canvas.scene.nodes) > 400, rest=4)
    yield studio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=25)
    chosen = parser.parse_args()
    from shapes import residual_project

    from flaxstudio.project.results import Results
    from flaxstudio.project.storage import save_project

    app = QApplication(sys.argv[:1])
    app.setFont(body_font())
    with tempfile.TemporaryDirectory() as folder:
        save_project(large := Path(folder) / "large.msgpack", residual_project(500), Results())
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        watch = Watch(app)
        for studio in walk(watch, Entrance(app, settings), large):
            longest = sorted(watch.stretches, key=lambda stretch: -stretch.own)
            studio.close()
    print(f"{'own ms':>7s} {'wall ms':>8s}  step")
    for stretch in longest[: chosen.rows]:
        print(f"{stretch.own:7.0f} {stretch.wall:8.0f}  {stretch.step:32s} {stretch.cause}")
    over = sum(stretch.own > BAR for stretch in longest)
    print(f"{over} stretches over {BAR:g} ms: {'MISSED' if over else 'met'}")


if __name__ == "__main__":
    main()
