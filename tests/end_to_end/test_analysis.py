"""Costs through the real window: the table follows an edit, clicks go both ways, blocks unfold, colours lie on the canvas."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from flaxstudio.gui.panels.analysis_model import FLOPS, NAME, PARAMS
from flaxstudio.layers import catalogue
from flaxstudio.project.edits import move
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.project.templates import build_template

from .studio_driver import Driver, choose_file


@pytest.fixture
def opened(qtbot, tmp_path):
    def open_template(name):
        path = tmp_path / f"{name}.msgpack"
        save_project(path, build_template(name, catalogue()), Results())
        driver = Driver(qtbot, tmp_path, path)
        driver.wait(lambda: not driver.window.is_start_page_shown)
        driver.do("go_analysis")
        panel = driver.window.analysis_panel
        driver.wait(lambda: panel.order.rowCount() > 0 and panel._table.is_complete)
        return driver

    return open_template


def row_of(panel, name):
    rows = (panel.order.index(row, NAME) for row in range(panel.order.rowCount()))
    return next(index for index in rows if index.data().split()[0] == name)


def figure_of(panel, name, column):
    return row_of(panel, name).siblingAtColumn(column).data()


def click_row(panel, index):
    panel.tree.scrollTo(index)
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=panel.tree.visualRect(index).center())


def test_the_table_follows_an_edit_and_selection_goes_both_ways(opened):
    driver = opened("digits-mlp")
    panel = driver.window.analysis_panel
    assert figure_of(panel, "dense_1", PARAMS) == "16,640"
    click_row(panel, row_of(panel, "dense_2"))
    assert driver.window.selected == ("dense_2",)
    driver.select("dense_1")
    assert [index.data() for index in panel.tree.selectionModel().selectedRows()] == ["dense_1"]
    driver.set_attribute("dense_1", "features", "100")
    driver.wait(lambda: figure_of(panel, "dense_1", PARAMS) == "6,500")
    driver.wait(lambda: figure_of(panel, "dense_1", FLOPS) == "12.9 k")
    driver.do("undo")
    driver.wait(lambda: figure_of(panel, "dense_1", PARAMS) == "16,640")


def test_a_block_unfolds_and_a_click_inside_it_goes_there(opened):
    driver = opened("digits-transformer")
    panel = driver.window.analysis_panel
    block = row_of(panel, "encoder")
    panel.tree.expand(block)
    inner = panel.order.index(0, NAME, block)
    click_row(panel, inner)
    assert driver.known.block == "EncoderBlock"
    assert driver.window.selected == (inner.data().split()[0],)


def test_colours_lie_on_the_canvas_with_figures_and_a_legend_and_go_again(opened):
    driver = opened("digits-cnn")
    canvas = driver.window.canvas
    driver.do("overlay_flops")
    driver.wait(lambda: canvas.scene.nodes["conv_2"].state.heat is not None)
    heat = canvas.scene.nodes["conv_2"].state.heat
    assert heat.level == 5
    assert heat.text.endswith("69%")
    assert canvas.legend.isVisible()
    assert "FLOPs" in canvas.legend.accessibleName()
    assert driver.window.actions_by_name["overlay_flops"].isChecked()
    driver.do("overlay_params")
    driver.wait(lambda: canvas.scene.nodes["relu_1"].state.heat.level == 0)
    driver.do("overlay_off")
    assert canvas.scene.nodes["conv_2"].state.heat is None
    assert not canvas.legend.isVisible()


def test_the_legend_lies_beside_the_graph_that_is_fitted(opened):
    driver = opened("digits-cnn")
    canvas = driver.window.canvas
    names = driver.known.project.graph.names()
    driver.studio.session.edit_shown(move({name: (i % 4 * 300.0, i // 4 * 200.0) for i, name in enumerate(names)}))
    driver.do("overlay_flops")
    driver.wait(lambda: canvas.scene.nodes["conv_2"].state.heat is not None and canvas.legend.isVisible())
    canvas.view.setFocus()
    QTest.keyClick(canvas.view, Qt.Key.Key_Home)

    def seen():
        return [canvas.view.mapFromScene(item.box()).boundingRect() for item in canvas.scene.nodes.values()]

    driver.wait(lambda: all(canvas.view.viewport().rect().contains(box) for box in seen()), 3000)
    assert not any(canvas.legend.geometry().intersects(box) for box in seen())


def test_colours_inside_a_block_are_those_of_its_nodes(opened):
    driver = opened("digits-residual")
    driver.do("overlay_memory")
    driver.studio.blocks.on_open("residual_block_1")
    canvas = driver.window.canvas
    driver.wait(lambda: all(item.state.heat for name, item in canvas.scene.nodes.items() if name.startswith("conv")))


def test_the_table_is_copied_and_exported(opened, tmp_path, monkeypatch):
    driver = opened("iris")
    panel, path = driver.window.analysis_panel, tmp_path / "costs.csv"
    driver.press(panel, "Copy")
    assert QGuiApplication.clipboard().text().splitlines()[-1].split("\t")[5] == "131"
    choose_file(monkeypatch, path)
    driver.press(panel, "Export CSV…")
    assert path.read_text(encoding="utf-8").startswith("node,layer,output,dtype")


def test_a_colleague_s_warning_is_mended_by_one_click(opened):
    driver = opened("iris")
    name = driver.drop("softmax", 400, 300)
    driver.connect("dense_2", name)
    driver.connect(name, "output_1")
    driver.wait(lambda: any("applies softmax itself" in problem.what for problem in driver.known.problems))
    assert driver.window.canvas.scene.nodes[name].content.severity == "warning"
    driver.do("go_problems")
    driver.press(driver.window.problems_panel, f"Delete {name}")
    driver.wait(lambda: driver.known.problems == ())
    assert not driver.known.project.graph.has_node(name)


def test_a_warning_is_dismissed_where_one_reads_it_and_brought_back(opened):
    driver = opened("iris")
    name = driver.drop("softmax", 400, 300)
    driver.connect("dense_2", name)
    driver.connect(name, "output_1")
    driver.wait(lambda: any("applies softmax itself" in problem.what for problem in driver.known.problems))
    driver.select(name)
    driver.press(driver.window.inspector, "Dismiss")
    assert driver.known.problems == ()
    assert driver.window.canvas.scene.nodes[name].content.severity is None
    assert driver.known.undo_text == f"Dismiss warning at {name}"
    driver.do("bring_back")
    assert [problem.node for problem in driver.known.problems] == [name]
    driver.do("dismiss")
    assert driver.known.problems == ()
    driver.do("undo")
    assert [problem.node for problem in driver.known.problems] == [name]


def test_a_run_is_forecast_and_its_largest_batch_is_a_click_away(opened):
    driver = opened("iris")
    driver.press(driver.window.analysis_panel, "Will it fit, how long?")
    dialog = driver.studio.forecasts.dialog
    driver.wait(lambda: dialog.use_button.isVisible())
    facts = [dialog.facts.itemAt(n).widget().text() for n in range(dialog.facts.count())]
    assert dialog.state.text() == "It fits."
    assert "Peak memory" in facts
    assert any("all training rows" in fact for fact in facts)
    driver.click(dialog.use_button)
    assert driver.known.project.training.batch_size == 105
    assert driver.known.undo_text
    driver.do("undo")
    assert driver.known.project.training.batch_size == 16


def test_a_forecast_ends_at_once_when_its_dialog_is_closed(opened):
    driver = opened("digits-residual")
    driver.do("forecast")
    dialog = driver.studio.forecasts.dialog
    driver.wait(lambda: "…" in dialog.state.text())
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert driver.studio.forecasts._task is None
    assert driver.studio.forecasts.dialog is None


def test_what_keeps_a_run_from_starting_keeps_the_forecast_too(opened):
    driver = opened("iris")
    driver.select("output_1")
    driver.do("delete")
    driver.wait(lambda: any(problem.severity == "error" for problem in driver.known.problems))
    driver.do("forecast")
    assert "Output" in driver.studio.forecasts.dialog.state.text()
