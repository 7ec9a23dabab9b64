"""Forecasts: XLA's own figures of the step that is really run, FLOPs told apart, the largest batch compiled and checked."""

import jax
import jax.numpy as jnp
import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.edits import set_dataset, set_training
from flaxstudio.project.forecast import StepForecast, Throughput
from flaxstudio.project.templates import build_template
from flaxstudio.training import forecasting
from flaxstudio.training.forecast_process import forecast_in_process
from flaxstudio.training.forecasting import compile_step, flops_of, forecast, memory_of
from flaxstudio.training.task import prepare_task

CATALOGUE = catalogue()
SPEED = Throughput(1e11, 5e10, 1e10, 1e-5)


def iris():
    return build_template("iris", CATALOGUE)


def test_products_and_convolutions_are_told_apart_also_inside_what_is_called():
    def program(x, w, k):
        convolved = jax.jit(
            lambda x: jax.lax.conv_general_dilated(x, k, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        )(x)
        return jax.lax.scan(lambda carry, _: (carry @ w, None), convolved.reshape(2, -1), None, length=5)[0]

    shapes = ((2, 4, 4, 3), (20, 20), (3, 4, 3, 10))
    jaxpr = jax.make_jaxpr(program)(*(jax.ShapeDtypeStruct(shape, jnp.float32) for shape in shapes)).jaxpr
    assert flops_of(jaxpr) == (5 * 2 * 2 * 20 * 20, 2 * (2 * 2 * 1 * 10) * (3 * 4 * 3))


def test_a_forecast_tells_what_the_step_and_the_run_take():
    doing = []
    found = forecast(iris(), CATALOGUE, throughput=SPEED, tell=doing.append)
    assert (found.step.batch_size, found.steps) == (16, 500)
    assert found.steps_per_epoch == 105 / 16
    assert found.step.memory > 4 * (4 * 16 + 16 + 16 * 3 + 3) * 3  # params and Adam's two moments
    assert found.step.flops > 3 * 16 * 2 * (4 * 16 + 16 * 3)
    assert found.run_seconds == pytest.approx(500 * found.step.seconds)
    assert found.fits
    assert (found.largest, found.is_largest_all) == (105, True)
    assert doing[0] == "data"
    assert "compile 16" in doing


def test_the_largest_batch_is_the_largest_whose_compiled_step_fits():
    def compiled(size):
        sizes.append(size)
        return StepForecast(size, 1000 + 100 * size + size * size // 100, 0.0, 0.0)

    sizes = []
    found = forecasting._largest(compiled(32), compiled, 100_000, 50_000)
    assert 400 < found.batch_size < 490
    assert found.memory <= 50_000
    assert len(sizes) <= 6


def test_without_room_or_with_all_rows_the_batch_stays():
    step = StepForecast(32, 1000, 0.0, 0.0)
    assert forecasting._largest(step, None, 32, 10**9) is step
    assert forecasting._largest(step, None, 64, None) is step


def test_a_convolutional_step_is_mostly_convolutions_and_its_memory_grows_with_the_batch():
    project = build_template("digits-cnn", CATALOGUE)
    task, device = prepare_task(project, CATALOGUE), jax.devices()[0]
    small, large = (compile_step(project, task, device, size, SPEED) for size in (8, 16))
    assert small.memory < large.memory < 2 * small.memory
    assert 1.7 < large.flops / small.flops < 2.1


def test_the_machine_s_memory_is_known_here():
    assert memory_of(jax.devices()[0]) > 10**8


def test_a_project_without_data_has_no_forecast():
    project = set_dataset(None).apply(iris())
    with pytest.raises(ProblemError, match="no data"):
        forecast(project, CATALOGUE, throughput=SPEED)


def test_another_process_gives_the_same_forecast_and_its_mistakes_as_problems():
    told = []
    found = forecast_in_process(iris(), frozenset(), None, SPEED, told.append, lambda: False)
    assert found.step.memory == forecast(iris(), CATALOGUE, throughput=SPEED).step.memory
    assert found.throughput == SPEED
    wrong = set_training(TrainConfig("mean_squared_error")).apply(iris())
    with pytest.raises(ProblemError, match="does not suit"):
        forecast_in_process(wrong, frozenset(), None, SPEED, told.append, lambda: False)


def test_a_process_is_ended_at_once():
    assert forecast_in_process(iris(), frozenset(), None, SPEED, lambda _: None, lambda: True) is None
