"""The palette finds layers, gives them away by key and drag, and remembers the last ones."""

import re

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest

from flaxstudio.gui.layer_drag import layer_of, mime_of
from flaxstudio.gui.layer_search import match, matching
from flaxstudio.gui.panels.layer_rows import COLOR, LAYER
from flaxstudio.gui.panels.palette import Palette, picture_of_layer
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue
from flaxstudio.layers.elsewhere import ELSEWHERE

CATALOGUE = catalogue()


@pytest.fixture
def palette(qtbot) -> Palette:
    palette = Palette(CATALOGUE, LIGHT)
    qtbot.addWidget(palette)
    palette.resize(240, 700)
    palette.show()
    return palette


def shown(palette: Palette) -> dict[str, list[str]]:
    """Return captions with the names of the layers below them, as the user sees them."""
    model = palette.tree.model()
    captions = [model.index(row, 0) for row in range(model.rowCount())]
    rows = {c.data(): [model.index(row, 0, c) for row in range(model.rowCount(c))] for c in captions}
    return {caption: [index.data() for index in indexes if index.data(LAYER)] for caption, indexes in rows.items()}


def index_of(palette: Palette, layer: str) -> QModelIndex:
    [index] = palette.tree.model().match(
        palette.tree.model().index(0, 0), LAYER, layer, 1, Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly
    )
    return index


def test_every_layer_is_listed_once_under_its_family(palette):
    names = [name for rows in shown(palette).values() for name in rows]
    assert names == [spec.name for spec in CATALOGUE]
    assert shown(palette)["Input and output"] == ["Input", "Output"]


def test_a_query_keeps_only_what_fits_and_points_to_the_best(palette):
    QTest.keyClicks(palette.field, "dense")
    assert palette.tree.currentIndex().data() == "Dense"
    assert all(caption != "Activation" for caption in shown(palette))


def test_clearing_the_query_brings_all_back(palette):
    before = shown(palette)
    QTest.keyClicks(palette.field, "pool")
    pools = ["MaxPool", "AvgPool", "MinPool", "GlobalAvgPool", "GlobalMaxPool", "GlobalMinPool"]
    assert shown(palette) == {"Convolution and pooling": pools}
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert shown(palette) == before


def test_enter_in_the_field_gives_the_best_layer(palette, qtbot):
    QTest.keyClicks(palette.field, "swish")
    with qtbot.waitSignal(palette.layer_activated) as signal:
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert signal.args == ["silu"]


def test_arrows_lead_into_the_list_and_enter_gives_the_layer(palette, qtbot):
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.tree, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.layer_activated) as signal:
        QTest.keyClick(palette.tree, Qt.Key.Key_Return)
    assert signal.args == ["Output"]


def test_a_double_click_gives_the_layer(palette, qtbot):
    at = palette.tree.visualRect(index_of(palette, "Dense")).center()
    with qtbot.waitSignal(palette.layer_activated) as signal:
        QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert signal.args == ["Dense"]


def test_a_click_on_a_caption_folds_its_family(palette):
    caption = index_of(palette, "Dense").parent()
    QTest.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=palette.tree.visualRect(caption).center())
    assert not palette.tree.isExpanded(caption)


def test_used_layers_stand_under_recent_newest_first(palette, qtbot):
    for layer in ("Dense", "Conv", "Dense"):
        palette.tree.row_activated.emit(index_of(palette, layer))
    assert palette.recent == ("Dense", "Conv")
    assert shown(palette)["Recent"] == ["Dense", "Conv"]
    with qtbot.assertNotEmitted(palette.recent_changed):
        palette.set_recent(("Dense", "Conv", "no such layer"))


def test_a_drag_carries_the_layers_name(palette):
    assert layer_of(mime_of("Conv")) == "Conv"
    assert picture_of_layer(CATALOGUE["Conv"], LIGHT, 2.0).deviceIndependentSize().width() >= 168


def test_another_theme_recolours_the_marks(palette):
    palette.set_tokens(DARK)
    assert index_of(palette, "Dense").data(COLOR).name() == DARK.families["linear"].lower()


@pytest.mark.parametrize(
    ("query", "best"),
    [("dense", "Dense"), ("cnv", "Conv"), ("bn", "BatchNorm"), ("max pool", "MaxPool"), ("residual", "Add"), ("swish", "silu")],
)
def test_the_search_forgives_missing_letters_and_knows_other_words(query, best):
    assert matching(query, CATALOGUE)[0].name == best


def test_the_search_finds_nothing_for_nonsense():
    assert matching("qqqq", CATALOGUE) == []


def test_every_layer_and_function_of_flax_is_found_by_its_own_name() -> None:
    names = {name for spec in CATALOGUE for name in re.findall(r"\bnn\.(\w+)\(", spec.code)}
    assert {"LSTMCell", "max_pool", "MultiHeadDotProductAttention"} <= names
    for name in (*names, "SelfAttention"):
        assert matching(name, CATALOGUE), name


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("linear", "Dense"),
        ("fully connected", "Dense"),
        ("nn.Linear", "Dense"),
        ("conv2d", "Conv"),
        ("Conv2DTranspose", "ConvTranspose"),
        ("softmax", "softmax"),
        ("lstm", "LSTM"),
        ("keras.layers.LSTM", "LSTM"),
        ("nn.LSTMCell", "LSTM"),
        ("BatchNorm2d", "BatchNorm"),
        ("bn", "BatchNorm"),
        ("maxp", "MaxPool"),
        ("average pooling", "AvgPool"),
        ("embedding", "Embed"),
        ("cat", "Concatenate"),
        ("unsqueeze", "ExpandDims"),
        ("de", "Dense"),
        ("flt", "Flatten"),
        ("linaer", "Dense"),
        ("leakyrelu", "leaky_relu"),
    ],
)
def test_the_best_layer_for_a_word_comes_first(query, best):
    assert matching(query, CATALOGUE)[0].name == best


def test_beginnings_go_before_inner_words_and_those_before_scattered_letters():
    found = [spec.name for spec in matching("norm", CATALOGUE)]
    assert found[0] == "Norm"
    assert found.index("BatchNorm") < found.index("SpectralNormDense") < found.index("GaussianNoise")


def test_the_letters_typed_are_marked_and_another_name_is_told():
    assert match("bn", CATALOGUE["BatchNorm"]).marks == (0, 5)
    assert match("relu", CATALOGUE["leaky_relu"]).marks == (6, 7, 8, 9)
    assert match("conv2", CATALOGUE["Conv"]).elsewhere == "conv2d"


def test_what_layers_are_called_elsewhere_belongs_to_layers_that_are_there():
    assert set(ELSEWHERE) <= {spec.name for spec in CATALOGUE}
