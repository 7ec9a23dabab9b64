import pytest

from flaxstudio.gui.panels.compute_form import ComputeForm
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.project.compute import Compute, Seeds
from flaxstudio.project.config import TrainConfig


@pytest.fixture
def form(qtbot):
    view = ComputeForm(LIGHT)
    qtbot.addWidget(view)
    view.training_changed.connect(lambda config, _: view.display(config))
    return view


def test_a_precision_is_chosen_and_float16_shows_its_loss_scale(form, qtbot):
    assert form.rows["loss_scale"].isHidden()
    with qtbot.waitSignal(form.training_changed) as told:
        form.rows["precision"].value_changed.emit("precision", "float16")
    assert told.args[0].compute == Compute("float16")
    assert not form.rows["loss_scale"].isHidden()


def test_ticks_and_seeds_are_told_as_a_whole_config(form, qtbot):
    form.remat.click()
    form.is_deterministic.click()
    with qtbot.waitSignal(form.training_changed) as told:
        form.rows["data"].value_changed.emit("data", 7)
    assert told.args[0] == TrainConfig(compute=Compute(remat=True, is_deterministic=True), seeds=Seeds(data=7))


def test_what_is_shown_is_the_configs_own(form):
    form.display(TrainConfig(compute=Compute("bfloat16", devices=4), seeds=Seeds(init=3)))
    assert form.rows["devices"].field.value() == 4
    assert form.rows["init"].field.value() == 3
    assert form.rows["dropout"].field.value() is None
    assert form.rows["precision"].field.value() == "bfloat16"
