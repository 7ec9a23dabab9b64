"""A user's mistake as a value: what, where, what to do. Problems are listed and drawn, never raised."""

from dataclasses import dataclass
from typing import Literal

from flaxstudio.graph.graph import Value

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair of one click: set an attribute of a node."""

    label: str
    node: str
    attribute: str
    value: Value


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at which node ("" for the whole graph) and what to do about it.

    `block` is the block in whose graph the node lies, "" for the model's own graph.
    """

    node: str
    what: str
    remedy: str
    severity: Severity = "error"
    fix: Fix | None = None
    block: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class ProblemError(Exception):
    """A problem that ends what was asked for (a file that cannot be read, a run that cannot start).

    `str(error)` is the whole message for the user; the command line prints it, the window shows it.
    """

    def __init__(self, what: str, remedy: str = "", node: str = "") -> None:
        self.problem = Problem(node, what, remedy)
        super().__init__(str(self.problem))
