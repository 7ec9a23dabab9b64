"""Takes a layer from an installed package or a Python file: which class, what is set on it, and on to the canvas."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.graph.graph import Value
from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens

_WIDTH, _HEIGHT = 840, 560
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Offer:
    """A class that can be chosen: `place` is its module or file, `key` what the acts know it by."""

    name: str
    place: str
    summary: str
    key: object


class ForeignLayerDialog(QDialog):
    """Asks for everything it shows; nothing is read or imported here.

    `offer_chosen` carries an Offer's key; `layer_taken` the definition and what is set on it.
    """

    package_requested = Signal(str)
    file_requested = Signal()
    offer_chosen = Signal(object)
    layer_taken = Signal(object, object)

    def __init__(self, packages: Iterable[str], tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Layer from a package or file"))
        self._definition: Code | Imported | None = None
        self._values: dict[str, Value] = {}
        self.package, self.find_button = ChoiceBox(), QPushButton(self.tr("Find layers"))
        self.file_button = QPushButton(self.tr("Choose file…"))
        self.search, self.tree = QLineEdit(), QTreeWidget()
        self.title, self.summary, self.form = QLabel(), QLabel(), AttributeForm(tokens, self)
        self.note = QLabel()
        self.choose_button = QPushButton(self.tr("Read and allow…"))
        self.place_button = QPushButton(self.tr("Place"))
        self.close_button = QPushButton(self.tr("Close"))
        self.package.setEditable(True)
        self.package.addItems(list(packages))
        self._lay_out()
        self._connect()
        self._show_nothing_chosen()
        self.say(self.tr("Name an installed package, or choose a Python file. Nothing is imported before you have agreed."))

    def say(self, text: str, is_fault: bool = False) -> None:
        """Say in place how it goes, or why not."""
        self.note.setText(text)
        self.note.setProperty("role", "error" if is_fault else "secondary")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)

    def show_packages(self, packages: Iterable[str]) -> None:
        """Offer these packages; what is typed stays."""
        typed = self.package.currentText()
        with QSignalBlocker(self.package):
            self.package.clear()
            self.package.addItems(list(packages))
            if typed:
                self.package.setEditText(typed)

    def show_offers(self, offers: Iterable[Offer]) -> None:
        """List the classes that can be chosen, in place of those before."""
        self._show_nothing_chosen()
        self.tree.clear()
        for offer in offers:
            item = QTreeWidgetItem([offer.name, offer.place])
            item.setData(0, _KEY, offer)
            item.setToolTip(0, offer.summary)
            item.setSizeHint(1, QSize(0, t.CONTROL_HEIGHT - 4))  # the last column, which need not be measured
            self.tree.addTopLevelItem(item)
        count = self.tree.topLevelItemCount()
        self.say(self.tr("1 layer found.") if count == 1 else self.tr("{0} layers found.").format(count))
        self._filter(self.search.text())
        first = self.tree.topLevelItem(0)
        if count == 1 and first is not None:
            self.tree.setCurrentItem(first)

    def show_form(self, definition: Code | Imported, spec: LayerSpec) -> None:
        """Let the attributes of a class be set; it can then be placed."""
        self._definition, self._values = definition, {}
        self.title.setText(spec.name)
        self.summary.setText(spec.summary)
        self.form.display(spec.name, spec.attributes, {})
        self.form.setVisible(bool(spec.attributes))
        self.choose_button.hide()
        self.place_button.setEnabled(True)
        self.place_button.setFocus()

    def chosen(self) -> Offer | None:
        """Return the class that is selected."""
        item = self.tree.currentItem()
        return item.data(0, _KEY) if item is not None and not item.isHidden() else None

    def set_tokens(self, tokens: Tokens) -> None:
        self.form.set_tokens(tokens)

    def _connect(self) -> None:
        line = self.package.lineEdit()
        assert line is not None
        line.returnPressed.connect(self._ask_package)
        self.find_button.clicked.connect(self._ask_package)
        self.file_button.clicked.connect(self.file_requested)
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._on_selected())
        self.tree.itemActivated.connect(lambda *_: self._choose())
        self.choose_button.clicked.connect(self._choose)
        self.form.attribute_changed.connect(self._on_attribute)
        self.place_button.clicked.connect(self._place)
        self.close_button.clicked.connect(self.reject)

    def _ask_package(self) -> None:
        if name := self.package.currentText().strip():
            self.package_requested.emit(name)

    def _on_selected(self) -> None:
        self._show_nothing_chosen()
        offer = self.chosen()
        if offer is not None:
            self.title.setText(offer.name)
            self.summary.setText(offer.summary or self.tr("It has no description."))
            self.choose_button.show()

    def _choose(self) -> None:
        offer = self.chosen()
        if offer is not None and self._definition is None:
            self.offer_chosen.emit(offer.key)

    def _on_attribute(self, name: str, value: Value) -> None:
        self._values[name] = value

    def _place(self) -> None:
        if self._definition is not None:
            self.layer_taken.emit(self._definition, dict(self._values))

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            assert item is not None
            shown = f"{item.text(0)} {item.text(1)} {item.toolTip(0)}".lower()
            item.setHidden(not all(word in shown for word in words))

    def _show_nothing_chosen(self) -> None:
        self._definition = None
        self.title.setText(self.tr("No layer chosen"))
        self.summary.setText(self.tr("Choose one on the left."))
        self.form.hide()
        self.choose_button.hide()
        self.place_button.setEnabled(False)

    def _lay_out(self) -> None:
        self.resize(_WIDTH, _HEIGHT)
        self.package.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.package.setCurrentIndex(-1)
        self.package.setAccessibleName(self.tr("Installed package"))
        line = self.package.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("Installed package, such as my_models"))
        for button in (self.find_button, self.file_button, self.choose_button, self.place_button, self.close_button):
            button.setAutoDefault(False)
        self.place_button.setProperty("primary", True)
        top = QHBoxLayout()
        top.setSpacing(t.GAP)
        top.addWidget(self.package, 1)
        top.addWidget(self.find_button)
        top.addWidget(self.file_button)
        middle = QHBoxLayout()
        middle.setSpacing(t.SECTION_GAP)
        middle.addLayout(self._list(), 3)
        middle.addWidget(self._details(), 2)
        bottom = QHBoxLayout()
        bottom.setSpacing(t.GAP)
        bottom.addWidget(self.note, 1)
        bottom.addWidget(self.close_button)
        bottom.addWidget(self.place_button)
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        layout.addLayout(top)
        layout.addLayout(middle, 1)
        layout.addLayout(bottom)

    def _list(self) -> QVBoxLayout:
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.tree.setHeaderLabels([self.tr("Layer"), self.tr("From")])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setStyleSheet("QTreeView::item { border-radius: 0; } QTreeView::item:focus { border: none; }")
        self.tree.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setAccessibleName(self.tr("Layers found"))
        column = QVBoxLayout()
        column.setSpacing(t.GAP)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        return column

    def _details(self) -> QWidget:
        inner = QWidget()
        inner.setProperty("role", "panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
        column.setSpacing(t.GAP)
        self.title.setProperty("role", "title")
        self.summary.setProperty("role", "secondary")
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        column.addWidget(self.title)
        column.addWidget(self.summary)
        column.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.form)
        column.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        return area
