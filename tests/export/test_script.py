import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.export.script import training_script
from flaxstudio.graph.graph import Node
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec, Schedule
from flaxstudio.project.project import Project
from flaxstudio.project.templates import TEMPLATES, build_template
from flaxstudio.training.events import StepsDone
from flaxstudio.training.loop import train
from tests.architectures.judging import judge_format
from tests.export.trained import chain

STEPS = 31


def printed_by_script(project: Project, folder: Path, own: Catalogue | None = None) -> str:
    """Write the script, run it in a process of its own and return what it prints."""
    (folder / "script.py").write_text(training_script(project, own or catalogue(), folder), encoding="utf-8")
    blocked = "import sys, runpy; sys.modules['flaxstudio'] = None; runpy.run_path('script.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", blocked], cwd=folder, capture_output=True, text=True, timeout=120, check=True)
    assert (folder / f"{project.name}_variables.msgpack").stat().st_size > 50
    return done.stdout


def losses_of_script(project: Project, folder: Path, own: Catalogue | None = None) -> dict[int, float]:
    printed = printed_by_script(project, folder, own)
    return {int(step): float(loss) for step, loss in re.findall(r"step (\d+)  loss (\S+)", printed)}


def losses_of_run(project: Project, folder: Path, own: Catalogue | None = None) -> np.ndarray:
    events = train(project, own or catalogue(), beside=folder)
    return np.concatenate([event.losses for event in events if isinstance(event, StepsDone)])


def assert_same(project: Project, folder: Path, own: Catalogue | None = None) -> None:
    project = replace(project, training=replace(project.training, steps=STEPS))
    printed, expected = losses_of_script(project, folder, own), losses_of_run(project, folder, own)
    assert list(printed) == list(range(0, STEPS, STEPS // 10))
    np.testing.assert_allclose(list(printed.values()), expected[list(printed)], rtol=1e-4)


@pytest.mark.parametrize("template", ["linear-regression", "wine", "digits-mlp", "digits-autoencoder"])
def test_a_script_without_flax_studio_prints_the_losses_of_the_run(template: str, tmp_path: Path) -> None:
    project = build_template(template, catalogue())
    assert_same(project, tmp_path, catalogue_of(project.library, catalogue()))


@pytest.mark.parametrize("template", [template.name for template in TEMPLATES if template.name != "empty"])
def test_a_script_is_formatted_as_a_whole(template: str, tmp_path: Path) -> None:
    project = build_template(template, catalogue())
    judge_format(training_script(project, catalogue_of(project.library, catalogue()), tmp_path))


def numbers_project(folder: Path, name: str, features: tuple[str, ...], targets: tuple[str, ...], width: int) -> Project:
    """Return a regression on a file of the folder, its features scaled to a range and a constant among them."""
    graph = chain(
        Node("input_1", "Input", {"shape": (width,)}), Node("dense_1", "Dense", {"features": 2}), Node("output_1", "Output")
    )
    dataset = DatasetSpec(str(folder / name), features, targets, "numbers", "range", seed=3)
    return Project("Net", graph, {}, dataset, TrainConfig(batch_size=7, seed=4))


def test_csv_files_with_a_constant_column_are_read_split_and_scaled_alike(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{a:.4f},7,{b:.4f},{a - b:.4f},{a + b:.4f}" for a, b in rng.normal(5, 3, (50, 2))]
    (tmp_path / "d.csv").write_text("\n".join(["a,same,b,down,up", *rows]))
    assert_same(numbers_project(tmp_path, "d.csv", ("a", "same", "b"), ("down", "up"), 3), tmp_path)


def test_columns_of_any_name_are_written_as_they_are(tmp_path: Path) -> None:
    names = [f"größe \"{number}\" of 'it'\\" for number in range(9)]
    np.savez(tmp_path / "d.npz", **{name: np.arange(40.0) * number for number, name in enumerate(names)})
    project = numbers_project(tmp_path, "d.npz", tuple(names[:7]), tuple(names[7:]), 7)
    text = training_script(project, catalogue(), tmp_path)
    judge_format(text)
    assert_same(project, tmp_path)


def test_npz_arrays_are_scaled_by_one_pair_of_numbers(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(5, 3, (40, 6))
    np.savez(tmp_path / "d.npz", x=x, y=x[:, :2] * 2)
    assert_same(numbers_project(tmp_path, "d.npz", ("x",), ("y",), 6), tmp_path)


def test_a_file_that_needs_the_careful_reader_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a;b;c;d\n" + "1,5;2,5;3;4\n2;3;4;5\n" * 20)
    with pytest.raises(ProblemError, match="Save the data as NPZ"):
        training_script(numbers_project(tmp_path, "d.csv", ("a", "b"), ("c", "d"), 2), catalogue(), tmp_path)


def test_a_project_that_cannot_be_trained_has_no_script(tmp_path: Path) -> None:
    with pytest.raises(ProblemError):
        training_script(build_template("empty", catalogue()), catalogue(), tmp_path)


OPTIMIZERS = {
    "groups on a schedule": OptimizerSpec(
        CHAIN,
        0.01,
        schedules={"learning_rate": Schedule("warmup_cosine_decay_schedule")},
        links=(Link("clip_by_global_norm"), Link("adamw", {"mask": "!*/bias, !*/scale"})),
        groups=(Group("head", ("dense_2",), 0.5), Group("first", ("dense_1/bias",), is_frozen=True)),
    ),
    "mean params": OptimizerSpec("adam", 0.01, around=(Link("MultiSteps"), Link("ema_of_params", {"decay": 0.9}))),
    "a step as long as the loss": OptimizerSpec("polyak_sgd", arguments={"max_learning_rate": 0.1}),
    "schedule-free": OptimizerSpec("contrib.schedule_free_adamw"),
    "sharpness": OptimizerSpec("sgd", 0.1, around=(Link("contrib.sam"),)),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_script_steps_by_the_optimizer_of_the_run(optimizer: OptimizerSpec, tmp_path: Path) -> None:
    project = build_template("wine", catalogue())
    project = replace(project, training=replace(project.training, optimizer=optimizer))
    judge_format(training_script(project, catalogue(), tmp_path))
    assert_same(project, tmp_path)


def test_a_script_searches_along_the_line_as_the_run_does(tmp_path: Path) -> None:
    project = build_template("linear-regression", catalogue())
    optimizer = OptimizerSpec("lbfgs", arguments={"memory_size": 3})
    project = replace(project, training=replace(project.training, optimizer=optimizer, batch_size=None, steps=3))
    printed, expected = losses_of_script(project, tmp_path), losses_of_run(project, tmp_path)
    np.testing.assert_allclose(list(printed.values()), expected, rtol=1e-4)
