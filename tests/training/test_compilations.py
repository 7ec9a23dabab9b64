"""How often a run compiles its programs: what is compiled twice makes the user wait twice."""

import logging
from collections import Counter
from collections.abc import Iterator

import jax
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.training.control import Control
from flaxstudio.training.events import RunFinished, StepsDone
from flaxstudio.training.loop import train
from tests.training.runs import convolutional_project, events_of, iris_project

STEP, EVALUATION = "jit(run)", "jit(<lambda>)"


class _Counting(logging.Handler):
    """Counts the programs that JAX says it compiles, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage().split()
        if words[0] == "Compiling":
            self.counted[words[1]] += 1


@pytest.fixture
def compiled() -> Iterator[Counter[str]]:
    """Return the number of compilations so far, by program."""
    handler, logger = _Counting(), logging.getLogger("jax")
    logger.addHandler(handler)
    logger.propagate = False
    with jax.log_compiles():
        yield handler.counted
    logger.removeHandler(handler)
    logger.propagate = True


def test_a_run_compiles_its_step_and_its_evaluation_once_even_where_its_learning_rate_is_changed(
    compiled: Counter[str],
) -> None:
    control = Control()
    for event in train(iris_project(steps=30), catalogue(), control=control):
        if isinstance(event, StepsDone) and event.first_step == 0:
            control.change("learning_rate", 0.005)
    assert isinstance(event, RunFinished)
    assert (compiled[STEP], compiled[EVALUATION]) == (1, 1)


def test_a_run_of_single_steps_compiles_its_step_once(compiled: Counter[str]) -> None:
    events_of(convolutional_project(steps=3))
    assert compiled[STEP] == 1
