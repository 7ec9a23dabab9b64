"""Icons are drawn once for each colour and size, however often they are asked for."""

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QIcon, QImage, QPainter

from flaxstudio.gui.icons import drawn, icon
from flaxstudio.gui.tokens import DARK, LIGHT


@pytest.fixture(autouse=True)
def nothing_drawn(qapp):
    drawn.cache_clear()


def test_an_icon_of_one_colour_and_size_is_drawn_once(qapp):
    for _ in range(20):
        icon("play", LIGHT).pixmap(QSize(16, 16), 1.0)
    assert drawn.cache_info().misses == 1
    icon("play", DARK).pixmap(QSize(16, 16), 1.0)
    icon("play", LIGHT).pixmap(QSize(16, 16), 2.0)
    icon("play", LIGHT).pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled)
    assert drawn.cache_info().misses == 4


def test_a_row_of_a_list_that_is_painted_again_draws_no_icon_again(qapp):
    canvas = QImage(40, 40, QImage.Format.Format_ARGB32)
    shown = icon("play", LIGHT)
    for _ in range(20):
        painter = QPainter(canvas)
        shown.paint(painter, QRect(4, 4, 16, 16))
        painter.end()
    assert drawn.cache_info().misses == 1


def test_an_icon_on_a_screen_of_double_density_has_double_the_pixels(qapp):
    assert icon("play", LIGHT).pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)
