"""The palette's list: rows that are dragged out as layers, and the filter that a query sets."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from flaxstudio.graph.spec import LayerSpec
from flaxstudio.gui.layer_search import score
from flaxstudio.gui.panels.layer_rows import COMMAND, LAYER


class LayerTree(QTreeView):
    """The palette's list. Qt's own drag would carry model data and pick its own picture."""

    row_activated = Signal(QModelIndex)
    row_dragged = Signal(QModelIndex)
    menu_requested = Signal(QModelIndex, QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(False)
        self.clicked.connect(self._on_click)
        self.doubleClicked.connect(self._on_double_click)

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: ARG002 - Qt's signature
        self.row_dragged.emit(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.row_activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(self.indexAt(event.pos()), event.globalPos())

    def _on_click(self, index: QModelIndex) -> None:
        if index.data(COMMAND):
            self.row_activated.emit(index)
        elif not index.data(LAYER):
            self.setExpanded(index, not self.isExpanded(index))

    def _on_double_click(self, index: QModelIndex) -> None:
        if index.data(LAYER):
            self.row_activated.emit(index)


class LayerFilter(QSortFilterProxyModel):
    """Lets through what fits the query, and captions with anything below them; commands while there is no query."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.specs: Mapping[str, LayerSpec] = {}
        self._query = ""
        self.setRecursiveFilteringEnabled(True)

    def set_query(self, query: str) -> None:
        self.beginResetModel()
        self._query = query
        self.endResetModel()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        index = self.sourceModel().index(row, 0, parent)
        layer = index.data(LAYER)
        if index.data(COMMAND):
            return not self._query.strip()
        return layer in self.specs and score(self._query, self.specs[layer]) > 0
