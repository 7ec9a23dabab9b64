"""What is fitted into view lies beside what covers a corner of it."""

import pytest
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

from flaxstudio.gui.canvas.fit_room import fitted

VIEW = QRect(0, 0, 800, 600)
CORNER = QRect(12, 430, 140, 158)


def taken(size: QSizeF, scale: float, middle: QPointF) -> QRectF:
    box = QRectF(QPointF(), size * scale)
    box.moveCenter(middle)
    return box


@pytest.mark.parametrize("size", [QSizeF(4000, 3000), QSizeF(5000, 400), QSizeF(300, 4000), QSizeF(100, 50)])
def test_it_lies_whole_in_the_view_and_beside_the_corner(size):
    box = taken(size, *fitted(size, VIEW, CORNER))
    assert QRectF(VIEW).contains(box)
    assert not box.intersects(QRectF(CORNER))


def test_nothing_is_given_away_where_the_corner_is_not_in_the_way():
    flat = QSizeF(5000, 400)
    assert fitted(flat, VIEW, CORNER) == fitted(flat, VIEW, QRect())


def test_it_is_as_large_as_beside_or_above_the_corner_whichever_is_more():
    square = QSizeF(3000, 3000)
    scale, _ = fitted(square, VIEW, CORNER)
    assert scale == pytest.approx(520 / 3000)  # the full height, at the side of it


@pytest.mark.parametrize("view", [VIEW, QRect(0, 0, 60, 40)])
def test_a_view_that_is_covered_or_tiny_still_gives_an_answer(view):
    scale, middle = fitted(QSizeF(1000, 1000), view, view)
    assert scale >= 0
    assert middle == QRectF(view).center()
