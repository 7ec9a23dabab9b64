"""An array as tiles, as a picture and as a table: whatever its rank, each cell shown is the value at its index."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from flaxstudio.gui.panels import array_tiles
from flaxstudio.gui.panels.array_picture import ArrayPicture
from flaxstudio.gui.panels.array_table import PAGE_COLUMNS, ArrayTable
from flaxstudio.gui.panels.array_tiles import is_image_like, kernel_tiles, output_tiles
from flaxstudio.gui.tokens import DARK, LIGHT

SHAPES = [(), (5,), (4, 3), (3, 6, 7), (7, 2, 5), (3, 3, 2, 4), (3, 3, 1, 4), (2, 3, 3, 2, 4)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tiles_of", [kernel_tiles, output_tiles])
def test_every_cell_of_every_tile_is_the_value_at_its_index(shape, tiles_of) -> None:
    array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape)
    tiles = tiles_of(array)
    seen = {}
    for place in np.ndindex(tiles.images.shape):
        index = tiles.index(*place)
        assert array[index] == tiles.images[place]
        seen[index] = True
    assert len(seen) == array.size


def test_a_convolution_shows_a_filter_a_tile_and_its_outputs_in_columns() -> None:
    tiles = kernel_tiles(np.zeros((3, 5, 2, 4)))
    assert (tiles.images.shape, tiles.columns) == ((8, 3, 5), 4)
    assert kernel_tiles(np.zeros((3, 3, 1, 32))).columns == 0
    assert output_tiles(np.zeros((8, 6, 32))).images.shape == (32, 8, 6)


def test_what_is_too_large_is_thinned_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_tiles, "MAX_CELLS", 100)
    monkeypatch.setattr(array_tiles, "MAX_SIDE", 10)
    matrix = np.arange(45 * 20).reshape(45, 20)
    tiles = kernel_tiles(matrix)
    assert (tiles.images.shape, tiles.step) == ((1, 9, 10), (5, 2))
    assert tiles.images[0, 2, 3] == matrix[tiles.index(0, 2, 3)]
    many = kernel_tiles(np.zeros((5, 5, 3, 2)))
    assert (len(many.images), many.left_out) == (4, 2)
    assert len(many.images) % many.columns == 0


def test_lines_of_numbers_are_no_images() -> None:
    assert not any(map(is_image_like, [(), (9,), (1, 9)]))
    assert all(map(is_image_like, [(8, 8, 1), (4, 9), (28, 28)]))


def picture(qtbot: QtBot, array: np.ndarray) -> ArrayPicture:
    view = ArrayPicture(LIGHT)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.display(kernel_tiles(array))
    view.show()
    qtbot.waitExposed(view)
    view.grab()
    return view


def test_zero_has_the_ground_s_colour_and_both_signs_their_own(qtbot: QtBot) -> None:
    view = picture(qtbot, np.array([[-1.0, 0.0, 1.0, np.nan]]))
    view.surface.grab()
    image = view.surface._image
    assert image is not None
    colors = [image.pixelColor(column, 0).name() for column in (0, 1, 2, 3)]
    assert colors == [name.lower() for name in (LIGHT.complement, LIGHT.panel, LIGHT.accent, LIGHT.error)]
    view.set_tokens(DARK)
    view.surface.grab()
    assert view.surface._image.pixelColor(1, 0).name() == DARK.panel.lower()


def test_the_value_under_the_mouse_is_told(qtbot: QtBot) -> None:
    view = picture(qtbot, np.array([[1.0, 2.0], [3.0, -4.5]]))
    place = view.surface._place()
    assert view.surface.reading(QPoint(place.width() - 2, place.height() - 2)) == "[1, 1]  -4.500"
    assert view.surface.reading(QPoint(place.width() + 5, 2)) == ""


def test_nothing_and_one_value_are_drawn_too(qtbot: QtBot) -> None:
    view = picture(qtbot, np.zeros((0, 3)))
    assert view.caption.text() == "Nothing to draw."
    view.display(kernel_tiles(np.array(2.0)))
    view.grab()
    view.display(None)
    view.grab()


def table(qtbot: QtBot, array: np.ndarray) -> ArrayTable:
    view = ArrayTable()
    qtbot.addWidget(view)
    view.display(array)
    return view


@pytest.mark.parametrize("shape", SHAPES)
def test_the_table_shows_the_last_two_axes_at_an_index_of_the_others(qtbot: QtBot, shape) -> None:
    array = np.arange(int(np.prod(shape)), dtype=np.float64).reshape(shape)
    view = table(qtbot, array)
    for field in view.indices:
        field.setValue(1)
    model = view.model
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            cell = model.index(row, column)
            place = model.place(cell)
            assert len(place) == array.ndim
            assert place[: -2 or None] == (1,) * max(0, array.ndim - 2) or array.ndim < 3
            assert float(model.data(cell, Qt.ItemDataRole.EditRole)) == array[place]


def test_long_arrays_come_in_pages(qtbot: QtBot) -> None:
    array = np.arange(2500)
    view = table(qtbot, array)
    assert (view.model.rowCount(), view.model.columnCount()) == (1, PAGE_COLUMNS)
    view.first_column.setValue(2400)
    assert view.model.columnCount() == 100
    assert view.model.headerData(0, Qt.Orientation.Horizontal) == "2400"
    assert view.model.data(view.model.index(0, 99)) == "2499"


def test_cells_are_read_only_until_that_is_changed_and_typing_only_tells(qtbot: QtBot) -> None:
    array = np.array([[1.0, 2.0]])
    view = table(qtbot, array)
    cell = view.model.index(0, 1)
    assert not view.model.flags(cell) & Qt.ItemFlag.ItemIsEditable
    view.set_editable(True)
    assert view.model.flags(cell) & Qt.ItemFlag.ItemIsEditable
    with qtbot.waitSignal(view.cell_typed) as typed:
        view.model.setData(cell, "7")
    assert typed.args == [(0, 1), "7"]
    assert array[0, 1] == 2.0
    with qtbot.assertNotEmitted(view.cell_typed):
        view.model.setData(cell, "2.0")


def test_the_place_in_an_array_stays_when_its_values_change(qtbot: QtBot) -> None:
    view = table(qtbot, np.zeros((3, 2, 2)))
    view.indices[0].setValue(2)
    view.display(np.ones((3, 2, 2)))
    assert view.indices[0].value() == 2
    assert view.model.data(view.model.index(0, 0), Qt.ItemDataRole.EditRole) == "1.0"
