"""A project as the commands open it: with its own layers in the catalogue, their code allowed to run or not."""

import argparse
from dataclasses import dataclass

from flaxstudio.graph.library import Library
from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.consent import consent_file, remember, trusted_hashes
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import load_project


@dataclass(frozen=True, slots=True)
class Opened:
    """A project file's content and the catalogue that holds its own layers too."""

    project: Project
    results: Results
    catalogue: Catalogue


def open_project(arguments: argparse.Namespace) -> Opened:
    """Open `arguments.project`; ProblemError if it cannot be. Runs nothing from the file.

    With --trust-code the user says yes to all code in it, now and, by its hash, from now on.
    """
    project, results = load_project(arguments.project)
    if arguments.trust_code:
        for text_hash in sorted(project.library.hashes):
            remember(consent_file(), text_hash)
    return Opened(project, results, _catalogue(project.library, arguments.trust_code))


def _catalogue(library: Library, trusts: bool) -> Catalogue:
    trusted = library.hashes if trusts else trusted_hashes(consent_file()) if library.hashes else frozenset[str]()
    return catalogue_of(library, catalogue(), trusted)
