from dataclasses import replace

import msgpack
import pytest

from flaxstudio.cli.overrides import apply_settings
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.project.compute import Compute, Seeds
from flaxstudio.project.config import TrainConfig, check_training
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project


def test_how_a_run_computes_is_saved_with_the_project() -> None:
    training = TrainConfig(compute=Compute("bfloat16", remat=True, devices=2), seeds=Seeds(data=7))
    project = Project("Net", training=training)
    assert parse_project(dump_project(project, Results()), "saved")[0].training == training


def test_a_file_without_it_means_float32_on_one_device_with_one_seed() -> None:
    content = dump_project(Project("Net"), Results())
    keys = msgpack.unpackb(content, strict_map_key=False)["training"]
    assert "compute" not in keys
    assert "seeds" not in keys
    assert parse_project(content, "saved")[0].training.compute == Compute()


def test_all_of_it_can_be_set_on_the_command_line() -> None:
    settings = ("precision=float16", "loss_scale=8", "growth_steps=5", "remat=true", "deterministic=true", "devices=4")
    project = apply_settings(Project("Net"), (*settings, "seed.init=1", "seed.dropout=3"), catalogue())
    assert project.training.compute == Compute("float16", 8.0, 5, True, True, 4)
    assert project.training.seeds == Seeds(init=1, dropout=3)
    assert apply_settings(project, ["seed.init=none"], catalogue()).training.seeds == Seeds(dropout=3)


@pytest.mark.parametrize("setting", ["precision=float8", "remat=perhaps", "devices=many", "loss_scale=big", "seed.data=x"])
def test_what_it_cannot_be_is_told(setting: str) -> None:
    with pytest.raises(ProblemError, match="is not"):
        apply_settings(Project("Net"), [setting], catalogue())


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(compute=Compute(loss_scale=0.0)),
        TrainConfig(compute=Compute(growth_steps=0)),
        TrainConfig(compute=Compute(devices=0)),
        TrainConfig(seeds=Seeds(init=-1)),
    ],
)
def test_impossible_values_are_problems(config: TrainConfig) -> None:
    assert len(check_training(config)) == 1


def test_a_batch_that_the_devices_cannot_share_is_told_with_sizes_that_they_can() -> None:
    config = TrainConfig(batch_size=30, compute=Compute(devices=4))
    (problem,) = check_training(config)
    assert problem.remedy == "Set the batch size to 28 or 32."
    assert not check_training(replace(config, batch_size=32))
