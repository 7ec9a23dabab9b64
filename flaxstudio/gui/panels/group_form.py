"""The form of groups of params: one at a time, with its paths, its rate, and whether it is frozen."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_paths import patterns_in
from flaxstudio.project.optimizer import Group

_PATH = r"[!\w*?\[\]\-/, ]+"


class GroupForm(QWidget):
    """Shows the groups and tells each change as all of them, with its words."""

    groups_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[Group, ...] = ()
        self.choice = ChoiceBox()
        self.choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.choice.setAccessibleName(self.tr("Group of params"))
        self.add, self.remove = QToolButton(), QToolButton()
        self.add.setToolTip(self.tr("Add a group"))
        self.remove.setToolTip(self.tr("Remove this group"))
        self.form = AttributeForm(tokens, self)
        self._specs = (
            AttributeSpec("name", "text", "", self.tr("What the group is called."), pattern=r"[A-Za-z]\w{0,40}"),
            AttributeSpec("params", "text", "", self.tr("Paths, such as dense_1, */bias."), pattern=_PATH),
            AttributeSpec("rate", "float", 1.0, self.tr("Times the learning rate."), minimum=0.0),
            AttributeSpec("frozen", "bool", False, self.tr("These params stay as they are.")),
        )
        self._build()
        self.set_tokens(tokens)
        self.choice.activated.connect(self._show)
        self.form.attribute_changed.connect(self._set)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)

    def display(self, groups: tuple[Group, ...]) -> None:
        """Show the groups; the one that was shown stays."""
        index = self.choice.currentIndex()
        is_grown = len(groups) > len(self._groups)
        self._groups = groups
        self.choice.clear()
        self.choice.addItems([group.name for group in groups])
        self.choice.setCurrentIndex(len(groups) - 1 if is_grown else max(0, min(index, len(groups) - 1)))
        self._show()

    def set_tokens(self, tokens: Tokens) -> None:
        self.form.set_tokens(tokens)
        self.add.setIcon(icon("plus", tokens, tokens.secondary))
        self.remove.setIcon(icon("trash-2", tokens, tokens.secondary))

    def _build(self) -> None:
        self.caption = QLabel(self.tr("The first group whose paths fit has a param; all others go as set above."))
        self.caption.setProperty("role", "caption")
        self.caption.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(self.choice, 1)
        line.addWidget(self.add)
        line.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.caption)
        layout.addLayout(line)
        layout.addWidget(self.form)

    @property
    def _group(self) -> Group | None:
        index = self.choice.currentIndex()
        return self._groups[index] if 0 <= index < len(self._groups) else None

    def _show(self) -> None:
        group = self._group
        self.choice.setEnabled(group is not None)
        self.remove.setEnabled(group is not None)
        self.form.setVisible(group is not None)
        if group is not None:
            values: dict[str, Value] = {"name": group.name, "params": ", ".join(group.patterns)}
            values |= {"rate": group.rate, "frozen": group.is_frozen}
            self.form.display(f"group {self.choice.currentIndex()}", self._specs, values)

    def _set(self, name: str, value: Value) -> None:
        group = self._group
        if group is None:
            return
        match name:
            case "name":
                changed = replace(group, name=str(value))
            case "params":
                changed = replace(group, patterns=patterns_in(str(value)))
            case "rate":
                changed = replace(group, rate=float(value) if isinstance(value, int | float) else 1.0)
            case _:
                changed = replace(group, is_frozen=bool(value))
        groups = tuple(changed if kept is group else kept for kept in self._groups)
        self.groups_changed.emit(groups, self.tr("Set {0} of the group {1}").format(name, changed.name))

    def _add(self) -> None:
        taken = {group.name for group in self._groups}
        name = next(name for number in range(1, 1000) if (name := f"group_{number}") not in taken)
        self.groups_changed.emit((*self._groups, Group(name, ("*/bias",), 1.0)), self.tr("Add a group of params"))

    def _remove(self) -> None:
        if (group := self._group) is not None:
            kept = tuple(one for one in self._groups if one is not group)
            self.groups_changed.emit(kept, self.tr("Remove the group {0}").format(group.name))
