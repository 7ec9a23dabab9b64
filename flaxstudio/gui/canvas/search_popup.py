"""The popup that finds a layer by a few letters: search field on top, layers by family below, the fitting ones first."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.families import family_color, family_title
from flaxstudio.gui.layer_search import matching
from flaxstudio.gui.panels.layer_rows import COLOR, LAYER, SUMMARY, LayerRows
from flaxstudio.gui.tokens import Tokens

_SIZE = (320, 340)


class SearchPopup(QFrame):
    """Emits the layer that was chosen with Enter or a click; Esc or a click elsewhere closes it."""

    layer_chosen = Signal(str)

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._catalogue = catalogue
        self._tokens = tokens
        self._fits: Callable[[LayerSpec], bool] | None = None
        self._model = QStandardItemModel(self)
        self.field = QLineEdit(self)
        self.list = QListView(self)
        self._nothing = QLabel(self.tr("No layer is called so. Try another word."), self)
        self._build()
        self.set_tokens(tokens)

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Find the layers of another catalogue."""
        self._catalogue = catalogue

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.setStyleSheet(f"SearchPopup {{ background: {tokens.panel}; border: 1px solid {tokens.line}; }}")
        self.list.setItemDelegate(LayerRows(tokens, self.list))

    def open_at(self, point: QPoint, fits: Callable[[LayerSpec], bool] | None = None) -> None:
        """Open at a point of the screen, with the layers that fit first if there is something to fit to."""
        self._fits = fits
        self.field.clear()
        self._fill("")
        room = self.screen().availableGeometry()
        self.move(min(point.x(), room.right() - self.width()), min(point.y(), room.bottom() - self.height()))
        self.show()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the letters go to the field."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Tab: 1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if event.key() in steps:
                self._step(steps[Qt.Key(event.key())])
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.GAP, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(t.GAP)
        for widget in (self.field, self.list, self._nothing):
            layout.addWidget(widget)
        self.setFixedSize(*_SIZE)
        self.field.setPlaceholderText(self.tr("Add a layer…"))
        self.field.setAccessibleName(self.tr("Search layers"))
        self.field.setMinimumHeight(t.CONTROL_HEIGHT)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose_current)
        self.list.setModel(self._model)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(self._choose_current)
        self._nothing.setProperty("role", "secondary")

    def _fill(self, query: str) -> None:
        self._model.clear()
        for title, layers in self._groups(query):
            if title:
                self._model.appendRow(_caption(title))
            for spec in layers:
                self._model.appendRow(_row(spec, family_color(spec, self._tokens)))
        has_rows = self._model.rowCount() > 0
        self.list.setVisible(has_rows)
        self._nothing.setVisible(not has_rows)
        self.list.setCurrentIndex(self._model.index(-1, 0))
        self._step(1)
        self.list.scrollToTop()

    def _groups(self, query: str) -> list[tuple[str, Sequence[LayerSpec]]]:
        """Return captions with their layers: the best first for a query, by family for none."""
        found = matching(query, self._catalogue)
        fits = self._fits
        if fits is not None:
            fitting = sorted((spec for spec in found if fits(spec)), key=lambda spec: spec.family == "io" and not query)
            others = [spec for spec in found if not fits(spec)]
            parts = [(self.tr("Fits here"), fitting), (self.tr("Other layers"), others)]
            return [(title, layers) for title, layers in parts if layers]
        if query.strip():
            return [("", found)] if found else []
        families = dict.fromkeys(spec.family for spec in found)
        return [(family_title(family), [s for s in found if s.family == family]) for family in families]

    def _step(self, by: int) -> None:
        """Go on in the list, over the captions, and stop at its ends."""
        rows = [row for row in range(self._model.rowCount()) if self._model.item(row).data(LAYER)]
        if not rows:
            return
        current = self.list.currentIndex().row()
        at = rows.index(current) + by if current in rows else 0
        self.list.setCurrentIndex(self._model.index(rows[max(0, min(at, len(rows) - 1))], 0))
        if at <= 0:
            self.list.scrollToTop()

    def _choose_current(self) -> None:
        layer = self.list.currentIndex().data(LAYER)
        if layer:
            self.close()
            self.layer_chosen.emit(layer)


def _row(spec: LayerSpec, color: QColor) -> QStandardItem:
    item = QStandardItem(spec.name)
    item.setData(spec.name, LAYER)
    item.setData(spec.summary, SUMMARY)
    item.setData(color, COLOR)
    item.setToolTip(spec.summary)
    return item


def _caption(title: str) -> QStandardItem:
    item = QStandardItem(title)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item
