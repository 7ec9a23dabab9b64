"""The form of what stands around an optimizer: gathered gradients, skipped updates, means of the params."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.optax_pages import page_of
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_edits import with_around, with_around_argument
from flaxstudio.project.optim_links import AROUND
from flaxstudio.project.optimizer import Link, OptimizerSpec

_ARGUMENTS = {
    "MultiSteps": "every_k_schedule",
    "apply_if_finite": "max_consecutive_errors",
    "ema_of_params": "decay",
    "lookahead": "sync_period",
    "contrib.sam": "rho",
    "conditionally_mask": "every",
}
"""The number that a row shows; the others are ticked."""


class AroundForm(QWidget):
    """A row for each: its number, empty where it is not there, or a tick."""

    around_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around: tuple[Link, ...] = ()
        self.form = AttributeForm(tokens, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)
        self.pages = QLabel(", ".join(f'<a href="{page_of(option.name)}">{option.title}</a>' for option in AROUND))
        self.pages.setProperty("role", "caption")
        self.pages.setWordWrap(True)
        self.pages.setOpenExternalLinks(True)
        self.pages.setText(self.tr("In Optax’s documentation: {0}").format(self.pages.text()))
        layout.addWidget(self.pages)
        self._names = {option.title: option.name for option in AROUND}
        self._specs = tuple(self._row(option.title, option.name) for option in AROUND)
        self.form.attribute_changed.connect(self._set)

    def display(self, around: tuple[Link, ...]) -> None:
        """Show what is there."""
        self._around = around
        there = {link.name: link for link in around}
        values: dict[str, Value] = {}
        for option in AROUND:
            link, argument = there.get(option.name), _ARGUMENTS.get(option.name)
            if argument is None:
                values[option.title] = link is not None
            else:
                values[option.title] = link.arguments.get(argument, option.argument(argument).default) if link else None
        self.form.display("around", self._specs, values)

    def set_tokens(self, tokens: Tokens) -> None:
        self.form.set_tokens(tokens)

    def _row(self, title: str, name: str) -> AttributeSpec:
        option = next(option for option in AROUND if option.name == name)
        if (argument := _ARGUMENTS.get(name)) is None:
            return AttributeSpec(title, "bool", False, option.help)
        spec = option.argument(argument)
        text = f"{option.help} {spec.help}"
        return AttributeSpec(title, spec.type, None, text, minimum=spec.minimum, maximum=spec.maximum, is_optional=True)

    def _set(self, title: str, value: Value) -> None:
        name = self._names[title]
        spec = OptimizerSpec(around=self._around)
        is_on = value is not None and value is not False
        if not is_on:
            spec = with_around(spec, name, is_on=False)
        elif not any(link.name == name for link in self._around):
            spec = with_around(spec, name, is_on=True)
        if is_on and (argument := _ARGUMENTS.get(name)):
            spec = with_around_argument(spec, name, argument, value)
        words = self.tr("Set {0}") if is_on else self.tr("Remove {0}")
        self.around_changed.emit(spec.around, words.format(title))
