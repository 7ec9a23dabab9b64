from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.gui.dialogs.initialize import InitializeDialog
from flaxstudio.gui.dialogs.structure import StructureDialog
from flaxstudio.gui.panels import variables_tree as tree
from flaxstudio.gui.panels.variables import VariablesPanel, VariablesState
from flaxstudio.gui.panels.variables_detail import VALUES
from flaxstudio.gui.panels.variables_init import dummy_text
from flaxstudio.gui.panels.variables_request import CellValue, ConstantValue, DrawnValues, InitRequest, ValuesRequest
from flaxstudio.gui.panels.variables_tree import bytes_text, short_share, short_text
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue
from flaxstudio.project.results import Preparation, Trained
from flaxstudio.project.statistics import measure
from flaxstudio.project.variables import Match, with_arrays

GRAPH = Graph(
    (Node("input_1", "Input", {"shape": (4,)}), Node("zeta", "Dense"), Node("alpha", "Dense"), Node("output_1", "Output")),
    (edge("input_1", "zeta"), edge("zeta", "alpha"), edge("alpha", "output_1")),
)


def trained() -> Trained:
    rng = np.random.default_rng(0)

    def layer() -> dict:
        return {"bias": np.zeros(3, np.float32), "kernel": rng.normal(size=(4, 3)).astype(np.float32)}

    variables = {"batch_stats": {"zeta": {"mean": np.ones(3, np.float32)}}, "params": {"alpha": layer(), "zeta": layer()}}
    return Trained(variables, {}, 0, GRAPH, Preparation(np.zeros(()), np.ones(())))


@pytest.fixture
def panel(qtbot: QtBot) -> VariablesPanel:
    panel = VariablesPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(1280, 260)
    panel.statistics_wanted.connect(lambda arrays: [panel.add_statistics(p, a, measure(a)) for p, a in arrays.items()])
    panel.display(VariablesState(trained(), GRAPH, 7, "jnp.zeros((1, 4))"))
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def lines(panel: VariablesPanel, parent: QModelIndex | None = None) -> list[str]:
    """Return the paths of the arrays that the tree shows, in order."""
    parent = parent or QModelIndex()
    found = []
    for row in range(panel.shown.rowCount(parent)):
        index = panel.shown.index(row, 0, parent)
        found += lines(panel, index) if panel.shown.rowCount(index) else [index.data(tree.PATH_ROLE)]
    return found


def cell(panel: VariablesPanel, path: str, column: int) -> str:
    return panel.model.index_of(tuple(path.split("/"))).siblingAtColumn(column).data() or ""


def select(panel: VariablesPanel, path: str) -> None:
    panel.tree.setCurrentIndex(panel.shown.mapFromSource(panel.model.index_of(tuple(path.split("/")))))


def test_usual_figures_are_not_cut_off(panel: VariablesPanel) -> None:
    room = panel.tree.fontMetrics().horizontalAdvance
    usual = {tree.TYPE: "float32", tree.COUNT: "50,826", tree.BYTES: "66.6 kB", tree.MINIMUM: "-0.0574", tree.ZEROS: "100 %"}
    for column, text in usual.items():
        assert room(text) + 14 <= panel.tree.columnWidth(column)


def test_collections_nodes_and_arrays_stand_in_the_model_s_order(panel: VariablesPanel) -> None:
    assert lines(panel) == [
        "params/zeta/kernel", "params/zeta/bias", "params/alpha/kernel", "params/alpha/bias", "batch_stats/zeta/mean",
    ]  # fmt: skip
    assert "5 arrays, 33 values, 132 B, step 0" in panel.tally.text()


def test_a_line_tells_shape_type_count_bytes_and_statistics(panel: VariablesPanel, qtbot: QtBot) -> None:
    kernel = panel.model.array(("params", "zeta", "kernel"))
    assert kernel is not None
    qtbot.waitUntil(lambda: cell(panel, "params/zeta/kernel", tree.MEAN) != "")
    texts = [cell(panel, "params/zeta/kernel", column) for column in (tree.SHAPE, tree.TYPE, tree.COUNT, tree.BYTES)]
    assert texts == ["4×3", "float32", "12", "48 B"]
    assert cell(panel, "params/zeta/kernel", tree.MEAN) == short_text(float(kernel.mean(dtype=np.float64)))
    qtbot.waitUntil(lambda: cell(panel, "params/zeta/bias", tree.ZEROS) == "100 %")
    assert cell(panel, "params", tree.COUNT) == "30"


def test_statistics_are_asked_only_of_arrays_that_are_seen(qtbot: QtBot) -> None:
    panel = VariablesPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(1280, 140)
    asked: dict = {}
    panel.statistics_wanted.connect(asked.update)
    many = {f"dense_{i}": {"kernel": np.zeros((2, 2), np.float32)} for i in range(500)}
    graph = Graph(tuple(Node(name, "Dense") for name in many))
    panel.display(VariablesState(replace(trained(), variables={"params": many}, graph=graph), graph))
    panel.show()
    qtbot.waitExposed(panel)
    panel.tree.expandAll()
    qtbot.wait(100)
    assert 0 < len(asked) < 30


def test_searching_leaves_only_what_matches(panel: VariablesPanel) -> None:
    panel.search.setText("ALPHA/k")
    assert lines(panel) == ["params/alpha/kernel"]
    panel.search.setText("batch")
    assert lines(panel) == ["batch_stats/zeta/mean"]
    panel.search.setText("")
    assert len(lines(panel)) == 5


def test_selecting_a_line_asks_for_its_node_and_selecting_the_node_shows_its_first_array(
    panel: VariablesPanel, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panel.node_requested) as asked:
        select(panel, "params/alpha/bias")
    assert asked.args == ["alpha"]
    with qtbot.assertNotEmitted(panel.node_requested):
        panel.mark_nodes(("zeta",))
    assert panel.tree.currentIndex().data(tree.PATH_ROLE) == "params/zeta/kernel"
    with qtbot.assertNotEmitted(panel.node_requested):
        panel.mark_nodes(("input_1",))
        panel.mark_nodes(())
    assert panel.tree.currentIndex().data(tree.PATH_ROLE) == "params/zeta/kernel"


def test_showing_variables_moves_no_selection_on_the_canvas(qtbot: QtBot) -> None:
    panel = VariablesPanel(LIGHT)
    qtbot.addWidget(panel)
    with qtbot.assertNotEmitted(panel.node_requested):
        panel.display(VariablesState(trained(), GRAPH))
        panel.display(VariablesState())
        panel.display(VariablesState(trained(), GRAPH))


def test_values_are_read_only_until_set_values_is_pressed(panel: VariablesPanel, qtbot: QtBot) -> None:
    select(panel, "params/zeta/kernel")
    detail = panel.detail
    detail.tabs.setCurrentIndex(VALUES)
    index = detail.table.model.index(1, 2)
    assert not detail.table.model.flags(index) & Qt.ItemFlag.ItemIsEditable
    detail.set_button.click()
    with qtbot.waitSignal(panel.values_requested) as asked:
        detail.table.model.setData(index, "0.25")
    assert asked.args == [ValuesRequest(("params", "zeta", "kernel"), CellValue((1, 2), "0.25"))]
    detail.setting.number.setText("3")
    with qtbot.waitSignal(panel.values_requested) as asked:
        detail.setting.set_button.click()
    assert asked.args[0].values == ConstantValue("3")
    detail.setting.way.setCurrentIndex(1)
    detail.setting.initializer.setCurrentText("normal(0.5)")
    with qtbot.waitSignal(panel.values_requested) as asked:
        detail.setting.set_button.click()
    assert asked.args[0].values == DrawnValues("normal(0.5)", 0)
    select(panel, "params/alpha/kernel")
    assert not detail.set_button.isChecked()


def test_one_changed_array_keeps_selection_and_expansion_and_is_measured_anew(panel: VariablesPanel, qtbot: QtBot) -> None:
    path = ("params", "alpha", "kernel")
    select(panel, "params/alpha/kernel")
    panel.tree.collapse(panel.shown.mapFromSource(panel.model.index_of(("batch_stats",))))
    state = panel._state
    assert state.trained is not None
    panel.display(replace(state, trained=with_arrays(state.trained, {path: np.full((4, 3), 2.0, np.float32)})))
    assert panel.tree.currentIndex().data(tree.PATH_ROLE) == "params/alpha/kernel"
    assert not panel.tree.isExpanded(panel.shown.mapFromSource(panel.model.index_of(("batch_stats",))))
    qtbot.waitUntil(lambda: cell(panel, "params/alpha/kernel", tree.MEAN) == "2")


def test_without_variables_initialising_is_offered_with_the_code_it_stands_for(qtbot: QtBot) -> None:
    panel = VariablesPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.display(VariablesState(None, GRAPH, 7, "jnp.zeros((1, 4))"))
    panel.show()
    assert panel.initialize_button.isVisible()
    assert "split(jax.random.key(7))" in panel.form.code.text()
    panel.form.seed.setValue(3)
    panel.form.way.setCurrentIndex(1)
    assert panel.form.code.text() == "variables = model.init(jax.random.key(3), jnp.zeros((1, 4)))"
    with qtbot.waitSignal(panel.initialize_requested) as asked:
        panel.initialize_button.click()
    assert asked.args == [InitRequest(3, is_of_run=False)]


def test_why_nothing_may_be_done_is_said(panel: VariablesPanel) -> None:
    panel.display(replace(panel._state, busy="A run is under way."))
    assert not panel.again_button.isEnabled()
    assert not panel.detail.set_button.isEnabled()
    assert panel.again_button.toolTip() == "A run is under way."
    panel.display(replace(panel._state, busy="", trained=None, fault="The graph has problems."))
    assert not panel.initialize_button.isEnabled()
    assert panel.empty_text.text() == "The graph has problems."


def test_variables_of_an_earlier_graph_are_marked(panel: VariablesPanel) -> None:
    assert panel.stale.text() == ""
    panel.display(replace(panel._state, graph=GRAPH.without_nodes(frozenset(["alpha"])), is_stale=True))
    assert panel.stale.text() == "Of an earlier graph"


def test_the_selected_node_can_be_initialised_alone(panel: VariablesPanel, qtbot: QtBot) -> None:
    panel.mark_nodes(("alpha",))
    with qtbot.waitSignal(panel.initialize_again_requested) as asked:
        panel.again_button.click()
    assert asked.args == [("alpha",)]
    dialog = InitializeDialog(7, "x", ("alpha",), False)
    qtbot.addWidget(dialog)
    dialog.form.seed.setValue(9)
    with qtbot.waitSignal(dialog.requested) as wanted:
        dialog.initialize_button.click()
    assert wanted.args == [InitRequest(9, True, frozenset(["alpha"]))]


def test_where_the_graph_has_changed_only_the_whole_is_initialised_and_what_fits_is_kept(qtbot: QtBot) -> None:
    dialog = InitializeDialog(7, "x", ("alpha",), True)
    qtbot.addWidget(dialog)
    assert not dialog.part.isVisibleTo(dialog)
    with qtbot.waitSignal(dialog.requested) as wanted:
        dialog.initialize_button.click()
    assert wanted.args == [InitRequest(7, True, frozenset(), keeps=True)]


def test_the_comparison_lists_every_array_and_takes_what_fits(qtbot: QtBot) -> None:
    paths = [("params", "dense_1", name) for name in ("kernel", "bias", "old", "new")]
    matches = (
        Match(paths[0], (4, 3), (4, 3)), Match(paths[1], (3,), (5,)), Match(paths[2], (3,), None), Match(paths[3], None, (3,)),
    )  # fmt: skip
    dialog = StructureDialog("v.msgpack", matches, LIGHT)
    qtbot.addWidget(dialog)
    texts = [[dialog.list.topLevelItem(row).text(column) for column in range(4)] for row in range(4)]
    assert texts == [
        ["params/dense_1/kernel", "4×3", "4×3", "fits"],
        ["params/dense_1/bias", "3", "5", "other shape"],
        ["params/dense_1/old", "3", "–", "missing in the file"],
        ["params/dense_1/new", "–", "3", "only in the file"],
    ]
    dialog.only_others.setChecked(True)
    assert [dialog.list.topLevelItem(row).isHidden() for row in range(4)] == [True, False, False, False]
    with qtbot.waitSignal(dialog.matching_wanted):
        dialog.take_button.click()


def test_the_comparison_says_what_an_array_is_called_in_the_file(qtbot: QtBot) -> None:
    source = ("params", "Dense_0", "kernel")
    dialog = StructureDialog("v.msgpack", (Match(("params", "dense_1", "kernel"), (4, 3), (4, 3), source),), LIGHT)
    qtbot.addWidget(dialog)
    assert dialog.list.topLevelItem(0).text(2) == "4×3 as Dense_0/kernel"
    assert any("1 under another name in the file" in label.text() for label in dialog.findChildren(QLabel))


def test_nothing_can_be_taken_where_nothing_fits(qtbot: QtBot) -> None:
    dialog = StructureDialog("v.msgpack", (Match(("params", "a", "b"), (3,), None),), DARK)
    qtbot.addWidget(dialog)
    assert not dialog.take_button.isEnabled()


def test_the_dummy_input_is_told_as_source() -> None:
    graph = Graph((Node("a", "Input", {"shape": (8, 8, 1)}), Node("b", "Input", {"shape": (3,), "dtype": "int32"})))
    assert dummy_text(graph, catalogue()) == 'jnp.zeros((1, 8, 8, 1)), jnp.zeros((1, 3), "int32")'


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.32831, "0.328"), (-0.008925, "-0.0089"), (-2.4e-6, "-2e-06"), (12345.6, "12,346"), (float("nan"), "NaN")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short_text(value) == text


def test_shares_and_bytes_are_short_and_true() -> None:
    assert [short_share(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0 %", "<1 %", "50 %", ">99 %", "100 %"]
    assert [bytes_text(count) for count in (5, 1500, 2_500_000, 3 * 10**9)] == ["5 B", "1.5 kB", "2.5 MB", "3 GB"]


def test_both_themes_can_be_taken_at_any_time(panel: VariablesPanel) -> None:
    for number in range(3):
        panel.detail.tabs.setCurrentIndex(number)
        panel.grab()
        panel.set_tokens(DARK)
        panel.grab()
