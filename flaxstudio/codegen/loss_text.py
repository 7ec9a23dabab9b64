"""Writes an Output's loss as the expressions that are computed, shown and put into scripts."""

from dataclasses import dataclass

from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import Objective, loss_spec


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
            whole = "jnp.sum(values * weights) / jnp.maximum(jnp.sum(weights), 1e-12)"
        else:
            whole = "values"
        return whole if self.weight == 1.0 else f"{self.weight!r} * {whole}"


def loss_text(config: TrainConfig, output: str) -> LossText:
    """Return the text of a checked Output's loss."""
    objective = config.objective_of(output)
    main = loss_spec(config.loss_of(output)).expression(objective.arguments, objective.smoothing)
    added = "".join(f" + {term.weight!r} * {loss_spec(term.name).expression(term.arguments)}" for term in objective.terms)
    return LossText(f"{main}{added}", _weights(objective), objective.weight)


def _weights(objective: Objective) -> str:
    parts = [f"jnp.asarray({list(objective.class_weights)!r})[targets]"] if objective.class_weights else []
    if objective.ignored is not None:
        value = objective.ignored
        number = int(value) if float(value).is_integer() else value
        parts.append(f"jnp.all(targets.reshape(len(targets), -1) != {number!r}, axis=-1)")
    if len(parts) == 1 and objective.ignored is not None:
        return f"{parts[0]}.astype(values.dtype)"
    return " * ".join(parts)
