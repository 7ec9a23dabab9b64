"""Pages behind tabs whose one line also says what is shown and holds a control: low panels have no room for two lines."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QStyleOption, QTabBar, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t


class ElidedLabel(QLabel):
    """A label that takes what room there is and shortens its text to it; the tip says the whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())
        self.style().drawItemText(
            painter, self.contentsRect(), int(self.alignment()), option.palette, self.isEnabled(), text, self.foregroundRole()
        )


class TabbedView(QWidget):
    """Tabs, a line of text and a control above the page in front."""

    currentChanged = Signal(int)

    def __init__(self, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self.info = QTabBar(self), ElidedLabel(self)
        self.stack = QStackedWidget(self)
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self.info.setProperty("role", "caption")
        self.info.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, t.GAP, 0)
        line.setSpacing(t.GAP)
        line.addWidget(self.bar)
        line.addWidget(self.info, 1)
        line.addWidget(control)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addWidget(self.stack, 1)
        self.bar.currentChanged.connect(self._on_changed)

    def addTab(self, page: QWidget, title: str) -> None:
        """Add a page at the end."""
        self.stack.addWidget(page)
        self.bar.addTab(title)

    def currentIndex(self) -> int:
        return self.bar.currentIndex()

    def setCurrentIndex(self, index: int) -> None:
        self.bar.setCurrentIndex(index)

    def _on_changed(self, index: int) -> None:
        self.stack.setCurrentIndex(index)
        self.currentChanged.emit(index)
