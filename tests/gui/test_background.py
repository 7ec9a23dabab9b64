import sys
import threading

from pytestqt.qtbot import QtBot

from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.background import Task, Worker, take_short_turns


def test_a_worker_answers_the_newest_question_and_drops_the_others(qtbot: QtBot) -> None:
    gate, answers = threading.Event(), []

    def work(question: int) -> int:
        gate.wait(5)
        return question * 10

    worker = Worker(work)
    worker.answered.connect(lambda question, answer: answers.append((question, answer)))
    for question in (1, 2, 3):
        worker.ask(question)
    gate.set()
    qtbot.waitUntil(lambda: answers == [(3, 30)])
    worker.close()
    assert answers == [(3, 30)]


def test_a_question_asked_again_is_not_worked_on_twice(qtbot: QtBot) -> None:
    seen: list[str] = []
    worker = Worker(seen.append)
    with qtbot.waitSignal(worker.answered):
        worker.ask_once("same")
    worker.ask_once("same")
    worker.close()
    assert seen == ["same"]


def test_an_ended_worker_begins_no_more(qtbot: QtBot) -> None:
    seen: list[str] = []
    worker = Worker(seen.append)
    worker.close()
    worker.ask("late")
    assert not worker.isRunning()
    assert not seen


def test_a_task_hands_its_result_to_the_gui_thread(qtbot: QtBot) -> None:
    threads = []
    task = Task(lambda cancelled: threading.current_thread())
    task.done.connect(lambda worked_in: threads.append((worked_in, threading.current_thread())))
    with qtbot.waitSignal(task.done):
        task.start()
    task.wait()
    assert threads[0][0] is not threading.main_thread()
    assert threads[0][1] is threading.main_thread()


def test_a_refused_task_tells_its_problem(qtbot: QtBot) -> None:
    def work(cancelled: object) -> None:
        raise ProblemError("No file.", "Choose one.")

    task = Task(work)
    with qtbot.waitSignal(task.refused) as heard:
        task.start()
    task.wait()
    assert str(heard.args[0]) == "No file. Choose one."


def test_a_cancelled_task_is_told_and_tells_nothing(qtbot: QtBot) -> None:
    def work(cancelled) -> str:  # type: ignore[no-untyped-def]
        while not cancelled():
            threading.Event().wait(0.001)
        return "late"

    task = Task(work)
    with qtbot.assertNotEmitted(task.done, wait=50):
        task.start()
        task.cancel()
        assert task.wait(5000)


def test_a_thread_that_computes_gives_way_within_a_millisecond() -> None:
    before = sys.getswitchinterval()
    take_short_turns()
    assert sys.getswitchinterval() <= 0.001
    sys.setswitchinterval(before)
