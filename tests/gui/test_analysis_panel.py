"""The Analysis panel: figures with bars, sorting, filter, blocks, selection both ways, CSV; and the overlay's colours."""

import csv
import io

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest

from flaxstudio.graph.cost import Cost, CostRow, CostTable
from flaxstudio.graph.receptive_field import WHOLE, Reach, ReceptiveField
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.gui.canvas.heat import Heat, level_of, tinted
from flaxstudio.gui.panels.analysis import AnalysisPanel
from flaxstudio.gui.panels.analysis_model import FIELD, FLOPS, MEMORY, NAME, OUTPUT, PARAMS, SHARE_ROLE
from flaxstudio.gui.panels.cost_text import count_text, csv_text, memory_text
from flaxstudio.gui.tokens import DARK, LIGHT

IMAGE, ROW = ArrayShape((8, 8, 32)), ArrayShape((10,))
SEVEN = ReceptiveField((Reach(7, 2, 0.5), Reach(7, 2, 0.5)))
INNER = (
    CostRow("conv", "Conv", IMAGE, Cost(300, 1200, 8192, 4000, 12_000), SEVEN),
    CostRow("relu", "relu", IMAGE, Cost(0, 0, 8192, 1000, 3000), SEVEN),
)
TABLE = CostTable(
    (
        CostRow("input_1", "Input", ArrayShape((8, 8, 1)), Cost(0, 0, 256, 0, 0)),
        CostRow("residual_1", "Residual", IMAGE, Cost(300, 1200, 16_384, 5000, 15_000), SEVEN, 3, INNER),
        CostRow("dense_1", "Dense", ROW, Cost(700, 2800, 40, 15_000, 45_000), WHOLE),
    )
)
OPEN = CostTable((*TABLE.rows[:2], CostRow("dense_1", "Dense", ROW, Cost(700, 2800, 40, None, None), WHOLE)), False)


@pytest.fixture
def panel(qtbot):
    view = AnalysisPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(1200, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


def texts(panel, column):
    return [panel.order.index(row, column).data() for row in range(panel.order.rowCount())]


def click_header(panel, column):
    header = panel.tree.header()
    x = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.viewport().rect().center().__class__(x, 10))


def click_row(panel, index, double=False):
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=panel.tree.visualRect(index).center())


def test_without_nodes_a_sentence_says_what_will_stand_here(panel):
    panel.display(CostTable(), 32)
    assert not panel.tree.isVisible()
    assert panel._empty.isVisible()


def test_nodes_stand_in_the_order_of_computing_with_their_figures(panel):
    panel.display(TABLE, 32)
    assert texts(panel, NAME) == ["input_1", "residual_1  × 3", "dense_1"]
    assert texts(panel, OUTPUT) == ["(batch, 8, 8, 1)", "(batch, 8, 8, 32)", "(batch, 10)"]
    assert texts(panel, PARAMS) == ["0", "300", "700"]
    assert texts(panel, FLOPS) == ["0", "5 k", "15 k"]
    assert texts(panel, FIELD) == ["", "7×7", "all"]
    assert panel.order.index(2, FLOPS).data(SHARE_ROLE) == 0.75
    assert "Params 1,000" in panel.totals.accessibleName()


def test_a_click_on_a_caption_sorts_and_again_turns_the_order(panel):
    panel.display(TABLE, 32)
    orders = []
    for _ in range(3):
        click_header(panel, PARAMS)
        orders.append(texts(panel, PARAMS))
    assert sorted(orders[:2]) == [["0", "300", "700"], ["700", "300", "0"]]
    assert texts(panel, NAME)[0] == "input_1"  # the third click gives back the order of computing


def test_figures_can_be_those_of_a_batch(panel):
    panel.display(TABLE, 32)
    panel.samples.setFocus()
    QTest.keyClick(panel.samples, Qt.Key.Key_Down)
    assert panel.count == 32
    assert texts(panel, MEMORY) == ["8.19 kB", "524 kB", "1.28 kB"]
    assert texts(panel, PARAMS) == ["0", "300", "700"]


def test_what_is_typed_keeps_lines_that_hold_it_also_inside_blocks(panel):
    panel.display(TABLE, 32)
    QTest.keyClicks(panel.filter, "RELU")
    assert texts(panel, NAME) == ["residual_1  × 3"]
    block = panel.order.index(0, NAME)
    assert panel.tree.isExpanded(block)
    assert [panel.order.index(row, NAME, block).data() for row in range(panel.order.rowCount(block))] == ["relu"]
    panel.filter.clear()
    assert len(texts(panel, NAME)) == 3


def test_a_click_asks_for_the_node_and_inside_a_block_for_that_block(panel):
    panel.display(TABLE, 32)
    spy = QSignalSpy(panel.node_requested)
    click_row(panel, panel.order.index(2, PARAMS))
    block = panel.order.index(1, NAME)
    panel.tree.expand(block)
    click_row(panel, panel.order.index(0, NAME, block))
    assert [spy.at(n) for n in range(spy.count())] == [["dense_1", ""], ["conv", "Residual"]]


def test_the_nodes_selected_elsewhere_are_marked_without_a_word(panel):
    panel.display(TABLE, 32)
    spy = QSignalSpy(panel.node_requested)
    panel.mark_nodes(("dense_1", "gone"))
    assert {index.data() for index in panel.tree.selectionModel().selectedRows()} == {"dense_1"}
    assert spy.count() == 0
    panel.mark_nodes(())
    assert not panel.tree.selectionModel().hasSelection()


def test_what_is_not_known_yet_is_left_open_and_then_filled_in_where_one_is(panel):
    panel.display(OPEN, 32)
    assert texts(panel, FLOPS)[2] == "…"
    assert panel._state.text() == "Counting…"
    panel.tree.expand(panel.order.index(1, NAME))
    panel.tree.selectionModel().select(panel.order.index(2, 0), QItemSelectionModel.SelectionFlag.Select)
    panel.display(TABLE, 32)
    assert texts(panel, FLOPS)[2] == "15 k"
    assert panel._state.text() == ""
    assert panel.tree.isExpanded(panel.order.index(1, NAME))
    assert panel.tree.selectionModel().hasSelection()


def test_the_csv_holds_every_line_in_full_and_the_totals():
    lines = list(csv.reader(io.StringIO(csv_text(TABLE, 2))))
    assert [line[0] for line in lines] == [
        "node",
        "input_1",
        "residual_1",
        "residual_1/conv",
        "residual_1/relu",
        "dense_1",
        "total",
    ]
    assert lines[2] == [
        "residual_1",
        "Residual",
        "(batch, 8, 8, 32)",
        "float32",
        "3",
        "300",
        "1200",
        "10000",
        "30000",
        "32768",
        "7x7",
        "2x2",
        "0.5x0.5",
    ]
    assert lines[-1][5:10] == ["1000", "4000", "40000", "120000", "33360"]
    assert "\t" in csv_text(TABLE, 1, "\t")


@pytest.mark.parametrize(
    ("count", "text"), [(None, "…"), (0, "0"), (999, "999"), (1234, "1.23 k"), (999_999, "1 M"), (3.4e9, "3.4 G")]
)
def test_counts_are_short(count, text):
    assert count_text(count) == text


@pytest.mark.parametrize(("count", "text"), [(40, "40 B"), (8192, "8.19 kB"), (2.5e9, "2.5 GB")])
def test_memory_has_its_unit(count, text):
    assert memory_text(count) == text


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_on_heated_nodes_can_be_read(tokens):
    for level in range(6):
        ground = tinted(Heat(level, 0.5, ""), tokens)
        for ink in (tokens.text, tokens.secondary):
            assert contrast(ground, QColor(ink)) >= 4.5, level


def test_levels_grow_with_the_share():
    assert [level_of(share) for share in (0, 0.001, 0.01, 0.05, 0.2, 0.5, 1)] == [0, 1, 2, 3, 4, 5, 5]


def contrast(one, other):
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(color):
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
