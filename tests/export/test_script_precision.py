"""Scripts of runs with a precision of their own, remat or seeds: they print the losses of the run."""

from dataclasses import replace
from pathlib import Path

import pytest

from flaxstudio.export.script import training_script
from flaxstudio.layers import catalogue
from flaxstudio.project.compute import Compute, Seeds
from flaxstudio.project.project import Project
from tests.architectures.judging import judge_format
from tests.export.test_script import assert_same
from tests.training.runs import iris_project, noisy_project, template


def computed(project: Project, compute: Compute, seeds: Seeds = Seeds()) -> Project:
    return replace(project, training=replace(project.training, compute=compute, seeds=seeds))


@pytest.mark.parametrize(
    "compute",
    [Compute("bfloat16"), Compute("float16", loss_scale=2.0**24, growth_steps=3), Compute("float64"), Compute(remat=True)],
    ids=lambda compute: compute.precision,
)
def test_a_script_computes_as_its_run_does(compute: Compute, tmp_path: Path) -> None:
    project = computed(noisy_project(), compute)
    judge_format(training_script(project, catalogue(), tmp_path))
    assert_same(project, tmp_path)


def test_a_layer_with_a_dtype_of_its_own_keeps_it_in_the_script(tmp_path: Path) -> None:
    assert_same(computed(iris_project(("Dense", {"features": 8, "dtype": "float32"})), Compute("float64")), tmp_path)


def test_made_data_are_the_same_in_a_script_in_float64(tmp_path: Path) -> None:
    assert_same(computed(template("linear-regression"), Compute("float64")), tmp_path)


def test_the_seeds_of_single_parts_are_written(tmp_path: Path) -> None:
    assert_same(computed(noisy_project(), Compute(), Seeds(init=1, data=2, dropout=3)), tmp_path)
