"""What large graphs cost in the real window: frames of pan, zoom and drag, opening, edits, and bytes a node.

A frame lasts from an event of mouse or wheel until the canvas has been painted for it. Run it offscreen, or under Xvfb with
QT_QPA_PLATFORM=xcb; nothing else should be busy. `--profile NAME` shows where one measurement's time goes.
"""

import argparse
import cProfile
import json
import os
import pstats
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from flaxstudio.graph.layout import tidy
from flaxstudio.gui.entrance import Entrance
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import GRID_STEP
from flaxstudio.layers import catalogue
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.storage import load_project, save_project

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier
BASE = catalogue()


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, its median, 95th and 99th percentile, and the bar that one of them must meet."""

    name: str
    unit: str
    median: float
    p95: float
    p99: float
    bar: float | None = None
    held: str = "p95"
    own: float | None = None
    """The 95th percentile of the GUI thread's own processor time: what it would be on a machine with nothing else to do."""

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "met" if getattr(self, self.held) <= self.bar else "MISSED"


def row(
    name: str, unit: str, values: Iterable[float], bar: float | None = None, held: str = "p95", own: Iterable[float] = ()
) -> Row:
    return Row(name, unit, *(at_share(values, share) for share in (0.5, 0.95, 0.99)), bar, held, at_share(own, 0.95))


def at_share(values: Iterable[float], share: float) -> float | None:
    found = sorted(values)
    return found[min(len(found) - 1, round(share * (len(found) - 1)))] if found else None


def wide_project(nodes: int) -> Project:
    """Return a valid model of so many nodes and 1.5 edges a node: rows of Dense and residual Add that meet at the end."""
    sketch = Sketch(BASE)
    start = sketch.add("Input", shape=(16,))
    rows, ends = max(2, round(nodes**0.5 / 1.25)), []
    for index in range(rows):
        x, end = start, start
        pairs = (nodes - 3) // (2 * rows) + (1 if index < (nodes - 3) // 2 % rows else 0)
        for _ in range(pairs):
            end = x
            x = sketch.add("Add", sketch.add("Dense", x, features=16), end)
        ends.append(x)
    sketch.add("Output", sketch.add("Add", *ends))
    graph = sketch.graph()
    return Project("Wide", graph, tidy(graph, dict.fromkeys(graph.names(), (190.0, 78.0))))


class Painted(QObject):
    """Counts the paints of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


class Bench:
    """The whole application with one project open."""

    def __init__(self, folder: Path) -> None:
        app = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(app, QApplication)
        app.setFont(body_font())
        self.app = app
        settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
        entrance = Entrance(app, settings)
        entrance.open(None)
        self.until(lambda: entrance.studio is not None)
        assert entrance.studio is not None
        self.entrance, self.studio, self.window = entrance, entrance.studio, entrance.window
        self.window.resize(1280, 800)
        self.canvas = self.window.canvas
        self.viewport = self.canvas.view.viewport()
        self.painted = Painted(self.viewport)
        self.own: list[float] = []

    def until(self, truth: Callable[[], bool], seconds: float = 120.0) -> None:
        end = time.perf_counter() + seconds
        while not truth():
            self.app.processEvents()
            if time.perf_counter() > end:
                raise TimeoutError
            time.sleep(0.0005)

    def open(self, path: Path) -> float:
        """Open a file as File > Open does and return the seconds until its nodes have been painted."""
        open_before, began = self.studio.session.document, time.perf_counter()
        self.studio.files.open_now(path)
        self.until(lambda: self.studio.session.document is not open_before)
        painted = self.painted.count
        self.until(lambda: self.painted.count > painted)
        return time.perf_counter() - began

    def settle(self) -> None:
        """Wait until every shape is known and nothing is left to do."""
        self.until(lambda: len(self.studio.session.knowledge.shapes.nodes) == len(self.canvas.scene.nodes), 600)
        for _ in range(50):
            self.app.processEvents()
            time.sleep(0.01)

    def frame(self, event: Callable[[], object]) -> float:
        """Return the milliseconds from an event until it has been painted."""
        before, began, own = self.painted.count, time.perf_counter(), time.thread_time()
        event()
        while self.painted.count == before and time.perf_counter() - began < 1.0:
            self.app.processEvents()
        self.own.append(1000 * (time.thread_time() - own))
        return 1000 * (time.perf_counter() - began)

    # the hand

    def mouse(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        QApplication.sendEvent(self.viewport, QMouseEvent(kind, at, self.viewport.mapToGlobal(at), button, held, NONE))

    def drag(self, points: list[QPointF], button: Qt.MouseButton) -> list[float]:
        """Return the frame of each move along points, with a button held."""
        self.mouse(QEvent.Type.MouseButtonPress, points[0], button)
        frames = [self.frame(lambda at=at: self.mouse(QEvent.Type.MouseMove, at, button)) for at in points[1:]]
        self.mouse(QEvent.Type.MouseButtonRelease, points[-1], button)
        return frames

    def wheel(self, turn: int) -> float:
        at = QPointF(self.viewport.rect().center())
        event = QWheelEvent(
            at, self.viewport.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        return self.frame(lambda: QApplication.sendEvent(self.viewport, event))

    def look(self, zoom: float) -> None:
        """Look at the middle of the graph."""
        view = self.canvas.view
        view.zoom_to(zoom, self.viewport.rect().center())
        view.centerOn(self.canvas.scene.bounds().center())
        for _ in range(20):
            self.app.processEvents()


def pan(bench: Bench, zoom: float, frames: int) -> list[float]:
    bench.look(zoom)
    centre = QPointF(bench.viewport.rect().center())
    path = [centre + QPointF(11 * (i % 30) * (1 if i // 30 % 2 else -1), 5 * (i % 20)) for i in range(frames + 1)]
    return bench.drag(path, MIDDLE)


def zoom(bench: Bench, frames: int) -> list[float]:
    """In and out between 10 and 250 %."""
    bench.look(1.0)
    times: list[float] = []
    turn = -60
    for _ in range(frames):
        times.append(bench.wheel(turn))
        at = bench.canvas.view.zoom()
        turn = 60 if at < 0.1 else -60 if at > 2.5 else turn
    return times


def drag(bench: Bench, zoom_: float, frames: int, names: int) -> list[float]:
    """Drag nodes about; their wires follow."""
    bench.look(zoom_)
    scene, view = bench.canvas.scene, bench.canvas.view
    middle = view.visible_box().center()
    near = sorted(scene.nodes, key=lambda name: (scene.nodes[name].box().center() - middle).manhattanLength())[:names]
    scene.select(near)
    start = QPointF(view.mapFromScene(scene.nodes[near[0]].box().topLeft() + QPointF(60, 14)))
    step = 2 * GRID_STEP * zoom_  # each move is one that snapping lets through
    path = [start + step * QPointF(i % 12 * (1 if i // 12 % 2 else -1), i % 7) for i in range(frames + 1)]
    times = bench.drag(path, LEFT)
    bench.studio.session.undo()
    bench.app.processEvents()
    return times


COLOURED: dict[str, Callable[[Bench, int], list[float]]] = {
    "coloured by FLOPs, pan at 100%": lambda bench, frames: pan(bench, 1.0, frames),
    "coloured by FLOPs, pan at 45%": lambda bench, frames: pan(bench, 0.45, frames),
    "coloured by FLOPs, pan at 10%": lambda bench, frames: pan(bench, 0.1, frames),
    "coloured by FLOPs, zoom 10-250 %": lambda bench, frames: zoom(bench, frames),
    "coloured by FLOPs, drag a node at 45%": lambda bench, frames: drag(bench, 0.45, frames, 1),
}


@contextmanager
def coloured(bench: Bench) -> Iterator[None]:
    """Colour the canvas by cost, once every cost is counted."""
    bench.studio.analysis.choose_overlay("flops")
    bench.until(lambda: bench.studio.analysis.is_complete)
    bench.settle()
    yield
    bench.studio.analysis.choose_overlay("off")


def edits(bench: Bench, count: int) -> tuple[list[float], list[float]]:
    """Change attributes here and there; return the ms until the shape is shown, and the GUI thread's longest stretch.

    The stretch is the thread's own processor time, so that other work on the machine does not count.
    """
    session = bench.studio.session
    dense = [node.name for node in session.document.project.graph.of_layer("Dense")]
    shown, longest = [], []
    for i in range(count):
        name, size = dense[i * 7 % len(dense)], 17 + i % 5
        began, own = time.perf_counter(), time.thread_time()
        session.edit(set_attribute(name, "features", size, BASE))
        worst = time.thread_time() - own
        while not _shows(bench, name, size):
            before = time.thread_time()
            bench.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            worst = max(worst, time.thread_time() - before)
        shown.append(1000 * (time.perf_counter() - began))
        longest.append(1000 * worst)
        session.undo()
        bench.settle()
    return shown, longest


def _shows(bench: Bench, name: str, size: int) -> bool:
    return f"{size}" in bench.canvas.scene.nodes[name].content.shape


def bytes_per_node(project: Project) -> float:
    """Return what a project value weighs a node, made anew from its bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.msgpack"
        save_project(path, project, Results())
        load_project(path)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        loaded, _ = load_project(path)
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    return (after - before) / len(loaded.graph.nodes)


@contextmanager
def profiled(title: str) -> Iterator[None]:
    profile = cProfile.Profile()
    profile.enable()
    yield
    profile.disable()
    print(f"--- {title}")
    pstats.Stats(profile).sort_stats("cumulative").print_stats(28)


def measure(sizes: Iterable[int], frames: int, wanted: str, profile: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for size in sizes:
            project = wide_project(size)
            path = Path(folder) / f"wide{size}.msgpack"
            save_project(path, project, Results())
            nodes, wires = len(project.graph.nodes), len(project.graph.edges)
            title = f"{nodes:,} nodes, {wires:,} edges"
            bar = 16.7 if size <= 1000 else 33.3

            def taken(
                name: str, unit: str, work: Callable[[], list[float]], bar: float, held: str = "p95", title=title
            ) -> Iterator[Row]:
                if wanted in name:
                    with profiled(name) if profile and profile in name else nullcontext():
                        bench.own.clear()
                        yield row(f"{title}: {name}", unit, work(), bar, held, bench.own)

            opened = [bench.open(path) for _ in range(3)]
            if wanted in "open":
                yield row(f"{title}: open", "s", opened, 1.0 if size <= 1000 else None, "median")
            if wanted in "memory":
                yield row(f"{title}: memory", "bytes a node", [bytes_per_node(project)], 3000, "median")
            bench.settle()
            for share in (1.0, 0.45, 0.3, 0.1):
                yield from taken(f"pan at {share:.0%}", "ms", lambda s=share: pan(bench, s, frames), bar)
            yield from taken("zoom 10-250 %", "ms", lambda: zoom(bench, frames), bar)
            for share in (1.0, 0.45, 0.1):
                yield from taken(f"drag a node at {share:.0%}", "ms", lambda s=share: drag(bench, s, frames, 1), bar)
            yield from taken("drag 50 nodes at 45%", "ms", lambda: drag(bench, 0.45, frames, 50), bar)
            if any(wanted in name for name in COLOURED):
                with coloured(bench):
                    for name, work in COLOURED.items():
                        yield from taken(name, "ms", lambda work=work: work(bench, frames), bar)
            bench.canvas.scene.wire_labels.show()
            yield from taken("shapes on wires, pan at 100%", "ms", lambda: pan(bench, 1.0, frames), bar)
            yield from taken("shapes on wires, zoom 10-250 %", "ms", lambda: zoom(bench, frames), bar)
            yield from taken("shapes on wires, drag a node at 45%", "ms", lambda: drag(bench, 0.45, frames, 1), bar)
            bench.canvas.scene.wire_labels.hide()
        if wanted in "edit":
            path = Path(folder) / "wide500.msgpack"
            save_project(path, wide_project(500), Results())
            bench.open(path)
            bench.settle()
            shown, longest = edits(bench, 100)
            yield row("500 nodes: edit to shapes shown", "ms", shown, 100.0, "p99")
            yield row("500 nodes: edit, longest stretch of the GUI thread", "ms", longest, 16.0, "p99")
        bench.studio.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 5000])
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    parser.add_argument("--profile", default="", help="show where the time of measurements with this in their name goes")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    platform = os.environ["QT_QPA_PLATFORM"]
    rows = []
    print(f"{platform}: median / 95 % / 99 %")
    for found in measure(chosen.sizes, chosen.frames, chosen.only, chosen.profile):
        rows.append(found)
        figures = f"{found.median:,.4g} / {found.p95:,.4g} / {found.p99:,.4g} {found.unit}"
        bar = f"bar {found.bar:g} ({found.held}): {found.verdict}" if found.bar is not None else ""
        own = f"own 95 % {found.own:.3g}" if found.own is not None else ""
        print(f"{found.name:60s} {figures:38s} {own:14s} {bar}", flush=True)
    if chosen.json:
        print(json.dumps([msgspec.to_builtins(row) for row in rows]))


if __name__ == "__main__":
    main()
