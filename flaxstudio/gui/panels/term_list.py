"""The losses that are added to an Output's own, each with its weight and arguments."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.panels.training_choices import losses_in_order
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.losses import LossTerm, Objective, TargetKind, is_loss, loss_spec
from flaxstudio.project.objective_edits import with_term, with_term_argument

_LABEL_WIDTH = 88


class TermList(QWidget):
    """Shows the terms of an objective and tells each change as a whole new one, with its words."""

    objective_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._objective = Objective()
        self._listed: TargetKind | None = None
        self.terms: list[_Term] = []
        self.add = ChoiceBox()
        self.add.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long names must not widen the form
        self.add.setAccessibleName(self.tr("Add a loss"))
        self.add.setToolTip(self.tr("Another loss, added times its weight"))
        self.add.activated.connect(self._add)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self.add)

    def display(self, objective: Objective, kind: TargetKind) -> None:
        """Show the terms beside a loss for that kind of target."""
        self._objective = objective
        if kind != self._listed:
            self._listed = kind
            self.add.clear()
            self.add.addItem(self.tr("Add a loss…"), "")
            for spec in losses_in_order(kind)[0]:
                self.add.addItem(spec.title, spec.name)
        if [term.name for term in objective.terms] != [view.name for view in self.terms]:
            self._rebuild([term.name for term in objective.terms])
        for view, term in zip(self.terms, objective.terms, strict=True):
            view.display(term)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for view in self.terms:
            view.set_tokens(tokens)

    def _rebuild(self, names: list[str]) -> None:
        for view in self.terms:
            self._layout.removeWidget(view)
            view.hide()
            view.deleteLater()
        self.terms = [_Term(name, self._tokens, self._setter(place), self) for place, name in enumerate(names)]
        for place, view in enumerate(self.terms):
            self._layout.insertWidget(place, view)
            view.remove.clicked.connect(lambda _=False, place=place: self._remove(place))

    def _setter(self, place: int) -> Callable[[str, Value], None]:
        return lambda name, value: self._set(place, name, value)

    def _add(self) -> None:
        name = self.add.currentData()
        self.add.setCurrentIndex(0)
        if name:
            added = with_term(self._objective, len(self._objective.terms), LossTerm(name))
            self.objective_changed.emit(added, self.tr("Add loss {0}").format(loss_spec(name).title))

    def _remove(self, place: int) -> None:
        words = self.tr("Remove loss {0}").format(_title(self._objective.terms[place].name))
        self.objective_changed.emit(with_term(self._objective, place, None), words)
        self.add.setFocus()

    def _set(self, place: int, name: str, value: Value) -> None:
        term = self._objective.terms[place]
        if name == "weight":
            term = replace(term, weight=float(value)) if isinstance(value, int | float) else term
        else:
            term = with_term_argument(term, name, value)
        words = self.tr("Set {0} of {1}").format(name, _title(term.name))
        self.objective_changed.emit(with_term(self._objective, place, term), words)


class _Term(QWidget):
    """One added loss."""

    def __init__(self, name: str, tokens: Tokens, set_value: Callable[[str, Value], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.form = AttributeForm(tokens, self)
        self._weight = self.tr("Weight")
        weight = AttributeSpec(self._weight, "float", 1.0, self.tr("What this loss is multiplied by before it is added."))
        self._specs = (weight, *(loss_spec(name).arguments if is_loss(name) else ()))
        self.remove = QToolButton()
        self.remove.setToolTip(self.tr("Remove {0}").format(_title(name)))
        self.remove.setAccessibleName(self.remove.toolTip())
        title = QLabel(f"+ {_title(name)}")
        line = QHBoxLayout()
        line.setSpacing(t.GAP)
        line.addWidget(title, 1)
        line.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self.form)
        self.form.attribute_changed.connect(lambda name, value: set_value("weight" if name == self._weight else name, value))
        self.set_tokens(tokens)

    def display(self, term: LossTerm) -> None:
        self.form.display(self.name, self._specs, {self._weight: term.weight, **term.arguments})
        for spec in self._specs:
            self.form.row(spec.name).label.setFixedWidth(_LABEL_WIDTH)

    def set_tokens(self, tokens: Tokens) -> None:
        self.form.set_tokens(tokens)
        self.remove.setIcon(icon("trash-2", tokens, tokens.secondary))


def _title(name: str) -> str:
    """Return a loss's title, or the name that a file has for one that is unknown."""
    return loss_spec(name).title if is_loss(name) else name
