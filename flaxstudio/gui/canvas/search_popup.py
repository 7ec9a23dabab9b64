"""The popup that finds a layer by a few letters: search field on top, categories beside the layers, help below."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from flaxstudio.graph.spec import Catalogue, Family
from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.search_rows import Captions, Fitting, SearchRows, caption_of, groups, row_of
from flaxstudio.gui.families import family_title
from flaxstudio.gui.layer_search import flax_name
from flaxstudio.gui.panels.layer_rows import LAYER
from flaxstudio.gui.theme import code_font
from flaxstudio.gui.tokens import Tokens

_SIZE = (648, 420)
_FAMILIES_WIDTH = 216
_HELP_HEIGHT = 36
_FAMILY = Qt.ItemDataRole.UserRole


class SearchPopup(QFrame):
    """Emits the layer that was chosen with Enter or a click; Esc or a click elsewhere closes it."""

    layer_chosen = Signal(str)

    def __init__(self, catalogue: Catalogue, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._catalogue = catalogue
        self._tokens = tokens
        self._fitting: Fitting | None = None
        self._recent: tuple[str, ...] = ()
        self._model = QStandardItemModel(self)
        self.field = QLineEdit(self)
        self.families = QListWidget(self)
        self.list = QListView(self)
        self.help = QLabel(self)
        self.flax = QLabel(self)
        self._nothing = QLabel(self.tr("No layer is called so. Try another word."), self)
        self._captions = Captions(self.tr("Recent"), self.tr("Fits here"), self.tr("Other layers"), family_title)
        self._build()
        self._fill_families()
        self.set_tokens(tokens)

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Find the layers of another catalogue."""
        self._catalogue = catalogue
        self._fill_families()

    def set_recent(self, layers: Iterable[str]) -> None:
        """Show these first, as used last."""
        self._recent = tuple(layers)

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.setStyleSheet(f"SearchPopup {{ background: {tokens.panel}; border: 1px solid {tokens.line}; }}")
        self.list.setItemDelegate(SearchRows(tokens, self.list))

    def open_at(self, point: QPoint, fitting: Fitting | None = None) -> None:
        """Open at a point of the screen, with the layers that fit first if there is something to fit to."""
        self._fitting = fitting
        for view in (self.field, self.families):
            view.blockSignals(True)
        self.field.clear()
        self.families.setCurrentRow(0)
        for view in (self.field, self.families):
            view.blockSignals(False)
        self._fill()
        room = self.screen().availableGeometry()
        self.move(min(point.x(), room.right() - self.width()), min(point.y(), room.bottom() - self.height()))
        self.show()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list, and Tab among the categories, while the letters go to the field."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if event.key() in steps:
                self._step(steps[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                by = 1 if event.key() == Qt.Key.Key_Tab and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier else -1
                self.families.setCurrentRow((self.families.currentRow() + by) % self.families.count())
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(t.GAP, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.field, 0, 0, 1, 2)
        layout.addWidget(self.families, 1, 0)
        layout.addWidget(self.list, 1, 1)
        layout.addWidget(self._nothing, 1, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.flax, 2, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.help, 2, 1)
        self.setFixedSize(*_SIZE)
        self.field.setPlaceholderText(self.tr("Add a layer…"))
        self.field.setAccessibleName(self.tr("Search layers"))
        self.field.setMinimumHeight(t.CONTROL_HEIGHT)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose_current)
        self.families.setFixedWidth(_FAMILIES_WIDTH)
        self.families.setAccessibleName(self.tr("Categories"))
        self.families.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.families.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.families.currentRowChanged.connect(self._fill)
        self.list.setModel(self._model)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(self._choose_current)
        self.list.selectionModel().currentChanged.connect(self._show_help)
        self.help.setWordWrap(True)
        self.help.setFixedHeight(_HELP_HEIGHT)
        self.help.setTextFormat(Qt.TextFormat.PlainText)
        self.help.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.flax.setFont(code_font())
        self.flax.setFixedWidth(_FAMILIES_WIDTH)
        for label in (self._nothing, self.help):
            label.setProperty("role", "secondary")

    def _fill_families(self) -> None:
        self.families.blockSignals(True)
        self.families.clear()
        self.families.addItem(self.tr("All"))
        for family in dict.fromkeys(spec.family for spec in self._catalogue):
            item = QListWidgetItem(family_title(family), self.families)
            item.setData(_FAMILY, family)
            item.setToolTip(item.text())  # a long one is cut off
        self.families.setCurrentRow(0)
        self.families.blockSignals(False)

    def _family(self) -> Family | None:
        item = self.families.currentItem()
        family: Family | None = item.data(_FAMILY) if item else None
        return family

    def _fill(self) -> None:
        query = self.field.text()
        self._model.clear()
        found = groups(query, self._catalogue, self._family(), self._recent, self._fitting, self._captions)
        for title, layers in found:
            if title:
                self._model.appendRow(caption_of(title))
            for spec in layers:
                self._model.appendRow(row_of(spec, query, self._tokens))
        has_rows = self._model.rowCount() > 0
        self.list.setVisible(has_rows)
        self._nothing.setVisible(not has_rows)
        self.list.setCurrentIndex(self._model.index(-1, 0))
        self._show_help()
        self._step(1)
        self.list.scrollToTop()

    def _show_help(self) -> None:
        """Tell of the layer that Enter would choose."""
        layer = self.list.currentIndex().data(LAYER)
        spec = self._catalogue.get(layer) if layer else None
        self.help.setText(spec.summary if spec else "")
        self.flax.setText((flax_name(spec) or spec.name) if spec else "")

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
