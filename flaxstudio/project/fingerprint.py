"""The hash of what determines a run in a project: two projects with the same one train alike on the same data."""

import hashlib
import json
from typing import Any

import msgspec

from flaxstudio.project.project import Project


def fingerprint(project: Project) -> str:
    """Return a SHA-256 of graph, own layers, data spec and config; places, notes and names of files change nothing."""
    parts = (project.graph, project.library.used_by(project.graph), project.dataset, project.training)
    plain: Any = msgspec.to_builtins(parts)
    if project.dataset is not None:
        del plain[2]["memory"]  # where the data lies while a run goes changes nothing
    text = json.dumps(plain, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
