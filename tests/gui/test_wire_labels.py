from PySide6.QtCore import QPointF

from flaxstudio.graph.shape import ArrayShape, StateShape
from flaxstudio.gui.canvas.wire_labels import label_texts
from tests.gui.canvas_desk import Desk, chain


def test_a_wire_tells_dimensions_by_name_and_the_type() -> None:
    image = label_texts(ArrayShape((28, 28, 1)), ("batch", "height", "width", "channels"))
    assert image.line == "batch, height 28, width 28, channels 1 · float32"
    assert image.lines == "batch, height 28, width 28,\nchannels 1 · float32"
    assert image.sizes == "28×28×1"
    assert label_texts(ArrayShape((1000,), "int32"), ("batch", "time")).line == "batch, time 1000 · int32"


def test_what_has_no_names_tells_its_sizes() -> None:
    assert label_texts(ArrayShape((16, 64))).line == "batch, 16, 64 · float32"
    assert label_texts(ArrayShape(())).sizes == "1"
    state = label_texts(StateShape((ArrayShape((64,)), ArrayShape((64,)))))
    assert state.sizes == "64 + 64"
    assert "(batch, 64)" in state.line


def test_labels_stand_where_their_wires_are_and_follow_a_drag(qtbot) -> None:
    desk = Desk(qtbot, chain())
    labels = desk.canvas.scene.wire_labels
    labels.show()

    def places() -> list[QPointF]:
        return [place for place, _ in labels.shown(desk.canvas.scene.bounds(), 1.0)]

    (before,) = places()  # only dense_1 has a shape here
    desk.drag(desk.title_of("dense_1"), (500, 300))
    (after,) = places()
    assert (after - before).manhattanLength() > 40
