import os
from pathlib import Path

import pytest

from flaxstudio.export.worker import Cancelled, run_worker
from flaxstudio.graph.problem import ProblemError


def module(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    """Write a module where a worker process finds it and return its name."""
    (folder / "probe_worker.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return "probe_worker"


def never() -> bool:
    return False


def test_the_last_json_line_is_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = module(tmp_path, monkeypatch, "import sys; print('noise'); print('{\"seen\": \"%s\"}' % sys.argv[1])")
    assert run_worker(name, ["hello"], never) == {"seen": "hello"}


def test_a_told_error_becomes_a_problem_with_its_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = module(tmp_path, monkeypatch, 'print(\'{"error": "Bad layer.", "node": "dense_1"}\'); raise SystemExit(1)')
    with pytest.raises(ProblemError, match="Bad layer") as caught:
        run_worker(name, [], never)
    assert caught.value.problem.node == "dense_1"


def test_a_process_that_is_killed_becomes_a_problem_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = module(tmp_path, monkeypatch, "import os; os.abort()")
    with pytest.raises(ProblemError, match="broke down"):
        run_worker(name, [], never)


def test_cancelling_kills_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "pid"
    text = f"import os, time, pathlib\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    name = module(tmp_path, monkeypatch, text)
    with pytest.raises(Cancelled):
        run_worker(name, [], lambda: started.exists() and started.read_text() != "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_the_folder_one_stands_in_provides_no_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "probe_worker.py").write_text("print('{\"ran\": true}')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemError, match="No module named"):
        run_worker("probe_worker", [], never)
