"""The form of a run's config: loss, optimizer, batches, length, seed. Generated from the specs of project.options."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.optax_pages import linked
from flaxstudio.gui.panels.attribute_editors import AttributeForm, AttributeRow
from flaxstudio.gui.panels.attribute_fields import ChoiceField
from flaxstudio.gui.panels.data_state import RowCounts
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.loss_choice import list_losses
from flaxstudio.gui.panels.objective_form import ObjectiveForm
from flaxstudio.gui.panels.training_choices import (
    LEARNING_RATE,
    epochs_of,
    losses_in_order,
    optimizer_specs,
    optimizer_values,
    steps_for,
)
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import OptimizerSpec, TrainConfig
from flaxstudio.project.objective_edits import with_common_loss
from flaxstudio.project.optim_edits import with_argument, with_name
from flaxstudio.project.optimizer import CHAIN
from flaxstudio.project.options import OPTIMIZERS, TargetKind, loss_spec, optimizer_option

_LABEL_WIDTH = 88
_COUNT = 10**9


class TrainingForm(QWidget):
    """Shows a TrainConfig and tells each change as a whole new one, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._training = TrainConfig()
        self._rows: RowCounts | None = None
        self._listed: TargetKind | None = None
        self.rows = rows = LabelledRows(_LABEL_WIDTH, self)
        self.loss = _Choice(rows)
        self.objectives = ObjectiveForm(tokens, rows)
        self.optimizer = _Choice(rows)
        self.arguments = AttributeForm(tokens, rows)
        defaults = TrainConfig()
        self.batch_size = self._number(self.tr("Batch size"), defaults.batch_size, self.tr("Rows that each step sees."), 1)
        self.all_rows = QCheckBox(self.tr("All rows at each step"), rows)
        self.steps = self._number(self.tr("Steps"), defaults.steps, self.tr("At how many steps the run ends."), 1)
        self.epochs = self._epochs_row()
        self.seed = self._number(
            self.tr("Seed"), defaults.seed, self.tr("Draws first values, batches and dropout."), 0, 2**32 - 1
        )
        self._rest = LabelledRows(_LABEL_WIDTH, rows)
        self.classic_random = QCheckBox(self.tr("Classic random numbers"), self._rest)
        self.initialization = _Choice(self._rest)
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self.display(self._training, None)
        self.display_busy(False)

    def display(
        self,
        training: TrainConfig,
        rows: RowCounts | None,
        *,
        goals: tuple[GoalFacts, ...] = (),
    ) -> None:
        """Show a config for Outputs with these targets; what is being typed stays as long as its own value does."""
        self._training, self._rows = training, rows
        self._show_loss(training.loss)
        self.objectives.display(training, goals)
        self._show_optimizer(training.optimizer)
        self._show_batch_size(training)
        self.steps.display(training.steps)
        self.seed.display(training.seed)
        self.epochs.display(epochs_of(training, rows))
        self.epochs.setEnabled(rows is not None)
        self.classic_random.setChecked(training.classic_random)
        self.initialization.show_data(training.initialization)

    def display_busy(self, is_busy: bool) -> None:
        """Say whether a run is under way that changes do not concern."""
        text = self.tr("Changes apply to the next run.") if is_busy else self.tr("How the next run goes.")
        if text != self.note.text():
            self.note.setText(text)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for part in (self.objectives, self.arguments, self.batch_size, self.steps, self.seed):
            part.set_tokens(tokens)
        self.more.set_tokens(tokens)

    def _number(self, title: str, default: Value, help_text: str, minimum: float, maximum: float = _COUNT) -> AttributeRow:
        spec = AttributeSpec(title, "int", default, help_text, minimum=minimum, maximum=maximum, is_required=True)
        row = AttributeRow(spec, self._tokens, self.rows)
        row.label.setFixedWidth(_LABEL_WIDTH)
        return row

    def _epochs_row(self) -> AttributeRow:
        help_text = self.tr("The same length counted in passes over the training rows.")
        spec = AttributeSpec(self.tr("Epochs"), "float", None, help_text, minimum=0.0, maximum=_COUNT, is_optional=True)
        row = AttributeRow(spec, self._tokens, self.rows)
        row.label.setFixedWidth(_LABEL_WIDTH)
        row.reset_button.setEnabled(False)
        row.reset_button.setIcon(QIcon())  # it keeps its room: there is no default to go back to
        return row

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows, more = self.rows, self._rest
        self.note = rows.add_caption()
        rows.add_row(self.tr("Loss"), self.loss)
        self.loss_help = rows.add_caption()
        rows.add_widget(self.objectives)
        rows.add_row(self.tr("Optimizer"), self.optimizer)
        self.optimizer_help = rows.add_caption()
        self.optimizer_help.setOpenExternalLinks(True)
        rows.add_widget(self.arguments)
        for widget in (self.batch_size, self.all_rows, self.steps, self.epochs, self.seed):
            rows.add_widget(widget)
        more.add_widget(self.classic_random)
        more.add_caption(self.tr("Draws the random numbers of JAX before 0.5, as older notebooks print them."))
        more.add_row(self.tr("Initial values"), self.initialization)
        self.initialization.addItem(self.tr("Whole model"), "module")
        self.initialization.addItem(self.tr("Each layer alone"), "layer")
        more.add_caption(self.tr("“Each layer alone” draws params as the Flax basics notebook does."))
        self.more = Disclosure(self.tr("More"), more)
        rows.add_widget(self.more)
        rows.add_widget(more)
        for option in OPTIMIZERS:
            self.optimizer.addItem(option.title, option.name)
        self.optimizer.addItem(self.tr("Chain of links"), CHAIN)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 4, t.GAP, t.PADDING)
        layout.addWidget(rows)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.loss.activated.connect(self._choose_loss)
        self.objectives.training_changed.connect(self.training_changed)
        self.optimizer.activated.connect(self._choose_optimizer)
        self.arguments.attribute_changed.connect(self._set_argument)
        self.batch_size.value_changed.connect(lambda _, value: self._change(self.tr("Set batch size"), batch_size=value))
        self.all_rows.clicked.connect(self._tick_all_rows)
        self.steps.value_changed.connect(lambda _, value: self._change(self.tr("Set steps"), steps=value))
        self.epochs.value_changed.connect(lambda _, value: self._set_epochs(value))
        self.seed.value_changed.connect(lambda _, value: self._change(self.tr("Set seed"), seed=value))
        self.classic_random.clicked.connect(self._tick_classic_random)
        self.initialization.activated.connect(self._choose_initialization)

    def _show_loss(self, name: str) -> None:
        known = {spec.name for spec in (*losses_in_order("numbers")[0], *losses_in_order("classes")[0])}
        if name in known and self._listed != loss_spec(name).target_kind:
            self._list_losses(loss_spec(name).target_kind)
        self.loss.show_data(name)
        self.loss_help.setText(loss_spec(name).help if name in known else "")

    def _list_losses(self, kind: TargetKind) -> None:
        """List the losses; those that do not fit the targets are greyed, so that one sees why they are out."""
        self._listed = kind
        self.loss.clear()
        list_losses(self.loss, kind)

    def _show_optimizer(self, optimizer: OptimizerSpec) -> None:
        if optimizer.name not in {CHAIN, *(option.name for option in OPTIMIZERS)}:
            return
        self.optimizer.show_data(optimizer.name)
        chain = self.tr("Transformations one after the other; see Chain below.")
        self.optimizer_help.setText(
            chain if optimizer.name == CHAIN else linked(optimizer_option(optimizer.name).help, optimizer.name)
        )
        self.arguments.display(optimizer.name, optimizer_specs(optimizer.name), optimizer_values(optimizer))
        for spec in optimizer_specs(optimizer.name):
            self.arguments.row(spec.name).label.setFixedWidth(_LABEL_WIDTH)

    def _show_batch_size(self, training: TrainConfig) -> None:
        is_whole = training.batch_size is None
        self.all_rows.setChecked(is_whole)
        self.batch_size.setEnabled(not is_whole)
        if not is_whole:
            self.batch_size.display(training.batch_size)

    def _change(self, text: str, **changes: object) -> None:
        changed = replace(self._training, **changes)  # type: ignore[arg-type]
        if changed != self._training:
            self.training_changed.emit(changed, text)

    def _choose_loss(self) -> None:
        changed = with_common_loss(self._training, self.loss.currentData())
        if changed != self._training:
            self.training_changed.emit(changed, self.tr("Choose loss {0}").format(self.loss.currentText()))

    def _choose_optimizer(self) -> None:
        if (name := self.optimizer.currentData()) != self._training.optimizer.name:
            spec = with_name(self._training.optimizer, name)
            self._change(self.tr("Choose optimizer {0}").format(self.optimizer.currentText()), optimizer=spec)

    def _set_argument(self, name: str, value: Value) -> None:
        title = self.tr("learning rate") if name == LEARNING_RATE else name
        self._change(self.tr("Set {0}").format(title), optimizer=with_argument(self._training.optimizer, name, value))

    def _tick_all_rows(self, is_whole: bool) -> None:
        if is_whole:
            self._change(self.tr("Tick all rows"), batch_size=None)
        else:
            value = self.batch_size.field.value()
            is_good = isinstance(value, int) and self.batch_size.spec.fault(value) is None
            self._change(self.tr("Untick all rows"), batch_size=value if is_good else TrainConfig().batch_size)

    def _set_epochs(self, epochs: Value) -> None:
        if isinstance(epochs, float | int) and self._rows is not None:
            self._change(self.tr("Set steps"), steps=steps_for(epochs, self._training, self._rows))
        # the steps are whole, so what they make in epochs may differ from what was typed
        self.epochs.reset(epochs_of(self._training, self._rows))

    def _tick_classic_random(self, is_on: bool) -> None:
        word = self.tr("Tick classic random numbers") if is_on else self.tr("Untick classic random numbers")
        self._change(word, classic_random=is_on)

    def _choose_initialization(self) -> None:
        self._change(self.tr("Choose initial values"), initialization=self.initialization.currentData())


class _Choice(ChoiceField):
    """A choice by what stands behind it, not by its words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(AttributeSpec("", "choice", "", ""), parent)

    def show_data(self, data: str) -> None:
        self.setCurrentIndex(self.findData(data))
