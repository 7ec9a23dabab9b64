from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from flaxstudio.data.check import check_data
from flaxstudio.data.samples import SAMPLES, SampleInfo
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import Table
from flaxstudio.graph.repair import SetAttribute
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.project import Project
from flaxstudio.project.repairs import apply_fix
from flaxstudio.project.templates import TEMPLATES, Layer, Template, build_template, row_of_layers

OUTPUT: Layer = ("Output", {})


def project(dataset: DatasetSpec, *layers: Layer) -> Project:
    return row_of_layers(Project(dataset=dataset), layers, catalogue())


def shape(*sizes: int) -> Layer:
    return "Input", {"shape": sizes}


def dense(features: int) -> Layer:
    return "Dense", {"features": features}


def sample(name: str) -> SampleInfo:
    return next(info for info in SAMPLES if info.name == name)


@pytest.mark.parametrize("template", [t for t in TEMPLATES if t.dataset], ids=lambda t: t.name)
def test_templates_fit_their_data(template: Template) -> None:
    built = build_template(template.name, catalogue())
    assert built.dataset is not None
    assert check_data(built, open_table(built.dataset.source), catalogue()) == ()


@pytest.mark.parametrize("tail", [(), (("relu", {}),), (("Dropout", {}), ("softmax", {}))])
def test_a_last_dense_of_another_size_than_the_classes_is_told_and_fixed(tail: Sequence[Layer]) -> None:
    drawn = project(sample("wine").dataset, shape(13), dense(8), dense(7), *tail, OUTPUT)
    table = open_table("sample:wine")
    (problem,) = check_data(drawn, table, catalogue())
    assert (problem.node, problem.what) == ("dense_2", "dense_2 gives 7 outputs, and the data has 3 classes.")
    assert problem.fix is not None
    assert check_data(apply_fix(problem.fix, catalogue()).apply(drawn), table, catalogue()) == ()


def test_a_last_dense_of_another_size_than_the_targets_is_told() -> None:
    drawn = project(sample("linear").dataset, shape(10), dense(1), OUTPUT)
    (problem,) = check_data(drawn, open_table("sample:linear"), catalogue())
    assert problem.what == "dense_1 gives 1 outputs, and the data has 5 target values."


@pytest.mark.parametrize(
    ("present", "value", "wanted"),
    [((8,), (28, 28), (784,)), ((8, 8, 1), (28, 28), (28, 28, 1)), ((8, 8, 1), (9, 7, 3), (9, 7, 3)), ((4, 4), (5, 6), (5, 6))],
)
def test_an_input_of_another_shape_than_the_features_is_told_and_fixed(
    present: tuple[int, ...], value: tuple[int, ...], wanted: tuple[int, ...]
) -> None:
    table = Table({"x": np.zeros((6, *value)), "y": np.arange(6) % 2})
    drawn = project(DatasetSpec("", ("x",), ("y",), "classes"), shape(*present), ("Flatten", {}), dense(2), OUTPUT)
    (problem,) = check_data(drawn, table, catalogue())
    assert problem.node == "input_1"
    assert problem.fix is not None
    assert problem.fix.steps == (SetAttribute("input_1", "shape", wanted),)
    assert check_data(apply_fix(problem.fix, catalogue()).apply(drawn), table, catalogue()) == ()


def test_columns_that_make_a_square_are_offered_to_a_convolution_as_an_image() -> None:
    drawn = project(sample("digits").dataset, shape(28, 28, 1), ("Conv", {}), ("Flatten", {}), dense(10), OUTPUT)
    (problem,) = check_data(drawn, open_table("sample:digits"), catalogue())
    assert problem.fix is not None
    assert problem.fix.steps == (SetAttribute("input_1", "shape", (8, 8, 1)),)


def test_columns_that_are_gone_or_hold_text_are_told_each() -> None:
    table = Table({"a": np.array(["x"] * 4, dtype=object), "y": np.zeros(4)})
    problems = check_data(project(DatasetSpec("", ("a", "b"), ("y",)), shape(2), dense(1), OUTPUT), table, catalogue())
    assert [problem.what for problem in problems] == [
        "Column “a” holds text: “x” in row 1.",
        "The data has no column “b”.",
    ]


def test_a_target_that_never_repeats_is_no_class() -> None:
    table = Table({"a": np.arange(200.0), "y": np.arange(200.0)})
    spec = DatasetSpec("", ("a",), ("y",), "classes")
    (problem,) = check_data(project(spec, shape(1), dense(200), OUTPUT), table, catalogue())
    assert "these are not classes" in problem.what
    assert check_data(project(replace(spec, target_kind="numbers"), shape(1), dense(1), OUTPUT), table, catalogue()) == ()
