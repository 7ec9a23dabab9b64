"""How the data is used: kind of target, scaling, which share of the rows is kept for validation and test, memory for it."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_editors import AttributeRow
from flaxstudio.gui.panels.data_choices import with_target_kind
from flaxstudio.gui.panels.data_memory import MemoryField
from flaxstudio.gui.panels.data_state import DataState, RowCounts
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.config import DatasetSpec

_LABEL_WIDTH = 88
_MOST_PERCENT = 90.0


class DataSplit(QWidget):
    """Shows these parts of a DatasetSpec and tells each change as a whole new one."""

    dataset_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._dataset = DatasetSpec("")
        self.target_kind = ChoiceBox()
        self.scaling = ChoiceBox()
        defaults = DatasetSpec("")
        self.validation = self._percent(
            self.tr("Validation, %"), defaults.validation, self.tr("Share of the rows for validation.")
        )
        self.test = self._percent(self.tr("Test, %"), defaults.test, self.tr("Share of the rows kept for the test at the end."))
        seed = AttributeSpec(
            self.tr("Split seed"), "int", 0, self.tr("Draws which rows go where."), minimum=0, maximum=2**32 - 1
        )
        self.seed = AttributeRow(seed, tokens, self)
        self.seed.label.setFixedWidth(_LABEL_WIDTH)
        self.memory = MemoryField(_LABEL_WIDTH)
        self._build()
        self._connect()

    def display(self, dataset: DatasetSpec, state: DataState) -> None:
        """Show how the rows are used, and how many each split gets."""
        self._dataset = dataset
        self.target_kind.setCurrentIndex(self.target_kind.findData(dataset.target_kind))
        self.scaling.setCurrentIndex(self.scaling.findData(dataset.scaling))
        self.validation.display(_percent(dataset.validation))
        self.test.display(_percent(dataset.test))
        self.test.setEnabled(not state.has_fixed_test)
        self.seed.display(dataset.seed)
        self.memory.display(dataset.memory)
        self.counts.setText(self._counts_text(state.row_counts, state.has_fixed_test))

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for row in (self.validation, self.test, self.seed):
            row.set_tokens(tokens)

    def _percent(self, title: str, share: float, help_text: str) -> AttributeRow:
        spec = AttributeSpec(title, "float", _percent(share), help_text, minimum=0.0, maximum=_MOST_PERCENT)
        row = AttributeRow(spec, self._tokens, self)
        row.label.setFixedWidth(_LABEL_WIDTH)
        return row

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows = LabelledRows(_LABEL_WIDTH)
        rows.add_row(self.tr("Target is"), self.target_kind)
        rows.add_row(self.tr("Scaling"), self.scaling)
        for row in (self.validation, self.test, self.seed):
            rows.add_widget(row)
        self.counts = rows.add_caption()
        rows.add_gap()
        rows.add_widget(self.memory)
        rows.add_caption(
            self.tr("A larger file is read from disk while training. Automatic is a quarter of the memory that is free.")
        )
        self.target_kind.addItem(self.tr("Numbers"), "numbers")
        self.target_kind.addItem(self.tr("Classes"), "classes")
        self.scaling.addItem(self.tr("None"), "none")
        self.scaling.addItem(self.tr("Standardise"), "standard")
        self.scaling.addItem(self.tr("0 to 1"), "range")
        self.scaling.setToolTip(self.tr("Features are scaled by what the training rows alone teach."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.GAP, t.GAP)
        layout.addWidget(rows)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.target_kind.activated.connect(self._choose_kind)
        self.scaling.activated.connect(self._choose_scaling)
        self.validation.value_changed.connect(lambda _, value: self._set_share("validation", value))
        self.test.value_changed.connect(lambda _, value: self._set_share("test", value))
        self.seed.value_changed.connect(
            lambda _, value: self._tell(self.tr("Set split seed"), replace(self._dataset, seed=value))
        )

        self.memory.memory_changed.connect(
            lambda memory: self._tell(self.tr("Set memory for data"), replace(self._dataset, memory=memory))
        )

    def _choose_kind(self) -> None:
        kind = self.target_kind.currentData()
        text = self.tr("Take target as classes") if kind == "classes" else self.tr("Take target as numbers")
        self._tell(text, with_target_kind(self._dataset, kind))

    def _choose_scaling(self) -> None:
        self._tell(self.tr("Choose scaling"), replace(self._dataset, scaling=self.scaling.currentData()))

    def _set_share(self, split: str, percent: Value) -> None:
        assert isinstance(percent, float | int)
        share = float(f"{percent / 100:.10g}")
        if split == "validation":
            self._tell(self.tr("Set validation share"), replace(self._dataset, validation=share))
        else:
            self._tell(self.tr("Set test share"), replace(self._dataset, test=share))

    def _tell(self, text: str, dataset: DatasetSpec) -> None:
        if dataset != self._dataset:
            self.dataset_changed.emit(dataset, text)

    def _counts_text(self, counts: RowCounts | None, has_fixed_test: bool) -> str:
        if counts is None:
            return ""
        text = self.tr("{0} rows to train, {1} to validate, {2} to test.").format(
            f"{counts.train:,}", f"{counts.validation:,}", f"{counts.test:,}"
        )
        return f"{text} {self.tr('The file has its own test rows.')}" if has_fixed_test else text


def _percent(share: float) -> float:
    return float(f"{100 * share:.10g}")
