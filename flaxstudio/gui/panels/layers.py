"""What happens inside the layers of a run: how values lie over its steps, how far params move, which units are dead."""

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QStackedWidget, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.layer_detail import LayerDetail
from flaxstudio.gui.panels.layer_list import LayerDelegate, LayerListModel
from flaxstudio.gui.plots.layer_history import LayerHistory, node_of
from flaxstudio.gui.sight import is_in_sight
from flaxstudio.gui.tokens import Tokens
from flaxstudio.training.events import Observed

REDRAW_MS = 300
_LIST_WIDTH = 264


class LayersView(QWidget):
    """A list of layers, and the selected one at large. Drawn anew only where it can be seen, a few times a second at most."""

    node_requested = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = LayerHistory()
        self._run = ""
        self._is_past = False
        self._is_stale = False
        self._wanted = ""
        self.model = LayerListModel(tokens, self)
        self.list = QListView()
        self._delegate = LayerDelegate(tokens, self)
        self.detail = LayerDetail(tokens)
        self.empty = QLabel()
        self._pages = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._build()
        self._connect()
        self._show_page()

    def begin(self, run: str, *, is_past: bool = False) -> None:
        """Forget what was seen: a run begins, told apart by when it did; "" for none. Of what `is_past` nothing is kept."""
        self._run, self._is_past = run, is_past
        self.history = LayerHistory()
        self.refresh()

    def add(self, seen: Observed) -> None:
        """Take what was seen of a run's layers."""
        self.history.add(seen)
        self._schedule()

    def show_run(self, run: str) -> None:
        """Keep what is shown if it is of this run; nothing is kept of those before."""
        if run != self._run:
            self.begin("", is_past=True)

    def mark_nodes(self, names: tuple[str, ...]) -> None:
        """Show the layer of the node that is selected on the canvas."""
        if len(names) != 1:
            return
        self._wanted = names[0]
        shown = self.model.name_at(self.list.currentIndex())
        index = self.model.index_of(names[0])
        if index.isValid() and node_of(shown, self.history.layers) != names[0]:
            self.list.setCurrentIndex(index)

    def set_tokens(self, tokens: Tokens) -> None:
        self._delegate.set_tokens(tokens)
        self.model.set_tokens(tokens)
        self.detail.set_tokens(tokens)
        self.list.viewport().update()

    def refresh(self) -> None:
        """Show now what has come since the last time, if it can be seen."""
        self._timer.stop()
        self._is_stale = not is_in_sight(self)
        if self._is_stale:
            return
        self.model.display(self.history)
        self._show_page()
        if not self.list.currentIndex().isValid() and self.model.rowCount():
            index = self.model.index_of(self._wanted)
            self.list.setCurrentIndex(index if index.isValid() else self.model.index(0))
        self._show_current()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_stale and not self._timer.isActive():  # it has come into sight
            QTimer.singleShot(0, self, self.refresh)

    def _build(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.setToolTip(self.tr("A click, or Return, selects the layer on the canvas"))
        self.empty.setProperty("role", "secondary")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(t.SECTION_GAP)
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.list)
        line.addWidget(self.detail, 1)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(both)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _connect(self) -> None:
        self._timer.timeout.connect(self.refresh)
        self.list.selectionModel().currentChanged.connect(self._show_current)
        self.list.clicked.connect(self._request)
        self.list.activated.connect(self._request)

    def _schedule(self) -> None:
        self._is_stale = True
        if not self._timer.isActive() and is_in_sight(self):
            self._timer.start()

    def _show_page(self) -> None:
        self.empty.setText(self._why_empty())
        self._pages.setCurrentIndex(1 if self.history.count else 0)

    def _why_empty(self) -> str:
        if self._run:
            return self.tr("The layers of this run will be seen here a few seconds after its first step.")
        if self._is_past:
            return self.tr(
                "The layers of past runs, and of several runs trained together, are not kept. Train one run to see its layers"
                " while it goes."
            )
        return self.tr(
            "Train a model to see how the params, gradients and outputs of each layer lie, and which units are dead."
        )

    def _show_current(self) -> None:
        name = self.model.name_at(self.list.currentIndex())
        if name in self.history.layers:
            self.detail.display(name, self.history)

    def _request(self, index: QModelIndex) -> None:
        name = self.model.name_at(index)
        if name:
            self._wanted = node_of(name, self.history.layers)
            self.node_requested.emit(self._wanted)
