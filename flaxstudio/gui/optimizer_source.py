"""The optimizer's text for the source panel: what a run executes, or what keeps it from being written."""

from flaxstudio.codegen.optimizer_text import optimizer_text
from flaxstudio.project.optim_check import optimizer_problems
from flaxstudio.project.optimizer import OptimizerSpec


def written_optimizer(question: tuple[OptimizerSpec, int]) -> str:
    """Return the text of an optimizer for a run of so many steps."""
    spec, steps = question
    errors = [str(problem) for problem in optimizer_problems(spec) if problem.severity == "error"]
    return "".join(f"# {error}\n" for error in errors) or optimizer_text(spec, steps).text
