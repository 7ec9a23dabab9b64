"""Data made ready for a model of one Input and one Output, as most tests need it."""

from flaxstudio.data.dataset import Dataset, prepare
from flaxstudio.data.ends import Ends, Entry, Goal
from flaxstudio.data.table import Table
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.project.config import DatasetSpec
from flaxstudio.project.results import Preparation


def one_end(spec: DatasetSpec, shape: tuple[int, ...], dtype: str = "float32") -> Ends:
    entry = Entry("input_1", ArrayShape(shape, dtype), spec.features)
    return Ends((entry,), (Goal("output_1", spec.target_kind, spec.targets),))


def prepare_one(
    spec: DatasetSpec,
    table: Table,
    shape: tuple[int, ...],
    *,
    dtype: str = "float32",
    preparation: Preparation | None = None,
) -> Dataset:
    return prepare(spec, table, one_end(spec, shape, dtype), preparation)
