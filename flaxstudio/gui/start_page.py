"""The page the window opens with: begin anew, open, go on with recent work, or take a template."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.start_cards import CardGrid, RecentRow, TemplateButton
from flaxstudio.gui.tokens import Tokens

_SIDE_WIDTH = 300
_LARGEST_WIDTH = 1120
_NARROW = 820


@dataclass(frozen=True, slots=True)
class RecentProject:
    """A project file opened before. `modified` is the time of its last change, in words."""

    path: str
    name: str
    modified: str
    picture: QImage | None = None


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A project to begin from: what it is and, in `expected`, the score and time it should reach."""

    name: str
    title: str
    line: str
    expected: str
    picture: QImage | None = None


class StartPage(QWidget):
    """Shows ways to begin; asks for the one chosen."""

    new_requested = Signal()
    open_requested = Signal()
    template_chosen = Signal(str)
    recent_chosen = Signal(str)
    file_dropped = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._shown: tuple[tuple[RecentProject, ...], tuple[TemplateCard, ...]] = ((), ())
        self.new_button = QPushButton(self.tr("New project"))
        self.open_button = QPushButton(self.tr("Open…"))
        self.cards = CardGrid(self)
        self._recent = QVBoxLayout()
        self._recent_rows: list[RecentRow] = []
        self._recent_empty = QLabel(
            self.tr("Projects you open or save are listed here. You can also drop a file on this page.")
        )
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()
        self.new_button.clicked.connect(self.new_requested)
        self.open_button.clicked.connect(self.open_requested)
        self.cards.chosen.connect(self.template_chosen)
        self.set_tokens(tokens)

    def display(self, recent: tuple[RecentProject, ...], templates: tuple[TemplateCard, ...]) -> None:
        """Show what can be gone on with and begun from."""
        if (recent, templates) == self._shown:
            return
        self._shown = (recent, templates)
        for row in self._recent_rows:
            self._recent.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._recent_rows = [self._recent_row(project) for project in recent]
        self._recent_empty.setVisible(not recent)
        self.cards.display(tuple(TemplateButton(c.name, c.title, c.line, c.expected, c.picture) for c in templates))

    def set_tokens(self, tokens: Tokens) -> None:
        self.new_button.setIcon(icon("file-plus", tokens, tokens.on_accent))
        self.open_button.setIcon(icon("folder-open", tokens))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        direction = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(direction)
        self._side.setFixedWidth(_SIDE_WIDTH if not is_narrow else max(_SIDE_WIDTH, self.width() - 4 * t.PADDING))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_file(event):
            event.acceptProposedAction()
            self._mark_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_drop(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark_drop(False)
        if path := _dropped_file(event):
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    def _recent_row(self, project: RecentProject) -> RecentRow:
        row = RecentRow(project.name, project.modified, project.path, project.picture)
        row.clicked.connect(lambda: self.recent_chosen.emit(project.path))
        self._recent.insertWidget(self._recent.count() - 1, row)
        return row

    def _lay_out(self) -> None:
        self._side = self._make_side()
        self._columns.setContentsMargins(2 * t.PADDING, 0, 2 * t.PADDING, 2 * t.PADDING)
        self._columns.setSpacing(4 * t.GAP)
        self._columns.addWidget(self._side, 0, Qt.AlignmentFlag.AlignTop)
        self._columns.addLayout(self._make_templates(), 1)
        inside = QWidget()
        inside.setLayout(self._columns)
        inside.setMaximumWidth(_LARGEST_WIDTH)
        centred = QWidget()
        line = QHBoxLayout(centred)
        line.setContentsMargins(0, 6 * t.GAP, 0, 0)
        line.addWidget(inside)
        self._area = QScrollArea()
        self._area.setProperty("role", "start")
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(centred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)

    def _make_side(self) -> QWidget:
        side = QWidget()
        title, line = QLabel(self.tr("Flax Studio")), QLabel(self.tr("Draw, train and export neural networks."))
        title.setProperty("role", "display")
        line.setProperty("role", "secondary")
        line.setWordWrap(True)
        self.new_button.setProperty("primary", True)
        for button, keys in (
            (self.new_button, QKeySequence.StandardKey.New),
            (self.open_button, QKeySequence.StandardKey.Open),
        ):
            button.setToolTip(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
            button.setAutoDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addWidget(self.new_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch()
        self._recent_empty.setProperty("role", "secondary")
        self._recent_empty.setWordWrap(True)
        self._recent.setSpacing(2)
        self._recent.addWidget(self._recent_empty)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        for part in (title, line):
            layout.addWidget(part)
        layout.addSpacing(t.GAP)
        layout.addLayout(buttons)
        layout.addSpacing(t.SECTION_GAP)
        layout.addWidget(_heading(self.tr("Recent")))
        layout.addLayout(self._recent)
        return side

    def _make_templates(self) -> QVBoxLayout:
        layout = QVBoxLayout()
        layout.setSpacing(t.GAP)
        layout.addWidget(_heading(self.tr("Templates")))
        layout.addWidget(self.cards)
        layout.addStretch()
        return layout

    def _mark_drop(self, is_over: bool) -> None:
        self._area.setProperty("drop", is_over)
        self._area.style().unpolish(self._area)
        self._area.style().polish(self._area)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _dropped_file(event: QDropEvent) -> str:
    """Return the one local file that is being dropped, or ""."""
    urls = event.mimeData().urls()
    return urls[0].toLocalFile() if len(urls) == 1 else ""
