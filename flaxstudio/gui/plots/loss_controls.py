"""What stands around the loss plot: the choices above it, its menu, and the page shown while there is nothing to draw."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.plots.group_curves import BANDS, Band
from flaxstudio.gui.plots.loss_curves import SMOOTHINGS, Axes, Smoothing
from flaxstudio.gui.plots.number_text import metric_title
from flaxstudio.gui.tokens import Tokens

LOSS = "loss"
"""What is drawn where no metric is."""


def smoothing_title(smoothing: Smoothing) -> str:
    """Return what a smoothing is called."""
    titles = {
        "none": QCoreApplication.translate("LossControls", "None"),
        "light": QCoreApplication.translate("LossControls", "Light"),
        "strong": QCoreApplication.translate("LossControls", "Strong"),
    }
    return titles[smoothing]


def band_title(band: Band) -> str:
    """Return what a band of several runs is called."""
    titles = {
        "deciles": QCoreApplication.translate("LossControls", "10–90 % of the runs"),
        "extremes": QCoreApplication.translate("LossControls", "Least to greatest"),
        "none": QCoreApplication.translate("LossControls", "No band"),
    }
    return titles[band]


class LossControls(QWidget):
    """What is drawn, the band of several runs, the log axis and the smoothing."""

    log_loss_chosen = Signal(bool)
    smoothing_chosen = Signal(str)
    quantity_chosen = Signal(str)
    band_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quantity = ChoiceBox()
        self.quantity.setAccessibleName(self.tr("What is drawn"))
        self.quantity.setToolTip(self.tr("Draw the loss, or a metric of each evaluation"))
        self.quantity.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.quantity.activated.connect(lambda _: self.quantity_chosen.emit(self.quantity.currentData()))
        self.quantity.hide()
        self.log_button = QToolButton()
        self.log_button.setText(self.tr("Log axis"))
        self.log_button.setToolTip(self.tr("Logarithmic loss axis; on by itself where the losses span a factor of 100"))
        self.log_button.setCheckable(True)
        self.log_button.clicked.connect(self.log_loss_chosen)
        self._buttons = QButtonGroup(self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addStretch(1)
        self._layout.addWidget(self.quantity)
        self._layout.addSpacing(t.GAP)
        self.band_choice = self._band_choice()
        self._layout.addWidget(self.band_choice)
        self._layout.addSpacing(t.GAP)
        self._layout.addWidget(self.log_button)
        self._layout.addSpacing(t.GAP)
        caption = QLabel(self.tr("Smoothing"))
        caption.setProperty("role", "caption")
        self._layout.addWidget(caption)
        self.smoothing_buttons = {smoothing: self._add_button(smoothing) for smoothing in SMOOTHINGS}
        self.smoothing_buttons["light"].setChecked(True)

    @property
    def smoothing(self) -> Smoothing:
        """The smoothing chosen."""
        return next(smoothing for smoothing, button in self.smoothing_buttons.items() if button.isChecked())

    @property
    def band(self) -> Band:
        """The band chosen."""
        return BANDS[self.band_choice.currentIndex()]

    def show_band_choice(self, visible: bool) -> None:
        """Let a band be chosen, where several runs are shown."""
        self.band_choice.setVisible(visible)

    def choose_smoothing(self, smoothing: Smoothing) -> None:
        """Choose a smoothing as by its button."""
        self.smoothing_buttons[smoothing].click()

    def show_axes(self, axes: Axes) -> None:
        """Show which axes are logarithmic."""
        self.log_button.setChecked(axes.log_loss)

    def show_quantities(self, names: tuple[str, ...], current: str) -> None:
        """Offer what can be drawn; nothing to choose where that is the loss alone."""
        if [self.quantity.itemData(index) for index in range(self.quantity.count())] != list(names):
            self.quantity.clear()
            for name in names:
                title = self.tr("loss") if name == LOSS else metric_title(name)
                self.quantity.addItem(f"{title[:1].upper()}{title[1:]}", name)
        self.quantity.setCurrentIndex(self.quantity.findData(current))
        self.quantity.setVisible(len(names) > 1)

    def _band_choice(self) -> QComboBox:
        choice = ChoiceBox()
        choice.addItems([band_title(band) for band in BANDS])
        choice.setAccessibleName(self.tr("Band"))
        choice.setToolTip(self.tr("What the band around the median holds"))
        choice.currentIndexChanged.connect(lambda _: self.band_chosen.emit(self.band))
        choice.hide()
        return choice

    def _add_button(self, smoothing: Smoothing) -> QToolButton:
        button = QToolButton()
        button.setText(smoothing_title(smoothing))
        button.setAccessibleName(self.tr("Smoothing: {0}").format(smoothing_title(smoothing)))
        button.setCheckable(True)
        button.clicked.connect(lambda _: self.smoothing_chosen.emit(smoothing))
        self._buttons.addButton(button)
        self._layout.addWidget(button)
        return button


class EmptyPlot(QWidget):
    """One sentence, and the button that fills the plot."""

    train_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = QLabel()
        self.sentence.setProperty("role", "secondary")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(self.tr("Train"))
        self.button.clicked.connect(self.train_requested)
        layout = QVBoxLayout(self)
        layout.setSpacing(t.PADDING)
        layout.addStretch(1)
        layout.addWidget(self.sentence)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)
        self.show_awaited(False)

    def show_awaited(self, is_awaited: bool) -> None:
        """Say how to get losses, or that they are about to come."""
        how = self.tr("Train the model to see its loss fall here, step by step.")
        awaited = self.tr("The first step is being compiled. Its loss appears here as soon as it is done.")
        self.sentence.setText(awaited if is_awaited else how)
        self.button.setHidden(is_awaited)

    def set_tokens(self, tokens: Tokens) -> None:
        self.button.setIcon(icon("play", tokens))


class PlotMenu(QMenu):
    """The plot's own menu on a right click."""

    fit_requested = Signal()
    log_loss_chosen = Signal(bool)
    log_step_chosen = Signal(bool)
    smoothing_chosen = Signal(str)
    picture_requested = Signal()
    values_requested = Signal()


def plot_menu(parent: QWidget, axes: Axes, smoothing: Smoothing) -> PlotMenu:
    """Return a menu that shows how the plot is drawn at present."""
    menu = PlotMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(menu.tr("Fit all")).triggered.connect(menu.fit_requested)
    menu.addSeparator()
    _add_tick(menu, menu.tr("Log axis of loss"), axes.log_loss).toggled.connect(menu.log_loss_chosen)
    _add_tick(menu, menu.tr("Log axis of steps"), axes.log_step).toggled.connect(menu.log_step_chosen)
    group = QActionGroup(menu)
    smoothings = menu.addMenu(menu.tr("Smoothing"))
    for choice in SMOOTHINGS:
        action = _add_tick(smoothings, smoothing_title(choice), choice == smoothing)
        group.addAction(action)
        action.triggered.connect(lambda _, choice=choice: menu.smoothing_chosen.emit(choice))
    menu.addSeparator()
    menu.addAction(menu.tr("Save picture…")).triggered.connect(menu.picture_requested)
    menu.addAction(menu.tr("Save values…")).triggered.connect(menu.values_requested)
    return menu


def _add_tick(menu: QMenu, text: str, is_on: bool) -> QAction:
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(is_on)
    return action
