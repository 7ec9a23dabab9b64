"""`--set` of how a run computes: precision, memory, devices, and the seeds of single parts."""

from dataclasses import replace

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.compute import PRECISIONS, Compute, Seeds

COMPUTE_KEYS = ("precision", "loss_scale", "growth_steps", "remat", "deterministic", "devices")
SEED_KEYS = ("seed.init", "seed.data", "seed.dropout")


def with_compute(compute: Compute, key: str, text: str) -> Compute:
    """Return how a run computes with one key set; ProblemError where the text is no value for it."""
    match key:
        case "precision":
            if text not in PRECISIONS:
                raise ProblemError(f"{key} must be one of {', '.join(PRECISIONS)}, and “{text}” is not.")
            return replace(compute, precision=PRECISIONS[PRECISIONS.index(text)])
        case "loss_scale":
            try:
                return replace(compute, loss_scale=float(text))
            except ValueError:
                raise ProblemError(f"{key} must be a number, and “{text}” is not.") from None
        case "remat":
            return replace(compute, remat=_switch(key, text))
        case "deterministic":
            return replace(compute, is_deterministic=_switch(key, text))
        case "growth_steps":
            return replace(compute, growth_steps=_whole(key, text))
        case _:
            return replace(compute, devices=_whole(key, text))


def with_seeds(seeds: Seeds, key: str, text: str) -> Seeds:
    """Return the seeds of single parts with one set; "none" gives it the run's seed again."""
    seed = None if text.lower() in ("", "none") else _whole(key, text)
    match key:
        case "seed.init":
            return replace(seeds, init=seed)
        case "seed.data":
            return replace(seeds, data=seed)
        case _:
            return replace(seeds, dropout=seed)


def _whole(key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ProblemError(f"{key} must be a whole number, and “{text}” is not.") from None


def _switch(key: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ProblemError(f"{key} must be true or false, and “{text}” is not.")
    return text.lower() == "true"
