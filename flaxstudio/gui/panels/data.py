"""The Data panel: where the data comes from, which columns are feature and target, and how the rows are split."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from flaxstudio.gui.panels.data_choices import with_features, with_target
from flaxstudio.gui.panels.data_reading import ReadingLine
from flaxstudio.gui.panels.data_source import DataSource, EmptyData
from flaxstudio.gui.panels.data_split import DataSplit
from flaxstudio.gui.panels.data_state import DataState
from flaxstudio.gui.panels.data_table import DataTable
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import DatasetSpec

_SOURCE_WIDTH = 232
_SPLIT_WIDTH = 264


class DataPanel(QWidget):
    """Shows a DatasetSpec beside what is known of its data; tells each change as a whole new spec."""

    dataset_changed = Signal(object, str)
    file_requested = Signal()
    sample_chosen = Signal(str)
    file_dropped = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: DatasetSpec | None = None
        self._state = DataState.none()
        self._pages = QStackedWidget(self)  # each part is made where it belongs: what gets another parent is styled anew
        self._page = QWidget(self._pages)
        self.empty = EmptyData(tokens, self._pages)
        self._sides = _scrolling(_SOURCE_WIDTH, self._page), _scrolling(_SPLIT_WIDTH, self._page)
        self.source = DataSource(tokens, self._sides[0])
        self.table = DataTable(tokens, self._page)
        self.split = DataSplit(tokens, self._sides[1])
        self.reading = ReadingLine(self)
        self._build()
        self._connect()

    def display(self, dataset: DatasetSpec | None, state: DataState) -> None:
        """Show the data's spec and what is known of it."""
        self._dataset, self._state = dataset, state
        self._pages.setCurrentIndex(0 if dataset is None else 1)
        if dataset is None:
            return
        self.source.display(dataset, state)
        self.table.display(dataset, state)
        self.split.display(dataset, state)
        self.table.setVisible(bool(state.columns))
        self._room.setVisible(not state.columns)

    def set_tokens(self, tokens: Tokens) -> None:
        for view in (self.empty, self.source, self.table, self.split):
            view.set_tokens(tokens)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _file_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if path := _file_of(event):
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    def _build(self) -> None:
        self.setAcceptDrops(True)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._room = QWidget(self._page)
        line = QHBoxLayout(self._page)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for area, view in zip(self._sides, (self.source, self.split), strict=True):
            view.setProperty("role", "panel")
            view.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            area.setWidget(view)
        line.addWidget(self._sides[0])
        line.addWidget(self.table, 1)
        line.addWidget(self._room, 1)
        line.addWidget(self._sides[1])
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.reading)
        layout.addWidget(self._pages)

    def _connect(self) -> None:
        for buttons in (self.empty.buttons, self.source.buttons):
            buttons.file_requested.connect(self.file_requested)
            buttons.sample_chosen.connect(self.sample_chosen)
        self.table.feature_ticked.connect(self._tick_feature)
        self.table.features_ticked.connect(self._tick_features)
        self.table.target_chosen.connect(self._choose_target)
        self.split.dataset_changed.connect(self.dataset_changed)

    def _tick_feature(self, name: str, is_on: bool) -> None:
        assert self._dataset is not None
        text = self.tr("Tick feature {0}") if is_on else self.tr("Untick feature {0}")
        self._tell(with_features(self._dataset, self._state.columns, (name,), is_on), text.format(name))

    def _tick_features(self, names: tuple[str, ...], is_on: bool) -> None:
        """Tick or untick all that are shown; a target is not taken away by ticking all."""
        assert self._dataset is not None
        chosen = [name for name in names if name not in self._dataset.targets]
        text = self.tr("Tick all features") if is_on else self.tr("Untick all features")
        self._tell(with_features(self._dataset, self._state.columns, chosen, is_on), text)

    def _choose_target(self, name: str, is_on: bool) -> None:
        assert self._dataset is not None
        text = self.tr("Choose target {0}") if is_on else self.tr("Leave target {0}")
        self._tell(with_target(self._dataset, self._state.columns, name, is_on), text.format(name))

    def _tell(self, dataset: DatasetSpec, text: str) -> None:
        if dataset != self._dataset:
            self.dataset_changed.emit(dataset, text)


def _scrolling(width: int, parent: QWidget) -> QScrollArea:
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFixedWidth(width)
    return area


def _file_of(event: QDropEvent) -> str:
    """Return the one local file that is dragged, or ""."""
    files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 else ""
