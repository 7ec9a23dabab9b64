"""The form of an optimizer itself, beside its name and arguments: weight decay, schedules, the links of its chain."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.optax_pages import linked
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.link_list import LinkList
from flaxstudio.gui.panels.optimizer_numbers import link_numbers, numbers_of, schedules_of
from flaxstudio.gui.panels.schedule_form import ScheduleForm
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project import optim_edits as edits
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optim_paths import patterns_in
from flaxstudio.project.optimizer import CHAIN, RATE, Link, OptimizerSpec, Schedule


class CoreForm(QWidget):
    """Shows an optimizer and tells each change as a whole new one, with the words for the history."""

    optimizer_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = OptimizerSpec()
        self._steps = 1
        self._current = 0
        self._chain = QWidget(QWidget(self))
        self.links = LinkList(self._chain)
        self.arguments = AttributeForm(tokens, self._chain)
        self.schedule = ScheduleForm(tokens, QWidget(self))
        self.decays_kernels_only = QCheckBox(self.tr("Biases and norms do not decay"))
        self.decays_kernels_only.setToolTip(self.tr("Keep weight decay from biases and from the params of norms, as is usual"))
        text = self.tr("Only for these params, such as */kernel; empty for all.")
        self._params = AttributeSpec("params", "text", "", text)
        self._titles = {"schedule": self.tr("Schedules"), "chain": self.tr("Chain")}
        self.toggles: dict[str, Disclosure] = {}
        self._build()
        self._connect()
        self.set_tokens(tokens)

    def display(self, spec: OptimizerSpec, steps: int) -> None:
        """Show an optimizer for a run of so many steps."""
        self._spec, self._steps = spec, steps
        links = spec.chain
        self._current = max(0, min(self._current, len(links) - 1))
        self.links.display(links, self._current)
        self._show_link()
        only = edits.decays_kernels_only(spec)
        self.decays_kernels_only.setVisible(only is not None)
        self.decays_kernels_only.setChecked(bool(only))
        scheduled = len(spec.schedules) + sum(len(link.schedules) for link in spec.links)
        show_mark(self.toggles["schedule"], self._titles["schedule"], scheduled)
        show_mark(self.toggles["chain"], self._titles["chain"], len(links) if spec.name == CHAIN else 0)

    def set_tokens(self, tokens: Tokens) -> None:
        self.arguments.set_tokens(tokens)
        self.schedule.set_tokens(tokens)
        for toggle in self.toggles.values():
            toggle.set_tokens(tokens)

    def _build(self) -> None:
        inner = QVBoxLayout(self._chain)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(t.GAP)
        self.hint = QLabel(self.tr("What is added here makes a chain: the gradients go through its links from top to bottom."))
        self.link_help = QLabel()
        self.link_help.setOpenExternalLinks(True)
        for label in (self.hint, self.link_help):
            label.setProperty("role", "caption")
            label.setWordWrap(True)
        for widget in (self.hint, self.links, self.link_help, self.arguments):
            inner.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.decays_kernels_only)
        self.toggles["schedule"] = add_part(layout, self._titles["schedule"], self.schedule)
        self.toggles["chain"] = add_part(layout, self._titles["chain"], self._chain)

    def _connect(self) -> None:
        self.links.selected.connect(self._select)
        self.links.moved.connect(self._move)
        self.links.removed.connect(self._remove)
        self.links.toggled.connect(self._toggle)
        self.links.added.connect(self._add)
        self.arguments.attribute_changed.connect(self._set_argument)
        self.schedule.schedule_changed.connect(self._set_schedule)
        self.decays_kernels_only.clicked.connect(self._tick_decay)

    def _show_link(self) -> None:
        """Show the arguments and schedules of the link that is selected; of a single optimizer the form above has them."""
        spec = self._spec
        link = spec.links[self._current] if spec.name == CHAIN and spec.links else None
        option = link_option(link.name) if link and is_link(link.name) else None
        self.arguments.setVisible(option is not None)
        self.hint.setVisible(spec.name != CHAIN)
        self.link_help.setVisible(option is not None)
        self.link_help.setText(linked(option.help, option.name) if option else "")
        if link and option:
            extra = {"params": ", ".join(link.params)}
            self.arguments.display(
                f"{self._current} {link.name}", (*option.arguments, self._params), {**link.arguments, **extra}
            )
        numbers = {**numbers_of(spec), **(link_numbers(link) if link else {})}
        self.schedule.display(numbers, {**schedules_of(spec), **(dict(link.schedules) if link else {})}, self._steps)

    def _select(self, row: int) -> None:
        if row >= 0 and row != self._current:
            self._current = row
            self._show_link()

    def _change(self, spec: OptimizerSpec, text: str) -> None:
        if spec != self._spec:
            self.optimizer_changed.emit(spec, text)

    def _name(self, place: int) -> str:
        return self._spec.chain[place].name

    def _move(self, place: int, to: int) -> None:
        self._current = to
        self._change(edits.with_moved(self._spec, place, to), self.tr("Move {0}").format(self._name(place)))

    def _remove(self, place: int) -> None:
        self._change(edits.with_removed(self._spec, place), self.tr("Remove {0}").format(self._name(place)))

    def _toggle(self, place: int, is_on: bool) -> None:
        words = self.tr("Switch on {0}") if is_on else self.tr("Switch off {0}")
        link = replace(self._spec.chain[place], is_on=is_on)
        self._change(edits.with_link(self._spec, place, link), words.format(link.name))

    def _add(self, name: str) -> None:
        changed = edits.with_added(self._spec, name)
        self._current = 0 if link_option(name).family == "clipping" else len(changed.chain) - 1
        self._change(changed, self.tr("Add {0}").format(name))

    def _set_argument(self, name: str, value: Value) -> None:
        link = self._spec.links[self._current]
        if name == "params":
            link = replace(link, params=patterns_in(str(value or "")))
        else:
            link = edits.with_link_argument(link, name, value)
        self._change(edits.with_link(self._spec, self._current, link), self.tr("Set {0} of {1}").format(name, link.name))

    def _set_schedule(self, name: str, schedule: Schedule | None, text: str) -> None:
        if self._spec.name == CHAIN and name != RATE:
            link: Link = edits.with_link_schedule(self._spec.links[self._current], name, schedule)
            self._change(edits.with_link(self._spec, self._current, link), text)
        else:
            self._change(edits.with_schedule(self._spec, name, schedule), text)

    def _tick_decay(self, is_on: bool) -> None:
        words = self.tr("Keep weight decay from biases and norms") if is_on else self.tr("Let all params decay")
        self._change(edits.with_decay_of_kernels_only(self._spec, is_on), words)


def add_part(layout: QVBoxLayout, title: str, part: QWidget) -> Disclosure:
    """Add a part of a form that is folded away with its parent, which holds nothing else; return what unfolds it."""
    holder = part.parentWidget()
    assert holder is not None
    held = QVBoxLayout(holder)
    held.setContentsMargins(0, 0, 0, 0)
    held.addWidget(part)
    toggle = Disclosure(title, holder, is_heading=True)
    layout.addWidget(toggle)
    layout.addWidget(holder)
    return toggle


def show_mark(toggle: Disclosure, title: str, count: int) -> None:
    """Show on a part's title how much is set in it."""
    toggle.setText(f"{title} · {count}" if count else title)
