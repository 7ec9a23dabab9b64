"""One layer at large: what is said of it, heat of its params, gradients and outputs, its updates and its dead units."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.layer_list import words_of
from flaxstudio.gui.panels.layer_words import USUAL
from flaxstudio.gui.plots.layer_history import KINDS, Kind, LayerHistory, LayerSeries
from flaxstudio.gui.plots.layer_pictures import HeatPicture, TracePicture
from flaxstudio.gui.plots.step_plot import Picture, StepPlot
from flaxstudio.gui.tokens import Tokens

_RATIOS = (1e-7, 1.0)


class LayerDetail(QScrollArea):
    """Plots of what was seen of one layer; those of which there is nothing give their room to the others."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.words = QLabel(), QLabel()
        titles = {"params": self.tr("Params"), "gradients": self.tr("Gradients"), "outputs": self.tr("Activations")}
        self.heats: dict[Kind, StepPlot] = {kind: StepPlot(titles[kind], tokens) for kind in KINDS}
        self.ratio = StepPlot(self.tr("Update / params"), tokens)
        self.dead = StepPlot(self.tr("Dead units"), tokens)
        self.plots = (*self.heats.values(), self.ratio, self.dead)
        self._build()
        for plot in self.plots:
            plot.pointed.connect(self._point)

    def display(self, name: str, history: LayerHistory) -> None:
        """Show what a history has of a layer."""
        series = history.layers[name]
        self.name.setText(name)
        words = words_of(history, series)
        self.words.setText(" ".join(("⚠ " if word.is_warning else "") + word.sentence for word in words))
        self.words.setVisible(bool(words))
        for kind, plot in self.heats.items():
            strip = series.strips.get(kind)
            _fill(plot, HeatPicture(strip.first(history.count)) if strip is not None else None, history)
        _fill(self.ratio, _ratio_picture(history, series), history)
        _fill(self.dead, _dead_picture(history, series), history)

    def set_tokens(self, tokens: Tokens) -> None:
        for plot in self.plots:
            plot.set_tokens(tokens)

    def _build(self) -> None:
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.name.setProperty("role", "heading")
        self.words.setProperty("role", "secondary")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.ratio.setToolTip(
            self.tr("How far one step moves the params, over their size. In the band it is as usual: about 1e-3.")
        )
        self.dead.setToolTip(self.tr("Units that gave 0 for every sample of a batch, wherever it was looked at."))
        above, below = QGridLayout(), QGridLayout()
        for number, plot in enumerate(self.heats.values()):
            above.addWidget(plot, 0, number)
        below.addWidget(self.ratio, 0, 0)
        below.addWidget(self.dead, 0, 1)
        whole = QWidget()
        whole.setProperty("role", "panel")
        column = QVBoxLayout(whole)
        column.setContentsMargins(t.GAP, 4, t.GAP, 4)
        column.setSpacing(4)
        column.addWidget(self.name)
        column.addWidget(self.words)
        for grid, share in ((above, 3), (below, 2)):
            grid.setSpacing(t.GAP)
            column.addLayout(grid, share)
        self.setWidget(whole)

    def _point(self, column: int) -> None:
        for plot in self.plots:
            plot.point(column)


def _fill(plot: StepPlot, picture: Picture | None, history: LayerHistory) -> None:
    plot.setVisible(picture is not None)
    if picture is not None:
        plot.display(picture, history.steps.copy())


def _ratio_picture(history: LayerHistory, series: LayerSeries) -> Picture | None:
    values = series.ratio[: history.count].copy()
    return TracePicture(values, *_RATIOS, band=USUAL, is_log=True) if values[values == values].size else None


def _dead_picture(history: LayerHistory, series: LayerSeries) -> Picture | None:
    values = series.dead[: history.count].copy()
    return TracePicture(values, 0.0, 1.0) if values[values == values].size else None
