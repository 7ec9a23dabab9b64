"""How the table of costs is drawn: bars for shares of the total behind the figures, and the totals below the columns."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.analysis_model import BYTES, FLOPS, MEMORY, PARAMS, SHARE_ROLE, TRAINING, alignment
from flaxstudio.gui.tokens import Tokens

ROW_HEIGHT = 26
_BAR_ALPHA = 0.28
_BAR_INSET = 4
_TOTALS = (PARAMS, BYTES, FLOPS, TRAINING, MEMORY)


class BarDelegate(QStyledItemDelegate):
    """Draws a cell with a bar as long as its share of the total."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.tokens = tokens

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        share = index.data(SHARE_ROLE)
        if share:
            color = QColor(self.tokens.accent)
            color.setAlphaF(_BAR_ALPHA)
            box = QRectF(option.rect).adjusted(_BAR_INSET, _BAR_INSET, -_BAR_INSET, -_BAR_INSET)
            width = max(1.0, box.width() * min(share, 1.0))
            painter.fillRect(QRectF(box.right() - width, box.top(), width, box.height()), color)
        super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 2 * t.GAP, ROW_HEIGHT)


class TotalsRow(QWidget):
    """One line below the table, its figures under their columns. `text_of` gives each."""

    def __init__(self, tree: QTreeView, text_of: Callable[[int], str], tokens: Tokens) -> None:
        super().__init__()
        self._tree = tree
        self._text_of = text_of
        self.tokens = tokens
        self.setFixedHeight(ROW_HEIGHT + 2)
        tree.header().sectionResized.connect(lambda *_: self.update())

    def tell(self) -> None:
        """Show new totals, also to those who listen."""
        titles = (str(self._tree.model().headerData(n, Qt.Orientation.Horizontal)) for n in _TOTALS)
        spoken = ", ".join(f"{title} {self._text_of(n)}" for title, n in zip(titles, _TOTALS, strict=True))
        self.setAccessibleName(self.tr("Total: {0}").format(spoken))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.tokens.panel))
        painter.fillRect(0, 0, self.width(), 1, QColor(self.tokens.line))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self.tokens.text))
        header = self._tree.header()
        for section in (0, *_TOTALS):
            left = header.sectionViewportPosition(section)
            box = QRectF(left, 0, header.sectionSize(section), self.height()).adjusted(t.GAP, 0, -t.GAP, 0)
            painter.drawText(box, alignment(section), self._text_of(section))
