"""The Variables panel: all collections as a tree at the left, the selected array in full at the right."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.graph.graph import Graph
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels import variables_tree as tree
from flaxstudio.gui.panels.column_widths import fit_columns
from flaxstudio.gui.panels.variables_detail import VariableDetail
from flaxstudio.gui.panels.variables_init import InitForm
from flaxstudio.gui.panels.variables_request import InitRequest
from flaxstudio.gui.panels.variables_spread import SpreadDelegate
from flaxstudio.gui.panels.variables_tree import VariablesModel, bytes_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.results import Trained
from flaxstudio.project.statistics import Statistics
from flaxstudio.project.variables import Array, Path, node_of, ordered_leaves

_EXPANDED = 60  # up to so many arrays the tree is shown open
_NUMBER = "-0.0574"
_SAMPLES: Mapping[int, str | int] = {
    tree.NAME: 148, tree.SHAPE: "256×1,024", tree.TYPE: "float32", tree.COUNT: "50,826", tree.BYTES: "66.6 kB", tree.SPREAD: 60,
    tree.MEAN: _NUMBER, tree.DEVIATION: _NUMBER, tree.MINIMUM: _NUMBER, tree.MAXIMUM: _NUMBER, tree.ZEROS: ">99 %",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VariablesState:
    """What the panel shows. `graph` is the present one; `seed` the next run's; `inputs` the dummy input as source text.

    `fault` says why the model cannot be initialised; `busy` why nothing may be changed at the moment.
    `is_stale`: the graph was changed since the variables were made.
    """

    trained: Trained | None = None
    graph: Graph = Graph()
    seed: int = 0
    inputs: str = ""
    fault: str = ""
    busy: str = ""
    is_stale: bool = False


class VariablesPanel(QWidget):
    """Shows variables and says what the user wants of them."""

    node_requested = Signal(str)
    statistics_wanted = Signal(object)  # {path: array}
    values_requested = Signal(object)  # ValuesRequest
    initialize_requested = Signal(object)  # InitRequest
    initialize_again_requested = Signal(object)  # the nodes that are selected
    file_requested = Signal(bool)  # whether it is a folder

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._state = VariablesState()
        self._marked: tuple[str, ...] = ()
        self._names: frozenset[str] = frozenset()
        self._is_moving = False  # the selection moves by itself, not by the user
        self.model = VariablesModel(self)
        self.shown = QSortFilterProxyModel(self)
        self._pages = QStackedWidget(self)  # each part is made where it belongs: what gets another parent is styled anew
        self._bare = QWidget(self._pages)
        self._full = QSplitter(Qt.Orientation.Horizontal, self._pages)
        self._left = QWidget(self._full)
        self.tree = QTreeView(self._left)
        self.spread = SpreadDelegate(tokens, self)
        self.detail = VariableDetail(tokens, self._full)
        self.search = QLineEdit(self._left)
        self.tally, self.stale, self.empty_text = QLabel(self._left), QLabel(self._left), QLabel(self._bare)
        self.form = InitForm(self._bare)
        self.initialize_button = QPushButton(self.tr("Initialise"), self._bare)
        self.again_button = QPushButton(self.tr("Initialise…"), self._left)
        self.load_buttons = QPushButton(self.tr("Load"), self._bare), QPushButton(self.tr("Load"), self._left)
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self._show_buttons()

    def display(self, state: VariablesState) -> None:
        """Show the variables and what may be done with them."""
        if state == self._state:
            return
        old, self._state = self._state, state
        self._names = frozenset(state.graph.names())
        trained = state.trained
        if old.trained is not trained:
            self._display_tree({} if trained is None else ordered_leaves(trained.variables, trained.graph, trained.library))
        self._pages.setCurrentIndex(0 if trained is None else 1)
        if (old.seed, old.inputs) != (state.seed, state.inputs):
            self.form.display(state.seed, state.inputs)
        self._show_buttons()

    def mark_nodes(self, names: tuple[str, ...]) -> None:
        """Show the variables of the node that is selected on the canvas."""
        self._marked = names = tuple(map(self._owner, names))
        current = self.model.row(self.shown.mapToSource(self.tree.currentIndex()))
        if len(names) != 1 or self._node(current.path) == names[0]:
            return
        found = next((row.path for row in self._arrays() if self._node(row.path) == names[0]), None)
        if found is not None:
            self._go_to(found)

    def add_statistics(self, path: Path, array: Array, statistics: Statistics) -> None:
        """Show what the background has found out about an array."""
        self.model.add_statistics(path, array, statistics)
        if path == self._selected_path():
            self._show_selected()

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.spread.set_tokens(tokens)
        self.detail.set_tokens(tokens)
        self.again_button.setIcon(icon("refresh-cw", tokens))
        for button in self.load_buttons:
            button.setIcon(icon("folder-open", tokens))
        self.tree.viewport().update()

    def _display_tree(self, arrays: Mapping[Path, Array]) -> None:
        path = self._selected_path()
        self._is_moving = True
        is_same = self.model.display(arrays)
        self._is_moving = False
        if not is_same:
            self.tree.expandToDepth(3 if len(arrays) <= _EXPANDED else 0)
            self._go_to(path if path in arrays else next(iter(arrays), ()))
        self._show_selected()
        count, values, size = self.model.total
        self.tally.setText(
            self.tr("{0} arrays, {1} values, {2}").format(f"{count:,}", f"{values:,}", bytes_text(size))
            + (self.tr(", step {0}").format(f"{self._state.trained.step:,}") if self._state.trained else "")
        )

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out_bare()
        self._lay_out_full()
        self._pages.addWidget(self._bare)
        self._pages.addWidget(self._full)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        for button in self.load_buttons:
            menu = QMenu(button)
            menu.addAction(self.tr("From a file…")).triggered.connect(lambda: self.file_requested.emit(False))
            menu.addAction(self.tr("From an Orbax folder…")).triggered.connect(lambda: self.file_requested.emit(True))
            button.setMenu(menu)

    def _lay_out_bare(self) -> None:
        """Lay out the page of a model without variables."""
        words = self.tr(
            "A model has no variables before init. Initialise it with a key and a dummy input, load them, or train."
        )
        self.empty_text.setText(words)
        self.empty_text.setProperty("role", "secondary")
        self.initialize_button.setProperty("primary", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addWidget(self.initialize_button)
        buttons.addWidget(self.load_buttons[0])
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(t.PADDING)
        column.addStretch(1)
        column.addWidget(self.empty_text)
        column.addWidget(self.form)
        column.addLayout(buttons)
        column.addStretch(1)
        line = QHBoxLayout(self._bare)
        line.addStretch(1)
        line.addLayout(column)
        line.addStretch(1)

    def _lay_out_full(self) -> None:
        """Lay out the page of variables: the tree at the left, one of them at the right."""
        self.search.setPlaceholderText(self.tr("Search variables"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(200)
        self.tally.setProperty("role", "caption")
        self.stale.setProperty("role", "warning")
        for button in (self.again_button, self.load_buttons[1]):
            button.setProperty("compact", True)
        head = QHBoxLayout()
        head.setContentsMargins(t.GAP, 4, t.GAP, 4)
        head.setSpacing(t.GAP)
        for widget in (self.search, self.again_button, self.load_buttons[1]):
            head.addWidget(widget)
        head.addWidget(self.stale, 1)
        head.addStretch(0)
        head.addWidget(self.tally)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        self._dress_tree()
        self._full.setSizes([850, 420])
        self._full.setStretchFactor(0, 3)
        self._full.setStretchFactor(1, 2)
        self._full.setChildrenCollapsible(False)

    def _dress_tree(self) -> None:
        self.shown.setSourceModel(self.model)
        self.shown.setRecursiveFilteringEnabled(True)
        self.shown.setAutoAcceptChildRows(True)
        self.shown.setFilterRole(tree.PATH_ROLE)
        self.shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        view = self.tree
        view.setModel(self.shown)
        view.setUniformRowHeights(True)
        view.setAccessibleName(self.tr("Variables"))
        view.setItemDelegateForColumn(tree.SPREAD, self.spread)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setIndentation(14)
        view.setStyleSheet("QTreeView::item { border-radius: 0; } QTreeView::item:focus { border: none; }")
        header = view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionsMovable(False)
        fit_columns(view, _SAMPLES)
        view.setMinimumWidth(240)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.tree.selectionModel().currentChanged.connect(lambda *_: self._on_current())
        self.model.wanted.connect(self.statistics_wanted)
        self.detail.values_requested.connect(self.values_requested)
        self.again_button.clicked.connect(lambda: self.initialize_again_requested.emit(self._nodes_in_question()))
        self.initialize_button.clicked.connect(
            lambda: self.initialize_requested.emit(InitRequest(self.form.seed.value(), self.form.is_of_run))
        )

    def _show_buttons(self) -> None:
        state = self._state
        fault = state.busy or state.fault
        for button in (self.initialize_button, self.again_button):
            button.setEnabled(not fault)
            button.setToolTip(fault or self.tr("Draw new variables with a key"))
        for button in self.load_buttons:
            button.setEnabled(not fault)
            button.setToolTip(fault or self.tr("Take variables from .msgpack, .safetensors or an Orbax folder"))
        self.detail.set_fault(state.busy)
        self.form.setVisible(bool(state.inputs) and not state.fault)
        self.empty_text.setText(
            state.fault
            or self.tr("A model has no variables before init. Draw them with a key and a dummy input, load them, or train.")
        )
        self.stale.setText(self.tr("Of an earlier graph") if state.is_stale else state.busy)
        self.stale.setToolTip(
            self.tr("The graph was changed since. Initialise again, keeping what fits, or undo.") if state.is_stale else ""
        )

    def _on_search(self, text: str) -> None:
        self.shown.setFilterFixedString(text.strip())
        if text:
            self.tree.expandAll()

    def _on_current(self) -> None:
        self._show_selected()
        row = self.model.row(self.shown.mapToSource(self.tree.currentIndex()))
        node = self._node(row.path)
        if node and (node,) != self._marked and not self._is_moving:
            self.node_requested.emit(node)

    def _show_selected(self) -> None:
        path = self._selected_path()
        array = self.model.array(path)
        found = self.model.statistics(path)
        if array is not None and found is None:
            self.statistics_wanted.emit({path: array})
        self.detail.display(path, array, found)

    def _selected_path(self) -> Path:
        """Return the array that is selected, or the first one of the node or collection that is."""
        row = self.model.row(self.shown.mapToSource(self.tree.currentIndex())) if self.tree.currentIndex().isValid() else None
        first = next(row.arrays(), None) if row is not None else None
        return first.path if first is not None else ()

    def _nodes_in_question(self) -> tuple[str, ...]:
        row = self.model.row(self.shown.mapToSource(self.tree.currentIndex()))
        return tuple(dict.fromkeys(name for name in (*self._marked, self._node(row.path)) if name and self._has_arrays(name)))

    def _has_arrays(self, node: str) -> bool:
        return any(self._node(row.path) == node for row in self._arrays())

    def _arrays(self):
        return self.model.row(QModelIndex()).arrays()

    def _node(self, path: Path) -> str:
        """Return the node of the present graph that a line belongs to, or ""."""
        return node_of((*path, "")[:3], self._names) if len(path) > 1 else ""

    def _owner(self, name: str) -> str:
        """Return the node whose variables a node uses: its own, or those of the one it shares them with."""
        graph = self._state.graph
        shared = str(graph.node(name).attributes.get("shares", "")) if name in self._names else ""
        return shared or name

    def _go_to(self, path: Path) -> None:
        index = self.shown.mapFromSource(self.model.index_of(path))
        if index.isValid():
            self._is_moving = True
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
            self._is_moving = False
