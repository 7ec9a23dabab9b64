"""What is known about a project's data at present, as values that the background makes and the Data panel shows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.data.table import ColumnSummary, OnDisk

DataStatus = Literal["none", "loading", "ready", "failed"]
PREVIEW_ROWS = 20


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows each split gets."""

    train: int
    validation: int = 0
    test: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One sample as an image: grey of shape (height, width) or RGB of shape (height, width, 3), uint8, with its target."""

    pixels: npt.NDArray[np.uint8]
    label: str = ""


@dataclass(frozen=True, slots=True)
class DataState:
    """A dataset's columns, rows and first values once it is read; before that, why not.

    `message` is the sentence for "loading" and "failed". `preview` holds the first rows as texts, one a column, in the
    order of `columns`; `pictures` the first samples where they are images. `has_fixed_test`: the source has its own test
    rows. `goals` tell what each Output learns, `disk` that the data is read from disk while a run goes.
    """

    status: DataStatus
    message: str = ""
    columns: tuple[ColumnSummary, ...] = ()
    rows: int = 0
    preview: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Picture, ...] = ()
    row_counts: RowCounts | None = None
    has_fixed_test: bool = False
    goals: tuple[GoalFacts, ...] = ()
    disk: OnDisk | None = None

    @staticmethod
    def none() -> "DataState":
        """Return the state of a project without data."""
        return DataState("none")

    @staticmethod
    def loading(message: str = "") -> "DataState":
        """Return the state while the data is read."""
        return DataState("loading", message)

    @staticmethod
    def failed(message: str) -> "DataState":
        """Return the state of data that could not be read, with the reason and the remedy."""
        return DataState("failed", message)
