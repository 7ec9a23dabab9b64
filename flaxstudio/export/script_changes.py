"""The comment in a script on what was changed by hand while the project's own run went: the script trains by the config."""

from flaxstudio.project.fingerprint import fingerprint
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, RunRecord


def changes_text(project: Project, results: Results) -> str:
    """Return comment lines with each number, its value and from which step on; "" where none is on record."""
    run = _last_run(project, results)
    if run is None or not run.changes:
        return ""
    lines = (
        f"In run {run.number} numbers were changed by hand while it went.",
        "This script trains by the config alone, without these changes:",
        *(f"{_in_a_line(change.name)} = {change.value!r} from step {change.step} on" for change in run.changes),
    )
    return "".join(f"# {line}\n" for line in lines)


def _last_run(project: Project, results: Results) -> RunRecord | None:
    """Return the last run of the very project: of the same graph, data and config."""
    wanted = fingerprint(project)
    return next((run for run in reversed(results.runs) if run.origin and run.origin.project == wanted), None)


def _in_a_line(name: str) -> str:
    """Return a name, which may come from any file, without what would end a comment."""
    return "".join(letter if letter.isprintable() else " " for letter in name)
