"""The links of an optimizer's chain as a list, and a box in which any other is found by a part of its name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.row_list import Row, RowList
from flaxstudio.gui.panels.still_fields import PickBox
from flaxstudio.project.optim_links import LINKS, is_link, link_option
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optimizer import Link


class LinkList(QWidget):
    """Shows the links and says what the user asks for; it changes nothing itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = RowList(self.tr("Links of the optimizer's chain"), self)
        self.list.setToolTip(self.tr("Drag to reorder, or Alt+Up and Alt+Down. Space switches off, Delete removes."))
        self.add = _search_box(self.tr("Add a link…"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.list)
        layout.addWidget(self.add)
        self.selected, self.moved = self.list.selected, self.list.moved
        self.removed, self.toggled = self.list.removed, self.list.toggled
        self.added = self.add.picked

    def display(self, links: tuple[Link, ...], current: int) -> None:
        """Show the links, one of them selected."""
        rows = (Row(_words(link), link_option(link.name).help if is_link(link.name) else "", link.is_on) for link in links)
        self.list.display(tuple(rows), current)


def _search_box(placeholder: str) -> PickBox:
    """Return a box in which any link is found by a part of its name."""
    box = PickBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    for option in LINKS:
        box.addItem(option.name, option.name)
    for option in OPTIMIZERS:
        box.addItem(option.name, option.name)
    for index in range(box.count()):
        box.setItemData(index, link_option(box.itemData(index)).help, Qt.ItemDataRole.ToolTipRole)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)
    box.setCurrentIndex(-1)
    line = box.lineEdit()
    assert line is not None
    line.setPlaceholderText(placeholder)
    box.setAccessibleName(placeholder)
    return box


def _words(link: Link) -> str:
    given = [f"{name} {value}" for name, value in link.arguments.items()]
    given += [f"{name} ↝" for name in link.schedules]
    return f"{link.name}   {', '.join(given)}" if given else link.name
