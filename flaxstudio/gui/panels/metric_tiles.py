"""The newest metrics of a run as small tiles: test accuracy 97.8 %, validation loss 0.0312."""

from collections.abc import Iterable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.number_text import metric_text, metric_title, value_text
from flaxstudio.project.results import Evaluation

_MOST = 6


class MetricTiles(QWidget):
    """A tile for each metric of the last evaluation of each split; the test comes first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._tiles: list[tuple[QWidget, QLabel, QLabel]] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(t.PADDING, 2, 0, 2)
        self._layout.setSpacing(t.SECTION_GAP)
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def display(self, evaluations: Iterable[Evaluation], reference_loss: float | None = None) -> None:
        """Show the last evaluation of each split, and the loss of the data's true parameters if known."""
        last = {evaluation.split: evaluation for evaluation in evaluations}
        tiles = [tile for split in ("test", "validation") if split in last for tile in self._tiles_of(last[split])]
        if reference_loss is not None:
            tiles.append((self.tr("loss of the true params"), value_text(reference_loss)))
        self._count = len(tiles[:_MOST])
        for number, (title, text) in enumerate(tiles[:_MOST]):
            self._fill(number, title, text)
        self._arrange()

    def texts(self) -> list[tuple[str, str]]:
        """Return what the visible tiles say, title and value."""
        return [(title.text(), value.text()) for tile, title, value in self._tiles if tile.isVisibleTo(self)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Show as many tiles as there is room for, whole ones."""
        room = self.width() - t.PADDING
        for number, (tile, _, _) in enumerate(self._tiles):
            room -= tile.sizeHint().width() + t.SECTION_GAP
            tile.setVisible(number < self._count and room >= -t.SECTION_GAP)

    def _tiles_of(self, evaluation: Evaluation) -> list[tuple[str, str]]:
        split = {"test": self.tr("test"), "validation": self.tr("validation")}.get(evaluation.split, evaluation.split)
        tiles = [(f"{split} {metric_title(name)}", metric_text(name, value)) for name, value in evaluation.metrics.items()]
        return [*tiles, (f"{split} {self.tr('loss')}", value_text(evaluation.loss))]

    def _fill(self, number: int, title: str, text: str) -> None:
        while number >= len(self._tiles):
            self._add_tile()
        _, title_label, value_label = self._tiles[number]
        title_label.setText(title)
        value_label.setText(text)

    def _add_tile(self) -> None:
        tile, title, value = QWidget(), QLabel(), QLabel()
        title.setProperty("role", "caption")
        value.setProperty("role", "heading")
        layout = QVBoxLayout(tile)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(value)
        layout.addWidget(title)
        self._layout.insertWidget(len(self._tiles), tile)
        self._tiles.append((tile, title, value))
