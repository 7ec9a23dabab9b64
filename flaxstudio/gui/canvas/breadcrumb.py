"""The line above the canvas that says which graph is open and leads back out of it."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.place import Place, block_at
from flaxstudio.project.project import Project

_LONGEST = 200
_STEP_PADDING = 5
"""What a step's button has around its text: border and padding."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way: the place and what it is called."""

    place: Place
    title: str


def crumbs_of(project: Project, place: Place) -> tuple[Crumb, ...]:
    """Return the steps to a place: the model, then `encoder_1: EncoderBlock` and so on."""
    return tuple(Crumb(step, _title(project, step)) for step in place.steps())


def _title(project: Project, place: Place) -> str:
    block = block_at(project, place) or ""
    return f"{place.path[-1]}: {block}" if place.path else block or project.name


class Breadcrumb(QFrame):
    """Shows the way to the open graph; a click on a step asks for it. What does not fit goes into a menu."""

    place_requested = Signal(object)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._has_focus = False
        self._crumbs: tuple[Crumb, ...] = ()
        self._steps: list[QToolButton] = []
        self._arrows: list[QLabel] = []
        self.up_button = QToolButton(self)
        self.more_button = QToolButton(self)
        self.here = QLabel(self)
        self._menu = QMenu(self.more_button)
        self._line = QHBoxLayout(self)
        self._build()
        self.set_tokens(tokens)

    def display(self, crumbs: tuple[Crumb, ...]) -> None:
        """Show a way; its last step is where one is."""
        if crumbs != self._crumbs:
            self._crumbs = crumbs
            self._fill()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.up_button.setIcon(icon("corner-left-up", tokens, tokens.secondary))
        self.more_button.setIcon(icon("ellipsis", tokens, tokens.secondary))
        self._restyle()

    def show_focus(self, has_focus: bool) -> None:
        """Colour the line below: the keys go to the canvas, or not."""
        self._has_focus = has_focus
        self._restyle()

    def texts(self) -> list[str]:
        """Return the steps in sight, the last one where one is."""
        shown = [step.toolTip() for step in self._steps if step.isVisibleTo(self)]
        return [*shown, self.here.toolTip()]

    def step(self, number: int) -> QToolButton:
        """Return the button of a step, counted from the outermost."""
        return self._steps[number]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _build(self) -> None:
        self.setFixedHeight(t.CONTROL_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Open graph"))
        self._line.setContentsMargins(t.PADDING, 0, t.PADDING, 1)
        self._line.setSpacing(2)
        for button in (self.up_button, self.more_button):
            button.setIconSize(QSize(14, 14))
            button.setProperty("compact", True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.up_button.setToolTip(self.tr("Leave the block"))
        self.up_button.setAccessibleName(self.tr("Leave the block"))
        self.up_button.clicked.connect(self._leave)
        self.more_button.setToolTip(self.tr("Steps between"))
        self.more_button.setAccessibleName(self.tr("Steps between"))
        self.more_button.setMenu(self._menu)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._line.addWidget(self.up_button)
        self._line.addWidget(self.here)
        self._line.addStretch()

    def _fill(self) -> None:
        for widget in (*self._steps, *self._arrows):
            self._line.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._steps = [self._step(crumb) for crumb in self._crumbs[:-1]]
        self._arrows = [QLabel("›", self) for _ in self._steps]
        self._line.removeWidget(self.more_button)
        at = 1
        for number, (step, arrow) in enumerate(zip(self._steps, self._arrows, strict=True)):
            self._line.insertWidget(at, step)
            self._line.insertWidget(at + 1, arrow)
            step.show()
            arrow.show()
            at += 2
            if number == 0:
                self._line.insertWidget(at, self.more_button)
                at += 1
        title = self._crumbs[-1].title if self._crumbs else ""
        self.here.setText(self._elided(title))
        self.here.setToolTip(title)
        self.here.setContentsMargins(_STEP_PADDING if self._steps else 0, 0, 0, 0)  # as far from its arrow as the steps
        self.up_button.setVisible(len(self._crumbs) > 1)
        self._restyle()
        self._fit()

    def _step(self, crumb: Crumb) -> QToolButton:
        button = QToolButton(self)
        button.setText(self._elided(crumb.title))
        button.setToolTip(crumb.title)
        button.setAccessibleName(self.tr("Go to {0}").format(crumb.title))
        button.setProperty("compact", True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.place_requested.emit(crumb.place))
        return button

    def _elided(self, title: str) -> str:
        return self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, _LONGEST)

    def _fit(self) -> None:
        """Put steps behind the first one into the menu until the rest fits."""
        hidden = 0
        self._show_hidden(hidden)
        while hidden < len(self._steps) - 1 and self._line.sizeHint().width() > self.width():
            hidden += 1
            self._show_hidden(hidden)
        self._menu.clear()
        for crumb in self._crumbs[1 : hidden + 1]:
            self._menu.addAction(crumb.title).triggered.connect(
                lambda _=False, place=crumb.place: self.place_requested.emit(place)
            )

    def _show_hidden(self, count: int) -> None:
        self.more_button.setVisible(count > 0)
        for number, (step, arrow) in enumerate(zip(self._steps, self._arrows, strict=True)):
            step.setVisible(not 1 <= number <= count)
            arrow.setVisible(not 1 <= number <= count)

    def _leave(self) -> None:
        if len(self._crumbs) > 1:
            self.place_requested.emit(self._crumbs[-2].place)

    def _restyle(self) -> None:
        tokens = self._tokens
        self.setStyleSheet(
            f"Breadcrumb {{ background: {tokens.window}; border: none;"
            f" border-bottom: 1px solid {tokens.accent if self._has_focus else tokens.line}; }}"
            f" QLabel {{ color: {tokens.secondary}; font-size: {t.SECONDARY}px; background: transparent; }}"
            f" QToolButton {{ color: {tokens.text}; font-size: {t.SECONDARY}px; border: 1px solid transparent;"
            f" border-radius: 4px; padding: 1px 4px; background: transparent; }}"
            f" QToolButton:hover {{ background: {tokens.hover}; }}"
            f" QToolButton:focus {{ border-color: {tokens.accent}; }}"
            f" QToolButton::menu-indicator {{ image: none; }}"
        )
