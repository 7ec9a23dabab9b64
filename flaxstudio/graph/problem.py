"""A user's mistake as a value: what, where, what to do. Problems are listed and drawn, never raised."""

from dataclasses import dataclass
from typing import Literal

from flaxstudio.graph.graph import Value
from flaxstudio.graph.repair import SetAttribute, Step

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair of one click: what it is called, and the steps that make it. `project.repairs` carries it out.

    `block` is the block in whose graph it is to be done, where that is not the one that the problem is told in.
    """

    label: str
    steps: tuple[Step, ...]
    block: str = ""


def setting(label: str, node: str, attribute: str, value: Value) -> Fix:
    """Return the repair that sets one attribute."""
    return Fix(label, (SetAttribute(node, attribute, value),))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at which node ("" for the whole graph), what to do about it, and the repairs, the best first.

    `block` is the block in whose graph the node lies, "" for the model's own graph. `rule` is what a warning is called
    by which it can be dismissed at its node; "" for what cannot be.
    """

    node: str
    what: str
    remedy: str
    severity: Severity = "error"
    fixes: tuple[Fix, ...] = ()
    block: str = ""
    rule: str = ""

    @property
    def fix(self) -> Fix | None:
        """The best repair, if there is one."""
        return self.fixes[0] if self.fixes else None

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class ProblemError(Exception):
    """A problem that ends what was asked for (a file that cannot be read, a run that cannot start).

    `str(error)` is the whole message for the user; the command line prints it, the window shows it.
    """

    def __init__(self, what: str, remedy: str = "", node: str = "") -> None:
        self.problem = Problem(node, what, remedy)
        super().__init__(str(self.problem))
