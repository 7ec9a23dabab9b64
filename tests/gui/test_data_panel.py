from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.data.preview import preview_rows
from flaxstudio.data.samples import SAMPLES
from flaxstudio.data.table import ColumnSummary, Table, summarize
from flaxstudio.gui.panels.data import DataPanel
from flaxstudio.gui.panels.data_choices import with_features, with_target, with_target_kind
from flaxstudio.gui.panels.data_columns import EXAMPLE, FEATURE, MISSING, NAME, RANGE, TARGET
from flaxstudio.gui.panels.data_source import pixmap_of
from flaxstudio.gui.panels.data_state import DataState, Picture, RowCounts
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.config import DatasetSpec

TABLE = Table(
    {
        "width": np.array([1.5, 2.5, np.nan]),
        "height": np.array([10.0, 20.0, 30.0]),
        "kind": np.array(["oak", "elm", "oak"], dtype=object),
        "image": np.zeros((3, 8, 8)),
        "wave": np.zeros(3, np.complex64),
    },
    "trees.csv",
)
COLUMNS = summarize(TABLE)
STATE = DataState("ready", "", COLUMNS, 3, preview_rows(TABLE), row_counts=RowCounts(1258, 180, 359))
SPEC = DatasetSpec("/home/ada/trees.csv", ("height",), ("width",), "numbers")


@pytest.fixture
def panel(qtbot):
    view = DataPanel(LIGHT)
    qtbot.addWidget(view)
    view.resize(1280, 400)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.display(SPEC, STATE)
    return view


@pytest.fixture
def changes(panel):
    """What the panel asked for; each change comes back as the new spec, as it does in the window."""
    told = []

    def answer(spec, text):
        told.append((spec, text))
        panel.display(spec, STATE)

    panel.dataset_changed.connect(answer)
    return told


def cell(panel, name, place):
    shown = panel.table.shown
    row = next(row for row in range(shown.rowCount()) if shown.index(row, NAME).data() == name)
    return shown.index(row, place)


def click(panel, name, place):
    view = panel.table.columns
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(cell(panel, name, place)).center())


def is_ticked(panel, name, place):
    state = cell(panel, name, place).data(Qt.ItemDataRole.CheckStateRole)
    return None if state is None else Qt.CheckState(state) == Qt.CheckState.Checked


def type_into(row, text):
    line = row.field.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_features_keep_the_order_of_the_table():
    spec = with_features(SPEC, COLUMNS, ("width",), True)
    assert spec.features == ("width", "height")


def test_a_target_ticked_as_feature_is_no_target_any_more():
    assert with_features(SPEC, COLUMNS, ("width",), True).targets == ()


def test_a_feature_chosen_as_target_is_no_feature_any_more():
    spec = with_target(SPEC, COLUMNS, "height", True)
    assert (spec.features, spec.targets) == ((), ("width", "height"))


def test_text_as_target_makes_classes_and_stands_alone():
    spec = with_target(SPEC, COLUMNS, "kind", True)
    assert (spec.targets, spec.target_kind) == (("kind",), "classes")


def test_of_classes_there_is_one_target():
    classes = replace(SPEC, target_kind="classes", targets=("kind",))
    assert with_target(classes, COLUMNS, "width", True).targets == ("width",)


def test_several_targets_taken_as_classes_leave_the_first():
    assert with_target_kind(replace(SPEC, targets=("width", "height")), "classes").targets == ("width",)


def test_columns_that_the_table_lacks_stay_until_they_are_unticked():
    spec = with_features(replace(SPEC, features=("gone",)), COLUMNS, ("height",), True)
    assert spec.features == ("height", "gone")


def test_text_cannot_be_ticked_as_feature():
    assert with_features(SPEC, COLUMNS, ("kind",), True).features == ("height",)


def test_without_data_there_are_one_sentence_and_the_two_ways_to_some(panel, qtbot):
    panel.display(None, DataState.none())
    assert panel.empty.isVisible()
    with qtbot.waitSignal(panel.file_requested):
        qtbot.mouseClick(panel.empty.buttons.file, Qt.MouseButton.LeftButton)
    assert panel.empty.buttons.samples.isVisible()


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_a_sample_set_is_chosen_from_the_menu_with_its_line(panel, number):
    spy = QSignalSpy(panel.sample_chosen)
    action = panel.source.buttons.menu.actions()[number]
    action.trigger()
    assert action.text() == f"{SAMPLES[number].title}\t{SAMPLES[number].summary}"
    assert spy.at(0) == [SAMPLES[number].name]


def test_the_source_is_shown_by_name_and_folder(panel):
    assert panel.source.title.text() == "trees.csv"
    assert panel.source.detail.text() == "/home/ada"
    panel.display(SAMPLES[0].dataset, STATE)
    assert panel.source.title.text() == SAMPLES[0].title


def test_a_failure_is_told_in_place_of_the_columns(panel):
    panel.display(SPEC, DataState.failed("trees.csv is ragged: line 3 has 2 values, not 5. Repair that line."))
    assert panel.source.fault.isVisible()
    assert "line 3" in panel.source.fault.text()
    assert not panel.table.isVisible()
    assert panel.source.buttons.file.isVisible()


def test_reading_is_told_while_it_goes_on(panel):
    panel.display(SPEC, DataState.loading())
    assert panel.source.status.text() == "Reading…"
    assert not panel.source.fault.isVisible()


def test_each_column_is_summed_up(panel):
    texts = {place: cell(panel, "width", place).data() for place in (NAME, MISSING, RANGE, EXAMPLE)}
    assert texts == {NAME: "width", MISSING: "1", RANGE: "1.5 – 2.5", EXAMPLE: "1.5, 2.5"}


def test_roles_are_marked(panel):
    assert is_ticked(panel, "height", FEATURE) is True
    assert is_ticked(panel, "width", FEATURE) is False
    assert is_ticked(panel, "width", TARGET) is True
    assert is_ticked(panel, "kind", FEATURE) is None
    assert is_ticked(panel, "wave", TARGET) is None


def test_a_click_ticks_a_feature(panel, changes):
    click(panel, "image", FEATURE)
    assert changes == [(replace(SPEC, features=("height", "image")), "Tick feature image")]
    click(panel, "image", FEATURE)
    assert changes[-1] == (SPEC, "Untick feature image")


def test_space_ticks_the_feature_in_focus(panel, changes):
    view = panel.table.columns
    view.setFocus()
    view.setCurrentIndex(cell(panel, "image", FEATURE))
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert changes[-1][0].features == ("height", "image")


def test_nothing_is_ticked_before_the_project_says_so(panel):
    asked = QSignalSpy(panel.dataset_changed)
    click(panel, "image", FEATURE)
    assert asked.count() == 1
    assert is_ticked(panel, "image", FEATURE) is False


def test_a_click_on_text_ticks_no_feature(panel, changes):
    click(panel, "kind", FEATURE)
    assert changes == []


def test_a_target_is_chosen_by_a_click(panel, changes):
    click(panel, "kind", TARGET)
    assert changes == [(replace(SPEC, targets=("kind",), target_kind="classes"), "Choose target kind")]


def test_all_and_none_tick_all_that_can_be_features_but_the_target(panel, changes, qtbot):
    qtbot.mouseClick(panel.table.none_button, Qt.MouseButton.LeftButton)
    assert changes[-1] == (replace(SPEC, features=()), "Untick all features")
    qtbot.mouseClick(panel.table.all_button, Qt.MouseButton.LeftButton)
    assert changes[-1] == (replace(SPEC, features=("height", "image")), "Tick all features")


def many():
    columns = tuple(ColumnSummary(f"pixel_{n}", "number", (), 0, 17, 0.0, 16.0, ("0",)) for n in range(64))
    return DataState("ready", "", columns, 1797), DatasetSpec("sample:digits", ())


def test_many_columns_are_filtered_by_name_and_ticked_together(panel, qtbot):
    state, spec = many()
    assert not panel.table.filter.isVisible()
    panel.display(spec, state)
    asked = QSignalSpy(panel.dataset_changed)
    panel.table.filter.setFocus()
    QTest.keyClicks(panel.table.filter, "PIXEL_6")
    assert panel.table.shown_names() == ("pixel_6", "pixel_60", "pixel_61", "pixel_62", "pixel_63")
    qtbot.mouseClick(panel.table.all_button, Qt.MouseButton.LeftButton)
    assert asked.at(0)[0].features == panel.table.shown_names()


def test_a_tick_keeps_the_place_in_a_long_table(panel):
    state, spec = many()
    panel.display(spec, state)
    panel.table.columns.scrollToBottom()
    place = panel.table.columns.verticalScrollBar().value()
    panel.display(replace(spec, features=("pixel_63",)), state)
    assert place > 0
    assert panel.table.columns.verticalScrollBar().value() == place
    assert is_ticked(panel, "pixel_63", FEATURE) is True


def test_the_first_rows_are_shown_as_they_are(panel):
    preview = panel.table.preview
    assert [preview.horizontalHeaderItem(place).text() for place in range(5)] == list(TABLE.columns)
    assert [preview.item(2, place).text() for place in range(4)] == ["", "30", "oak", "8 x 8"]


def test_the_split_is_shown_with_its_rows(panel):
    assert panel.split.counts.text() == "1,258 rows to train, 180 to validate, 359 to test."
    assert panel.split.validation.field.value() == 10
    assert panel.split.test.field.value() == 20


@pytest.mark.parametrize(
    ("row", "text", "change", "words"),
    [
        ("validation", "12.5", {"validation": 0.125}, "Set validation share"),
        ("test", "0", {"test": 0.0}, "Set test share"),
        ("seed", "3", {"seed": 3}, "Set split seed"),
    ],
)
def test_the_split_is_typed(panel, changes, row, text, change, words):
    type_into(getattr(panel.split, row), text)
    assert changes == [(replace(SPEC, **change), words)]


def test_a_share_above_the_whole_is_refused_in_place(panel, changes):
    type_into(panel.split.test, "120")
    assert changes == []
    assert panel.split.test.fault.isVisible()


def type_memory(panel, text):
    line = panel.split.memory.field.edit
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_memory_for_the_data_is_automatic_until_a_size_is_typed(panel, changes):
    line = panel.split.memory.field.edit
    assert (line.text(), line.placeholderText()) == ("", "automatic")
    type_memory(panel, "0.5gb")
    assert changes == [(replace(SPEC, memory=500_000_000), "Set memory for data")]
    assert line.text() == "500 MB"
    type_memory(panel, "500000 kB")
    assert (len(changes), line.text()) == (1, "500 MB")
    type_memory(panel, "automatic")
    assert changes[-1] == (SPEC, "Set memory for data")
    assert line.text() == ""


@pytest.mark.parametrize("text", ["much", "-5 MB", "999 kB", "1e9", "99999999 TB"])
def test_what_is_no_memory_is_answered_by_a_sentence_and_escape_takes_it_back(panel, changes, text):
    type_memory(panel, text)
    field = panel.split.memory.field
    assert changes == []
    assert field.fault.isVisible()
    assert field.fault.text() == "Memory must be a size of at least 1 MB, such as 512 MB, or empty for automatic."
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert (field.edit.text(), field.fault.isVisible()) == ("", False)


def test_kind_of_target_and_scaling_are_chosen(panel, changes):
    panel.split.target_kind.setFocus()
    QTest.keyClick(panel.split.target_kind, Qt.Key.Key_Down)
    panel.split.scaling.setFocus()
    QTest.keyClick(panel.split.scaling, Qt.Key.Key_Down)
    assert changes == [
        (replace(SPEC, target_kind="classes"), "Take target as classes"),
        (replace(SPEC, target_kind="classes", scaling="standard"), "Choose scaling"),
    ]


def test_test_rows_that_the_file_fixes_cannot_be_shared_out(panel):
    panel.display(SPEC, replace(STATE, has_fixed_test=True))
    assert not panel.split.test.isEnabled()
    assert "own test rows" in panel.split.counts.text()


def test_samples_that_are_images_are_shown(panel):
    pixels = np.array([[0, 255], [128, 64]], np.uint8)
    image = pixmap_of(Picture(pixels), 4, 1.0).toImage()
    grey = [[image.pixelColor(x, y).red() for x in (0, 2)] for y in (0, 2)]
    assert grey == pixels.tolist()
    panel.display(SPEC, replace(STATE, pictures=(Picture(pixels, "7"), Picture(np.zeros((3, 3, 3), np.uint8)))))
    assert [panel.source._grid.itemAt(n).widget().toolTip() for n in range(2)] == ["7", ""]
    panel.display(SPEC, STATE)
    assert panel.source._grid.count() == 0


def drag(panel, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(panel.rect().center(), Qt.DropAction.CopyAction, data, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(panel, enter)
    if enter.isAccepted():
        drop = QDropEvent(QPointF(panel.rect().center()), Qt.DropAction.CopyAction, data, buttons, keys)
        QApplication.sendEvent(panel, drop)


def test_one_dropped_file_is_told_and_several_are_not_taken(panel):
    spy = QSignalSpy(panel.file_dropped)
    drag(panel, "/tmp/a.csv", "/tmp/b.csv")
    drag(panel, "/tmp/trees.csv")
    assert [spy.at(n) for n in range(spy.count())] == [["/tmp/trees.csv"]]


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_marks_are_drawn_in_the_themes_accent(panel, tokens):
    panel.set_tokens(tokens)
    view = panel.table.columns
    image = view.viewport().grab(view.visualRect(cell(panel, "height", FEATURE))).toImage()
    colors = {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}
    assert tokens.accent in colors
