from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.graph.graph import Graph
from flaxstudio.project.checkpoints import checkpoint_folder, discard, forget_others, newest, next_order, write
from flaxstudio.project.lease import Lease, is_held
from flaxstudio.project.project import Project
from flaxstudio.project.results import Best, Change, Preparation, Results, RunRecord, Standing, Trained
from flaxstudio.project.storage import dump_project, load_project, save_project


def content_at(step: int) -> bytes:
    kernel = np.full((2, 3), step, np.float32)
    best = (Best(step, 0.5, {"params": {"dense_1": {"kernel": kernel + 1}}}),)
    standing = Standing(rate=0.01, rate_base=0.1, value=0.5, waited=2, evaluated=step, best=best, is_looped=True)
    preparation = Preparation(np.zeros((), np.float32), np.ones((), np.float32))
    variables = {"params": {"dense_1": {"kernel": kernel}}}
    trained = Trained(variables, {"0": {"count": np.int32(step)}}, step, Graph(), preparation, standing=standing)
    record = RunRecord(3, "now", 0, "cpu", 6, 0, np.arange(step, dtype=np.float32), changes=(Change(1, "learning_rate", 0.01),))
    return dump_project(Project("Net"), Results(trained, (record,)))


def test_what_was_written_last_is_found_with_all_that_a_run_remembers(tmp_path: Path) -> None:
    for order in (1, 2, 3):
        write(tmp_path, order, content_at(order))
    found = newest(tmp_path)
    assert found is not None
    assert found.step == 3
    assert found.trained is not None
    standing = found.trained.standing
    assert (standing.rate, standing.rate_base, standing.value, standing.waited) == (0.01, 0.1, 0.5, 2)
    assert (standing.evaluated, standing.is_looped, standing.best[0].step) == (3, True, 3)
    assert np.array_equal(standing.best[0].variables["params"]["dense_1"]["kernel"], np.full((2, 3), 4))
    assert found.record.changes == (Change(1, "learning_rate", 0.01),)
    assert found.record.losses.tolist() == [0, 1, 2]


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:30], lambda b: b"", lambda b: b[:-9] + b"\0" + b[-8:]])
def test_a_torn_checkpoint_gives_way_to_the_one_before_it(tmp_path: Path, spoil: object) -> None:
    for order in (1, 2):
        write(tmp_path, order, content_at(order))
    last = tmp_path / "a.checkpoint"
    last.write_bytes(spoil(last.read_bytes()))  # type: ignore[operator]
    found = newest(tmp_path)
    assert found is not None
    assert found.step == 1


def test_only_the_last_two_are_kept_and_a_new_run_forgets_those_before_it(tmp_path: Path) -> None:
    for order in range(1, 6):
        write(tmp_path, order, content_at(order))
    assert len(list(tmp_path.iterdir())) == 2
    assert next_order(tmp_path) == 6
    write(tmp_path, 6, content_at(6))
    forget_others(tmp_path, 6)
    assert [file.name for file in tmp_path.iterdir()] == ["a.checkpoint"]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert newest(tmp_path / "nowhere") is None
    assert newest(tmp_path) is None
    discard(tmp_path / "nowhere")


def test_a_folder_belongs_to_one_project_file_and_is_found_again(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "net.msgpack", tmp_path / "b" / "net.msgpack"
    assert checkpoint_folder(first) != checkpoint_folder(second)
    assert checkpoint_folder(first) == checkpoint_folder(tmp_path / "b" / ".." / "a" / "net.msgpack")


def test_a_run_that_was_saved_needs_its_checkpoint_no_more(tmp_path: Path) -> None:
    write(tmp_path, 1, content_at(5))
    found = newest(tmp_path)
    assert found is not None
    assert not found.is_kept_by(Results())
    assert found.is_kept_by(Results(None, (replace(found.record, reason="completed"),)))


def test_a_folder_that_is_held_cannot_be_taken_by_another(tmp_path: Path) -> None:
    first, second = Lease(tmp_path), Lease(tmp_path)
    assert first.take()
    assert not second.take()
    assert is_held(tmp_path)
    first.release()
    assert not is_held(tmp_path)
    assert second.take()
    second.release()


def test_a_discarded_run_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, 1, content_at(1))
    discard(folder)
    assert not folder.exists()


def test_a_standing_is_saved_with_the_project_only_where_there_is_something_to_remember(tmp_path: Path) -> None:
    write(tmp_path, 1, content_at(2))
    found = newest(tmp_path)
    assert found is not None
    assert found.trained is not None
    path = tmp_path / "net.msgpack"
    save_project(path, found.project, Results(found.trained, (found.record,)))
    again = load_project(path)[1]
    assert again.trained is not None
    assert again.trained.standing.waited == 2
    assert again.runs[0].changes == found.record.changes
    plain = dump_project(found.project, Results(replace(found.trained, standing=Standing()), ()))
    assert b"standing" not in plain
