"""Networks for images, drawn."""

from .judging import judge
from .vision_classic import lenet5


def test_lenet_5_has_61_706_params() -> None:
    judge(lenet5(), 61_706, is_computed=True)
