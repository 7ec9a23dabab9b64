import numpy as np

from flaxstudio.data.preview import preview_rows, sample_images
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import Table
from flaxstudio.project.config import DatasetSpec


def test_rows_are_shown_as_people_write_them() -> None:
    table = Table({"n": np.array([1.0, 0.25, np.nan]), "t": np.array(["a", "", "b"], dtype=object), "x": np.zeros((3, 8, 8))})
    assert preview_rows(table, 2) == (("1", "a", "8 × 8"), ("0.25", "", "8 × 8"))
    assert preview_rows(table, 9)[2][0] == ""


def test_features_that_fill_an_image_are_shown_as_images() -> None:
    table = open_table("sample:digits")
    spec = DatasetSpec("sample:digits", tuple(name for name in table.columns if name != "digit"), ("digit",), "classes")
    images = sample_images(table, spec, (8, 8, 1), 3)
    assert [(pixels.shape, pixels.dtype, label) for pixels, label in images] == [((8, 8), np.uint8, d) for d in "012"]
    assert max(pixels.max() for pixels, _ in images) == 255
    assert sample_images(table, spec, (64,), 3) == ()
    assert sample_images(table, spec, (7, 7, 1), 3) == ()
