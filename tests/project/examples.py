"""Projects and results that several tests need."""

import numpy as np

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.results import Evaluation, Preparation, Results, RunRecord, Trained


def small_project() -> Project:
    graph = Graph(
        (
            Node("input_1", "Input", {"shape": (4,)}),
            Node("dense_1", "Dense", {"features": 3}),
            Node("output_1", "Output"),
        ),
        (edge("input_1", "dense_1"), edge("dense_1", "output_1")),
    )
    positions = {"input_1": (0.0, 0.0), "dense_1": (240.0, 0.0), "output_1": (480.0, 0.0)}
    dataset = DatasetSpec("sample:iris", ("a", "b"), ("c",), "classes", "standard")
    optimizer = OptimizerSpec("sgd", 0.1, {"momentum": 0.9})
    return Project("Small", graph, positions, dataset, TrainConfig("cross_entropy", optimizer, None, 10))


def small_results() -> Results:
    variables = {
        "params": {"dense_1": {"kernel": np.arange(12, dtype=np.float32).reshape(4, 3), "bias": np.zeros(3, np.float32)}}
    }
    preparation = Preparation(np.zeros(4, np.float32), np.ones(4, np.float32), ("x", "y", "z"))
    trained = Trained(variables, {"0": {"count": np.asarray(10, np.int32)}, "1": {}}, 10, small_project().graph, preparation)
    run = RunRecord(
        1, "2026-01-01T00:00:00", 0, "cpu", 15, 0, np.linspace(1, 0, 10, dtype=np.float32),
        (Evaluation(10, "test", 0.5, {"accuracy": 0.9}),), "completed", 0.25, 2.5,
    )  # fmt: skip
    return Results(trained, (run,))
