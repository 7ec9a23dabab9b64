"""The form of groups of params: their legend, in the order in which they are tried, and what is done with one of them."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.group_signs import sign_icon, sign_of
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.own_optimizer import OwnOptimizer
from flaxstudio.gui.panels.row_list import Row, RowList
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_groups import new_group_name, with_group_moved
from flaxstudio.project.optim_paths import patterns_in
from flaxstudio.project.optimizer import Group, OptimizerSpec

_PATH = r"[!\w*?\[\]\-/, ]+"
_OWN = "own optimizer"


class GroupForm(QWidget):
    """Shows the groups and tells each change as all of them, with its words. A click on one asks for its layers."""

    groups_changed = Signal(object, str)
    members_requested = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._spec = OptimizerSpec()
        self._steps = 1
        self._counts: Mapping[str, int] = {}
        self._wanted = ""
        self.list = RowList(self.tr("Groups of params"), self)
        self.add, self.show_members, self.remove = QToolButton(), QToolButton(), QToolButton()
        self.form = AttributeForm(tokens, self)
        self.own: OwnOptimizer | None = None
        text = self.tr("Their own optimizer instead of the common one.")
        self._specs = (
            AttributeSpec("name", "text", "", self.tr("What the group is called."), pattern=r"[A-Za-z]\w{0,40}"),
            AttributeSpec("params", "text", "", self.tr("Paths, such as dense_1, */bias, !*/scale."), pattern=_PATH),
            AttributeSpec("frozen", "bool", False, self.tr("These params stay as they are.")),
            AttributeSpec("rate", "float", 1.0, self.tr("Times the learning rate of all others."), minimum=0.0),
            AttributeSpec(_OWN, "bool", False, text),
        )
        self._build()
        self.set_tokens(tokens)
        self.list.selected.connect(self._show)
        self.list.clicked.connect(self._ask_for_members)
        self.list.activated.connect(self._ask_for_members)
        self.list.moved.connect(self._move)
        self.list.removed.connect(self._remove)
        self.form.attribute_changed.connect(self._set)
        self.add.clicked.connect(self._add)
        self.show_members.clicked.connect(self._ask_for_members)
        self.remove.clicked.connect(lambda: self._remove(self.list.currentRow()))

    def display(self, spec: OptimizerSpec, steps: int) -> None:
        """Show the groups of an optimizer for a run of so many steps; the one that was shown stays."""
        before, row = self._spec.groups, self.list.currentRow()
        self._spec, self._steps = spec, steps
        names = [group.name for group in spec.groups]
        if self._wanted in names:
            row, self._wanted = names.index(self._wanted), ""
        elif len(names) == len(before) + 1:
            row = len(names) - 1
        self._show_rows(max(0, min(row, len(names) - 1)))
        self._show()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many layers of the open graph each group has."""
        if counts != self._counts:
            self._counts = counts
            self._show_rows(self.list.currentRow())

    def choose(self, name: str) -> None:
        """Show a group's settings, now or once it is there."""
        names = [group.name for group in self._spec.groups]
        if name in names:
            self.list.setCurrentRow(names.index(name))
        else:
            self._wanted = name

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.form.set_tokens(tokens)
        if self.own is not None:
            self.own.set_tokens(tokens)
        for button, name in ((self.add, "plus"), (self.show_members, "search"), (self.remove, "trash-2")):
            button.setIcon(icon(name, tokens, tokens.secondary))
        self._show_rows(self.list.currentRow())

    def _build(self) -> None:
        self.caption = QLabel()
        self.caption.setProperty("role", "caption")
        self.caption.setWordWrap(True)
        self.list.setToolTip(
            self.tr("Click to select its layers on the canvas. Drag to reorder, or Alt+Up and Alt+Down. Delete removes.")
        )
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        texts = (
            self.tr("Add a group by paths"), self.tr("Select its layers on the canvas"), self.tr("Remove this group")
        )  # fmt: skip
        for button, text in zip((self.add, self.show_members, self.remove), texts, strict=True):
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.setIconSize(QSize(14, 14))
            line.addWidget(button)
        line.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.caption)
        layout.addWidget(self.list)
        layout.addLayout(line)
        layout.addWidget(self.form)

    @property
    def _group(self) -> Group | None:
        row = self.list.currentRow()
        return self._spec.groups[row] if 0 <= row < len(self._spec.groups) else None

    def _show_rows(self, current: int) -> None:
        groups = self._spec.groups
        self.list.setVisible(bool(groups))
        self.list.display(tuple(self._row(group) for group in groups), current)
        self.caption.setText(
            self.tr("Click a group to select its layers. A param is in the first group whose paths fit.")
            if groups
            else self.tr("Select layers on the canvas and press O to train them in another way: frozen, slower, faster.")
        )

    def _row(self, group: Group) -> Row:
        sign, count = sign_of(self._spec.groups, group), self._counts.get(group.name)
        layers = "" if count is None else self.tr("1 layer") if count == 1 else self.tr("{0} layers").format(count)
        text = f"{sign.words} · {layers}" if layers and count else sign.words
        return Row(text, ", ".join(group.patterns), icon=sign_icon(sign, self._tokens))

    def _show(self) -> None:
        group = self._group
        for widget in (self.show_members, self.remove):
            widget.setEnabled(group is not None)
        self.form.setVisible(group is not None)
        own = group.optimizer if group is not None and not group.is_frozen else None
        if group is not None:
            values: dict[str, Value] = {"name": group.name, "params": ", ".join(group.patterns), "rate": group.rate}
            values |= {"frozen": group.is_frozen, _OWN: group.optimizer is not None}
            self.form.display(f"group {self.list.currentRow()}", self._specs, values)
            self.form.row("rate").setVisible(not group.is_frozen and group.optimizer is None)
            self.form.row(_OWN).setVisible(not group.is_frozen)
        if own is not None and self.own is None:
            self._make_own()
        if self.own is not None:
            self.own.setVisible(own is not None)
            if own is not None:
                self.own.display(own, self._steps)

    def _make_own(self) -> None:
        """Make the form of a group's own optimizer, which only few need."""
        self.own = OwnOptimizer(self._tokens, self)
        self.own.optimizer_changed.connect(self._set_own)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.own)

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
            case "frozen":
                changed = replace(group, is_frozen=bool(value))
            case _:
                changed = replace(group, optimizer=self._copy_of_common(group.rate) if value else None, rate=1.0)
        self._change(group, changed, self.tr("Set {0} of the group {1}").format(name, changed.name))

    def _copy_of_common(self, rate: float) -> OptimizerSpec:
        return replace(self._spec, learning_rate=self._spec.learning_rate * rate, groups=(), around=())

    def _set_own(self, optimizer: OptimizerSpec, text: str) -> None:
        if (group := self._group) is not None:
            self._change(group, replace(group, optimizer=optimizer), self.tr("{0} in the group {1}").format(text, group.name))

    def _change(self, group: Group, changed: Group, text: str) -> None:
        groups = tuple(changed if kept is group else kept for kept in self._spec.groups)
        self.groups_changed.emit(groups, text)

    def _add(self) -> None:
        new = Group(new_group_name(self._spec.groups), ("*/bias",))
        self.groups_changed.emit((*self._spec.groups, new), self.tr("Add a group of params"))

    def _move(self, place: int, to: int) -> None:
        name = self._wanted = self._spec.groups[place].name
        self.groups_changed.emit(with_group_moved(self._spec, place, to).groups, self.tr("Move the group {0}").format(name))

    def _remove(self, row: int) -> None:
        group = self._spec.groups[row]
        kept = tuple(one for one in self._spec.groups if one is not group)
        self.groups_changed.emit(kept, self.tr("Remove the group {0}").format(group.name))

    def _ask_for_members(self) -> None:
        if (group := self._group) is not None:
            self.members_requested.emit(group.name)
