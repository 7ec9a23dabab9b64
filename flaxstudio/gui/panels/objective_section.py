"""The form of one Output's loss: which, its arguments, weight, smoothed labels, what is left out, classes, added losses."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.panels.attribute_editors import AttributeForm
from flaxstudio.gui.panels.class_weights_form import ClassWeightsForm
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.loss_choice import LossChoice
from flaxstudio.gui.panels.term_list import TermList
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project import objective_edits as edits
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LossSpec, Objective, loss_spec

_LABEL_WIDTH = 88
_MOST_LABELS = 200


class ObjectiveSection(QWidget):
    """Shows an Output's loss and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = TrainConfig()
        self._facts = GoalFacts("", "numbers")
        self._is_only = True
        self._weight, self._smooth, self._left_out = self.tr("Weight"), self.tr("Smooth labels"), self.tr("Leave out")
        self.loss = LossChoice()
        self.arguments, self.form = AttributeForm(tokens, self), AttributeForm(tokens, self)
        self.weights, self.terms = ClassWeightsForm(tokens, self), TermList(tokens, self)
        self.count = 0
        self._build()
        self._connect()
        self.set_tokens(tokens)

    @property
    def objective(self) -> Objective:
        """What is shown beside the loss's name."""
        return self._training.objective_of(self._facts.name)

    @property
    def spec(self) -> LossSpec:
        """The loss that is shown."""
        return loss_spec(self._training.loss_of(self._facts.name))

    def display(self, training: TrainConfig, facts: GoalFacts, *, is_only: bool) -> None:
        """Show a known loss of an Output, the only one or one of several."""
        self._training, self._facts, self._is_only = training, facts, is_only
        objective, spec = self.objective, self.spec
        has_choice = not is_only or facts.name in training.losses
        self.loss.setVisible(has_choice)
        self._loss_label.setVisible(has_choice)
        self._loss_help.setVisible(facts.name in training.losses)  # the common one is told above
        self.loss.display(training, facts.name)
        self._loss_help.setText(spec.help)
        of = f"{facts.name} {spec.name}"
        values = {**objective.arguments, **self._values(objective)}
        first, rows = (*(() if is_only else (self._weight_row(),)), *spec.arguments), self._rows(spec)
        self.arguments.setVisible(bool(first))
        for form, specs in ((self.arguments, first), (self.form, rows)):
            form.display(of, specs, values)
            for row in specs:
                form.row(row.name).label.setFixedWidth(_LABEL_WIDTH)
        self.weights_toggle.setVisible(spec.target_kind == "classes")
        self.weights.setVisible(spec.target_kind == "classes" and self.weights_toggle.isChecked())
        self.weights.display(facts, objective.class_weights)
        self.terms.display(objective, spec.target_kind)
        self._show_counts(objective)

    def set_tokens(self, tokens: Tokens) -> None:
        for view in (self.arguments, self.form, self.weights, self.terms, self.more, self.weights_toggle):
            view.set_tokens(tokens)

    def _build(self) -> None:
        rows = LabelledRows(_LABEL_WIDTH, self)
        self._loss_label = rows.add_row(self.tr("Loss"), self.loss)
        self._loss_help = rows.add_caption()
        rows.add_widget(self.arguments)
        rest = LabelledRows(_LABEL_WIDTH)
        rest.add_widget(self.form)
        self.weights_toggle = Disclosure(self.tr("Class weights"), self.weights)
        rest.add_widget(self.weights_toggle)
        rest.add_widget(self.weights)
        rest.add_widget(self.terms)
        rest.add_gap()
        self.more = Disclosure(self.tr("More about the loss"), rest)
        rows.add_widget(self.more)
        rows.add_widget(rest)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(rows)

    def _connect(self) -> None:
        self.loss.loss_chosen.connect(self._choose_loss)
        self.arguments.attribute_changed.connect(self._set)
        self.form.attribute_changed.connect(self._set)
        self.weights.weights_changed.connect(
            lambda weights, words: self._change(replace(self.objective, class_weights=weights), words)
        )
        self.terms.objective_changed.connect(self._change)

    def _rows(self, spec: LossSpec) -> tuple[AttributeSpec, ...]:
        smoothing = self.tr("Takes this share from the true class and spreads it over all; 0.1 is usual.")
        smooth = AttributeSpec(self._smooth, "float", 0.0, smoothing, minimum=0.0, maximum=0.99)
        weight = (self._weight_row(),) if self._is_only else ()
        return (*weight, *((smooth,) if spec.can_smooth else ()), self._left_out_row(spec))

    def _weight_row(self) -> AttributeSpec:
        if self._is_only:
            text = self.tr("What the loss is multiplied by.")
        else:
            text = self.tr("What this Output's loss is multiplied by in the sum over the Outputs.")
        return AttributeSpec(self._weight, "float", 1.0, text, minimum=0.0)

    def _left_out_row(self, spec: LossSpec) -> AttributeSpec:
        if spec.target_kind == "numbers":
            text = self.tr("Targets of this value count neither in the loss nor in the metrics, such as −1 for unknown.")
            return AttributeSpec(self._left_out, "float", None, text, is_optional=True)
        text = self.tr("This label is no class: what has it counts neither in the loss nor in the metrics.")
        labels = tuple(dict.fromkeys((*self._facts.labels, *filter(None, [self._facts.ignored]))))
        if 0 < len(labels) <= _MOST_LABELS:
            return AttributeSpec(self._left_out, "choice", None, text, choices=labels, is_optional=True)
        return AttributeSpec(self._left_out, "text", None, text, is_optional=True)

    def _values(self, objective: Objective) -> dict[str, Value]:
        ignored: Value = objective.ignored
        if self.spec.target_kind == "classes" and ignored is not None:
            ignored = self._facts.ignored or str(ignored)
        return {self._weight: objective.weight, self._smooth: objective.smoothing, self._left_out: ignored}

    def _show_counts(self, objective: Objective) -> None:
        usual = Objective()
        names = (*(("weight",) if self._is_only else ()), "smoothing", "class_weights", "ignored")
        self.count = sum(getattr(objective, name) != getattr(usual, name) for name in names) + len(objective.terms)
        title = self.tr("More about the loss")
        self.more.setText(f"{title} · {self.tr('{0} set').format(self.count)}" if self.count else title)
        weights = self.tr("Class weights")
        self.weights_toggle.setText(f"{weights} · {self.tr('set')}" if objective.class_weights else weights)

    def _choose_loss(self, name: str) -> None:
        words = self.tr("Choose loss {0} of {1}").format(self.loss.currentText(), self._facts.name)
        self._tell(edits.with_own_loss(self._training, self._facts.name, name), words)

    def _set(self, name: str, value: Value) -> None:
        before, number = self.objective, float(value) if isinstance(value, int | float) else None
        if name == self._weight:
            objective = replace(before, weight=1.0 if number is None else number)
        elif name in {argument.name for argument in self.spec.arguments}:
            objective = edits.with_argument(before, self.spec.name, name, value)
        elif name == self._smooth:
            objective = replace(before, smoothing=number or 0.0)
        elif self.spec.target_kind == "classes":  # the weights belong to other classes now
            objective = replace(before, ignored=str(value) if value is not None else None, class_weights=())
        else:
            objective = replace(before, ignored=number)
        self._change(objective, self.tr("Set “{0}” of the loss").format(name))

    def _change(self, objective: Objective, words: str) -> None:
        key = edits.objective_key(self._training, self._facts.name, is_only=self._is_only)
        self._tell(edits.with_objective(self._training, key, objective), words)

    def _tell(self, training: TrainConfig, words: str) -> None:
        if training != self._training:
            self.training_changed.emit(training, words)
