"""Runs that are bound to go wrong: what is told of them. Of thirty and more planted faults all are named right."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.templates import Layer, row_of_layers
from flaxstudio.project.watch import EarlyStopping, Watch
from flaxstudio.training.control import Control
from flaxstudio.training.events import Event, RunFailed, StepsDone
from flaxstudio.training.loop import train

Data = dict[str, Any]
DENSE: Layer = ("Dense", {"features": 8})
FAST, SLOW = OptimizerSpec("sgd", 1e9), OptimizerSpec("sgd", 0.01)


@dataclass(frozen=True)
class Fault:
    """Layers between Input and a last Dense, what is done to the data, how it is trained; and what is to be told.

    `kind` "before" is told before the first step, by `words`.
    """

    name: str
    kind: str
    node: str = ""
    layers: tuple[Layer, ...] = (DENSE,)
    optimizer: OptimizerSpec = SLOW
    spoil: Callable[[Data], None] = lambda data: None
    rows: tuple[int, ...] | None = None
    words: str = ""
    config: dict[str, Any] | None = None
    dataset: dict[str, Any] | None = None
    rate_at_10: float | None = None
    input_layer: Layer = ("Input", {"shape": (4,)})
    last: tuple[Layer, ...] = (("Dense", {"features": 1}),)


def math(layer: str, *before: Layer, **attributes: Any) -> tuple[Layer, ...]:
    return (DENSE, *before, (layer, attributes))


def put(column: str, row: int, value: float) -> Callable[[Data], None]:
    def spoil(data: Data) -> None:
        data[column][row] = value

    return spoil


def constant_column(data: Data) -> None:
    data["x"][:, 2] = 0


def constant_rows(data: Data) -> None:
    data["x"][:] = 3.0


def whole_numbers(data: Data) -> None:
    data["x"] = np.random.default_rng(0).integers(0, 10, (60, 4)).astype(np.int32)
    data["x"][13, 1] = 99


BIG: Layer = ("MultiplyConstant", {"value": 1000.0})
RELU: Layer = ("relu", {})
NOTHING: Layer = ("MultiplyConstant", {"value": 0.0})
FAULTS = (
    Fault("exp overflows", "exp", "exp_1", math("Exp", BIG)),
    Fault("expm1 overflows", "exp", "expm1_1", math("Expm1", BIG)),
    Fault("log of 0", "log", "log_1", math("Log", RELU)),
    Fault("log of a negative number", "log", "log_1", math("Log")),
    Fault("log1p below -1", "log", "log1p_1", math("Log1p", BIG)),
    Fault("1 / 0", "division", "constant_over_1", math("ConstantOver", RELU)),
    Fault("1 / sqrt(0)", "division", "rsqrt_1", math("Rsqrt", RELU)),
    Fault("root of a negative number", "root", "sqrt_1", math("Sqrt")),
    Fault("slope of a root at 0", "division", "sqrt_1", math("Sqrt", NOTHING)),
    Fault("root of a negative number by a power", "power", "power_1", math("Power", exponent=0.5)),
    Fault("0 to the power of -1", "division", "power_1", math("Power", RELU, exponent=-1.0)),
    Fault("slope of the power 0.5 at 0", "division", "power_1", math("Power", NOTHING, exponent=0.5)),
    Fault("square overflows", "overflow", "square_1", math("Square", ("MultiplyConstant", {"value": 1e25}))),
    Fault("power overflows", "overflow", "power_1", math("Power", ("MultiplyConstant", {"value": 1e5}), exponent=12.0)),
    Fault("float16 overflows", "overflow", "cast_1", math("Cast", ("MultiplyConstant", {"value": 1e6}), dtype="float16")),
    Fault("two products overflow", "overflow", "multiply_constant_2", (*math("MultiplyConstant", value=1e30), ("MultiplyConstant", {"value": 1e30}))),
    Fault("normalisation without eps", "division", "layer_norm_1", (("LayerNorm", {"epsilon": 0.0}), DENSE), spoil=constant_rows),
    Fault("batch statistics without eps", "division", "batch_norm_1", (("BatchNorm", {"epsilon": 0.0}), DENSE), spoil=constant_column),
    Fault("rate far too high", "rate", "", optimizer=FAST),
    Fault("rate beyond float", "rate", None, optimizer=OptimizerSpec("sgd", 1e38)),  # type: ignore[arg-type]
    Fault("rate too high, slowly", "rate", "", optimizer=OptimizerSpec("sgd", 1.5)),
    Fault("momentum too high", "rate", "", optimizer=OptimizerSpec("sgd", 1.0, {"momentum": 0.99})),
    Fault("adam with a huge rate", "rate", "", optimizer=OptimizerSpec("adam", 1e4)),
    Fault("rate raised on the way", "rate", "", rate_at_10=1e7),
    Fault("optimizer without eps", "division", "", optimizer=OptimizerSpec("adam", 0.01, {"eps": 0.0}), spoil=constant_column),
    Fault("a feature beyond all others", "data", None, spoil=put("x", 16, 1e25), rows=(17,)),  # type: ignore[arg-type]
    Fault("a feature far out", "data", "", spoil=put("x", 16, 1e7), rows=(17,)),
    Fault("a target beyond all others", "data", None, spoil=put("y", 40, 1e25), rows=(41,)),  # type: ignore[arg-type]
    Fault("a target far out", "data", "", spoil=put("y", 40, 1e6), rows=(41,)),
    Fault("a whole number beyond the table", "index", "embed_1", (("Embed", {"num_embeddings": 10, "features": 4}), ("Flatten", {})), spoil=whole_numbers, rows=(14,), input_layer=("Input", {"shape": (4,), "dtype": "int32"})),
    Fault("a feature that is no number", "before", spoil=put("x", 5, np.nan), words="row 6"),
    Fault("no rows to train on", "before", words="leave no rows to train on", dataset={"validation": 0.5, "test": 0.5}),
    Fault("early stopping without validation", "before", words="needs a validation split", dataset={"validation": 0.0}, config={"watch": Watch(early_stopping=EarlyStopping())}),
    Fault("another number of features", "before", "input_1", spoil=lambda data: data.update(x=np.zeros((60, 5), np.float32)), words="give 5 numbers a sample"),
    Fault("a class more than the model has", "before", "dense_2", spoil=lambda data: data.update(y=np.arange(60) % 4), words="the data has 4 classes", config={"loss": "cross_entropy"}, dataset={"target_kind": "classes"}, last=(("Dense", {"features": 3}),)),
)  # fmt: skip


def project_with(fault: Fault, folder: Path) -> Project:
    draw = np.random.default_rng(7)
    features = draw.normal(size=(60, 4)).astype(np.float32)
    data: Data = {"x": features, "y": (features @ np.array([1.0, -2.0, 0.5, 0.0]) + 0.1).astype(np.float32)}
    fault.spoil(data)
    np.savez(folder / "data.npz", **data)
    dataset = DatasetSpec(str(folder / "data.npz"), ("x",), ("y",), "numbers", validation=0.0, test=0.0)
    config = TrainConfig("mean_squared_error", fault.optimizer, batch_size=20, steps=400)
    whole: tuple[Layer, ...] = (fault.input_layer, *fault.layers, *fault.last, ("Output", {}))
    told = replace(config, **fault.config or {}), replace(dataset, **fault.dataset or {})
    return row_of_layers(Project("Net", dataset=told[1], training=told[0]), whole, catalogue())


def events_with(fault: Fault, folder: Path) -> list[Event]:
    control, events = Control(), []
    for event in train(project_with(fault, folder), catalogue(), control=control):
        events.append(event)
        if fault.rate_at_10 is not None and isinstance(event, StepsDone) and event.first_step <= 10:
            control.change("learning_rate", fault.rate_at_10)
    return events


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_named_with_node_rows_and_cause(fault: Fault, tmp_path: Path) -> None:
    events = events_with(fault, tmp_path)
    failed = events[-1]
    assert isinstance(failed, RunFailed), failed
    told = (failed.error, failed.kind, failed.node, failed.rows, failed.began)
    if fault.kind == "before":
        assert len(events) == 1, told
        assert fault.words in failed.error, told
        assert failed.node == fault.node, told
        return
    assert failed.kind == fault.kind, told
    assert fault.node is None or failed.node == fault.node, told
    assert fault.rows is None or failed.rows == fault.rows, told
    assert 0 <= failed.began <= failed.step, told
    assert failed.error.count("\n") == 0
    assert failed.rescued is not None
    assert failed.rescued.step <= failed.began
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(failed.rescued.variables))
    if fault.kind == "rate":
        assert failed.repair is not None
        assert failed.repair.optimizer.learning_rate < (fault.rate_at_10 or fault.optimizer.learning_rate)
