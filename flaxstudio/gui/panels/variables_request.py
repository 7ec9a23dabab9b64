"""What the Variables panel asks for, as values: new values for one array, or a new initialisation."""

from dataclasses import dataclass

from flaxstudio.project.variables import Path


@dataclass(frozen=True, slots=True)
class CellValue:
    """One cell gets a typed number."""

    index: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """Every cell gets a typed number."""

    text: str


@dataclass(frozen=True, slots=True)
class DrawnValues:
    """The array is drawn anew by an initializer of Flax with a key's seed."""

    initializer: str
    seed: int


@dataclass(frozen=True, slots=True)
class PastedValues:
    """The array gets the numbers of a text."""

    text: str


@dataclass(frozen=True, slots=True)
class FileValues:
    """The array gets that of a .npy file."""

    path: str


NewValues = CellValue | ConstantValue | DrawnValues | PastedValues | FileValues


@dataclass(frozen=True, slots=True)
class ValuesRequest:
    """The array at a path is to get new values."""

    path: Path
    values: NewValues


@dataclass(frozen=True, slots=True)
class InitRequest:
    """The model, or only some nodes of it, is to be initialised with a key.

    `is_of_run`: with the key that a run of that seed splits off, instead of `jax.random.key(seed)` itself. `keeps`: what
    fits of the present variables stays.
    """

    seed: int
    is_of_run: bool = True
    nodes: frozenset[str] = frozenset()
    keeps: bool = False
