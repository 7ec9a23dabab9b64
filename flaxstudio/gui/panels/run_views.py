"""What is seen of a run, behind two tabs of one line: its losses, and what happens inside its layers."""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.layers import LayersView
from flaxstudio.gui.panels.metric_tiles import MetricTiles
from flaxstudio.gui.plots.loss_plot import LossPlot
from flaxstudio.gui.tokens import Tokens


class RunViews(QWidget):
    """The plot of losses and the layers; beside the tabs stand the metrics and what can be chosen of the plot."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self.tiles = MetricTiles()
        self.plot = LossPlot(tokens, self)
        self.layers = LayersView(tokens)
        self._pages, self._choices = QStackedWidget(), QWidget()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName(self.tr("What is seen of a run"))
        for title, page in ((self.tr("Loss"), self.plot), (self.tr("Layers"), self.layers)):
            self.tabs.addTab(title)
            self._pages.addWidget(page)
        self.tabs.currentChanged.connect(self._show_page)
        room = QHBoxLayout(self._choices)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(self.plot.controls)
        policy = self._choices.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when the page changes
        self._choices.setSizePolicy(policy)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(t.GAP)
        line.addWidget(self.tabs)
        line.addWidget(self.tiles, 1)
        line.addWidget(self._choices)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self._pages, 1)

    def set_tokens(self, tokens: Tokens) -> None:
        self.plot.set_tokens(tokens)
        self.layers.set_tokens(tokens)

    def _show_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self._choices.setVisible(self._pages.currentWidget() is self.plot)
