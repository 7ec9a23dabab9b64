"""What a run came from: hashes of project and data, versions, device and seeds."""

import hashlib
import platform
from importlib.metadata import version

import numpy as np

from flaxstudio.data.dataset import Dataset, apart
from flaxstudio.data.mapping import chunks
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.fingerprint import fingerprint
from flaxstudio.project.project import Project
from flaxstudio.project.results import Origin, RunRecord
from flaxstudio.training.device import Setting
from flaxstudio.version import VERSION

_PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy")


def origin_of(project: Project, data: str, setting: Setting) -> Origin:
    """Return what a run of a project comes from; `data` is the hash of its dataset."""
    versions = {"flaxstudio": VERSION, "python": platform.python_version()}
    versions |= {package: version(package) for package in _PACKAGES}
    seeds = project.training.seeds.or_else(project.training.seed)
    return Origin(fingerprint(project), data, setting.text, seeds, versions)


def check_same_data(earlier: RunRecord | None, origin: Origin) -> None:
    """Raise ProblemError where an interrupted run would go on with other data: it would be no run of either."""
    before = earlier.origin if earlier else None
    if before is not None and before.data != origin.data:
        raise ProblemError(
            "The data has changed since this run was interrupted.", "Put the data back, or train from the start."
        )


def hash_of(dataset: Dataset) -> str:
    """Return a SHA-256 of all features and targets, split by split, with their shapes and types."""
    whole = hashlib.sha256()
    for split in (dataset.train, dataset.validation, dataset.test):
        for array in (*apart(split.features), *apart(split.targets)):
            whole.update(f"{array.shape}{array.dtype}".encode())
            for _, chunk in chunks(array):
                whole.update(np.ascontiguousarray(chunk).data)
    return whole.hexdigest()
