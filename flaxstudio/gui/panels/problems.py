"""The panel that lists all problems of the project, each a click away from its node."""

from collections import deque
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.graph.problem import Fix, Problem
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.dismissed_line import DismissedLine
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.dismissing import can_be_dismissed

_WORDS, _NODE, _FIX = range(3)
_ROW_HEIGHT = 32
_MOST = 200
"""More problems than anybody reads are only counted."""
_BUTTONS_AT_ONCE, _BUTTONS_LATER = 20, 6
"""A button is a widget and takes a millisecond: those that can be in sight come at once, the others a few at a time."""
_PLACE = Qt.ItemDataRole.UserRole
_SHARE_OF_BUTTONS = 0.55
"""How much of the panel's width the buttons of a row may take."""
_TWITCH = 60


class ProblemsPanel(QWidget):
    """Lists what keeps the project from running and what is only worth knowing."""

    node_requested = Signal(str, str)  # node, block
    chosen_changed = Signal(object)  # Problem
    fix_requested = Signal(object, str)  # Fix, block
    dismiss_requested = Signal(object)  # Problem
    return_requested = Signal(object)  # a dismissed Problem

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._problems: tuple[Problem, ...] = ()
        self._dismissed: tuple[Problem, ...] = ()
        self._listed: tuple[Problem, ...] = ()
        self._without_button: deque[tuple[QTreeWidgetItem, Problem]] = deque()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(lambda: self._add_buttons(_BUTTONS_LATER))
        self.list = QTreeWidget()
        self.foot = DismissedLine()
        self.foot.return_requested.connect(self.return_requested)
        self._room = self._room_of_buttons()
        self._mark, self.empty_text = QLabel(), QLabel(self.tr("No problems."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(self.list)
        self._set_up_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack)
        layout.addWidget(self.foot)
        self.set_tokens(tokens)

    def display(self, problems: tuple[Problem, ...], dismissed: tuple[Problem, ...] = ()) -> None:
        """Show these problems; rows of those that were there before stay. At the foot: which warnings are dismissed."""
        if dismissed != self._dismissed:
            self._dismissed = dismissed
            self.foot.display(dismissed)
        if problems != self._problems:
            self._problems = problems
            self._show()

    def mark(self, problem: Problem) -> None:
        """Let a problem's row be the one that is chosen."""
        row = self._listed.index(problem) if problem in self._listed else -1
        if (item := self.list.topLevelItem(row)) is not None:
            self.list.setCurrentItem(item)

    def has_keys(self) -> bool:
        """Return whether keys go to this panel."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def chosen(self) -> Problem | None:
        """Return the problem whose row is chosen."""
        item = self.list.currentItem()
        row = self.list.indexOfTopLevelItem(item) if item is not None else -1
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._icons = {
            "error": icon("circle-alert", tokens, tokens.error),
            "warning": icon("triangle-alert", tokens, tokens.warning),
        }
        self._mark.setPixmap(icon("circle-check", tokens, tokens.ok).pixmap(QSize(20, 20), self.devicePixelRatioF()))
        self._listed = ()
        self._without_button.clear()
        self.list.clear()
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if abs(self._room_of_buttons() - self._room) > _TWITCH:  # other repairs have room for a button of their own
            rows = (self.list.topLevelItem(row) for row in range(len(self._listed)))
            pairs = zip(rows, self._listed, strict=True)
            again = [(item, problem) for item, problem in pairs if item is not None and len(problem.fixes) > 1]
            self._without_button = deque((*(pair for pair in self._without_button if len(pair[1].fixes) < 2), *again))
            self._room = self._room_of_buttons()
            self._timer.start()

    def _room_of_buttons(self) -> float:
        return self.width() * _SHARE_OF_BUTTONS

    def _set_up_list(self) -> None:
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName(self.tr("Problems"))
        self.list.header().setStretchLastSection(False)
        self.list.header().setResizeContentsPrecision(_BUTTONS_AT_ONCE)
        self.list.header().setSectionResizeMode(_WORDS, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(_NODE, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(_FIX, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(self._request_node)
        self.list.itemActivated.connect(self._request_node)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        page.setProperty("role", "panel")
        self.empty_text.setProperty("role", "secondary")
        line = QHBoxLayout(page)
        line.setSpacing(t.GAP)
        line.addStretch()
        line.addWidget(self._mark)
        line.addWidget(self.empty_text)
        line.addStretch()
        return page

    def _show(self) -> None:
        """Exchange only the rows that differ, between those that are the same at the beginning and at the end."""
        old, new = self._listed, self._problems[:_MOST]
        head = _alike(old, new)
        tail = min(_alike(old[::-1], new[::-1]), min(len(old), len(new)) - head)
        gone = [self.list.takeTopLevelItem(head) for _ in range(len(old) - head - tail)]
        self._without_button = deque(pair for pair in self._without_button if pair[0] not in gone)
        come = [(self._item(problem), problem) for problem in new[head : len(new) - tail]]
        self.list.insertTopLevelItems(head, [item for item, _ in come])
        self._without_button.extend(pair for pair in come if pair[1].fixes or can_be_dismissed(pair[1]))
        self._listed = new
        self._count_others()
        self._add_buttons(_BUTTONS_AT_ONCE)
        self._stack.setCurrentIndex(1 if self._problems else 0)

    def _count_others(self) -> None:
        """Say in a last row how many problems are not listed."""
        others = len(self._problems) - len(self._listed)
        text = self.tr("{0} more").format(others) if others else ""
        last = self.list.topLevelItem(len(self._listed))
        if last is None and others:
            self.list.addTopLevelItem(QTreeWidgetItem([text, "", ""]))
        elif last is not None and others:
            last.setText(_WORDS, text)
        elif last is not None:
            self.list.takeTopLevelItem(len(self._listed))

    def _add_buttons(self, most: int) -> None:
        made = 0
        while self._without_button and made < most:
            item, problem = self._without_button.popleft()
            buttons = self._fix_buttons(problem)
            item.setSizeHint(_FIX, buttons.sizeHint() + QSize(t.GAP, 0))
            self.list.setItemWidget(item, _FIX, buttons)
            made += max(1, len(problem.fixes))
        if self._without_button:
            self._timer.start()

    def _item(self, problem: Problem) -> QTreeWidgetItem:
        is_error = problem.severity == "error"
        severity = self.tr("Error") if is_error else self.tr("Warning")
        where = " › ".join(part for part in (problem.block, problem.node) if part)
        item = QTreeWidgetItem([str(problem), where, ""])
        item.setData(_NODE, _PLACE, (problem.node, problem.block))
        item.setIcon(_WORDS, self._icons[problem.severity])
        item.setToolTip(_WORDS, str(problem))
        item.setData(_WORDS, Qt.ItemDataRole.AccessibleTextRole, f"{severity}: {problem}")
        item.setSizeHint(_WORDS, QSize(0, _ROW_HEIGHT))
        return item

    def _fix_buttons(self, problem: Problem) -> QWidget:
        """Return a button for each repair, the best first; those that would take the words their room stand in a menu."""
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addStretch()
        room = self._room_of_buttons()
        others = list(problem.fixes)
        while others:
            button = self._fix_button(others[0], problem.block)
            room -= button.sizeHint().width() + line.spacing()
            if room < 0 and len(others) < len(problem.fixes):
                button.deleteLater()
                break
            line.addWidget(button)
            others.pop(0)
        if others or can_be_dismissed(problem):
            line.addWidget(self._more_button(problem, others))
        return row

    def _fix_button(self, fix: Fix, block: str) -> QPushButton:
        button = QPushButton(fix.label)
        button.setProperty("compact", True)
        button.clicked.connect(lambda: self.fix_requested.emit(fix, block))
        return button

    def _more_button(self, problem: Problem, fixes: list[Fix]) -> QToolButton:
        """Return the menu of all else that can be done about a problem."""
        more, menu = QToolButton(), QMenu(self)
        for fix in fixes:
            menu.addAction(fix.label, partial(self.fix_requested.emit, fix, problem.block))
        if can_be_dismissed(problem):
            menu.addSeparator()
            menu.addAction(self.tr("Dismiss this warning"), partial(self.dismiss_requested.emit, problem))
        more.setMenu(menu)
        more.setProperty("role", "more")
        more.setIcon(icon("chevron-down", self._tokens, self._tokens.secondary))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setAccessibleName(self.tr("Other repairs") if fixes else self.tr("More"))
        more.setToolTip(more.accessibleName())
        return more

    def _request_node(self, item: QTreeWidgetItem) -> None:
        if (problem := self.chosen()) is not None:
            self.chosen_changed.emit(problem)
        node, block = item.data(_NODE, _PLACE) or ("", "")
        if node or block:
            self.node_requested.emit(node, block)


def _alike(some: tuple[Problem, ...], others: tuple[Problem, ...]) -> int:
    """Return with how many equal problems two lists begin."""
    return next(
        (at for at, (one, other) in enumerate(zip(some, others, strict=False)) if one != other), min(len(some), len(others))
    )
