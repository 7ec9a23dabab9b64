"""Source and advice of a large graph are found a moment later, in the background, once for a row of edits."""

import threading
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from flaxstudio.gui.afterthoughts import Keeper


@dataclass(frozen=True, slots=True)
class Sum:
    """A question whose answers are counted."""

    numbers: tuple[int, ...]
    threads: list[threading.Thread] = field(default_factory=list, compare=False)

    @property
    def is_small(self) -> bool:
        return len(self.numbers) < 3

    def answer(self) -> int:
        self.threads.append(threading.current_thread())
        return sum(self.numbers)


@pytest.fixture
def keeper(qtbot: QtBot):  # type: ignore[no-untyped-def]
    keeper = Keeper[int]()
    yield keeper
    keeper.close()


def test_a_small_question_is_answered_at_once_and_only_once(keeper: Keeper[int]) -> None:
    question = Sum((1, 2))
    assert keeper.latest(question) == 3
    assert keeper.latest(Sum((1, 2), question.threads)) == 3
    assert question.threads == [threading.main_thread()]


def test_of_a_row_of_large_questions_only_the_last_is_answered_in_the_background(keeper: Keeper[int], qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    assert keeper.latest(Sum((1, 2))) == 3
    with qtbot.waitSignal(keeper.found):
        for last in range(3):
            assert keeper.latest(Sum((1, 1, 1, last), threads)) == 3  # the last that was found
    assert keeper.latest(Sum((1, 1, 1, 2), threads)) == 5
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_nothing_is_known_of_another_document(keeper: Keeper[int]) -> None:
    assert keeper.latest(Sum((1, 2))) == 3
    keeper.forget()
    assert keeper.latest(Sum((1, 1, 1))) is None


def test_who_cannot_wait_gets_the_answer_to_a_large_question_at_once(keeper: Keeper[int]) -> None:
    assert keeper.current(Sum((1, 1, 1))) == 3
