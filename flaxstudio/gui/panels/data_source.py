"""Where the data comes from: the buttons that choose it, what was chosen, and why it could not be read."""

from pathlib import PurePath

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from flaxstudio.data.samples import SAMPLES, sample_info
from flaxstudio.data.sources import PREFIX
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.data_state import DataState, Picture
from flaxstudio.gui.panels.variables_tree import bytes_text
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import DatasetSpec

_PICTURE = 28
_PICTURES_A_ROW = 6


class SourceButtons(QWidget):
    """The two ways to data: a sample set or a file."""

    file_requested = Signal()
    sample_chosen = Signal(str)

    def __init__(self, tokens: Tokens, is_upright: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = QPushButton(self.tr("Sample sets"))
        self.menu = QMenu(self.samples)
        self.menu.setToolTipsVisible(True)
        for info in SAMPLES:
            action = self.menu.addAction(f"{info.title}\t{info.summary}")
            action.setToolTip(f"{info.source}, {info.licence}")
            action.triggered.connect(lambda _=False, name=info.name: self.sample_chosen.emit(name))
        self.samples.setMenu(self.menu)
        self.file = QPushButton(self.tr("Open CSV or NPZ…"))
        self.file.clicked.connect(self.file_requested)
        layout = QVBoxLayout(self) if is_upright else QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.samples)
        layout.addWidget(self.file)
        self.set_tokens(tokens)

    def set_tokens(self, tokens: Tokens) -> None:
        self.samples.setIcon(icon("database", tokens))
        self.file.setIcon(icon("folder-open", tokens))


class EmptyData(QWidget):
    """Shown while a project has no data: one sentence and the two ways to some."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sentence = QLabel(self.tr("Choose a sample set, or open or drop a CSV or NPZ file, to have something to train on."))
        sentence.setProperty("role", "secondary")
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sentence.setWordWrap(True)
        self.buttons = SourceButtons(tokens, is_upright=False)
        layout = QVBoxLayout(self)
        layout.setSpacing(t.PADDING)
        layout.addStretch(1)
        layout.addWidget(sentence)
        layout.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)

    def set_tokens(self, tokens: Tokens) -> None:
        self.buttons.set_tokens(tokens)


class DataSource(QWidget):
    """The source in use with its first samples as pictures, and the buttons for another."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: tuple[Picture, ...] = ()
        self.buttons = SourceButtons(tokens, is_upright=True)
        self.title = _label("heading")
        self.detail = _label("caption")
        self.status = _label("secondary")
        self.disk = _label("secondary")
        self.fault = _label("error")
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.GAP)
        layout.setSpacing(4)
        for widget in (self.title, self.detail, self.status, self.disk, self.fault):
            layout.addWidget(widget)
        layout.addSpacing(4)
        layout.addWidget(self.buttons)
        layout.addSpacing(4)
        layout.addLayout(self._grid)
        layout.addStretch(1)

    def display(self, dataset: DatasetSpec, state: DataState) -> None:
        """Show which data it is and how its reading stands."""
        info = sample_info(dataset.source.removeprefix(PREFIX)) if dataset.source.startswith(PREFIX) else None
        path = PurePath(dataset.source)
        self.title.setText(info.title if info else path.name)
        self.detail.setText(info.summary if info else str(path.parent))
        self.detail.setToolTip(f"{info.source}, {info.licence}" if info else dataset.source)
        self.detail.setVisible(bool(self.detail.text()) and self.detail.text() != ".")
        self.status.setText(state.message or self.tr("Reading…"))
        self.status.setVisible(state.status == "loading")
        self.disk.setVisible(state.disk is not None)
        if state.disk is not None:
            text = self.tr("Read from disk while training: {0} does not fit the {1} set aside.")
            self.disk.setText(text.format(bytes_text(state.disk.size), bytes_text(state.disk.room)))
        self.fault.setText(state.message)
        self.fault.setVisible(state.status == "failed")
        if state.pictures is not self._pictures:
            self._pictures = state.pictures
            self._show_pictures()

    def set_tokens(self, tokens: Tokens) -> None:
        self.buttons.set_tokens(tokens)

    def _show_pictures(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, picture in enumerate(self._pictures):
            label = QLabel()
            label.setFixedSize(_PICTURE, _PICTURE)
            label.setPixmap(pixmap_of(picture, _PICTURE, self.devicePixelRatioF()))
            label.setToolTip(picture.label)
            label.setAccessibleName(self.tr("Sample {0}").format(picture.label or str(number + 1)))
            self._grid.addWidget(label, number // _PICTURES_A_ROW, number % _PICTURES_A_ROW)
        self._grid.setColumnStretch(_PICTURES_A_ROW, 1)


def pixmap_of(picture: Picture, size: int, ratio: float) -> QPixmap:
    """Return a sample's image at a size in logical pixels, its own pixels sharp."""
    pixels = picture.pixels
    form = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, width * (1 if pixels.ndim == 2 else 3), form)
    side = round(size * ratio)
    scaled = image.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation)
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
