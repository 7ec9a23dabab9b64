"""What applying as in training did to the collections beside params: batch statistics before and after."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from flaxstudio.evaluation.trial import Change, Outcome
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.tabbed_view import ElidedLabel
from flaxstudio.gui.panels.variables_tree import shape_text
from flaxstudio.gui.plots.number_text import value_text
from flaxstudio.project.variables import path_text


class TrialCollections(QWidget):
    """A line for each array that a training step would update, and the button that keeps them."""

    keep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QTreeWidget()
        self.text = ElidedLabel()
        self.keep_button = QPushButton(self.tr("Keep updated collections"))
        self._build()
        self.keep_button.clicked.connect(self.keep_requested)

    def display(self, outcome: Outcome | None, is_training: bool) -> None:
        """Show what became of the collections."""
        changes = outcome.changes if outcome is not None else ()
        self.list.clear()
        for change in changes:
            self.list.addTopLevelItem(_item(change))
        self.keep_button.setEnabled(bool(changes))
        if not is_training:
            self.text.setText(self.tr("Tick “As in training” to apply with mutable collections, such as batch_stats."))
        elif not changes:
            self.text.setText(self.tr("The model has no collections beside params."))
        else:
            self.text.setText(self.tr("apply(..., mutable=[...]) gave these collections back. The variables stay as they are."))

    def _build(self) -> None:
        titles = (
            self.tr("Variable"), self.tr("Shape"), self.tr("Mean before"), self.tr("after"), self.tr("Change"),
        )  # fmt: skip
        self.list.setHeaderLabels(titles)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Collections before and after"))
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.text.setProperty("role", "caption")
        self.keep_button.setProperty("compact", True)
        line = QHBoxLayout()
        line.setContentsMargins(t.GAP, 4, t.GAP, 4)
        line.setSpacing(t.GAP)
        line.addWidget(self.text, 1)
        line.addWidget(self.keep_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self.list, 1)


def _item(change: Change) -> QTreeWidgetItem:
    before, after = (np.asarray(array, np.float64) for array in (change.before, change.after))
    largest = float(np.abs(after - before).max()) if before.shape == after.shape and after.size else float("nan")
    numbers = [
        float(before.mean()) if before.size else float("nan"),
        float(after.mean()) if after.size else float("nan"),
        largest,
    ]
    item = QTreeWidgetItem([path_text(change.path), shape_text(change.after.shape), *map(value_text, numbers)])
    for column in (2, 3, 4):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
