"""`--set` of how a run computes: precision, memory, devices, and the seeds of single parts."""

from dataclasses import replace

from flaxstudio.cli.values import number, one_of, switch, whole
from flaxstudio.project.compute import PRECISIONS, Compute, Seeds

COMPUTE_KEYS = ("precision", "loss_scale", "growth_steps", "remat", "deterministic", "devices")
SEED_KEYS = ("seed.init", "seed.data", "seed.dropout")


def with_compute(compute: Compute, key: str, text: str) -> Compute:
    """Return how a run computes with one key set; ProblemError where the text is no value for it."""
    match key:
        case "precision":
            return replace(compute, precision=one_of(key, text, PRECISIONS))
        case "loss_scale":
            return replace(compute, loss_scale=number(key, text))
        case "remat":
            return replace(compute, remat=switch(key, text))
        case "deterministic":
            return replace(compute, is_deterministic=switch(key, text))
        case "growth_steps":
            return replace(compute, growth_steps=whole(key, text))
        case _:
            return replace(compute, devices=whole(key, text))


def with_seeds(seeds: Seeds, key: str, text: str) -> Seeds:
    """Return the seeds of single parts with one set; "none" gives it the run's seed again."""
    seed = None if text.lower() in ("", "none") else whole(key, text)
    match key:
        case "seed.init":
            return replace(seeds, init=seed)
        case "seed.data":
            return replace(seeds, data=seed)
        case _:
            return replace(seeds, dropout=seed)
