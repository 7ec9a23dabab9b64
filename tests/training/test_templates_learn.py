import time

import pytest

from flaxstudio.training.events import RunFinished
from tests.training.runs import evaluations_of, events_of, template


def accuracy(name: str) -> float:
    began = time.perf_counter()
    events = events_of(template(name))
    assert isinstance(events[-1], RunFinished)
    print(f"{name}: {time.perf_counter() - began:.1f} s")
    (test,) = (event for event in evaluations_of(events) if event.split == "test")
    return test.metrics["accuracy"]


@pytest.mark.parametrize(("name", "bar"), [("digits-mlp", 0.97), ("iris", 0.9), ("wine", 0.95)])
def test_a_template_reaches_the_accuracy_it_promises(name: str, bar: float) -> None:
    assert accuracy(name) >= bar


@pytest.mark.slow
def test_the_convolutional_template_reaches_98_percent() -> None:
    assert accuracy("digits-cnn") >= 0.98
