"""The page of the preferences where keys are found, recorded and reset."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.gui import tokens as t
from flaxstudio.gui.commands.command import translated
from flaxstudio.gui.commands.keymap import native
from flaxstudio.gui.commands.presets import PRESETS, KeyChoice
from flaxstudio.gui.commands.table import placed
from flaxstudio.gui.dialogs.key_recorder import KeyRecorder
from flaxstudio.gui.panels.still_fields import ChoiceBox

_WORDS, _KEYS, _CHANGED = range(3)
_NAME = Qt.ItemDataRole.UserRole


class KeysPage(QWidget):
    """Says which keys the user wants with `choice_changed`; what holds is handed back by `display`."""

    choice_changed = Signal(object)

    def __init__(self, choice: KeyChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._wanted = ""  # a key that waits for a decision, since another command has it
        self.preset, self.search, self.tree = ChoiceBox(), QLineEdit(), QTreeWidget()
        self.title, self.chips, self.recorder = QLabel(), QHBoxLayout(), KeyRecorder()
        self.reset_button, self.reset_all_button = QPushButton(self.tr("Reset")), QPushButton(self.tr("Reset all"))
        self.note = QLabel()
        self.take_button, self.leave_button = QPushButton(self.tr("Use it here")), QPushButton(self.tr("Leave it there"))
        self._menus: dict[str, QTreeWidgetItem] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._chips: list[QPushButton] = []
        self._fill()
        self._lay_out()
        self._connect()
        self.display(choice)
        self.tree.setCurrentItem(next(iter(self._items.values())))

    def display(self, choice: KeyChoice) -> None:
        """Show the keys that hold now."""
        self._choice = choice
        self.preset.setCurrentIndex(self.preset.findData(choice.preset))
        keys = choice.keys().keys
        for name, item in self._items.items():
            item.setText(_KEYS, ", ".join(map(native, keys[name])))
            item.setText(_CHANGED, self.tr("changed") if name in choice.own else "")
        self.reset_all_button.setEnabled(bool(choice.own))
        self._show_current()

    @property
    def current(self) -> str:
        """The command whose keys are shown below the list, "" for none."""
        item = self.tree.currentItem()
        return str(item.data(_WORDS, _NAME) or "") if item else ""

    def select(self, name: str) -> None:
        """Go to a command."""
        self.tree.setCurrentItem(self._items[name])

    def _fill(self) -> None:
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([self.tr("Command"), self.tr("Keys"), ""])
        for place, command in placed():
            if place not in self._menus:
                self._menus[place] = QTreeWidgetItem(self.tree, [place])
                self._menus[place].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self._menus[place].setExpanded(True)
            item = QTreeWidgetItem(self._menus[place], [translated(command.text).replace("…", "")])
            item.setData(_WORDS, _NAME, command.name)
            item.setToolTip(_WORDS, translated(command.tip))
            self._items[command.name] = item
        for name, (title, _) in PRESETS.items():
            self.preset.addItem(translated(title), name)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText(self.tr("Find a command or a key, such as Ctrl+D"))
        self.search.setAccessibleName(self.tr("Find a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.preset.setAccessibleName(self.tr("Keys as in"))
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_WORDS, QHeaderView.ResizeMode.Stretch)
        for column in (_KEYS, _CHANGED):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.title.setProperty("role", "heading")
        self.note.setWordWrap(True)
        for button in (self.reset_button, self.reset_all_button, self.take_button, self.leave_button):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addLayout(_line(QLabel(self.tr("Keys as in")), self.preset, self.search, stretch=self.search))
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._editor())

    def _editor(self) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        self.chips.setSpacing(t.GAP // 2)
        first = _line(self.title, None, self.reset_button, self.reset_all_button)
        second = _line(self.recorder)
        second.insertLayout(0, self.chips)
        second.addStretch()
        third = _line(self.note, self.take_button, self.leave_button, stretch=self.note)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(t.PADDING, t.GAP, t.PADDING, t.GAP)
        layout.setSpacing(t.GAP)
        for line in (first, second, third):
            layout.addLayout(line)
        return card

    def _connect(self) -> None:
        self.preset.activated.connect(lambda _: self._ask(KeyChoice(self.preset.currentData(), self._choice.own).tidied()))
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._show_current())
        self.tree.itemActivated.connect(lambda *_: self._begin_recording())
        self.recorder.recorded.connect(self._on_recorded)
        self.recorder.refused.connect(self._show_note)
        self.reset_button.clicked.connect(lambda: self._ask(self._choice.without(self.current)))
        self.reset_all_button.clicked.connect(lambda: self._ask(KeyChoice(self._choice.preset)))
        self.take_button.clicked.connect(lambda: self._add(self._wanted))
        self.leave_button.clicked.connect(self._show_current)

    def _ask(self, choice: KeyChoice) -> None:
        self.choice_changed.emit(choice)

    def _begin_recording(self) -> None:
        if self.current:
            self.recorder.setFocus()
            self.recorder.setChecked(True)

    def _filter(self, text: str) -> None:
        """Show what is called so, or has that key."""
        keys = {name: item.text(_KEYS).lower().split(", ") for name, item in self._items.items()}
        if having := [name for name in self._items if text.strip().lower() in keys[name]]:
            found = set(having)
        else:
            found = {name for name in self._items if all(word in self._words_of(name) for word in text.lower().split())}
        for name, item in self._items.items():
            item.setHidden(bool(text.strip()) and name not in found)
        for menu in self._menus.values():
            menu.setHidden(all(item.isHidden() for item in self._items.values() if item.parent() is menu))

    def _words_of(self, name: str) -> str:
        item = self._items[name]
        place = next(place for place, menu in self._menus.items() if menu is item.parent())
        return f"{place} {item.text(_WORDS)} {item.text(_KEYS)}".lower()

    def _show_current(self) -> None:
        name = self.current
        self._show_note("")
        for chip in self._chips:
            chip.deleteLater()
        self._chips = []
        for part in (self.recorder, self.reset_button):
            part.setEnabled(bool(name))
        self.title.setText(self._items[name].text(_WORDS) if name else self.tr("Choose a command"))
        if not name:
            return
        self.reset_button.setEnabled(name in self._choice.own)
        for key in self._choice.keys().keys[name]:
            chip = _chip(key, self.tr("Remove {0}").format(native(key)))
            chip.clicked.connect(lambda _=False, key=key: self._remove(key))
            self.chips.addWidget(chip)
            self._chips.append(chip)

    def _on_recorded(self, key: str) -> None:
        keys, name = self._choice.keys(), self.current
        if not name or key in keys.keys[name]:
            return
        others = keys.clashes(name, key)
        if not others:
            self._add(key)
            return
        self._wanted = key
        texts = ", ".join(translated(other.text).replace("…", "") for other in others)
        self._show_note(self.tr("{0} now does: {1}.").format(native(key), texts), is_choice=True)
        self.take_button.setFocus()

    def _add(self, key: str) -> None:
        name = self.current
        self._ask(self._choice.with_keys(name, (*self._choice.keys().keys[name], key)))
        also = [n for n, keys in self._choice.keys().keys.items() if key in keys and n != name]
        if also:  # the canvas tells them apart by what is selected
            texts = ", ".join(self._items[other].text(_WORDS) for other in also)
            self._show_note(self.tr("Depending on what is selected, {0} also does: {1}.").format(native(key), texts))

    def _remove(self, key: str) -> None:
        name = self.current
        kept = tuple(other for other in self._choice.keys().keys[name] if other != key)
        self._ask(self._choice.with_keys(name, kept))

    def _show_note(self, text: str, is_choice: bool = False) -> None:
        self.note.setText(text)
        self.note.setProperty("role", "warning" if is_choice else "secondary")
        self.note.style().polish(self.note)
        for button in (self.take_button, self.leave_button):
            button.setVisible(is_choice)


def _chip(key: str, about: str) -> QPushButton:
    """Return a button that shows a key and is to take it away."""
    chip = QPushButton(f"{native(key)}  ✕")
    chip.setProperty("compact", True)
    chip.setAutoDefault(False)
    chip.setToolTip(about)
    chip.setAccessibleName(about)
    return chip


def _line(*widgets: QWidget | None, stretch: QWidget | None = None) -> QHBoxLayout:
    """Return widgets side by side; None is room between them."""
    line = QHBoxLayout()
    line.setSpacing(t.GAP)
    for widget in widgets:
        if widget is None:
            line.addStretch()
        else:
            line.addWidget(widget, 1 if widget is stretch else 0)
    return line
