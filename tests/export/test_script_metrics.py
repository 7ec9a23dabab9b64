"""A script prints the loss and all metrics that `evaluate` tells, for every kind of target."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.evaluation.scores import evaluate
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.losses import LossTerm, Objective
from flaxstudio.project.metrics import AVERAGINGS, METRICS
from flaxstudio.project.project import Project
from flaxstudio.training.loop import train
from tests.architectures.judging import judge_format
from tests.export.test_script import printed_by_script, training_script
from tests.export.trained import chain
from tests.training.runs import iris_project, trained_by

EVERY = tuple(dict.fromkeys(name for names in METRICS.values() for name in names))


def assert_prints_what_evaluate_tells(project: Project, folder: Path) -> dict[str, float]:
    trained = trained_by(project, list(train(project, catalogue(), beside=folder)))
    judge_format(training_script(project, catalogue(), folder))
    lines = [line.split("  ") for line in printed_by_script(project, folder).splitlines()]
    told: dict[str, float] = {}
    for split in ("train", "validation", "test"):
        score = evaluate(project, trained, catalogue(), split, beside=folder)
        told = {"loss": score.loss, **score.metrics}
        (parts,) = ([part.split(" ") for part in parts] for name, *parts in lines if name == split)
        assert {name: float(value) for name, value in parts} == pytest.approx(told, rel=2e-4, abs=1e-6)
    return told


@pytest.mark.parametrize("averaging", AVERAGINGS)
def test_metrics_of_classes(averaging: str, tmp_path: Path) -> None:
    project = iris_project(metrics=(*EVERY, "top_2"), averaging=averaging, steps=30)
    told = assert_prints_what_evaluate_tells(project, tmp_path)
    assert list(told) == ["loss", *METRICS["classes"], "top_2"]


def test_a_label_that_is_no_class_and_weights_of_the_others(tmp_path: Path) -> None:
    weighted = Objective(class_weights=(1.0, 3.0), ignored="setosa", terms=(LossTerm("poly_cross_entropy", 0.5),))
    project = iris_project(objectives={"": weighted}, metrics=("iou", "f1"), steps=30)
    dense = next(node for node in project.graph.nodes if node.layer == "Dense")
    nodes = tuple(replace(n, attributes={"features": 2}) if n is dense else n for n in project.graph.nodes)
    assert_prints_what_evaluate_tells(replace(project, graph=Graph(nodes, project.graph.edges)), tmp_path)


def mask_project(folder: Path, kind: str, **config: object) -> Project:
    """Return a segmentation of small pictures: each pixel's class, or whether it is bright, with a border left out."""
    rng = np.random.default_rng(0)
    x = rng.random((60, 6, 5, 1)).astype(np.float32)
    y = np.digitize(x[..., 0], [0.3, 0.6]) if kind == "classes" else (x[..., 0] > 0.5).astype(int)
    y[:, 0] = 255
    np.savez(folder / "masks.npz", x=x, y=y if kind == "classes" else y[..., None])
    last = Node("conv_2", "Conv", {"features": 3 if kind == "classes" else 1, "kernel_size": (1, 1)})
    graph = chain(Node("input_1", "Input", {"shape": (6, 5, 1)}), Node("conv_1", "Conv", {"features": 4}), last,
                  Node("output_1", "Output"))  # fmt: skip
    loss = "cross_entropy" if kind == "classes" else "binary_cross_entropy"
    left_out = Objective(ignored="255" if kind == "classes" else 255.0)
    training = TrainConfig(loss, batch_size=16, steps=40, objectives={"": left_out}, metrics=EVERY)
    dataset = DatasetSpec(str(folder / "masks.npz"), ("x",), ("y",), kind)
    return Project("Masks", graph, {}, dataset, replace(training, **config))


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_masks_with_a_label_left_out(kind: str, tmp_path: Path) -> None:
    told = assert_prints_what_evaluate_tells(mask_project(tmp_path, kind), tmp_path)
    assert 0 < told["iou"] < 1
    assert "roc_auc" in told


def test_two_outputs_of_numbers_and_classes_with_weights(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 3)).astype(np.float32)
    np.savez(tmp_path / "two.npz", x=x, size=x[:, 0] * 2, sort=(x[:, 1] > 0).astype(int))
    one = chain(Node("input_1", "Input", {"shape": (3,)}), Node("dense_1", "Dense", {"features": 1}), Node("size", "Output"))
    two = chain(Node("input_1", "Input", {"shape": (3,)}), Node("dense_2", "Dense", {"features": 2}), Node("sort", "Output"))
    graph = Graph((*one.nodes, *two.nodes[1:]), (*one.edges, *two.edges))
    objectives = {"size": Objective({"delta": 0.5}, weight=0.25), "sort": Objective(weight=2.0, smoothing=0.1)}
    training = TrainConfig(
        losses={"size": "huber", "sort": "cross_entropy"}, objectives=objectives, metrics=("f1",), batch_size=16, steps=30
    )
    dataset = DatasetSpec(str(tmp_path / "two.npz"), ("x",), ("size", "sort"))
    told = assert_prints_what_evaluate_tells(Project("Two", graph, {}, dataset, training), tmp_path)
    assert {"size.loss", "size.r2", "sort.loss", "sort.accuracy", "sort.f1"} <= set(told)
    assert told["loss"] == pytest.approx(told["size.loss"] + told["sort.loss"])
