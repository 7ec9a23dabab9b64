import os
import stat
from dataclasses import replace
from pathlib import Path

import flax.serialization
import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flaxstudio.graph.graph import Field, Formula, Graph, Node, edge
from flaxstudio.graph.library import Block, Code, Imported, Library
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project import arrays, storage
from flaxstudio.project.migrations import VERSION
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Scale, Target
from flaxstudio.project.storage import dump_project, load_project, parse_project, save_project
from tests.project.examples import small_project, small_results


def changed(**keys: object) -> bytes:
    table = msgpack.unpackb(dump_project(small_project(), Results()), strict_map_key=True)
    return bytes(msgpack.packb({**table, **keys}))


def refusal(content: bytes) -> str:
    with pytest.raises(ProblemError) as caught:
        parse_project(content, "x.msgpack")
    return str(caught.value)


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "small.msgpack"
    save_project(path, small_project(), small_results())
    project, results = load_project(path)
    assert project == small_project()
    trained, expected = results.trained, small_results().trained
    assert trained is not None
    assert expected is not None
    np.testing.assert_array_equal(
        trained.variables["params"]["dense_1"]["kernel"], expected.variables["params"]["dense_1"]["kernel"]
    )
    assert trained.optimizer_state["0"]["count"].dtype == np.int32
    assert (trained.step, trained.graph, trained.preparation.classes) == (10, expected.graph, ("x", "y", "z"))
    np.testing.assert_array_equal(results.runs[0].losses, small_results().runs[0].losses)
    assert results.runs[0].evaluations == small_results().runs[0].evaluations


def test_what_several_inputs_and_outputs_learnt_is_kept() -> None:
    results = small_results()
    assert results.trained is not None
    scales = {"left": Scale(np.zeros(2, np.float32), np.ones(2, np.float32)), "right": Scale(np.float32([3]), np.float32([4]))}
    targets = {"size": Target(("a", "b")), "kind": Target(("c",), ("x", "y"))}
    preparation = replace(results.trained.preparation, inputs=scales, outputs=targets)
    trained = replace(results.trained, preparation=preparation)
    project = replace(small_project(), training=replace(small_project().training, losses={"kind": "cross_entropy"}))
    content = dump_project(project, Results(trained))
    again, loaded = parse_project(content, "x")
    assert again == project
    assert loaded.trained is not None
    assert loaded.trained.preparation.outputs == targets
    assert loaded.trained.preparation.classes_of("kind") == ("x", "y")
    assert loaded.trained.preparation.scale_of("right").scale.tolist() == [4]
    assert content == dump_project(again, loaded)


def test_a_file_of_one_input_and_output_says_nothing_of_several() -> None:
    table = flax.serialization.msgpack_restore(dump_project(small_project(), small_results()))
    assert set(table["trained"]) == {"step", "graph", "library", "offset", "scale", "classes"}
    assert "losses" not in table["training"]


@pytest.mark.parametrize(
    "spoilt", [{"inputs": [1]}, {"inputs": {"left": {"offset": 1}}}, {"outputs": {"kind": {"columns": 3}}}], ids=str
)
def test_damaged_preparations_are_refused(spoilt: dict[str, object]) -> None:
    table = msgpack.unpackb(dump_project(small_project(), small_results()), strict_map_key=True)
    table["trained"] |= spoilt
    assert "is damaged" in refusal(bytes(msgpack.packb(table)))


def test_same_project_gives_same_bytes() -> None:
    content = dump_project(small_project(), small_results())
    assert content == dump_project(small_project(), small_results())
    assert content == dump_project(*parse_project(content, "x"))


def test_flax_reads_the_variables_as_they_are() -> None:
    table = flax.serialization.msgpack_restore(dump_project(small_project(), small_results()))
    assert (table["format"], table["version"]) == ("flaxstudio", VERSION)
    assert table["variables"]["params"]["dense_1"]["kernel"].shape == (4, 3)


@given(st.integers(0, 2000))
def test_a_truncated_file_is_refused_in_one_sentence(length: int) -> None:
    content = dump_project(small_project(), small_results())
    text = refusal(content[: min(length, len(content) - 1)])
    assert "x.msgpack is" in text
    assert "\n" not in text


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(content: bytes) -> None:
    assert "x.msgpack is" in refusal(content)


@given(st.integers(0, 1000), st.integers(0, 255))
def test_an_altered_byte_is_refused_or_harmless(place: int, value: int) -> None:
    content = bytearray(dump_project(small_project(), small_results()))
    content[place % len(content)] = value
    try:
        project, results = parse_project(bytes(content), "x.msgpack")
    except ProblemError:
        return
    assert isinstance(project, Project)
    assert isinstance(results, Results)


def test_a_newer_file_is_refused_by_its_version() -> None:
    assert f"file version {VERSION + 1}" in refusal(changed(version=VERSION + 1, surprise=1))


def test_deep_nesting_and_false_headers_are_refused() -> None:
    assert "is not a Flax Studio project" in refusal(b"\x91" * 100_000)
    assert "is not a Flax Studio project" in refusal(b"\xdd\xff\xff\xff\xff")
    assert "damaged" in refusal(changed(variables=msgpack.ExtType(1, msgpack.packb(((2**40,), "float32", b"")))))


def test_names_that_could_become_code_are_refused() -> None:
    evil = {"nodes": [{"name": "a\nimport os", "layer": "Dense", "attributes": {}}], "edges": []}
    assert "damaged" in refusal(changed(graph=evil))
    assert "damaged" in refusal(changed(name="Net:\n  pass"))
    twice = {"nodes": [{"name": "a", "layer": "Dense", "attributes": {}}] * 2, "edges": []}
    assert "is the name of another node" in refusal(changed(graph=twice))


@pytest.mark.parametrize("key", ["name", "graph", "positions", "training", "runs"])
def test_a_missing_key_is_refused(key: str) -> None:
    table = msgpack.unpackb(dump_project(small_project(), Results()))
    del table[key]
    assert key in refusal(msgpack.packb(table))


def test_values_of_a_wrong_type_are_named_by_place() -> None:
    assert "$.positions" in refusal(changed(positions={"a": ["left", 1]}))
    assert "not a number" in refusal(changed(positions={"a": [float("nan"), 1.0]}))


def test_an_oversized_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.msgpack"
    with path.open("wb") as file:
        file.truncate(storage.MAX_BYTES + 1)
    with pytest.raises(ProblemError, match="larger than 4 GiB"):
        load_project(path)


def test_a_failing_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.msgpack"
    save_project(path, small_project(), Results())
    before = path.read_bytes()

    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(ProblemError, match="No space left on device"):
        save_project(path, Project(), Results())
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["kept.msgpack"]


def test_a_save_keeps_the_file_s_permissions(tmp_path: Path) -> None:
    path = tmp_path / "p.msgpack"
    save_project(path, small_project(), Results())
    path.chmod(0o640)
    save_project(path, Project(), Results())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be read"):
        load_project(tmp_path / "none.msgpack")
    with pytest.raises(ProblemError, match="cannot be written"):
        save_project(tmp_path / "no" / "x.msgpack", Project(), Results())


def test_own_layers_fields_and_formulas_are_saved_and_loaded() -> None:
    block = Block(
        "Twice",
        Graph(
            (
                Node("input_1", "Input"),
                Node("dense_1", "Dense", {"features": Formula("2 * width")}),
                Node("output_1", "Output"),
            ),
            (edge("input_1", "dense_1"), edge("dense_1", "output_1")),
            (Field("width", "Dense.features", 4),),
        ),
        "Help.",
    )
    library = Library((block,), (Code("Bias", "class Bias: ..."),), (Imported("Net", "pkg.mod", (Field("depth", "int", 2),)),))
    graph = Graph(
        (Node("layers", "Dense", {"features": Formula("sizes", is_each=True)}),), (), (Field("sizes", "ints", (3, 4)),)
    )
    project = Project("Net", graph, library=library, block_positions={"Twice": {"dense_1": (1.0, 2.0)}})
    loaded, _ = parse_project(dump_project(project, Results()), "it.msgpack")
    assert loaded == project
    assert loaded.block_positions == project.block_positions


def test_a_file_of_the_first_version_is_read() -> None:
    table = arrays.unpack(dump_project(Project(), Results()))
    for key in ("library", "block_positions"):
        del table[key]
    loaded, _ = parse_project(arrays.pack({**table, "version": 1}), "old.msgpack")
    assert loaded == Project()


@pytest.mark.parametrize(
    "library",
    [
        Library((Block("not a class"),)),
        Library((Block("Same"),), (Code("Same", ""),)),
        Library(imports=(Imported("Net", "os; import sys"),)),
        Library(imports=(Imported("Net", "pkg", (Field("a=1", "int", 2),)),)),
        Library((Block("B", Graph((Node("__import__", "Dense"),))),)),
        Library((Block("B", Graph(fields=(Field("self", "int", 1),))),)),
    ],
)
def test_own_layers_with_impossible_names_are_refused(library: Library) -> None:
    with pytest.raises(ProblemError, match="is damaged"):
        parse_project(dump_project(Project(library=library), Results()), "evil.msgpack")


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ({"frames": [{"name": "frame_1", "title": "A", "box": [0, 0, 10, 10], "color": "pink"}]}, "Invalid enum value 'pink'"),
        ({"frames": [{"name": "frame_1", "title": "A", "box": [0.0, 0.0, 10.0]}]}, "array"),
        ({"notes": [{"name": "note_1", "text": "A", "box": [0.0, 0.0, float("nan"), 1.0]}]}, "has no size or place"),
        ({"notes": [{"name": "note_1", "text": 3, "box": [0.0, 0.0, 9.0, 9.0]}]}, "Expected `str`"),
        ({"notes": [{"name": "a", "text": "", "box": [0.0, 0.0, 9.0, 9.0]}] * 2}, "the same name"),
        ({"looks": {"nobody": {"color": "red"}}}, "'nobody', a node that is not there"),
        (
            {
                "routes": [
                    {"edge": {"source": {"node": "a", "port": "out"}, "target": {"node": "b", "port": "in"}}, "dots": [[0, 0]]}
                ]
            },
            "a wire that is not there",
        ),
    ],
    ids=str,
)
def test_annotations_that_cannot_be_are_refused_in_one_sentence(spoilt: dict[str, object], told: str) -> None:
    text = refusal(changed(annotations=spoilt))
    assert text.startswith("x.msgpack is damaged: ")
    assert told in text
    assert text.endswith("Open another copy of it. The file was not changed.")


def test_annotations_of_a_block_that_is_not_there_are_refused() -> None:
    assert "'Gone', a block that is not there" in refusal(changed(block_annotations={"Gone": {}}))


def test_a_file_of_version_2_opens_as_before() -> None:
    table = msgpack.unpackb(dump_project(small_project(), small_results()), strict_map_key=True)
    for key in ("annotations", "block_annotations", "flow"):
        del table[key]
    for graph in (table["graph"], table["trained"]["graph"]):
        for node in graph["nodes"]:
            del node["mode"]
    project, results = parse_project(bytes(msgpack.packb({**table, "version": 2})), "x")
    assert project == small_project()
    assert results.trained is not None
    assert results.trained.fits(project)
