import pytest

from flaxstudio.gui.panels.vitals import Vitals
from flaxstudio.training.events import Observed


@pytest.fixture
def vitals(qtbot):
    view = Vitals()
    qtbot.addWidget(view)
    return view


def test_gradient_memory_and_layers_are_shown(vitals):
    vitals.display(Observed(10, 0.5, {"dense_1": 1e-3, "dense_2": 0.5, "dense_3": 1e-8}, 250_000_000))
    assert vitals.line.text() == "gradient 0.5000 · 250 MB"
    shown = [(name.text(), value.text()) for name, value in vitals.rows if name.isVisibleTo(vitals)]
    assert shown == [("dense_3", "hardly moves 1.0e-08"), ("dense_1", "1.0e-03"), ("dense_2", "moves wildly 5.0e-01")]


def test_of_many_layers_those_at_the_ends_are_listed(vitals):
    vitals.display(Observed(1, 1.0, {f"dense_{n}": 10.0**-n for n in range(1, 30)}, 0))
    shown = [name.text() for name, _ in vitals.rows]
    assert shown == ["dense_29", "dense_28", "dense_27", "dense_3", "dense_2", "dense_1"]
    assert "MB" not in vitals.line.text()
