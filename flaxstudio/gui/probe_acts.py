"""Probes: outputs whose values for the input of the Try it panel are pinned on the canvas, and kept up to date there."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, QTimer

from flaxstudio.evaluation.trial import Outcome, Seen
from flaxstudio.graph.graph import Graph, Port
from flaxstudio.gui.canvas.canvas import Canvas
from flaxstudio.gui.canvas.probe_item import Probe
from flaxstudio.gui.canvas.probes import main_output
from flaxstudio.gui.canvas.renaming import renamed_node
from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.gui.session import Session
from flaxstudio.gui.try_it_acts import TryItActs
from flaxstudio.project.block_edits import inside
from flaxstudio.project.place import Place, block_at

Pin = tuple[Place, Port]
_WAIT_MS = 200


class ProbeActs(QObject):
    """Slots for what the user wants probed. Values come from trials of the Try it panel, which are asked for as needed."""

    def __init__(
        self, session: Session, canvas: Canvas, try_it: TryItActs, say: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._try_it = try_it
        self._say = say
        self._document = session.document
        self._pins: dict[Pin, None] = {}
        self._graphs: dict[Place, Graph] = {}
        self._unsaid: set[Pin] = set()
        self._asked: object = None
        self._told: dict[Pin, Probe] = {}
        self._index: tuple[Outcome | None, Place, dict[str, Seen]] = (None, Place(), {})
        canvas.scene.probes.value_of = self.value_of
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._timer.timeout.connect(self._ask)

    def acts(self) -> dict[str, Callable[[], None]]:
        """Return what the commands do."""
        return {"probe": self.on_probe_selected, "remove_probes": self.on_remove}

    def on_probe_requested(self, port: Port) -> None:
        """Pin a probe to an output of the open graph, or take it away."""
        self._toggle([port])

    def on_probe_selected(self) -> None:
        """Pin probes to what is selected; take them away where all of it has one."""
        ports = list(dict.fromkeys(self._selected()))
        if ports:
            self._toggle(ports)
        else:
            self._say(self.tr("Select a node or a wire to see its values."))

    def on_remove(self) -> None:
        """Take all probes away."""
        self._pins.clear()
        self.display()

    def display(self) -> None:
        """Show the probes of the open graph; what they tell is asked for anew where it has changed."""
        self._follow()
        if self._pins and self._try_it.outcome is None and self._asked is not self._try_it.of:
            self._timer.start()
        self.show()

    def show(self) -> None:
        """Show what is known: a trial has ended, or is no longer true."""
        here, outcome = self._session.place, self._try_it.outcome
        probes = {port: self._probe((place, port), outcome) for place, port in self._pins if place == here}
        if outcome is not None or self._try_it.fault:
            for pin in [pin for pin in self._unsaid if pin[0] == here and pin[1] in probes]:
                self._unsaid.discard(pin)
                probe = probes[pin[1]]
                self._say(f"{probe.title}: {probe.fault or ', '.join(probe.facts)}")
        self._canvas.scene.probes.display(probes)

    def close(self) -> None:
        """Ask for no more trials."""
        self._pins.clear()
        self._timer.stop()

    def value_of(self, port: Port) -> str:
        """Return in a line what an output of the open graph gave in the last trial; "" where that is not known."""
        outcome = self._try_it.outcome
        seen = self._seen(port, outcome) if outcome is not None else None
        return " · ".join(facts_of(seen)) if seen is not None else ""

    def _toggle(self, ports: list[Port]) -> None:
        pins = [(self._session.place, port) for port in ports]
        if all(pin in self._pins for pin in pins):
            for pin in pins:
                del self._pins[pin]
            self._say(self.tr("Probe removed."))
        else:
            self._unsaid |= set(pins) - set(self._pins)
            self._pins |= dict.fromkeys(pins)
        self.display()

    def _selected(self) -> Iterator[Port]:
        edges = self._canvas.selected_edges()
        yield from (edge.source for edge in edges)
        for name in self._canvas.selected_nodes():
            if port := main_output(self._canvas.scene, name):
                yield port

    def _follow(self) -> None:
        """Follow nodes that were renamed, and forget those that are gone, or all where another project is open."""
        if self._session.document is not self._document:
            self._document = self._session.document
            self._pins, self._graphs = {}, {}
        project = self._session.document.project
        kept: dict[Pin, None] = {}
        for place, port in self._pins:
            block = block_at(project, place)
            if block is None:
                continue
            graph = inside(project, block).graph
            names = renamed_node(self._graphs[place], graph) if place in self._graphs else {}
            node = names.get(port.node, port.node)
            if graph.has_node(node):
                kept[place, Port(node, port.port)] = None
        self._pins = kept
        self._graphs = {place: inside(project, block_at(project, place) or "").graph for place, _ in kept}

    def _ask(self) -> None:
        if self._pins and self._try_it.outcome is None:
            self._asked = self._try_it.of
            self._try_it.apply()

    def _probe(self, pin: Pin, outcome: Outcome | None) -> Probe:
        _, port = pin
        if outcome is None:
            old = self._told.get(pin)
            if old is not None and not self._try_it.fault:
                return replace(old, is_stale=True)
            return Probe(port.node, fault=self._try_it.fault or self.tr("Applying the model…"))
        seen = self._seen(port, outcome)
        if seen is None:
            return Probe(port.node, fault=self._why_unseen(port))
        old = self._told.get(pin)
        if old is None or old.of is not seen:
            sample = seen.value[0] if seen.value.ndim and len(seen.value) else seen.value
            self._told[pin] = Probe(title_of(port, seen), np.asarray(sample), facts_of(seen), of=seen)
        return self._told[pin]

    def _seen(self, port: Port, outcome: Outcome) -> Seen | None:
        """Return what an output of the open graph gave; of a repeated block, in its first repeat."""
        place = self._session.place
        if self._index[0] is not outcome or self._index[1] != place:
            self._index = outcome, place, {} if place.root else dict(reversed(list(_by_name(outcome, place))))
        known = self._index[2]
        names = (port.node, f"{port.node}.{port.port}", f"{port.node}_0")
        return next((known[name] for name in names if name in known), None)

    def _why_unseen(self, port: Port) -> str:
        if self._session.place.root:
            return self.tr("Open this block from where it stands in the model to see its values.")
        if self._session.place.path:
            return self.tr("Inside a block, values of layers with a Module of their own are seen; {0} is none.").format(
                port.node
            )
        return self.tr("{0} does not lead to an Output, so the trial does not compute it.").format(port.node)


def _by_name(outcome: Outcome, place: Place) -> Iterator[tuple[str, Seen]]:
    """Yield what was seen right at a place, by the node's name there; of a repeated block in each of its repeats."""
    way = re.compile("".join(rf"{re.escape(name)}(_\d+)?/" for name in place.path))
    for seen in outcome.seen:
        if (found := way.match(seen.place)) and "/" not in (name := seen.place[found.end() :]):
            yield name.removesuffix("[0]"), seen


def title_of(port: Port, seen: Seen) -> str:
    """Return a probe's title: the node, and the shape of one sample."""
    sizes = "×".join(map(str, seen.value.shape[1:])) or "1"
    return f"{port.node} · {sizes}"


def facts_of(seen: Seen) -> tuple[str, ...]:
    """Return the figures of a probe."""
    found = seen.statistics
    if found.not_finite:
        wrong = _tr("{0} of {1} values are not finite").format(f"{found.not_finite:,}", f"{found.count:,}")
        return (wrong, *_figures(seen)[:1])
    return _figures(seen)


def _figures(seen: Seen) -> tuple[str, str]:
    found = seen.statistics
    zeros = " · " + _tr("{0} % zeros").format(f"{100 * found.zeros:.0f}") if found.zeros > 0.005 else ""
    spread = _tr("mean {0} · std {1}").format(value_text(found.mean), value_text(found.deviation))
    return spread, _tr("{0} to {1}").format(value_text(found.minimum), value_text(found.maximum)) + zeros


def _tr(text: str) -> str:
    return QCoreApplication.translate("Probes", text)
