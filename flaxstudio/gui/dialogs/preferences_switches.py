"""The page of the preferences with what is on or off: each box is a checkable command, and the menus show the same."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.actions import Actions
from flaxstudio.gui.commands.command import translated
from flaxstudio.gui.commands.switches import SWITCHES, Section


class SwitchesPage(QWidget):
    """Shows the sections of the table."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.boxes: dict[str, QAbstractButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP // 2)
        for section in SWITCHES:
            self._add(section, layout)
            layout.addSpacing(t.SECTION_GAP)
        layout.addStretch()
        self._show()

    def _add(self, section: Section, layout: QVBoxLayout) -> None:
        heading = QLabel(translated(section.title))
        heading.setProperty("role", "heading")
        layout.addWidget(heading)
        group = QButtonGroup(self) if section.is_choice else None
        for name in section.names:
            action = self._actions[name]
            self.boxes[name] = box = QRadioButton() if group else QCheckBox()
            box.setText(action.text())
            if group:
                group.addButton(box)
            box.clicked.connect(lambda _=False, action=action: action.trigger())
            action.toggled.connect(self._show)
            layout.addWidget(box)

    def _show(self, _is_on: bool = False) -> None:
        """Show what is on; the menus may have changed it."""
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(self._actions[name].isChecked())
