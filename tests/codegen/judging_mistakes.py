"""Finds what the studio says about a seeded mistake, and whether its first repairs mend it."""

from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.data.check import check_data
from flaxstudio.data.output_check import check_outputs
from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.problem import Problem
from flaxstudio.layers import catalogue
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.repairs import apply_fix
from tests.codegen.seeded_mistakes import Mistake, Verdict

CATALOGUE = catalogue()
_MOST_STEPS = 3


def problems_of(mistake: Mistake, project: Project) -> tuple[Problem, ...]:
    """Return all that is found without training, errors first, as the command line finds it."""
    shapes = ShapeInference(CATALOGUE).infer(project.graph)
    found = [*(check_project(project, CATALOGUE) if mistake.table else check(project.graph, CATALOGUE)), *shapes.problems]
    if mistake.table is not None:
        found += check_data(project, mistake.table, CATALOGUE)
        found += check_outputs(project, mistake.table, CATALOGUE, shapes)
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.severity != "error"))


def judge(mistake: Mistake) -> Verdict:
    """Return which node is blamed first, and whether the best repairs, at most three, leave no errors."""
    project = mistake.project()
    found = problems_of(mistake, project)
    if not found:
        return Verdict(mistake, "", "", "", False)
    first = found[0]
    repair, steps = first.fix.label if first.fix else "", 0
    while found and found[0].fix is not None and steps < _MOST_STEPS and (has_errors(found) or steps == 0):
        project = apply_fix(found[0].fix, CATALOGUE).apply(project)
        found, steps = problems_of(mistake, project), steps + 1
    left = tuple(str(problem) for problem in found if problem.severity == "error")
    return Verdict(mistake, first.node, str(first), repair, bool(repair) and not left, steps, left)


def table_of(verdicts: tuple[Verdict, ...]) -> str:
    """Return the verdicts as a table."""
    lines = [f"{'mistake':52s} {'to blame':13s} {'blamed':13s} {'first repair':44s} mended"]
    for v in verdicts:
        lines.append(
            f"{v.mistake.name:52s} {v.mistake.to_blame:13s} {v.blamed:13s} {v.repair:44s} {'yes' if v.is_mended else 'NO'} ({v.steps})"
        )
    named = sum(v.blamed == v.mistake.to_blame for v in verdicts)
    offered, mended = sum(bool(v.repair) for v in verdicts), sum(v.is_mended for v in verdicts)
    return "\n".join([*lines, f"right node {named} of {len(verdicts)}, repair offered {offered}, of these mended {mended}"])
