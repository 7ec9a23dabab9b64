import json
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.cli.main import main
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project, save_project
from tests.training.several import two_heads

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Return the file of a project of two heads, whose common loss is that of numbers."""
    save_project(tmp_path / "p.msgpack", two_heads(tmp_path, steps=20, losses={}), Results())
    return str(tmp_path / "p.msgpack")


def test_a_head_is_given_its_own_loss_trained_and_judged(path: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["train", path, "--set", "loss.kind=cross_entropy", "--log", str(tmp_path / "log")]) == 0
    assert load_project(Path(path))[0].training.losses == {"kind": "cross_entropy"}
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    told = [line for line in lines if line["event"] == "evaluated" and line["split"] == "test"][-1]
    capsys.readouterr()
    assert main(["evaluate", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {key: value for key, value in told.items() if key != "event"}
    assert set(found) >= {"loss", "sizes.loss", "sizes.mae", "kind.loss", "kind.accuracy"}
    assert main(["predict", path, str(tmp_path / "data.npz"), "--out", str(tmp_path / "out.npz")]) == 0
    with np.load(tmp_path / "out.npz") as columns:
        assert columns.files == ["sizes.sum", "sizes.difference", "kind", "kind.probability_0", "kind.probability_1"]
    assert main(["check", path]) == 0
    assert main(["code", path, "--script"]) == 0
    assert "def loss_of_kind(outputs, targets):" in capsys.readouterr().out


def test_an_own_loss_is_taken_back(path: str) -> None:
    settings = ["--set", "loss.kind=cross_entropy", "--set", "loss.kind=", "--set", "kind_head.features=1"]
    assert main(["train", path, "--steps", "1", *settings]) == 0
    assert load_project(Path(path))[0].training.losses == {}


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("loss.kind=guess", "The loss “guess” is unknown."),
        ("loss.trunk=huber", "The graph has no Output “trunk”. It has sizes, kind."),
    ],
)
def test_an_unknown_loss_or_output_is_told(path: str, setting: str, told: str, capsys: Capture) -> None:
    assert main(["train", path, "--set", setting]) == 1
    assert told in capsys.readouterr().err
