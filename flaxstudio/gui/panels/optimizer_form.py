"""The form of all that an optimizer is beside its name: schedules, the chain's links, what is around it, groups of params."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.around_form import AroundForm
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.group_form import GroupForm
from flaxstudio.gui.panels.link_list import LinkList
from flaxstudio.gui.panels.optimizer_numbers import link_numbers, numbers_of, schedules_of
from flaxstudio.gui.panels.schedule_form import ScheduleForm
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project import optim_edits as edits
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optim_paths import patterns_in
from flaxstudio.project.optimizer import CHAIN, RATE, Link, OptimizerSpec, Schedule

_LABEL_WIDTH = 88


class OptimizerForm(QWidget):
    """Shows a run's optimizer and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._training = TrainConfig()
        self._current = 0
        self.links = LinkList(self)
        self.arguments = AttributeForm(tokens, self)
        self.schedule = ScheduleForm(tokens, self)
        self.around = AroundForm(tokens, self)
        self.groups = GroupForm(tokens, self)
        self.decays_kernels_only = QCheckBox(self.tr("No weight decay on biases and norms"))
        text = self.tr("Only for these params, such as */kernel; empty for all.")
        self._params = AttributeSpec("params", "text", "", text)
        self.toggles: dict[str, Disclosure] = {}
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self.display(self._training)

    @property
    def spec(self) -> OptimizerSpec:
        """The optimizer that is shown."""
        return self._training.optimizer

    def display(self, training: TrainConfig) -> None:
        """Show the optimizer of a config."""
        self._training = training
        spec, links = training.optimizer, training.optimizer.chain
        self._current = max(0, min(self._current, len(links) - 1))
        self.links.display(links, self._current)
        self._show_link()
        only = edits.decays_kernels_only(spec)
        self.decays_kernels_only.setVisible(only is not None)
        self.decays_kernels_only.setChecked(bool(only))
        self.around.display(spec.around)
        self.groups.display(spec.groups)
        marks = {
            "schedule": len(spec.schedules) + sum(len(link.schedules) for link in spec.links),
            "chain": len(links) if spec.name == CHAIN else 0,
            "around": len(spec.around),
            "groups": len(spec.groups),
        }
        for name, toggle in self.toggles.items():
            toggle.setText(f"{self._titles[name]} · {marks[name]}" if marks[name] else self._titles[name])

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for view in (self.arguments, self.schedule, self.around, self.groups):
            view.set_tokens(tokens)
        for toggle in self.toggles.values():
            toggle.set_tokens(tokens)

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._titles = {
            "schedule": self.tr("Schedules"),
            "chain": self.tr("Chain"),
            "around": self.tr("Around it"),
            "groups": self.tr("Groups of params"),
        }
        chain = QWidget()
        inner = QVBoxLayout(chain)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(t.GAP)
        self.link_help = QLabel()
        self.link_help.setProperty("role", "caption")
        self.link_help.setWordWrap(True)
        for widget in (self.links, self.link_help, self.arguments):
            inner.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 0, t.GAP, t.PADDING)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.decays_kernels_only)
        parts = {"schedule": self.schedule, "chain": chain, "around": self.around, "groups": self.groups}
        for name, part in parts.items():
            holder = QWidget()
            held = QVBoxLayout(holder)
            held.setContentsMargins(0, 0, 0, 0)
            held.addWidget(part)
            toggle = Disclosure(self._titles[name], holder, is_heading=True)
            layout.addWidget(toggle)
            layout.addWidget(holder)
            self.toggles[name] = toggle

    def _connect(self) -> None:
        self.links.selected.connect(self._select)
        self.links.moved.connect(self._move)
        self.links.removed.connect(self._remove)
        self.links.toggled.connect(self._toggle)
        self.links.added.connect(self._add)
        self.arguments.attribute_changed.connect(self._set_argument)
        self.schedule.schedule_changed.connect(self._set_schedule)
        self.around.around_changed.connect(lambda around, text: self._change(replace(self.spec, around=around), text))
        self.groups.groups_changed.connect(lambda groups, text: self._change(replace(self.spec, groups=groups), text))
        self.decays_kernels_only.clicked.connect(self._tick_decay)

    def _show_link(self) -> None:
        """Show the arguments and schedules of the link that is selected; of a single optimizer the form above has them."""
        spec = self.spec
        link = spec.links[self._current] if spec.name == CHAIN and spec.links else None
        option = link_option(link.name) if link and is_link(link.name) else None
        self.arguments.setVisible(option is not None)
        self.link_help.setText(option.help if option else "")
        if link and option:
            extra = {"params": ", ".join(link.params)}
            self.arguments.display(
                f"{self._current} {link.name}", (*option.arguments, self._params), {**link.arguments, **extra}
            )
        numbers = {**numbers_of(spec), **(link_numbers(link) if link else {})}
        self.schedule.display(numbers, {**schedules_of(spec), **(dict(link.schedules) if link else {})}, self._training.steps)

    def _select(self, row: int) -> None:
        if row >= 0 and row != self._current:
            self._current = row
            self._show_link()

    def _change(self, spec: OptimizerSpec, text: str) -> None:
        if spec != self.spec:
            self.training_changed.emit(replace(self._training, optimizer=spec), text)

    def _name(self, place: int) -> str:
        return self.spec.chain[place].name

    def _move(self, place: int, to: int) -> None:
        self._current = to
        self._change(edits.with_moved(self.spec, place, to), self.tr("Move {0}").format(self._name(place)))

    def _remove(self, place: int) -> None:
        self._change(edits.with_removed(self.spec, place), self.tr("Remove {0}").format(self._name(place)))

    def _toggle(self, place: int, is_on: bool) -> None:
        words = self.tr("Switch on {0}") if is_on else self.tr("Switch off {0}")
        link = replace(self.spec.chain[place], is_on=is_on)
        self._change(edits.with_link(self.spec, place, link), words.format(link.name))

    def _add(self, name: str) -> None:
        changed = edits.with_added(self.spec, name)
        self._current = 0 if link_option(name).family == "clipping" else len(changed.chain) - 1
        self._change(changed, self.tr("Add {0}").format(name))

    def _set_argument(self, name: str, value: Value) -> None:
        link = self.spec.links[self._current]
        if name == "params":
            link = replace(link, params=patterns_in(str(value or "")))
        else:
            link = edits.with_link_argument(link, name, value)
        self._change(edits.with_link(self.spec, self._current, link), self.tr("Set {0} of {1}").format(name, link.name))

    def _set_schedule(self, name: str, schedule: Schedule | None, text: str) -> None:
        if self.spec.name == CHAIN and name != RATE:
            link: Link = edits.with_link_schedule(self.spec.links[self._current], name, schedule)
            self._change(edits.with_link(self.spec, self._current, link), text)
        else:
            self._change(edits.with_schedule(self.spec, name, schedule), text)

    def _tick_decay(self, is_on: bool) -> None:
        words = self.tr("Keep weight decay from biases and norms") if is_on else self.tr("Let all params decay")
        self._change(edits.with_decay_of_kernels_only(self.spec, is_on), words)
