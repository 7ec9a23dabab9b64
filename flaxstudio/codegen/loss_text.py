"""Writes an Output's loss as the expressions that are computed, shown and put into scripts."""

from dataclasses import dataclass

from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LossSpec, Objective, TargetKind, loss_spec


@dataclass(frozen=True, slots=True)
class LossText:
    """`values` gives one value a sample, `weights` how much each sample counts, "" where all count the same; the loss is
    their mean, times `weight`."""

    values: str
    weights: str = ""
    weight: float = 1.0

    @property
    def mean(self) -> str:
        """The expression of the function's value: one a sample, or their weighted mean."""
        if self.weights:
            whole = "jnp.sum(jnp.where(weights > 0, values * weights, 0)) / jnp.maximum(jnp.sum(weights), 1e-12)"
        else:
            whole = "values"
        return whole if self.weight == 1.0 else f"{self.weight!r} * {whole}"


def loss_text(config: TrainConfig, output: str) -> LossText:
    """Return the text of a checked Output's loss."""
    objective, main = config.objective_of(output), loss_spec(config.loss_of(output))
    terms = [(term, loss_spec(term.name)) for term in objective.terms]
    by_value = objective.ignored is not None and all(spec.is_by_value for spec in (main, *(spec for _, spec in terms)))
    values = main.expression(objective.arguments, objective.smoothing, by_value=by_value)
    for term, spec in terms:
        smoothing = objective.smoothing if spec.can_smooth else 0.0
        values += f" + {term.weight!r} * {spec.expression(term.arguments, smoothing, by_value=by_value)}"
    return LossText(values, _weights(objective, main, by_value=by_value), objective.weight)


def is_counted(objective: Objective, kind: TargetKind) -> str:
    """Return the expression that tells of each target whether it counts; "" where all do."""
    if kind == "classes":
        return "" if objective.ignored is None else "targets >= 0"
    return "" if objective.ignored_number is None else f"targets != {objective.ignored_number!r}"


def _weights(objective: Objective, spec: LossSpec, *, by_value: bool) -> str:
    weights = f"jnp.asarray({list(objective.class_weights)!r})[targets]" if objective.class_weights else ""
    counted = is_counted(objective, spec.target_kind)
    if not counted:
        return weights
    if spec.target_kind == "numbers" and not by_value:
        counted = f"jnp.all(({counted}).reshape(*values.shape, -1), axis=-1)"  # one left out, the sample is
    else:
        counted = f"({counted})"
    return f"{weights} * {counted}" if weights else f"{counted}.astype(values.dtype)"
