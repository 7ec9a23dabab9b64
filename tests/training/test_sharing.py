"""A run on several devices is the run on one; the four devices are made of one CPU, in a process of its own."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@functools.cache
def told() -> dict[str, Any]:
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", "tests.training.on_four_devices"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_four_devices_reach_what_one_reaches_with_batch_norm_and_dropout() -> None:
    noisy = told()["noisy"]
    assert noisy["steps"] == 300
    assert noisy["losses"] < 1e-5
    assert noisy["variables"] < 1e-5


def test_a_convolution_on_four_devices_reaches_what_it_reaches_on_one() -> None:
    assert told()["convolution"]["losses"] < 1e-5
    assert told()["convolution"]["variables"] < 1e-5


def test_the_record_tells_the_devices() -> None:
    assert told()["noisy"]["device"].startswith("4 x cpu")


def test_rows_that_cannot_be_split_evenly_are_told_before_the_first_step() -> None:
    assert told()["uneven"].startswith("105 rows at each step cannot be split evenly over 4 devices.")
    assert "Set the batch size to 104." in told()["uneven"]


def test_more_devices_than_there_are_is_told_before_the_first_step() -> None:
    assert "JAX sees 4 devices of the kind cpu" in told()["too_many"]
