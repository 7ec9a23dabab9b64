"""Large data tells on standard error how far it is read, once, and nowhere else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from flaxstudio.cli.main import main
from flaxstudio.cli.progress import Reading
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from tests.training.test_streaming import network, write_csv

LINE = re.compile(r"reading data  (\d+) %")


def test_each_tenth_is_told_once_and_another_reading_begins_anew(capsys: pytest.CaptureFixture[str]) -> None:
    reading = Reading()
    for share in (0.01, 0.05, 0.12, 0.55, 0.58, 1.0, 0.3, 1.0):
        reading.tell(share)
    out, err = capsys.readouterr()
    assert [int(found) for found in LINE.findall(err)] == [1, 12, 55, 100, 30, 100]
    assert out == ""


@pytest.mark.parametrize("more", [[], ["--population", "seed=2"]], ids=["run", "population"])
def test_a_large_file_is_told_while_it_is_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    place = tmp_path / "net.msgpack"
    data = replace(write_csv(tmp_path / "data.csv"), memory=1_500_000 if not more else 10**8)
    if more:  # a population keeps its data in memory, and a file of this size is read block by block all the same
        lines = (tmp_path / "data.csv").read_text().splitlines(keepends=True)
        (tmp_path / "data.csv").write_text(lines[0] + "".join(lines[1:]) * 9)
        assert (tmp_path / "data.csv").stat().st_size > 16 * 2**20
    save_project(place, network(data, shape=(12,)), Results())
    command = ["train", str(place), "--steps", "3", "--log", str(tmp_path / "log.jsonl"), *more]
    assert main(command) == 0
    out, err = capsys.readouterr()
    shares = [int(found) for found in LINE.findall(err)]
    assert len(shares) > 1
    assert shares[-1] == 100
    assert "reading" not in out
    assert "reading" not in (tmp_path / "log.jsonl").read_text()
    assert main(command) == 0
    assert "reading" not in capsys.readouterr().err  # it was kept
