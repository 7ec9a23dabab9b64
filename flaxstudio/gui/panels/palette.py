"""The palette: all layers by family, found by a few letters, dragged onto the canvas or added with Enter."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QDrag, QKeyEvent, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Node
from flaxstudio.graph.library import Block, Code
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.node_content import content_of
from flaxstudio.gui.canvas.node_painter import MARGIN, NodePainter
from flaxstudio.gui.canvas.port_painter import PORT_Y
from flaxstudio.gui.families import family_color, family_title
from flaxstudio.gui.icons import icon
from flaxstudio.gui.layer_drag import mime_of
from flaxstudio.gui.layer_search import matching
from flaxstudio.gui.panels.layer_rows import COLOR, COMMAND, LAYER, SUMMARY, LayerRows
from flaxstudio.gui.panels.layer_tree import LayerFilter, LayerTree
from flaxstudio.gui.tokens import Tokens

_MOST_RECENT = 5


class Palette(QWidget):
    """Lists the catalogue, the project's own layers first. Double-click and Enter emit `layer_activated`; rows are
    dragged out as layers."""

    layer_activated = Signal(str)
    new_block_requested = Signal()
    new_code_requested = Signal()
    open_requested = Signal(str)
    """A layer of the project's own is to be opened, renamed or removed."""
    rename_requested = Signal(str)
    remove_requested = Signal(str)
    recent_changed = Signal(object)
    """The layers used last, newest first, as a tuple."""

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tokens = tokens
        self._own: frozenset[str] = frozenset()
        self._recent: tuple[str, ...] = ()
        self._model = QStandardItemModel(self)
        self._filter = LayerFilter(self)
        self.field = QLineEdit(self)
        self.tree = LayerTree(self)
        self._search_mark = self.field.addAction(icon("search", tokens), QLineEdit.ActionPosition.LeadingPosition)
        self._build()
        self._fill()
        self.set_tokens(tokens)

    def set_catalogue(self, catalogue: Catalogue, own: frozenset[str] = frozenset()) -> None:
        """List the layers of another catalogue, in which only those differ that are not ready-made.

        `own` names the project's; others that are not ready-made are plug-ins, which a project takes in when used.
        """
        if (catalogue, own) != (self._catalogue, self._own):
            self._catalogue, self._own = catalogue, own
            self._fill_own()

    @property
    def recent(self) -> tuple[str, ...]:
        """The layers used last, newest first."""
        return self._recent

    def set_recent(self, layers: Iterable[str]) -> None:
        """Show these as used last; unknown ones are passed over."""
        recent = tuple(layer for layer in dict.fromkeys(layers) if layer in self._filter.specs)[:_MOST_RECENT]
        if recent != self._recent:
            self._recent = recent
            self._fill_recent()
            self.recent_changed.emit(recent)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self._search_mark.setIcon(icon("search", tokens, tokens.secondary))
        self.tree.setItemDelegate(LayerRows(tokens, self.tree))
        for item in self._layer_items():
            if layer := item.data(LAYER):
                item.setData(family_color(self._filter.specs[layer], tokens), COLOR)

    def focus_search(self) -> None:
        """Go to the search field."""
        self.field.setFocus()
        self.field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys lead from the field into the list, and Esc clear the field."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._select_first()
                self.tree.setFocus()
                return True
            if event.key() == Qt.Key.Key_Escape and self.field.text():
                self.field.clear()
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.GAP, t.GAP, t.GAP, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.field)
        layout.addWidget(self.tree)
        self.field.setPlaceholderText(self.tr("Search layers"))
        self.field.setAccessibleName(self.tr("Search layers"))
        self.field.setClearButtonEnabled(True)
        self.field.setMinimumHeight(t.CONTROL_HEIGHT)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._on_query)
        self.field.returnPressed.connect(lambda: self._activate(self.tree.currentIndex()))
        self._filter.setSourceModel(self._model)
        self.tree.setModel(self._filter)
        self.tree.setAccessibleName(self.tr("Palette"))
        self.tree.row_activated.connect(self._activate)
        self.tree.row_dragged.connect(self._drag)
        self.tree.menu_requested.connect(self._open_menu)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _fill(self) -> None:
        self._filter.specs = {spec.name: spec for spec in self._catalogue}
        self._model.appendRow(_caption(self.tr("This project")))
        self._model.appendRow(_caption(self.tr("Plug-ins")))
        ready_made = [spec for spec in self._catalogue if spec.family != "custom"]
        for family in dict.fromkeys(spec.family for spec in ready_made):
            caption = _caption(family_title(family))
            for spec in ready_made:
                if spec.family == family:
                    caption.appendRow(self._row(spec))
            self._model.appendRow(caption)
        self._model.appendRow(_caption(self.tr("Recent")))  # at the end, so that nothing jumps when it grows
        self._fill_own()
        self.tree.expandAll()

    def _fill_own(self) -> None:
        """List the project's own layers, the plug-ins it has not taken in yet, and how to make more."""
        self._filter.specs = {spec.name: spec for spec in self._catalogue}
        project, plugins = self._model.item(0), self._model.item(1)
        for caption in (project, plugins):
            caption.removeRows(0, caption.rowCount())
        for spec in self._catalogue:
            if spec.family == "custom":
                (project if spec.name in self._own else plugins).appendRow(self._row(spec))
        project.appendRow(_command(self.tr("New block…"), "block"))
        project.appendRow(_command(self.tr("New code layer…"), "code"))
        self.set_recent(self._recent)
        self._fill_recent()
        for caption in (project, plugins):
            self.tree.expand(self._filter.mapFromSource(caption.index()))

    def _fill_recent(self) -> None:
        caption = self._model.item(self._model.rowCount() - 1)
        caption.removeRows(0, caption.rowCount())
        for layer in self._recent:
            caption.appendRow(self._row(self._filter.specs[layer]))
        if self._recent:
            self.tree.expand(self._filter.mapFromSource(caption.index()))

    def _row(self, spec: LayerSpec) -> QStandardItem:
        item = QStandardItem(spec.name)
        item.setData(spec.name, LAYER)
        item.setData(spec.summary, SUMMARY)
        item.setData(family_color(spec, self._tokens), COLOR)
        item.setToolTip(spec.summary)
        item.setData(f"{spec.name}: {spec.summary}", Qt.ItemDataRole.AccessibleTextRole)
        return item

    def _layer_items(self) -> list[QStandardItem]:
        captions = [self._model.item(row) for row in range(self._model.rowCount())]
        return [caption.child(row) for caption in captions for row in range(caption.rowCount())]

    def _on_query(self, query: str) -> None:
        self._filter.set_query(query)
        self.tree.expandAll()
        self._select_best(query) if query.strip() else self.tree.setCurrentIndex(QModelIndex())

    def _select_best(self, query: str) -> None:
        best = matching(query, self._filter.specs.values())
        for index in self._layer_indexes():
            if best and index.data(LAYER) == best[0].name:
                self.tree.setCurrentIndex(index)
                self.tree.scrollTo(index)

    def _select_first(self) -> None:
        indexes = self._layer_indexes()
        if indexes and not self.tree.currentIndex().isValid():
            self.tree.setCurrentIndex(indexes[0])

    def _layer_indexes(self) -> list[QModelIndex]:
        captions = [self._filter.index(row, 0) for row in range(self._filter.rowCount())]
        rows = (self._filter.index(row, 0, caption) for caption in captions for row in range(self._filter.rowCount(caption)))
        return [index for index in rows if index.data(LAYER)]

    def _activate(self, index: QModelIndex) -> None:
        if layer := index.data(LAYER):
            self.layer_activated.emit(layer)
            self._use(layer)
        elif command := index.data(COMMAND):
            (self.new_block_requested if command == "block" else self.new_code_requested).emit()

    def _open_menu(self, index: QModelIndex, at: QPoint) -> None:
        spec = self._filter.specs.get(index.data(LAYER) or "")
        if spec is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, signal in self._menu_entries(spec):
            menu.addAction(text).triggered.connect(lambda _=False, signal=signal: signal.emit(spec.name))
        menu.popup(at)

    def _menu_entries(self, spec: LayerSpec) -> list[tuple[str, SignalInstance]]:
        """Return what can be done with a layer."""
        entries = [(self.tr("Add to the graph"), self.layer_activated)]
        if spec.name not in self._own:
            return entries
        if isinstance(spec.definition, Block):
            entries.append((self.tr("Open block"), self.open_requested))
            entries.append((self.tr("Rename…"), self.rename_requested))
        elif isinstance(spec.definition, Code):
            entries.append((self.tr("Edit code…"), self.open_requested))
        return [*entries, (self.tr("Remove"), self.remove_requested)]

    def _use(self, layer: str) -> None:
        self.set_recent((layer, *self._recent))

    def _drag(self, index: QModelIndex) -> None:
        layer = index.data(LAYER)
        if not layer:
            return
        drag = QDrag(self)
        drag.setMimeData(mime_of(layer))
        drag.setPixmap(picture_of_layer(self._filter.specs[layer], self._tokens, self.devicePixelRatioF()))
        drag.setHotSpot(QPoint(t.NODE_MIN_WIDTH // 2 + MARGIN, PORT_Y + MARGIN))
        if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.CopyAction:
            self._use(layer)


def picture_of_layer(spec: LayerSpec, tokens: Tokens, ratio: float) -> QPixmap:
    """Return a small picture of a new node, for dragging."""
    painter_of_nodes = NodePainter(tokens)
    content = content_of(Node(spec.base_name(), spec.name), spec, None, ())
    return painter_of_nodes.picture(content, ratio)


def _caption(title: str) -> QStandardItem:
    item = QStandardItem(title)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item


def _command(title: str, command: str) -> QStandardItem:
    item = QStandardItem(title)
    item.setData(command, COMMAND)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item
