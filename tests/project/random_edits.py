"""One random edit out of all that there are, for any project."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from flaxstudio.graph.graph import Edge, Field, Port
from flaxstudio.graph.library import Block, Code
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project import annotation_edits as beside
from flaxstudio.project import block_edits, edits, field_edits, grouping, wire_edits
from flaxstudio.project.activity_edits import set_mode
from flaxstudio.project.annotations import COLORS, DotOf, Frame, Note
from flaxstudio.project.clip import clip_of, parse_clip, paste_clip, text_of
from flaxstudio.project.config import DatasetSpec, OptimizerSpec
from flaxstudio.project.edits import Edit
from flaxstudio.project.flow_edits import set_flow
from flaxstudio.project.insertion import insert
from flaxstudio.project.project import Project
from tests.codegen.random_graphs import other_value

BASE = catalogue()
CODE = 'class Twice(nn.Module):\n    """Twice."""\n\n    @nn.compact\n    def __call__(self, x):\n        return 2 * x\n'
Thing = TypeVar("Thing")


class RandomEdits:
    """Draws edits of the model's graph, or of a block's as one that is open would be edited."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def next_of(self, project: Project) -> Edit:
        """Return an edit; ProblemError, KeyError or IndexError where the drawn kind has nothing to work on."""
        own = catalogue_of(project.library, BASE)
        blocks = [block.name for block in project.library.blocks]
        if self._chance.random() < 0.15:
            return self._of_library(project, own, blocks)
        block = self._one(blocks) if blocks and self._chance.random() < 0.3 else ""
        seen = block_edits.inside(project, block)
        kinds: tuple[Callable[[Project, Catalogue], Edit], ...] = (self._of_graph, self._of_canvas, self._of_canvas)
        return block_edits.within(block, self._chance.choice(kinds)(seen, own))

    def _one(self, things) -> Thing:
        return self._chance.choice(list(things))

    def _some(self, things) -> list[Thing]:
        everything = list(things)
        return self._chance.sample(everything, min(len(everything), self._chance.randint(1, 4)))

    def _place(self) -> tuple[float, float]:
        return float(self._chance.randrange(-900, 900)), float(self._chance.randrange(-900, 900))

    def _box(self) -> tuple[float, float, float, float]:
        return (*self._place(), float(self._chance.randrange(20, 700)), float(self._chance.randrange(20, 500)))

    def _draw(self, kinds: Mapping[str, Callable[[], Edit]]) -> Edit:
        return kinds[self._one(kinds)]()

    def _of_graph(self, seen: Project, own: Catalogue) -> Edit:
        names = seen.graph.names()
        spec = self._one([*own.layers, *(own[name] for name in ("Dense", "relu", "Add", "LSTM", "Split"))])
        fields = seen.graph.fields
        return self._draw(
            {
                "add": lambda: edits.add_node(spec, edits.new_name(seen, spec), self._place()),
                "remove": lambda: edits.remove(self._some(names)[:2]),
                "cut": lambda: edits.remove([], self._some(seen.graph.edges)),
                "connect": lambda: self._connect(seen, own),
                "connect again": lambda: self._connect(seen, own),
                "insert": lambda: edits.insert_on_edge(name := self._one(names), self._one(seen.graph.edges), self._spec(seen, own, name)),
                "insert with room": lambda: insert([self._one(names)], self._one(seen.graph.edges), own, {}, {}),
                "move wires": lambda: self._move_wires(seen, own),
                "reconnect": lambda: wire_edits.remove_and_reconnect(self._some(names)[:2], self._some(seen.graph.edges)[:1], own),
                "detach": lambda: wire_edits.detach(self._some(names)[:2], own),
                "link": lambda: wire_edits.link(self._some(names), own),
                "clip": lambda: self._clip(seen, own),
                "attribute": lambda: self._attribute(seen, own),
                "rename": lambda: edits.rename_node(self._one(names), f"r{self._chance.randrange(40)}"),
                "paste": lambda: self._paste(seen, own),
                "field": lambda: field_edits.set_field(Field(f"f{self._chance.randrange(5)}", "int", self._chance.randrange(1, 99))),
                "expose": lambda: field_edits.expose(name := self._one(names), self._one(self._spec(seen, own, name).attributes).name, f"f{self._chance.randrange(9)}", own),
                "rename field": lambda: field_edits.rename_field(self._one(fields).name, f"g{self._chance.randrange(9)}"),
                "remove field": lambda: field_edits.remove_field(self._one(fields).name),
                "mode": lambda: set_mode(self._some(names), self._one(("on", "muted", "bypassed")), own),
                "dataset": lambda: edits.set_dataset(DatasetSpec("sample:iris", (f"c{self._chance.randrange(4)}",), ("y",)), "Tick"),
                "training": lambda: edits.set_training(replace(seen.training, steps=self._chance.randrange(1, 999)), "steps"),
                "optimizer": lambda: edits.set_training(replace(seen.training, optimizer=OptimizerSpec("sgd", self._chance.random()))),
                "block": lambda: grouping.make_block(self._some(names), f"B{self._chance.randrange(9)}", own),
                "apart": lambda: grouping.dissolve(self._one([n.name for n in seen.graph.nodes if isinstance(own[n.layer].definition, Block)])),
            }
        )  # fmt: skip

    def _of_canvas(self, seen: Project, _own: Catalogue) -> Edit:
        names, old = seen.graph.names(), seen.annotations
        items = sorted(old.names())
        dots = [DotOf(route.edge, number) for route in old.routes for number in range(len(route.dots))]
        return self._draw(
            {
                "move": lambda: edits.move({name: self._place() for name in self._some(names)}),
                "frame": lambda: beside.add_frame(Frame(beside.new_item(seen, "frame"), "Encoder", self._box())),
                "note": lambda: beside.add_note(Note(beside.new_item(seen, "note"), "# Why\n*because*", self._box())),
                "title": lambda: beside.set_title(self._one(items), f"Title {self._chance.random()}"),
                "text": lambda: beside.set_text(self._one(items), f"Text {self._chance.random()}"),
                "size": lambda: beside.resize(self._one(items), self._box()),
                "place": lambda: beside.place(
                    {name: self._place() for name in self._some(names)},
                    {name: self._place() for name in self._some(items)},
                    {dot: self._place() for dot in self._some(dots)},
                ),
                "tidy": lambda: beside.rearrange({name: self._place() for name in names}, {}, "Tidy"),
                "dot": lambda: self._dot(seen),
                "dot again": lambda: self._dot(seen),
                "remove": lambda: beside.remove_annotations(self._some(items), self._some(dots)),
                "colour": lambda: beside.set_color(self._some(names), self._some(items), self._one(("", *COLORS))),
                "collapse": lambda: beside.set_collapsed(self._some(names), self._chance.random() < 0.7),
                "ports": lambda: beside.set_ports_hidden(self._some(names), self._chance.random() < 0.7),
            }
        )

    def _of_library(self, project: Project, own: Catalogue, blocks: list[str]) -> Edit:
        return self._draw(
            {
                "model": lambda: edits.rename_model(f"M{self._chance.randrange(9)}"),
                "new": lambda: block_edits.new_block(f"B{self._chance.randrange(9)}", own),
                "code": lambda: block_edits.set_definition(Code("Twice", CODE)),
                "rename": lambda: block_edits.rename_block(self._one(blocks), f"B{self._chance.randrange(9)}", own),
                "remove": lambda: block_edits.remove_definition(self._one([*blocks, "Twice"])),
                "help": lambda: block_edits.set_help(self._one(blocks), f"Help {self._chance.random()}"),
                "flow": lambda: set_flow(self._one(("right", "down"))),
            }
        )

    def _spec(self, seen: Project, own: Catalogue, name: str):
        return own[seen.graph.node(name).layer]

    def _connect(self, seen: Project, own: Catalogue) -> Edit:
        names = seen.graph.names()
        source = self._one([n for n in names if self._spec(seen, own, n).outputs])
        target = self._one([n for n in names if self._spec(seen, own, n).inputs])
        out, into = (
            self._one(ports).name for ports in (self._spec(seen, own, source).outputs, self._spec(seen, own, target).inputs)
        )
        moved: Edge | None = self._one(seen.graph.edges) if seen.graph.edges and self._chance.random() < 0.2 else None
        return edits.connect(Port(source, out), Port(target, into), own, moved)

    def _attribute(self, seen: Project, own: Catalogue) -> Edit:
        name = self._one(seen.graph.names())
        attribute = self._one(self._spec(seen, own, name).attributes)
        return edits.set_attribute(name, attribute.name, other_value(attribute, self._chance), own)

    def _paste(self, seen: Project, own: Catalogue) -> Edit:
        part, positions = edits.part_of(seen, self._some(seen.graph.names()))[:2]
        names = edits.names_for_paste(seen, part)
        return edits.paste(
            part, positions, (40.0, 40.0), names, edits.beside_part(seen, part, self._some(seen.annotations.names()))
        )

    def _clip(self, seen: Project, own: Catalogue) -> Edit:
        clip = parse_clip(text_of(clip_of(seen, self._some(seen.graph.names()), self._some(seen.annotations.names()))))
        return paste_clip(seen, clip, (40.0, 40.0), own, self._chance.random() < 0.5)[0]

    def _move_wires(self, seen: Project, own: Catalogue) -> Edit:
        name, edge = self._one(seen.graph.names()), self._one(seen.graph.edges)
        if self._chance.random() < 0.5:
            output = self._one(self._spec(seen, own, name).outputs).name
            return wire_edits.move_wires([edge, *seen.graph.edges_from(edge.source.node)], "out", Port(name, output), own)
        return wire_edits.move_wires([edge], "in", Port(name, self._one(self._spec(seen, own, name).inputs).name), own)

    def _dot(self, seen: Project) -> Edit:
        edge = self._one(seen.graph.edges)
        return beside.add_dot(edge, self._chance.randint(0, len(seen.annotations.dots_of(edge))), self._place())
