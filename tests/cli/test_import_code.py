from pathlib import Path

import numpy as np
import pytest

from flaxstudio.cli.main import main
from flaxstudio.graph.check import check
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.shape_text import shapes_in
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.storage import load_project
from tests.codegen.module_equality import FOLDER

Capture = pytest.CaptureFixture[str]
OTHERS = FOLDER / "others.py.txt"


def run(tmp_path: Path, file: Path, name: str, shape: str) -> int:
    return main(["import-code", str(file), name, str(tmp_path / "p.msgpack"), "--input", shape])


def test_a_modules_source_becomes_a_project_that_gives_its_source(tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path, OTHERS, "CNN", "28,28,1") == 0
    told = capsys.readouterr()
    assert told.out == f"saved {tmp_path / 'p.msgpack'}\n"
    assert told.err == ""
    project, _ = load_project(tmp_path / "p.msgpack")
    assert project.name == "CNN"
    assert project.graph.node("input_1").attributes == {"shape": (28, 28, 1)}
    assert set(project.positions) == set(project.graph.names())
    assert check(project.graph, catalogue()) == ()
    assert main(["code", str(tmp_path / "p.msgpack")]) == 0
    assert 'x = nn.Conv(features=32, kernel_size=(3, 3), name="conv_1")(x)' in capsys.readouterr().out


def test_blocks_come_with_their_positions_and_several_inputs_with_their_types(tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path, FOLDER / "autoencoders.py.txt", "VAE", "784; 20:int32") == 0
    project, _ = load_project(tmp_path / "p.msgpack")
    assert project.graph.node("noise").attributes == {"shape": (20,), "dtype": "int32"}
    assert {block.name for block in project.library.blocks} == {"Encoder", "Decoder"}
    for block in project.library.blocks:
        assert set(project.block_positions[block.name]) == set(block.graph.names())
    own = catalogue_of(project.library, catalogue())
    assert check(project.graph, own) == ()
    assert capsys.readouterr().err == ""


def test_what_cannot_be_read_is_said_on_standard_error_and_kept_as_code(tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path, FOLDER / "explicit_mlp.py.txt", "SimpleDense", "4") == 0
    told = capsys.readouterr()
    assert told.err.startswith("flaxstudio: SimpleDense is kept as one node of code: line ")
    project, _ = load_project(tmp_path / "p.msgpack")
    assert "class SimpleDense(nn.Module):" in project.library.codes[0].text


@pytest.mark.parametrize(
    ("content", "name", "shape", "words"),
    [
        (b"class Net(:\n", "Net", "4", "Line 1 is no Python"),
        (b"\xff\xfe\x00", "Net", "4", "is no text in UTF-8"),
        (b"x = 1", "Net", "4", "has no class Net"),
        (OTHERS.read_bytes(), "Cnn", "4", "It has CNN, PointNet"),
        (OTHERS.read_bytes(), "Shared", "4", "takes 2 inputs, left, right; 1 shape was given"),
        (OTHERS.read_bytes(), "CNN", "28,28,", ""),
        (OTHERS.read_bytes(), "CNN", "", "CNN takes 1 input, x; 0 shapes were given"),
        (OTHERS.read_bytes(), "CNN", "28,0,1", "is no shape"),
        (OTHERS.read_bytes(), "CNN", "a,b", "is no shape"),
        (OTHERS.read_bytes(), "CNN", "28,28,1:complex", "is no type"),
    ],
)
def test_faulty_input_gives_one_line_status_1_and_no_file(
    tmp_path: Path, capsys: Capture, content: bytes, name: str, shape: str, words: str
) -> None:
    file = tmp_path / "model.py"
    file.write_bytes(content)
    status = run(tmp_path, file, name, shape)
    told = capsys.readouterr().err
    if words:
        assert status == 1
        assert words in told
        assert told.count("\n") == 1
        assert not (tmp_path / "p.msgpack").exists()
    else:
        assert status == 0


def test_a_file_that_is_not_there_and_a_project_that_is_are_told(tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path, tmp_path / "none.py", "Net", "4") == 1
    assert "none.py cannot be read" in capsys.readouterr().err
    (tmp_path / "p.msgpack").write_bytes(b"mine")
    assert run(tmp_path, OTHERS, "CNN", "28,28,1") == 1
    assert "exists" in capsys.readouterr().err
    assert (tmp_path / "p.msgpack").read_bytes() == b"mine"


def test_shapes_are_written_in_several_ways() -> None:
    assert shapes_in("28,28,1") == (ArrayShape((28, 28, 1)),)
    assert shapes_in(" 28 x 28 x 1 ; 8:int32") == (ArrayShape((28, 28, 1)), ArrayShape((8,), "int32"))
    assert shapes_in("(8,)") == (ArrayShape((8,)),)
    assert np.prod(shapes_in("3,4")[0].sizes) == 12


def test_values_for_fields_are_given_with_the_class(tmp_path: Path, capsys: Capture) -> None:
    asked = "ExplicitMLP(features=(3, 4, 5))"
    assert run(tmp_path, FOLDER / "explicit_mlp.py.txt", asked, "4") == 0
    project, _ = load_project(tmp_path / "p.msgpack")
    assert project.name == "ExplicitMLP"
    assert [(field.name, field.default) for field in project.graph.fields] == [("features", (3, 4, 5))]
    assert capsys.readouterr().err == ""
