import threading

import pytest
from pytestqt.qtbot import QtBot

from flaxstudio.codegen import shape_evaluation
from flaxstudio.graph.graph import edge
from flaxstudio.gui.session import Session
from flaxstudio.gui.warm_up import WarmUp
from flaxstudio.layers import catalogue
from flaxstudio.project import edits
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.document import Document
from flaxstudio.project.project import Project
from flaxstudio.project.repairs import apply_fix
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.templates import build_template

CATALOGUE = catalogue()


@pytest.fixture
def session(qtbot: QtBot):  # type: ignore[no-untyped-def]
    session = Session(CATALOGUE, WarmUp())
    yield session
    session.close()


def test_source_and_problems_follow_every_edit(session: Session) -> None:
    session.open(Document(build_template("linear-regression", CATALOGUE)))
    session.edit(edits.set_attribute("dense_1", "features", 7, CATALOGUE))
    assert "nn.Dense(features=7" in session.knowledge.source.text
    session.edit(edits.remove(["output_1"]))
    assert any("no Output" in p.what for p in session.knowledge.problems)
    session.undo()
    assert not any("no Output" in p.what for p in session.knowledge.problems)


def test_shapes_come_from_the_background_for_the_newest_graph(session: Session, qtbot: QtBot) -> None:
    session.open(Document(build_template("digits-mlp", CATALOGUE)))
    session.begin_examining()
    session.edit(edits.set_attribute("dense_1", "features", 77, CATALOGUE))
    qtbot.waitUntil(lambda: "dense_1" in session.knowledge.shapes.nodes, timeout=30_000)
    assert session.knowledge.shapes.nodes["dense_1"].output.sizes == (77,)  # type: ignore[union-attr]


def test_shapes_are_inferred_in_a_thread_of_their_own_and_dropped_once_they_are_stale(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, threads, done = threading.Event(), threading.Event(), set(), []
    evaluate = shape_evaluation.evaluate

    def slow(node, *rest):  # type: ignore[no-untyped-def]
        threads.add(threading.get_ident())
        begun.set()
        go_on.wait(30)
        done.append((node.layer, node.attributes.get("features")))
        return evaluate(node, *rest)

    monkeypatch.setattr(shape_evaluation, "evaluate", slow)
    session.open(Document(build_template("digits-mlp", CATALOGUE)))
    session.begin_examining()
    qtbot.waitUntil(begun.is_set, timeout=30_000)  # the first node is under way, and edits go on meanwhile
    for features in (71, 72, 73):
        session.edit(edits.set_attribute("dense_1", "features", features, CATALOGUE))
    go_on.set()
    qtbot.waitUntil(lambda: session.has_shapes and "output_1" in session.knowledge.shapes.nodes, timeout=30_000)
    assert session.knowledge.shapes.nodes["dense_1"].output.sizes == (73,)  # type: ignore[union-attr]
    assert threading.get_ident() not in threads
    assert not {("Dense", 71), ("Dense", 72)} & set(done)


def test_a_project_that_is_opened_again_has_its_shapes_and_data_again(session: Session, qtbot: QtBot) -> None:
    session.begin_examining()
    for _ in range(2):
        session.open(Document(build_template("digits-mlp", CATALOGUE)))
        assert not session.knowledge.shapes.nodes
        qtbot.waitUntil(lambda: "dense_1" in session.knowledge.shapes.nodes, timeout=30_000)
        qtbot.waitUntil(lambda: session.knowledge.data.status == "ready", timeout=30_000)


def test_data_is_read_and_checked_against_the_graph(session: Session, qtbot: QtBot) -> None:
    session.open(Document(build_template("iris", CATALOGUE)))
    session.begin_examining()
    qtbot.waitUntil(lambda: session.knowledge.data.status == "ready", timeout=30_000)
    assert session.knowledge.data.rows == 150
    assert not session.knowledge.problems
    session.edit(edits.set_attribute("input_1", "shape", (9,), CATALOGUE))
    qtbot.waitUntil(lambda: any(p.node == "input_1" and p.fix for p in session.knowledge.problems), timeout=30_000)
    fix = next(p.fix for p in session.knowledge.problems if p.fix)
    session.edit(apply_fix(fix, CATALOGUE))
    qtbot.waitUntil(lambda: not session.knowledge.problems, timeout=30_000)


def test_data_that_cannot_be_read_is_one_sentence(session: Session, qtbot: QtBot) -> None:
    session.open(Document(Project()))
    session.begin_examining()
    session.edit(edits.set_dataset(DatasetSpec("nowhere.csv", ("a",), ("b",))))
    qtbot.waitUntil(lambda: session.knowledge.data.status == "failed", timeout=30_000)
    assert session.knowledge.data.message.startswith("nowhere.csv does not exist")


def long_chain(layers: int) -> Project:
    sketch = Sketch(CATALOGUE)
    sketch.add("Output", sketch.chain(sketch.add("Input", shape=(4,)), *["relu"] * layers))
    return Project("Long", sketch.graph())


def test_what_is_wrong_with_a_large_graph_comes_with_its_shapes_and_at_once_where_something_rests_on_it(
    session: Session, qtbot: QtBot
) -> None:
    def is_cut_told() -> bool:
        return any(problem.node == "relu_8" for problem in session.knowledge.problems)

    session.open(Document(long_chain(60)))
    session.begin_examining()
    qtbot.waitUntil(lambda: session.has_shapes, timeout=30_000)
    session.edit(edits.remove((), (edge("relu_7", "relu_8"),)))
    assert not is_cut_told()  # the window is not held up by looking for it
    qtbot.waitUntil(is_cut_told, timeout=30_000)
    assert session.has_shapes
    session.undo()
    session.bring_up_to_date()
    assert not is_cut_told()
    session.redo()
    session.bring_up_to_date()
    assert is_cut_told()


def test_a_refused_edit_is_told_and_changes_nothing(session: Session, qtbot: QtBot) -> None:
    before = session.document.project
    with qtbot.waitSignal(session.refused) as heard:
        assert not session.edit(edits.rename_model("no good"))
    assert "cannot be a model's name" in heard.args[0]
    assert session.document.project is before
