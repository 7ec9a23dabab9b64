"""What a run from disk takes of memory, measured in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

_RUN = """
import json, sys
from dataclasses import replace
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.templates import row_of_layers
from flaxstudio.training.events import RunFinished
from flaxstudio.training.loop import train

path, memory = sys.argv[1], int(sys.argv[2])
data = DatasetSpec(path, ("x",), ("y",), "classes", "standard", memory=memory)
layers = [("Input", {"shape": (256,)}), ("Dense", {"features": 2}), ("Output", {})]
training = TrainConfig("cross_entropy", OptimizerSpec("adam", 0.01), batch_size=64, steps=3000)
project = row_of_layers(Project("Run", dataset=data, training=training), layers, catalogue())
*_, last = train(project, catalogue())
assert isinstance(last, RunFinished), last
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps(int(status["VmHWM"].split()[0]) * 1024))
"""
MB = 10**6


def peak(path: Path, rows: int, memory: int) -> int:
    """Return the most memory that a process with a run on so many rows of a kilobyte ever had."""
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.normal(size=(rows, 256)).astype(np.float32), y=np.arange(rows) % 2)
    told = subprocess.run(
        [sys.executable, "-c", _RUN, str(path), str(memory)], capture_output=True, text=True, check=True, timeout=300
    )
    return int(json.loads(told.stdout))


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_run_from_disk_takes_no_more_memory_for_more_data(tmp_path: Path) -> None:
    few, many = (peak(tmp_path / f"{rows}.npz", rows, 16 * MB) for rows in (20_000, 100_000))
    assert many - few < 32 * MB  # of 82 MB more data
