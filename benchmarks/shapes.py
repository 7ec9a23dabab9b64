"""How soon an edit's shapes are shown in the real window on a large graph, and what of it the GUI thread bears.

Random edits of a ResNet-like graph: attributes, wires drawn and cut, layers put in and taken out. An edit lasts until the
shapes that are shown are those of the edited graph and the canvas has been painted. Figures of the GUI thread are its
own processor time, so that other work on the machine does not count. `--profile` shows where the GUI thread's time goes.
"""

import argparse
import cProfile
import os
import pstats
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.graph import Edge, Port
from flaxstudio.graph.layout import tidy
from flaxstudio.graph.order import would_cycle
from flaxstudio.gui.entrance import Entrance
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.theme import body_font
from flaxstudio.layers import catalogue
from flaxstudio.project import edits
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.storage import save_project

BASE = catalogue()
WAITING = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
SHOWN_BAR, GUI_BAR = 100.0, 16.0


def residual_project(nodes: int) -> Project:
    """Return a chain of residual stages: Conv, BatchNorm, relu, Conv, BatchNorm, Add, relu over and over."""
    sketch = Sketch(BASE)
    x = sketch.chain(sketch.add("Input", shape=(32, 32, 3)), ("Conv", {"features": 16, "kernel_size": (3, 3)}))
    while len(sketch.graph().nodes) < nodes - 5:
        conv = ("Conv", {"features": 16, "kernel_size": (3, 3)})
        x = sketch.add("relu", sketch.add("Add", sketch.chain(x, conv, "BatchNorm", "relu", conv, "BatchNorm"), x))
    sketch.add("Output", sketch.chain(x, "GlobalAvgPool", ("Dense", {"features": 10})))
    graph = sketch.graph()
    return Project("Deep", graph, tidy(graph, dict.fromkeys(graph.names(), (190.0, 78.0))))


def chain_project(nodes: int) -> Project:
    """Return a plain chain of Dense and relu."""
    sketch = Sketch(BASE)
    x = sketch.add("Input", shape=(32,))
    for _ in range((nodes - 2) // 2):
        x = sketch.chain(x, ("Dense", {"features": 32}), "relu")
    sketch.add("Output", x)
    graph = sketch.graph()
    return Project("Chain", graph, tidy(graph, dict.fromkeys(graph.names(), (190.0, 78.0))))


class Hand:
    """Makes random edits; one that takes something away is followed by one that puts it back."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._back: list[Callable[[Project], Edit]] = []

    def next(self, project: Project) -> Edit:
        if self._back:
            return self._back.pop()(project)
        kinds = (self._attribute, self._attribute, self._attribute, self._cut, self._skip, self._insert)
        return self._dice.choice(kinds)(project)

    def _attribute(self, project: Project) -> Edit:
        changes = {
            "Conv": (("features", (8, 12, 16, 24, 32)), ("kernel_size", ((1, 1), (3, 3), (5, 5))), ("use_bias", (True, False))),
            "Dense": (("features", (16, 24, 32, 48)), ("use_bias", (True, False))),
            "BatchNorm": (("momentum", (0.9, 0.95, 0.99)),),
        }
        node = self._dice.choice([node for node in project.graph.nodes if node.layer in changes])
        name, values = self._dice.choice(changes[node.layer])
        now = BASE[node.layer].value(node, name)
        other = self._dice.choice([value for value in values if value != now])
        self._back.append(lambda _: edits.set_attribute(node.name, name, now, BASE))
        return edits.set_attribute(node.name, name, other, BASE)

    def _cut(self, project: Project) -> Edit:
        edge = self._dice.choice(project.graph.edges)
        self._back.append(lambda _: edits.connect(edge.source, edge.target, BASE))
        return edits.remove((), (edge,))

    def _skip(self, project: Project) -> Edit:
        merges = [node.name for node in project.graph.nodes if node.layer == "Add"]
        if not merges:
            return self._attribute(project)
        target = Port(self._dice.choice(merges), "in")
        givers = [
            n.name for n in project.graph.nodes if n.layer == "relu" and not would_cycle(project.graph, n.name, target.node)
        ]
        if not givers:
            return self._attribute(project)
        edge = Edge(Port(self._dice.choice(givers), "out"), target)
        if edge in project.graph.edges:
            return self._attribute(project)
        self._back.append(lambda _: edits.remove((), (edge,)))
        return edits.connect(edge.source, edge.target, BASE)

    def _insert(self, project: Project) -> Edit:
        edge = self._dice.choice(project.graph.edges)
        spec = BASE[self._dice.choice(("relu", "Dropout", "LayerNorm", "Dense"))]
        name = edits.new_name(project, spec)
        self._back.append(
            lambda _: edits.sequence("Back", [edits.remove((name,)), edits.connect(edge.source, edge.target, BASE)])
        )
        add = edits.add_node(spec, name, project.positions[edge.target.node])
        return edits.sequence("Insert", [add, edits.insert_on_edge(name, edge, spec)])


class Bench:
    """The whole application with one project open."""

    def __init__(self, folder: Path) -> None:
        app = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(app, QApplication)
        self.app = app
        app.setFont(body_font())
        entrance = Entrance(app, Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)))
        entrance.open(None)
        self.until(lambda: entrance.studio is not None)
        assert entrance.studio is not None
        self.entrance, self.studio, self.session = entrance, entrance.studio, entrance.studio.session
        entrance.window.resize(1280, 800)

    def until(self, truth: Callable[[], bool], seconds: float = 300.0) -> None:
        end = time.perf_counter() + seconds
        while not truth():
            self.app.processEvents()
            if time.perf_counter() > end:
                raise TimeoutError
            time.sleep(0.0005)

    def settle(self) -> None:
        self.until(lambda: self.session.has_shapes)
        for _ in range(60):
            self.app.processEvents()
            time.sleep(0.01)

    def open(self, path: Path) -> None:
        before = self.session.document
        self.studio.files.open_now(path)
        self.until(lambda: self.session.document is not before)
        self.settle()

    def edit(self, edit: Edit, profile: cProfile.Profile | None) -> tuple[float, float, float]:
        """Return the ms until the shapes are shown, the GUI thread's own ms of it, and its longest stretch."""
        began, own, longest = time.perf_counter(), time.thread_time(), 0.0
        if profile:
            profile.enable()
        is_done = self.session.edit(edit)
        assert is_done
        longest = time.thread_time() - own
        while not self.session.has_shapes:
            before = time.thread_time()
            self.app.processEvents(WAITING)  # as the event loop does: asleep until something comes
            longest = max(longest, time.thread_time() - before)
        before = time.thread_time()
        self.app.processEvents()  # the paint
        if profile:
            profile.disable()
        now = time.thread_time()
        longest = max(longest, now - before)
        return 1000 * (time.perf_counter() - began), 1000 * (now - own), 1000 * longest


def told(title: str, values: list[float], bar: float | None = None) -> None:
    found = sorted(values)
    at = [found[min(len(found) - 1, round(share * (len(found) - 1)))] for share in (0.5, 0.95, 0.99, 1.0)]
    verdict = "" if bar is None else f"bar {bar:g} at 99 %: {'met' if at[2] <= bar else 'MISSED'}"
    print(f"{title:52s} {at[0]:7.1f} {at[1]:7.1f} {at[2]:7.1f} {at[3]:7.1f} ms   {verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--fit", action="store_true", help="show the whole graph instead of its beginning")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        print(f"{'':52s} {'median':>7s} {'95 %':>7s} {'99 %':>7s} {'most':>7s}")
        for made in (residual_project, chain_project):
            project = made(chosen.nodes)
            path = Path(folder) / f"{project.name}.msgpack"
            save_project(path, project, Results())
            bench.open(path)
            if chosen.fit:
                bench.studio.window.canvas.fit_all()
            hand, profile = Hand(chosen.seed), cProfile.Profile() if chosen.profile else None
            found = []
            for _ in range(chosen.edits):
                edit = hand.next(bench.session.document.project)
                found.append(bench.edit(edit, profile))
                bench.settle()
            shown, own, longest = ([each[i] for each in found] for i in range(3))
            title = f"{project.name}, {len(project.graph.nodes)} nodes"
            told(f"{title}: shapes shown", shown, SHOWN_BAR)
            told(f"{title}: of it on the GUI thread", own, GUI_BAR)
            told(f"{title}: longest stretch there", longest, GUI_BAR)
            if profile:
                pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
        bench.studio.close()


if __name__ == "__main__":
    main()
