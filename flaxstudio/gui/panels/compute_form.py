"""The form of how a run computes: precision, memory, devices, seeds of single parts."""

from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_row import AttributeRow
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.panels.labelled_rows import LabelledRows
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.compute import MAX_LOSS_SCALE, PRECISIONS, Seeds
from flaxstudio.project.config import TrainConfig

_LABEL_WIDTH = 88
_COUNT = 10**9
_SEED = 2**32 - 1
_SEEDS = tuple(field.name for field in fields(Seeds))


class ComputeForm(QWidget):
    """Shows a run's Compute and Seeds and tells each change as a whole new TrainConfig, with the words for the history."""

    training_changed = Signal(object, str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._training = TrainConfig()
        self.remat = QCheckBox(self.tr("Save memory by computing twice"))
        self.is_deterministic = QCheckBox(self.tr("Same bits in every run"))
        self.remat.setToolTip(self.tr("Keeps for the gradients only what each node gives. Takes more time."))
        self.is_deterministic.setToolTip(self.tr("Asks a GPU for it, which may be slower; on a CPU it is always so."))
        self.rows = self._make_rows()
        self._build()
        self._connect()
        self.set_tokens(tokens)
        self.display(self._training)

    def display(self, training: TrainConfig) -> None:
        """Show how a config's run computes."""
        self._training = training
        compute = training.compute
        self.remat.setChecked(compute.remat)
        self.is_deterministic.setChecked(compute.is_deterministic)
        for name, row in self.rows.items():
            owner: Any = training.seeds if name in _SEEDS else compute
            row.display(getattr(owner, name))
        for name in ("loss_scale", "growth_steps"):
            self.rows[name].setVisible(compute.precision == "float16")

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for row in self.rows.values():
            row.set_tokens(tokens)
        self.more.set_tokens(tokens)

    def _make_rows(self) -> dict[str, AttributeRow]:
        precision = self.tr("In what the model computes. Params stay float32 in the half ones, and all is float64 in that.")
        scale = self.tr("What the loss is multiplied by at first; steps that overflow halve it.")
        growth = self.tr("So many good steps in a row double the scale.")
        devices = self.tr("Over how many devices each batch is split.")
        seed = self.tr("A seed of its own; empty for the run's.")
        titles = {
            "precision": (
                self.tr("Precision"),
                AttributeSpec("precision", "choice", "float32", precision, choices=PRECISIONS),
            ),
            "loss_scale": (
                self.tr("Loss scale"),
                AttributeSpec("loss_scale", "float", 2.0**15, scale, minimum=1.0, maximum=MAX_LOSS_SCALE),
            ),
            "growth_steps": (
                self.tr("Grows after"),
                AttributeSpec("growth_steps", "int", 2000, growth, minimum=1, maximum=_COUNT),
            ),
            "devices": (self.tr("Devices"), AttributeSpec("devices", "int", 1, devices, minimum=1, maximum=1024)),
        }
        seeds = {"init": self.tr("First values"), "data": self.tr("Row order"), "dropout": self.tr("Dropout")}
        for name, title in seeds.items():
            titles[name] = (title, AttributeSpec(name, "int", None, seed, minimum=0, maximum=_SEED, is_optional=True))
        rows = {}
        for name, (title, spec) in titles.items():
            rows[name] = AttributeRow(spec, self._tokens, self, title)
            rows[name].label.setFixedWidth(_LABEL_WIDTH)
        return rows

    def _build(self) -> None:
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        content = LabelledRows(_LABEL_WIDTH)
        for name in ("precision", "loss_scale", "growth_steps", "devices"):
            content.add_widget(self.rows[name])
        content.add_widget(self.remat)
        content.add_widget(self.is_deterministic)
        content.add_caption(self.tr("Seeds of single parts"))
        for name in _SEEDS:
            content.add_widget(self.rows[name])
        self.more = Disclosure(self.tr("Precision, devices, seeds"), content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, 4, t.GAP, t.PADDING)
        layout.addWidget(self.more)
        layout.addWidget(content)

    def _connect(self) -> None:
        for name, row in self.rows.items():
            row.value_changed.connect(lambda _, value, name=name: self._set(name, value))
        self.remat.clicked.connect(lambda on: self._set("remat", on))
        self.is_deterministic.clicked.connect(lambda on: self._set("is_deterministic", on))

    def _set(self, name: str, value: object) -> None:
        changes: Any = {name: value}
        if name in _SEEDS:
            changed = replace(self._training, seeds=replace(self._training.seeds, **changes))
        else:
            changed = replace(self._training, compute=replace(self._training.compute, **changes))
        if changed != self._training:
            self.training_changed.emit(changed, self.tr("Set {0}").format(name))
