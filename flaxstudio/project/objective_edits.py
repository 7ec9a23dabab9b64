"""Changes of what a run minimises as pure functions: losses of Outputs, their objectives, balanced weights of classes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LossSpec, LossTerm, Objective, loss_spec


def balanced_weights(counts: Sequence[int]) -> tuple[float, ...]:
    """Return a weight for each class by which all count alike in sum, about 1 on the average over samples."""
    total = sum(counts)
    return tuple(float(f"{total / (len(counts) * max(count, 1)):.4g}") for count in counts)


def with_common_loss(config: TrainConfig, name: str) -> TrainConfig:
    """Return the config with another common loss; what its objective says and the new one cannot is dropped."""
    before, spec = loss_spec(config.loss), loss_spec(name)
    objectives = {
        output: kept if output in config.losses else fitted(kept, before, spec) for output, kept in config.objectives.items()
    }
    return replace(config, loss=name, objectives=_told(objectives))


def with_own_loss(config: TrainConfig, output: str, name: str) -> TrainConfig:
    """Return the config with an Output's own loss; "" gives it the common one again."""
    losses = {key: kept for key, kept in config.losses.items() if key != output} | ({output: name} if name else {})
    changed = replace(config, losses=losses)
    before, after = loss_spec(config.loss_of(output)), loss_spec(changed.loss_of(output))
    objective = fitted(config.objective_of(output), before, after)
    return with_objective(changed, output, objective)


def with_objective(config: TrainConfig, key: str, objective: Objective) -> TrainConfig:
    """Return the config with an Output's objective, or "" of the common one, which is kept only where it says something."""
    others = {name: kept for name, kept in config.objectives.items() if name != key}
    without = replace(config, objectives=others)
    if objective == (without.objective_of(key) if key else Objective()):
        return without
    return replace(config, objectives=others | {key: objective})


def objective_key(config: TrainConfig, output: str, *, is_only: bool) -> str:
    """Return under which name an Output's objective is kept: the only one's is the common one, if it has none of its own."""
    has_own = output in config.losses or output in config.objectives
    return output if has_own or not is_only else ""


def fitted(objective: Objective, before: LossSpec, after: LossSpec) -> Objective:
    """Return an objective as another loss can have it."""
    is_same_kind = before.target_kind == after.target_kind
    known = {spec.name: spec for spec in after.arguments}
    kept = {name: value for name, value in objective.arguments.items() if name in known and known[name].fault(value) is None}
    return replace(
        objective,
        arguments=kept,
        smoothing=objective.smoothing if after.can_smooth else 0.0,
        class_weights=objective.class_weights if is_same_kind else (),
        ignored=objective.ignored if is_same_kind else None,
        terms=objective.terms if is_same_kind else (),
    )


def with_argument(objective: Objective, loss: str, name: str, value: Value) -> Objective:
    """Return the objective with an argument of its loss set; a default is kept as nothing."""
    return replace(objective, arguments=_with_value(objective.arguments, loss_spec(loss).argument(name), value))


def with_term(objective: Objective, place: int, term: LossTerm | None) -> Objective:
    """Return the objective with another term at a place, or with none there; a place beyond the last adds one."""
    before, after = objective.terms[:place], objective.terms[place + 1 :]
    return replace(objective, terms=(*before, *([term] if term else []), *after))


def with_term_argument(term: LossTerm, name: str, value: Value) -> LossTerm:
    """Return a term with an argument of its loss set."""
    return replace(term, arguments=_with_value(term.arguments, loss_spec(term.name).argument(name), value))


def _with_value(arguments: Mapping[str, Value], spec: AttributeSpec, value: Value) -> dict[str, Value]:
    kept = {key: given for key, given in arguments.items() if key != spec.name}
    return kept if value == spec.default else {**kept, spec.name: value}


def _told(objectives: Mapping[str, Objective]) -> dict[str, Objective]:
    return {output: kept for output, kept in objectives.items() if output or kept != Objective()}
