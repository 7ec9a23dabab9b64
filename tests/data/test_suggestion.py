import numpy as np
import pytest

from flaxstudio.data.sources import open_table
from flaxstudio.data.suggestion import suggest
from flaxstudio.data.table import Table


@pytest.mark.parametrize(
    ("name", "target", "features"), [("iris", "species", 4), ("wine", "cultivar", 13), ("digits", "digit", 64)]
)
def test_sample_sets_are_guessed_as_they_are_meant(name: str, target: str, features: int) -> None:
    spec = suggest(open_table(f"sample:{name}"), f"sample:{name}")
    assert (spec.targets, spec.target_kind, len(spec.features)) == ((target,), "classes", features)


def test_a_last_column_of_many_numbers_is_a_target_of_numbers() -> None:
    table = Table({"area": np.arange(50.0), "city": np.array(["a"] * 50, dtype=object), "price": np.linspace(0, 1, 50)})
    spec = suggest(table, "homes.csv")
    assert (spec.features, spec.targets, spec.target_kind) == (("area",), ("price",), "numbers")


def test_images_of_an_npz_are_the_feature_and_its_test_rows_are_kept() -> None:
    table = Table({"x": np.zeros((30, 8, 8)), "y": np.arange(30) % 3}, test_rows=10)
    spec = suggest(table, "images.npz")
    assert (spec.features, spec.targets, spec.target_kind, spec.scaling, spec.test) == (("x",), ("y",), "classes", "range", 0.0)


def test_pictures_of_a_few_whole_numbers_are_masks_of_classes() -> None:
    x, mask = np.random.default_rng(0).random((30, 4, 4, 3)), np.arange(480).reshape(30, 4, 4) % 5
    assert suggest(Table({"x": x, "mask": mask}), "m.npz").target_kind == "classes"
    assert suggest(Table({"x": x, "mask": mask.astype(np.float32)}), "m.npz").target_kind == "numbers"
    assert suggest(Table({"x": x, "mask": mask % 2}), "m.npz").target_kind == "numbers"
    assert suggest(Table({"x": x, "picture": np.arange(480).reshape(30, 4, 4) % 256}), "m.npz").target_kind == "numbers"
