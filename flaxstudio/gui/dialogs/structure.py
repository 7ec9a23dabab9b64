"""The dialog that shows how a file's variables compare with the model's, and lets what fits be taken."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.variables_tree import shape_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.variables import Match, path_text

_SIZE = (640, 420)


class StructureDialog(QDialog):
    """A line for each array: its path, its shape in the model and in the file, and the verdict."""

    matching_wanted = Signal()

    def __init__(self, name: str, matches: Sequence[Match], tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matches = tuple(matches)
        self._tokens = tokens
        self.list = QTreeWidget()
        self.only_others = QCheckBox(self.tr("Show only what does not fit"))
        self.take_button = QPushButton(self.tr("Take the matching part"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.setWindowTitle(self.tr("Load variables"))
        self.resize(*_SIZE)
        self._build(name)
        self.only_others.toggled.connect(self._filter)
        self.take_button.clicked.connect(self._take)
        self.cancel_button.clicked.connect(self.reject)

    def _build(self, name: str) -> None:
        title = QLabel(self.tr("{0} and the model differ").format(name))
        title.setProperty("role", "title")
        counts = {verdict: sum(m.verdict == verdict for m in self._matches) for verdict in self._verdicts()}
        parts = [f"{count:,} {self._verdicts()[verdict][0]}" for verdict, count in counts.items() if count]
        if renamed := sum(bool(m.source) for m in self._matches):
            parts.append(self.tr("{0} under another name in the file").format(f"{renamed:,}"))
        told = QLabel(" · ".join(parts))
        told.setProperty("role", "secondary")
        self._fill()
        self.take_button.setEnabled(counts["fits"] > 0)
        self.take_button.setToolTip(self.tr("What is missing or of another shape keeps its present or first values."))
        self.take_button.setDefault(True)
        self.take_button.setProperty("primary", True)
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addWidget(self.only_others)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.take_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.GAP)
        for widget in (title, told):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)

    def _verdicts(self) -> dict[str, tuple[str, str, str]]:
        """Return each verdict's words, icon and colour."""
        tokens = self._tokens
        return {
            "fits": (self.tr("fits"), "circle-check", tokens.ok),
            "other shape": (self.tr("other shape"), "circle-alert", tokens.error),
            "missing": (self.tr("missing in the file"), "circle-alert", tokens.error),
            "extra": (self.tr("only in the file"), "triangle-alert", tokens.warning),
        }

    def _fill(self) -> None:
        self.list.setHeaderLabels([self.tr("Variable"), self.tr("In the model"), self.tr("In the file"), self.tr("Verdict")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Variables of the model and of the file"))
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for match in self._matches:
            words, name, color = self._verdicts()[match.verdict]
            shapes = ("–" if shape is None else shape_text(shape) for shape in (match.wanted, match.given))
            item = QTreeWidgetItem([path_text(match.path), *shapes, words])
            if match.source:
                item.setText(2, self.tr("{0} as {1}").format(item.text(2), path_text(match.source[1:])))
                item.setToolTip(2, path_text(match.source))
            item.setIcon(3, icon(name, self._tokens, color))
            item.setData(0, Qt.ItemDataRole.UserRole, match.verdict)
            self.list.addTopLevelItem(item)

    def _filter(self, only_others: bool) -> None:
        for row in range(self.list.topLevelItemCount()):
            if (item := self.list.topLevelItem(row)) is not None:
                item.setHidden(only_others and item.data(0, Qt.ItemDataRole.UserRole) == "fits")

    def _take(self) -> None:
        self.matching_wanted.emit()
        self.accept()
