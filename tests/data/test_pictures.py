import numpy as np

from flaxstudio.data.pictures import sample_images
from flaxstudio.data.sources import open_table
from flaxstudio.project.config import DatasetSpec


def test_features_that_fill_an_image_are_shown_as_images() -> None:
    table = open_table("sample:digits")
    spec = DatasetSpec("sample:digits", tuple(name for name in table.columns if name != "digit"), ("digit",), "classes")
    images = sample_images(table, spec, (8, 8, 1), 3)
    assert images is not None
    assert (images.shape, images.dtype, images.max()) == ((3, 8, 8), np.uint8, 255)
    assert sample_images(table, spec, (64,), 3) is None
    assert sample_images(table, spec, (7, 7, 1), 3) is None
