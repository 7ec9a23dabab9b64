import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.gui.graph_picture import draw_graph
from flaxstudio.gui.start_cards import RecentRow
from flaxstudio.gui.start_page import RecentProject, StartPage, TemplateCard
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue

TEMPLATES = tuple(TemplateCard(f"t{n}", f"Template {n}", "One line.", "97 % in 10 s") for n in range(5))
RECENT = (RecentProject("/data/a.msgpack", "a", "today"), RecentProject("/data/b.msgpack", "b", "yesterday"))


@pytest.fixture
def page(qtbot):
    view = StartPage(LIGHT)
    qtbot.addWidget(view)
    view.resize(1280, 800)
    view.display(RECENT, TEMPLATES)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    return view


def columns(page):
    return len({card.x() for card in page.cards.cards})


def test_the_buttons_ask_for_a_new_project_and_for_a_file(page):
    new, opened = QSignalSpy(page.new_requested), QSignalSpy(page.open_requested)
    QTest.mouseClick(page.new_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    assert (new.count(), opened.count()) == (1, 1)


def test_a_click_anywhere_on_a_card_chooses_its_template(page):
    spy = QSignalSpy(page.template_chosen)
    card = page.cards.cards[2]
    for place in (QPoint(20, 20), QPoint(20, card.height() - 15)):
        inside = page.childAt(card.mapTo(page, place))
        QTest.mouseClick(inside, Qt.MouseButton.LeftButton, pos=inside.mapFrom(page, card.mapTo(page, place)))
    assert [spy.at(n) for n in range(spy.count())] == [["t2"], ["t2"]]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_choose_the_focused_card(page, key):
    spy = QSignalSpy(page.template_chosen)
    page.cards.cards[1].setFocus()
    QTest.keyClick(page.cards.cards[1], key)
    assert spy.at(0) == ["t1"]


def test_tab_reaches_every_card_and_recent_project(page):
    page.new_button.setFocus()
    reached = set()
    for _ in range(30):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert set(page.cards.cards) <= reached
    assert set(page.findChildren(RecentRow)) <= reached


def test_arrow_keys_go_from_card_to_card(page):
    width = columns(page)
    page.cards.cards[0].setFocus()
    QTest.keyClick(page.cards.cards[0], Qt.Key.Key_Right)
    assert page.cards.cards[1].hasFocus()
    QTest.keyClick(page.cards.cards[1], Qt.Key.Key_Down)
    assert page.cards.cards[1 + width].hasFocus()


def test_cards_flow_into_as_many_columns_as_there_is_room_for(page, qtbot):
    wide = columns(page)
    page.resize(640, 800)
    qtbot.waitUntil(lambda: columns(page) < wide)
    assert all(page.cards.rect().contains(card.geometry()) for card in page.cards.cards)


def test_a_recent_project_asks_for_its_path(page):
    spy = QSignalSpy(page.recent_chosen)
    rows = page.findChildren(RecentRow)
    QTest.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    rows[0].setFocus()
    QTest.keyClick(rows[0], Qt.Key.Key_Return)
    assert [spy.at(n) for n in range(2)] == [["/data/b.msgpack"], ["/data/a.msgpack"]]


def test_displaying_again_replaces_cards_and_recent_projects(page, qtbot):
    page.display(RECENT[:1], TEMPLATES[:2])
    qtbot.waitUntil(lambda: len(page.findChildren(RecentRow)) == 1)
    assert [card.name for card in page.cards.cards] == ["t0", "t1"]


def drag(page, mime):
    everything = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(50, 50), *everything)
    QApplication.sendEvent(page, enter)
    return enter, QDropEvent(QPointF(50, 50), *everything)


def test_a_dropped_file_is_asked_for(page, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.msgpack"))])
    spy = QSignalSpy(page.file_dropped)
    enter, drop = drag(page, mime)
    assert enter.isAccepted()
    QApplication.sendEvent(page, drop)
    assert spy.at(0) == [str(tmp_path / "x.msgpack")]


def test_text_dragged_over_the_page_is_not_taken(page):
    mime = QMimeData()
    mime.setText("hello")
    enter, _ = drag(page, mime)
    assert not enter.isAccepted()


def test_a_picture_has_the_screens_pixels_and_the_families_colours():
    graph = Graph((Node("input_1", "Input"), Node("dense_1", "Dense")), (edge("input_1", "dense_1"),))
    image = draw_graph(graph, {"dense_1": (400.0, 0.0)}, catalogue(), LIGHT, QSize(228, 116), 2.0)
    assert (image.width(), image.height(), image.devicePixelRatio()) == (456, 232, 2.0)
    seen = {image.pixelColor(x, 116).name() for x in range(456)}
    assert {LIGHT.canvas.lower(), LIGHT.families["linear"].lower(), LIGHT.families["io"].lower()} <= seen


def test_a_graph_without_nodes_gives_an_empty_picture():
    image = draw_graph(Graph(), {}, catalogue(), DARK, QSize(64, 40))
    assert image.pixelColor(32, 20) == QColor(DARK.canvas)


def test_all_nodes_of_a_long_chain_lie_inside_the_picture():
    names = [f"dense_{n}" for n in range(60)]
    graph = Graph(tuple(Node(name, "Dense") for name in names))
    image = draw_graph(graph, {name: (n * 240.0, 0.0) for n, name in enumerate(names)}, catalogue(), LIGHT, QSize(228, 116))
    edges = {image.pixelColor(x, y).name() for x in (0, 227) for y in range(116)}
    assert edges == {LIGHT.canvas.lower()}


def test_the_picture_of_a_drawing_that_flows_down_has_its_wires_from_below_to_above():
    graph = Graph((Node("input_1", "Input"), Node("dense_1", "Dense")), (edge("input_1", "dense_1"),))
    places = {"input_1": (0.0, 0.0), "dense_1": (0.0, 200.0)}
    image = draw_graph(graph, places, catalogue(), LIGHT, QSize(116, 116), flow="down")
    plain = QColor(LIGHT.canvas)
    between = [y for y in range(116) if image.pixelColor(20, y) == plain and image.pixelColor(58, y) != plain]
    assert len(between) > 10, "a wire stands in the middle where the sides are empty"
