"""Writes what of a training script depends on the model's ends: its settings, losses, step and main."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flaxstudio.codegen.applying import number_of_key
from flaxstudio.codegen.formatting import LINE_LENGTH
from flaxstudio.codegen.loss_text import LossText, loss_text
from flaxstudio.codegen.optimizer_text import OptimizerText
from flaxstudio.data.dataset import apart
from flaxstudio.data.ends import Entry, Goal
from flaxstudio.export.script_metrics import metric_functions, metrics_call
from flaxstudio.export.script_precision import (
    DOUBLE,
    SCALED_BEGIN,
    SCALED_STATE,
    SCALED_UPDATE,
    apply_text,
    keys_text,
    precision_functions,
    precision_settings,
)
from flaxstudio.export.script_text import (
    CLASS_INDICES,
    LOSS,
    MAIN,
    PLAIN_UPDATE,
    PREPARED,
    SCALED,
    STATE,
    STEP,
    TOTAL_LOSS,
    UPDATE,
    VALUE_FN,
)
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.training.task import Task

_CLASSIC = 'jax.config.update("jax_threefry_partitionable", False)  # the random numbers of JAX before 0.5'
_SCALES = {
    "standard": {"offset": "known.mean(axis)", "scale": "known.std(axis)"},
    "range": {"offset": "known.min(axis)", "scale": "np.ptp(known, axis)"},
}


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """A run to be written down. `path` is the data's file, "" for made data; `has_state` says whether layers written by
    hand may change their state, or draw, at every call."""

    task: Task
    dataset: DatasetSpec
    config: TrainConfig
    path: str
    is_lone: bool
    has_state: bool
    optimizer: OptimizerText

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The Inputs."""
        return self.task.dataset.ends.entries

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The Outputs."""
        return self.task.dataset.ends.goals

    @property
    def is_plain(self) -> bool:
        """Whether features and targets are one array each."""
        return len(self.entries) == len(self.goals) == 1


def settings(run: ScriptRun) -> str:
    """Return the script's constants."""
    dataset, config = run.dataset, run.config
    lines = [_CLASSIC] * config.classic_random
    lines += [f"DATA = {run.path!r}"] if run.path else []
    lines += [
        _columns("FEATURES", run.entries),
        _columns("TARGETS", run.goals),
        f"VALIDATION, TEST, SPLIT_SEED = {dataset.validation!r}, {dataset.test!r}, {dataset.seed}",
        f"BATCH_SIZE, STEPS, SEED = {config.batch_size!r}, {config.steps}, {config.seed}",
        *precision_settings(config),
    ]
    return "\n".join(lines) + "\n"


def functions(run: ScriptRun) -> Iterator[str]:
    """Yield the definitions of the script's second half, `main` last."""
    scales = _SCALES.get(run.dataset.scaling)
    if any(goal.ignored for goal in run.goals):
        yield CLASS_INDICES
    yield SCALED.format(**scales) if scales else PREPARED
    yield STATE.format(scaled=SCALED_STATE if _is_scaled(run) else "")
    yield from precision_functions(run.config)
    yield from _losses(run)
    yield from metric_functions(run.goals, run.config)
    yield _step(run)
    yield _main(run)


def _columns(name: str, ends: tuple[Entry, ...] | tuple[Goal, ...]) -> str:
    """Return the columns as a list, or as lists by end; many short names share lines."""
    if len(ends) > 1:
        return f"{name} = { ({end.name: list(end.columns) for end in ends})!r}"
    line = f"{name} = {list(ends[0].columns)!r}"
    if len(line) <= LINE_LENGTH:
        return line
    lines = [""]
    for item in (f"{json.dumps(column, ensure_ascii=False)}," for column in ends[0].columns):
        if len(lines[-1]) + len(item) + 5 > LINE_LENGTH:
            lines.append("")
        lines[-1] += f" {item}" if lines[-1] else f"    {item}"
    return "\n".join([f"{name} = [", *lines, "]  # fmt: skip"])


def _losses(run: ScriptRun) -> Iterator[str]:
    texts = {goal.name: loss_text(run.config, goal.name) for goal in run.goals}
    if len(texts) == 1:
        yield _loss_function("loss_of", next(iter(texts.values())))
        return
    for name, text in texts.items():
        yield _loss_function(f"loss_of_{name}", text)
    yield TOTAL_LOSS.format(losses=", ".join(f"loss_of_{name}" for name in texts))


def _loss_function(name: str, text: LossText) -> str:
    if not text.weights and text.weight == 1.0:
        return LOSS.format(name=name, what="one value a sample", body="", code=text.values)
    body = f"    values = {text.values}\n" + (f"    weights = {text.weights}\n" if text.weights else "")
    what = "the mean over the samples by their weights" if text.weights else "one value a sample"
    return LOSS.format(name=name, what=what, body=body, code=text.mean)


def _loss(run: ScriptRun) -> str:
    return "loss_of(outputs, y).mean()" if len(run.goals) == 1 else "loss_of(outputs, y)"


def _step(run: ScriptRun) -> str:
    source = run.task.model.source
    return STEP.format(
        x="x" if len(run.entries) == 1 else "*x",
        train="train=True,\n            " if source.uses_train else "",
        rngs=_keys("key", dict.fromkeys(("dropout", *source.rngs))),
        returned=f"loss = {_loss(run)}\n        return loss * state.scale, (loss, collections)"
        if _is_scaled(run)
        else f"return {_loss(run)}, collections",
        taken="(_, (loss, collections))" if _is_scaled(run) else "(loss, collections)",
        update=_update(run),
    )


def _keys(key: str, names: Mapping[str, Any]) -> str:
    """Return the keys as `keys_by_name` makes them."""
    own = (f"jax.random.fold_in({key}, {number_of_key(name)})" for name in names)
    pairs = (f'"{name}": {key if name == "dropout" else made}' for name, made in zip(names, own, strict=True))
    return f"{{{', '.join(pairs)}}}"


def _main(run: ScriptRun) -> str:
    x = "x" if len(run.entries) == 1 else "*x"
    samples = "jnp.zeros_like(features[:1])"
    samples = samples if len(run.entries) == 1 else "*(jnp.zeros_like(array[:1]) for array in features)"
    targets = apart(run.task.dataset.train.targets)
    first = next((i for i, goal in enumerate(run.goals) if goal.kind == "classes" and targets[i].ndim == 1), None)
    one = len(run.goals) == 1
    tree = "jax.tree.map(lambda array: {}, {})"
    return MAIN.format(
        name=run.task.model.source.class_name,
        read="read(DATA)" if run.path else "make_linear()",
        targets=_packed([_target(run, index) for index in range(len(run.goals))]),
        rows="len(targets)" if one else "len(targets[0])",
        classes="None" if first is None else "targets" if one else f"targets[{first}]",
        features=_packed([_feature(run, entry) for entry in run.entries]),
        init=f"init_lone_layer(model, init_key, {samples})" if run.is_lone else f"model.init(init_key, {samples})",
        double=DOUBLE if run.config.compute.is_double else "",
        keys=keys_text(run.config),
        stored=_stored(run) if run.config.compute.is_double else "",
        apply=apply_text(run.config),
        scale=SCALED_BEGIN if _is_scaled(run) else "",
        in_use="params_in_use(state.opt_state, state.params)" if run.optimizer.has_params_in_use else "state.params",
        whole="jnp.asarray(features[train]), jnp.asarray(targets[train])"
        if run.is_plain
        else tree.format("jnp.asarray(array[train])", "(features, targets)"),
        batch="x[rows], y[rows]" if run.is_plain else f"*{tree.format('array[rows]', '(x, y)')}",
        part="features[rows], targets[rows]" if run.is_plain else tree.format("array[rows]", "(features, targets)"),
        outputs="outputs, _" if run.has_state else "outputs",
        applied=_applied(run, x),
        loss=_loss(run),
        metrics=metrics_call(run.goals, run.config),
    )


def _applied(run: ScriptRun, x: str) -> str:
    if not run.has_state:
        return f"variables, {x}"
    keys = _keys("jax.random.PRNGKey(0)", dict.fromkeys(run.task.model.source.rngs))
    return f"variables, {x}, rngs={keys}, mutable=list(collections)"


def _packed(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return "(\n" + "".join(f"        {part},\n" for part in parts) + "    )"


def _target(run: ScriptRun, index: int) -> str:
    goal = run.goals[index]
    columns = "TARGETS" if len(run.goals) == 1 else f'TARGETS["{goal.name}"]'
    shape = apart(run.task.dataset.train.targets)[index].shape[1:]
    if goal.kind == "classes" and goal.ignored:
        return f"class_indices(columns[{columns}[0]], {goal.ignored!r})"
    if goal.kind == "classes":
        reshaped = f".reshape(-1, {', '.join(map(str, shape))})" if shape else ""
        return f"np.unique(columns[{columns}[0]], return_inverse=True)[1].astype(np.int32){reshaped}"
    reshaped = f".reshape(-1, {', '.join(map(str, shape))})" if len(shape) > 1 else ""
    return f"side_by_side(columns, {columns}).astype(np.float32){reshaped}"


def _feature(run: ScriptRun, entry: Entry) -> str:
    columns = "FEATURES" if len(run.entries) == 1 else f'FEATURES["{entry.name}"]'
    train = ", train" if run.dataset.scaling in _SCALES else ""
    return f'prepared(columns, {columns}, {entry.shape.sizes!r}, "{entry.shape.dtype}"{train})'


def _update(run: ScriptRun) -> str:
    if not run.optimizer.needs and not _is_scaled(run):
        return PLAIN_UPDATE
    written = {"value": "loss", "grad": "gradients", "grad_fn": "jax.grad(value_fn)"}
    extra = ", ".join(f"{need}={written.get(need, 'value_fn')}" for need in run.optimizer.needs)
    value_fn = VALUE_FN.format(which="[1][0]" if _is_scaled(run) else "[0]") if "value_fn" in extra else ""
    if _is_scaled(run):
        return SCALED_UPDATE.format(value_fn=value_fn, extra=f", {extra}" if extra else "")
    return UPDATE.format(value_fn=value_fn, extra=extra)


def _is_scaled(run: ScriptRun) -> bool:
    return run.config.compute.precision == "float16"


def _stored(run: ScriptRun) -> str:
    """Return the statements that make the variables float64."""
    samples = "features[:2]" if len(run.entries) == 1 else "*(array[:2] for array in features)"
    keys = _keys("key", dict.fromkeys(("dropout", *run.task.model.source.rngs)))
    own = f'own_layers(model, variables, ({samples},), {{"mutable": True, "rngs": {keys}}})'
    return f"    own = {own}\n    variables = {{name: cast_all_but(own, tree) for name, tree in variables.items()}}\n"
