import json
from dataclasses import replace

import pytest

from flaxstudio.graph.graph import Field, Formula, Graph, Node, edge
from flaxstudio.graph.library import Block, Code, Library
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.annotations import Annotations, Look
from flaxstudio.project.clip import MAX_BYTES, Clip, clip_of, parse_clip, paste_clip, text_of
from flaxstudio.project.project import Project
from tests.project.test_wire_edits import row

BASE = catalogue()
CODE = Code("Twice", "class Twice(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return 2 * x\n")


def block(name: str, layer: str = "Dense") -> Block:
    graph = Graph(
        (Node("input_1", "Input"), Node("a_1", layer), Node("output_1", "Output")),
        (edge("input_1", "a_1"), edge("a_1", "output_1")),
    )
    return Block(name, graph)


def pasted(project: Project, clip: Clip, is_wired: bool = False) -> Project:
    own = catalogue_of(project.library, BASE)
    return paste_clip(project, clip, (40.0, 40.0), own, is_wired)[0].apply(project)


def test_a_clip_is_readable_text_and_comes_back_the_same() -> None:
    project = replace(
        row(a="Input", b="Own", c="Twice", d="Output"),
        library=Library((block("Own"),), (CODE,)),
        block_positions={"Own": {"a_1": (3.0, 4.0)}},
        annotations=Annotations(looks={"b": Look("red")}),
    )
    clip = clip_of(project, ["b", "c"])
    text = text_of(clip)
    assert text.startswith('{\n "format": "flaxstudio-nodes",\n "version": 1,')
    assert parse_clip(text) == clip
    assert clip.incoming == (edge("a", "b"),)


def test_own_layers_come_along_into_another_project() -> None:
    source = replace(row(a="Input", b="Own", c="Twice"), library=Library((block("Own", "Inner"), block("Inner")), (CODE,)))
    source = replace(source, block_positions={"Own": {"a_1": (3.0, 4.0)}})
    after = pasted(Project(), parse_clip(text_of(clip_of(source, ["b", "c"]))))
    assert {definition.name for definition in after.library} == {"Own", "Inner", "Twice"}
    assert after.block_positions == {"Own": {"a_1": (3.0, 4.0)}}
    assert [node.layer for node in after.graph.nodes] == ["Own", "Twice"]
    assert after.graph.names() == ("own_1", "twice_1")


def test_what_the_project_has_already_is_used_and_not_doubled() -> None:
    project = replace(row(a="Input", b="Own"), library=Library((block("Own"),)))
    assert pasted(project, clip_of(project, ["b"])).library == project.library


def test_another_block_of_the_same_name_gets_a_new_one() -> None:
    source = replace(row(a="Input", b="Outer"), library=Library((block("Outer", "Own"), block("Own", "relu"))))
    target = Project(library=Library((block("Outer", "Own"), block("Own", "Dense"))))
    after = pasted(target, clip_of(source, ["b"]))
    assert [definition.name for definition in after.library] == ["Outer", "Own", "Outer2", "Own2"]
    assert after.graph.nodes[0].layer == "Outer2"
    assert after.library.block("Outer2").graph.node("a_1").layer == "Own2"
    assert after.library.block("Own") == target.library.block("Own")


def test_another_code_layer_of_the_same_name_is_refused_in_words() -> None:
    source = replace(row(a="Input", b="Twice"), library=Library((), (CODE,)))
    target = Project(library=Library((), (Code("Twice", CODE.text + "# other\n"),)))
    with pytest.raises(ProblemError, match="another layer called Twice"):
        pasted(target, clip_of(source, ["b"]))


def test_copies_keep_incoming_wires_only_when_asked() -> None:
    project = row(a="Input", b="Dense", c="Output")
    assert pasted(project, clip_of(project, ["b"])).graph.edges_into("dense_1") == ()
    assert pasted(project, clip_of(project, ["b"]), is_wired=True).graph.edges_into("dense_1") == (edge("a", "dense_1"),)


def test_incoming_wires_from_what_is_not_there_are_left_out() -> None:
    clip = clip_of(row(a="Input", b="Dense"), ["b"])
    assert pasted(Project(), clip, is_wired=True).graph.edges == ()


def test_a_copy_shares_params_with_the_copy_of_the_owner() -> None:
    project = Project(graph=Graph((Node("a", "Dense", {"features": 3}), Node("b", "Dense", {"shares": "a"}))))
    assert pasted(project, clip_of(project, ["a", "b"])).graph.node("dense_2").attributes == {"shares": "dense_1"}


def test_the_fields_that_copied_nodes_use_come_along() -> None:
    size, other = Field("size", "int", 32), Field("other", "int", 1)
    graph = Graph((Node("a", "Dense", {"features": Formula("2 * size")}),), (), (size, other))
    assert pasted(Project(), clip_of(Project(graph=graph), ["a"])).graph.fields == (size,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no nodes on the clipboard"),
        ("hello \ud800", "no nodes on the clipboard"),
        ("[" * 100_000, "no nodes on the clipboard"),
        ("from flax import linen as nn\n\nclass A(nn.Module):\n    pass\n", "Import code"),
        ('{"format": "flaxstudio-nodes"', "damaged"),
        ('{"format": "flaxstudio-nodes", "version": 1}', "damaged"),
        ('{"format": "flaxstudio-nodes", "version": 99, "graph": 3}', "another version"),
        ('{"format": "flaxstudio-nodes", "version": 1, "graph": ' + "[" * 100_000, "damaged"),
        ('{"format": "flaxstudio-nodes", "version": 1, "graph": {}, "positions": {"a": [NaN, 0]}}', "damaged"),
        ('{"format": "flaxstudio-nodes"' + " " * MAX_BYTES, "more than can be pasted"),
    ],
)
def test_what_is_no_clip_is_answered_in_words(text: str, sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        parse_clip(text)


@pytest.mark.parametrize(
    "change",
    [
        {"graph": {"nodes": [{"name": "a = 1; import os", "layer": "Dense"}]}},
        {"graph": {"nodes": [{"name": "a", "layer": "Dense"}, {"name": "a", "layer": "Dense"}]}},
        {"graph": {"nodes": [{"name": "a", "layer": "Dense", "attributes": {"features": {"x": 1}}}]}},
        {
            "graph": {
                "nodes": [{"name": "a", "layer": "Dense"}],
                "edges": [{"source": {"node": "z", "port": "out"}, "target": {"node": "a", "port": "in"}}],
            }
        },
        {"incoming": [{"source": {"node": "z", "port": "out"}, "target": {"node": "y", "port": "in"}}]},
        {"positions": {"a": [1e999, 0]}},
        {"library": {"codes": [{"name": "os.system", "text": ""}]}},
        {"library": {"imports": [{"name": "A", "module": "os; os.abort()"}]}},
        {"beside": {"looks": {"z": {"color": "red"}}}},
    ],
)
def test_a_hostile_clip_is_refused_as_damaged(change: dict) -> None:
    table = json.loads(text_of(Clip(Graph((Node("a", "Dense"),)))))
    with pytest.raises(ProblemError, match="damaged"):
        parse_clip(json.dumps({**table, **change}))
