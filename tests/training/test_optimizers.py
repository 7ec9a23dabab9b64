"""Every optimizer, transformation and schedule of Optax: reachable, with its own defaults, and the same to the last bit."""

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from optax import contrib, schedules, transforms

from flaxstudio.project.optim_check import optimizer_problems
from flaxstudio.project.optim_links import AROUND, LINKS, OPTIMIZERS, link_option
from flaxstudio.project.optim_option import OptimizerOption
from flaxstudio.project.optim_paths import fits
from flaxstudio.project.optim_schedules import SCHEDULES
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec, Schedule
from flaxstudio.training.optimizers import Optimizer, make_optimizer
from flaxstudio.training.steps import extra_arguments
from tests.training.runs import are_same

STEPS = 100
OPTIONS = (*OPTIMIZERS, *LINKS, *AROUND)
PARAMS = {
    "dense_1": {"kernel": jnp.linspace(-0.5, 0.7, 12).reshape(4, 3), "bias": jnp.zeros(3)},
    "norm_1": {"scale": jnp.ones(3)},
    "dense_2": {"kernel": jnp.linspace(0.4, -0.3, 6).reshape(3, 2), "bias": jnp.zeros(2)},
}
X, Y = jnp.linspace(-1, 1, 20).reshape(5, 4), jnp.linspace(0, 1, 10).reshape(5, 2)


def loss(params: Any) -> jax.Array:
    hidden = jnp.tanh(X @ params["dense_1"]["kernel"] + params["dense_1"]["bias"]) * params["norm_1"]["scale"]
    return jnp.mean((hidden @ params["dense_2"]["kernel"] + params["dense_2"]["bias"] - Y) ** 2)


def stepped(optimizer: Optimizer, params: Any, state: Any) -> Any:
    value, gradients = jax.value_and_grad(loss)(params)
    extra = extra_arguments(optimizer.needs, loss, value, gradients)
    updates, state = optimizer.tx.update(gradients, state, params, **extra)
    return updates, optax.apply_updates(params, updates), state


def path_of(optimizer: Optimizer, steps: int = 4) -> list[Any]:
    """Return the updates of several steps, and at the end the params in use."""

    @jax.jit
    def step(params: Any, state: Any) -> Any:
        return stepped(optimizer, params, state)

    params, state, seen = PARAMS, optimizer.tx.init(PARAMS), []
    for _ in range(steps):
        updates, params, state = step(params, state)
        seen.append(updates)
    return [*seen, optimizer.params_in_use(state, params) if optimizer.params_in_use else params]


def spec_of(option: OptimizerOption) -> OptimizerSpec:
    """Return the smallest optimizer with a link in it."""
    arguments = {"mask": "dense_1"} if option.name == "freeze" else {}
    if option.family == "optimizer":
        return OptimizerSpec(option.name, 0.01)
    if option.family == "around":
        return OptimizerSpec("sgd", 0.01, around=(Link(option.name),))
    return OptimizerSpec(CHAIN, 0.01, links=(Link(option.name, arguments),))


def in_optax(name: str) -> Any:
    found: Any = optax
    for part in name.split("."):
        found = getattr(found, part)
    return found


def biases(params: Any) -> Any:
    return jax.tree_util.tree_map_with_path(lambda path, _: path[-1].key == "bias", params)


def kernels(params: Any) -> Any:
    return jax.tree_util.tree_map_with_path(lambda path, _: path[-1].key == "kernel", params)


def first_layer(params: Any) -> Any:
    return {name: jax.tree.map(lambda _, name=name: name == "dense_1", tree) for name, tree in params.items()}


def halves(params: Any) -> Any:
    return {name: jax.tree.map(lambda _, n=name: "head" if n == "dense_2" else "rest", t) for name, t in params.items()}


def spec(name: str, rate: float = 0.1, /, **arguments: Any) -> OptimizerSpec:
    return OptimizerSpec(name, rate, arguments)


def chain(*links: Link, rate: float = 0.1, around: tuple[Link, ...] = ()) -> OptimizerSpec:
    return OptimizerSpec(CHAIN, rate, links=links, around=around)


def scheduled(name: str, schedule: Schedule, rate: float = 0.1) -> OptimizerSpec:
    return OptimizerSpec(name, rate, schedules={"learning_rate": schedule})


COSINE = Schedule("cosine_decay_schedule")
JOINED = Schedule(
    "join_schedules",
    parts=(Schedule("linear_schedule", {"init_value": 0.0, "end_value": 0.1}, steps=2), Schedule("cosine_decay_schedule")),
)
RESTARTS = Schedule("sgdr_schedule", parts=(Schedule("warmup_cosine_decay_schedule", {"warmup_steps": 5}),) * 2)
NOT_NORMS = "!*/bias, !*/scale"

BY_HAND: list[tuple[str, OptimizerSpec, Callable[[], Any]]] = [
    ("sgd", spec("sgd"), lambda: optax.sgd(0.1)),
    ("momentum", spec("sgd", momentum=0.9, nesterov=True), lambda: optax.sgd(0.1, momentum=0.9, nesterov=True)),
    ("adam", spec("adam", 0.01), lambda: optax.adam(0.01)),
    ("adam's arguments", spec("adam", 0.01, b1=0.8, eps=1e-6), lambda: optax.adam(0.01, b1=0.8, eps=1e-6)),
    ("half moments", spec("adam", 0.01, mu_dtype="bfloat16"), lambda: optax.adam(0.01, mu_dtype=jnp.bfloat16)),
    ("adamw", spec("adamw", weight_decay=0.05), lambda: optax.adamw(0.1, weight_decay=0.05)),
    ("decay of kernels", spec("adamw", mask=NOT_NORMS), lambda: optax.adamw(0.1, mask=kernels)),
    ("rmsprop", spec("rmsprop", momentum=0.5, centered=True), lambda: optax.rmsprop(0.1, momentum=0.5, centered=True)),
    ("adagrad", spec("adagrad"), lambda: optax.adagrad(0.1)),
    ("adadelta", spec("adadelta", learning_rate=0.5), lambda: optax.adadelta(0.5)),
    ("adafactor", spec("adafactor", learning_rate=0.1), lambda: optax.adafactor(0.1)),
    ("lion", spec("lion", weight_decay=0.0), lambda: optax.lion(0.1, weight_decay=0.0)),
    ("lamb", spec("lamb", weight_decay=0.1), lambda: optax.lamb(0.1, weight_decay=0.1)),
    ("lars", spec("lars", trust_ratio_mask="*/kernel"), lambda: optax.lars(0.1, trust_ratio_mask=kernels)),
    ("yogi", spec("yogi"), lambda: optax.yogi(0.1)),
    ("noise", spec("noisy_sgd", key=3), lambda: optax.noisy_sgd(0.1, key=3)),
    ("L-BFGS", spec("lbfgs"), lambda: optax.lbfgs()),
    ("another search", spec("lbfgs", linesearch="backtracking"),
     lambda: optax.lbfgs(linesearch=optax.scale_by_backtracking_linesearch(20))),
    ("no search", spec("lbfgs", learning_rate=0.1, linesearch="none"), lambda: optax.lbfgs(0.1, linesearch=None)),
    ("Polyak", spec("polyak_sgd", max_learning_rate=0.3), lambda: optax.polyak_sgd(0.3)),
    ("muon", spec("contrib.muon", 0.01), lambda: contrib.muon(0.01)),
    ("prodigy", spec("contrib.prodigy", learning_rate=0.5), lambda: contrib.prodigy(0.5)),
    ("cosine", scheduled("adam", COSINE), lambda: optax.adam(optax.cosine_decay_schedule(0.1, STEPS))),
    ("warm-up", scheduled("sgd", Schedule("warmup_cosine_decay_schedule", {"warmup_steps": 2})),
     lambda: optax.sgd(optax.warmup_cosine_decay_schedule(0.0, 0.1, 2, STEPS))),
    ("stairs", scheduled("sgd", Schedule("piecewise_constant_schedule", {"boundaries_and_scales": "1: 0.5, 3: 0.1"})),
     lambda: optax.sgd(optax.piecewise_constant_schedule(0.1, {1: 0.5, 3: 0.1}))),
    ("joined", scheduled("sgd", JOINED), lambda: optax.sgd(optax.join_schedules(
        [optax.linear_schedule(0.0, 0.1, 2), optax.cosine_decay_schedule(0.1, STEPS - 2)], [2]))),
    ("restarts", scheduled("sgd", RESTARTS), lambda: optax.sgd(optax.sgdr_schedule(
        [{"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 5, "decay_steps": STEPS // 2}] * 2))),
    ("a scheduled moment", OptimizerSpec("adam", 0.1, {"b1": 0.9}, {"b1": Schedule("linear_schedule", {"end_value": 0.5})}),
     lambda: optax.inject_hyperparams(optax.adam)(0.1, b1=optax.linear_schedule(0.9, 0.5, STEPS))),
    ("a scheduled decay", chain(Link("add_decayed_weights", {"weight_decay": 0.1}, {"weight_decay": COSINE}), Link("sgd")),
     lambda: optax.chain(optax.add_decayed_weights(optax.cosine_decay_schedule(0.1, STEPS)), optax.sgd(0.1))),
    ("clipping", chain(Link("clip_by_global_norm", {"max_norm": 0.1}), Link("adam")),
     lambda: optax.chain(optax.clip_by_global_norm(0.1), optax.adam(0.1))),
    ("links", chain(Link("clip", {"max_delta": 0.01}), Link("scale_by_adam", {"b2": 0.99}), Link("add_decayed_weights"),
                    Link("scale_by_learning_rate")),
     lambda: optax.chain(optax.clip(0.01), optax.scale_by_adam(b2=0.99), optax.add_decayed_weights(1e-4),
                         optax.scale_by_learning_rate(0.1))),
    ("a link switched off", chain(Link("clip", is_on=False), Link("trace", {"decay": 0.5}), Link("scale", {"step_size": -0.1})),
     lambda: optax.chain(optax.trace(0.5), optax.scale(-0.1))),
    ("a masked link", chain(Link("sgd"), Link("scale", {"step_size": 2.0}, params=("*/bias",))),
     lambda: optax.chain(optax.sgd(0.1), optax.masked(optax.scale(2.0), biases))),
    ("a frozen layer in a chain", chain(Link("sgd"), Link("freeze", {"mask": "dense_1"})),
     lambda: optax.chain(optax.sgd(0.1), optax.masked(optax.set_to_zero(), first_layer))),
    ("a frozen group", OptimizerSpec("adam", 0.1, groups=(Group("head", ("dense_2",), is_frozen=True),)),
     lambda: optax.multi_transform({"head": optax.set_to_zero(), "rest": optax.adam(0.1)}, halves)),
    ("a rate of a group", OptimizerSpec("adam", 0.1, groups=(Group("head", ("dense_2",), 0.1),)),
     lambda: optax.multi_transform(
         {"head": optax.chain(optax.adam(0.1), optax.scale(0.1)), "rest": optax.adam(0.1)}, halves)),
    ("an optimizer of a group", OptimizerSpec("adam", 0.1, groups=(Group("head", ("dense_2/*",), optimizer=spec("sgd", 0.5)),)),
     lambda: optax.multi_transform({"head": optax.sgd(0.5), "rest": optax.adam(0.1)}, halves)),
    ("one norm over the groups", OptimizerSpec(
        CHAIN, 0.1, links=(Link("clip_by_global_norm", {"max_norm": 0.1}), Link("adam")),
        groups=(Group("head", ("dense_2",), 0.1),)),
     lambda: optax.chain(optax.clip_by_global_norm(0.1), optax.multi_transform(
         {"head": optax.chain(optax.adam(0.1), optax.scale(0.1)), "rest": optax.adam(0.1)}, halves))),
    ("gathered gradients", OptimizerSpec("adam", 0.1, around=(Link("MultiSteps"),)),
     lambda: optax.MultiSteps(optax.adam(0.1), 2)),
    ("what is not finite is skipped", OptimizerSpec("adam", 0.1, around=(Link("apply_if_finite"),)),
     lambda: optax.apply_if_finite(optax.adam(0.1), 10)),
    ("steps at some updates", OptimizerSpec("adam", 0.1, around=(Link("conditionally_mask", {"after": 1, "every": 2}),)),
     lambda: optax.conditionally_mask(optax.adam(0.1), lambda step: (step >= 1) & (step % 2 == 1))),
    ("a transformation at first", chain(Link("conditionally_transform", {"until": 2}), Link("sgd")),
     lambda: optax.chain(optax.conditionally_transform(contrib.normalize(), lambda step: step < 2), optax.sgd(0.1))),
    ("a learnt factor", OptimizerSpec("sgd", 0.1, around=(Link("contrib.mechanize"),)),
     lambda: contrib.mechanize(optax.sgd(0.1))),
    ("schedule-free", OptimizerSpec("sgd", 0.1, around=(Link("contrib.schedule_free"),)),
     lambda: contrib.schedule_free(optax.sgd(0.1), 0.1)),
    ("sharpness", OptimizerSpec("sgd", 0.1, around=(Link("contrib.sam"),)),
     lambda: contrib.sam(optax.sgd(0.1), optax.chain(contrib.normalize(), optax.sgd(0.05)), opaque_mode=True)),
    ("all at once", chain(Link("clip_by_global_norm"), Link("adamw", {"mask": NOT_NORMS}),
                          around=(Link("apply_if_finite"), Link("MultiSteps", {"every_k_schedule": 3}))),
     lambda: optax.MultiSteps(optax.apply_if_finite(
         optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(0.1, mask=kernels)), 10), 3)),
]  # fmt: skip


@pytest.mark.parametrize(("given", "by_hand"), [case[1:] for case in BY_HAND], ids=[case[0] for case in BY_HAND])
def test_an_optimizer_steps_as_one_written_by_hand_to_the_last_bit(given: OptimizerSpec, by_hand: Callable[[], Any]) -> None:
    assert optimizer_problems(given) == ()
    ours = make_optimizer(given, STEPS)
    assert are_same(path_of(ours)[:-1], path_of(Optimizer(by_hand(), ours.needs))[:-1])


def test_at_least_forty_optimizers_are_compared() -> None:
    assert len(BY_HAND) >= 40


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_optimizer_and_link_steps_by_its_defaults(option: OptimizerOption) -> None:
    given = spec_of(option)
    assert [problem for problem in optimizer_problems(given) if problem.severity == "error"] == []
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(path_of(make_optimizer(given, STEPS), steps=2)))


@pytest.mark.parametrize("option", [o for o in OPTIONS if o.family != "around"], ids=lambda option: option.name)
def test_every_number_that_may_follow_a_schedule_does(option: OptimizerOption) -> None:
    arguments = dict(spec_of(option).chain[0].arguments)
    schedules = {}
    for argument in option.arguments:
        if option.may_follow(argument.name):
            number = arguments[argument.name] = 0.5 if argument.default is None else argument.default
            schedules[argument.name] = Schedule("linear_schedule", {"end_value": 0.9 * float(number)})  # type: ignore[arg-type]
    optimizer = make_optimizer(chain(Link(option.name, arguments, schedules)), STEPS)
    state = jax.eval_shape(optimizer.tx.init, PARAMS)
    after = jax.eval_shape(lambda *given: stepped(optimizer, *given), PARAMS, state)[2]
    shapes, then = (jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype), tree) for tree in (state, after))
    assert shapes == then


LEFT_OUT = {
    "ema_of_params": "its own",
    "inner": "what it is around",
    "opt": "what it is around",
    "optimizer": "what it is around",
    "fast_optimizer": "what it is around",
    "base_optimizer": "what it is around; GaLore has Adam in it",
    "adv_optimizer": "steps of rho up the gradient",
    "opaque_mode": "always, so that a step of the run is a step of SAM",
    "sync_period": "of SAM: one step up, one down",
    "batch_axis_name": "for several devices by pmap",
    "seed": "an older name of key",
    "random_seed": "a key",
    "betas": "a pair of numbers",
    "ns_coeffs": "three numbers that belong together",
    "init_step": "a pair of word and number",
    "axis": "found by the shape",
    "clip_value_fn": "a function",
    "decay_rate_fn": "a function",
    "should_skip_update_fn": "a function",
    "should_transform_fn": "a function; made of after, until and every",
    "forward_extra_args": "to a function that takes none",
    "hessian_diagonal_fn": "a function",
    "weight_dimension_numbers": "a tree of axes",
    "muon_weight_dimension_numbers": "a tree of axes",
    "verbose": "prints",
    "print_win_rate_every_n_steps": "prints",
    "accumulator_dtype": "of MultiSteps: float32",
}
"""Arguments that no form shows, with the reason."""


@pytest.mark.parametrize("option", [o for o in OPTIONS if o.name != "ema_of_params"], ids=lambda option: option.name)
def test_arguments_and_defaults_are_those_of_optax(option: OptimizerOption) -> None:
    parameters = inspect.signature(in_optax(option.name)).parameters
    known = {argument.name: argument for argument in option.arguments}
    assert set(known) - {"rho", "transformation", "after", "until", "every"} <= set(parameters)
    assert option.takes_rate == ("learning_rate" in parameters and "learning_rate" not in known)
    for name, parameter in parameters.items():
        if name in known and not known[name].is_required and name != "linesearch":
            default = parameter.default
            told = "float32" if default is jnp.float32 else default
            assert known[name].default == ("" if name.endswith("mask") and told in (None, True) else told), name
        elif name not in known and name != "learning_rate":
            assert name in LEFT_OUT, name


@pytest.mark.parametrize("option", SCHEDULES, ids=lambda option: option.name)
def test_every_schedule_has_the_arguments_of_optax_and_gives_numbers(option: Any) -> None:
    parts = (Schedule("warmup_cosine_decay_schedule"),) * 2 if option.has_parts else ()
    schedule = Schedule(option.name, parts=parts)
    assert optimizer_problems(scheduled("sgd", schedule)) == ()
    if not parts:
        parameters = inspect.signature(in_optax(option.name)).parameters
        assert [argument.name for argument in option.arguments] == list(parameters)
        for argument in option.arguments:
            default = parameters[argument.name].default
            assert argument.is_required or argument.default == default or argument.default is None
    path_of(make_optimizer(scheduled("sgd", schedule), STEPS), steps=1)


NOT_REACHED = {
    "chain": "the name of what is composed of links",
    "named_chain": "a chain whose links have names",
    "masked": "every link has its params",
    "multi_transform": "groups",
    "partition": "multi_transform by another name",
    "selective_transform": "a frozen group",
    "inject_hyperparams": "every number that follows a schedule",
    "inject_stateful_hyperparams": "inject_hyperparams by an older name",
    "stateless": "needs a function",
    "stateless_with_tree_map": "needs a function",
    "with_extra_args_support": "changes nothing",
    "measure_with_ema": "measures, and needs a function",
    "monitor": "measures, and needs functions",
    "snapshot": "measures, and needs a function",
    "optimistic_adam": "its rate takes no schedule; optimistic_adam_v2 is the same with one",
    "contrib.differentially_private_aggregate": "needs each sample's own gradients",
    "contrib.dpsgd": "needs each sample's own gradients",
    "contrib.scale_by_muon": "takes kernels alone, which contrib.muon tells apart",
}
"""Transformations that no form shows by their name, with the reason."""


def is_transformation(value: Any) -> bool:
    """Return whether a function gives a gradient transformation, as its annotation has it."""
    if inspect.isclass(value):
        return value is optax.MultiSteps
    try:
        given = str(inspect.signature(value).return_annotation)
    except (TypeError, ValueError):
        return False
    return "GradientTransformation" in given


def test_every_public_transformation_of_optax_is_reached_or_has_a_reason() -> None:
    public = {
        f"{prefix}{name}"
        for module, prefix in ((optax, ""), (transforms, ""), (contrib, "contrib."))
        for name in dir(module)
        if not name.startswith("_") and is_transformation(getattr(module, name))
    }
    reached = {option.name for option in OPTIONS}
    assert len(public) > 100
    assert public - reached - set(NOT_REACHED) == set()
    assert not reached & set(NOT_REACHED)


def test_every_public_schedule_of_optax_is_reached() -> None:
    public = {name for name in dir(schedules) if inspect.isfunction(getattr(schedules, name)) and not name.startswith("inject")}
    assert public - {"schedules"} == {option.name for option in SCHEDULES}


def test_the_names_of_all_are_one_list() -> None:
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)
    assert all(link_option(option.name) is option for option in OPTIONS)


PATTERNS = (("dense_1",), ("*/bias",), ("!*/bias", "!*/scale"), ("dense_*", "!dense_2/bias"), ("kernel",), ())


@pytest.mark.parametrize("patterns", PATTERNS, ids=str)
def test_the_text_that_finds_params_finds_those_that_the_window_shows(patterns: tuple[str, ...]) -> None:
    given = chain(Link("scale", {"step_size": 0.0}, params=patterns or ("*",)))
    updates = path_of(make_optimizer(given, STEPS), steps=1)[0]
    for node, tree in updates.items():
        for name, leaf in tree.items():
            assert fits(f"{node}/{name}", patterns or ("*",)) == bool((leaf == 0).all())


def test_the_running_mean_of_the_params_is_judged() -> None:
    given = OptimizerSpec("sgd", 0.1, around=(Link("ema_of_params", {"decay": 0.5}),))
    *updates, mean = path_of(make_optimizer(given, STEPS), steps=3)
    params = expected = PARAMS
    for update in updates:
        params = optax.apply_updates(params, update)
        expected = jax.tree.map(lambda new, old: 0.5 * new + 0.5 * old, params, expected)
    assert all(np.allclose(a, b) for a, b in zip(jax.tree.leaves(mean), jax.tree.leaves(expected), strict=True))


def test_lookahead_steps_its_fast_params_and_is_judged_by_the_slow() -> None:
    given = OptimizerSpec("sgd", 0.1, around=(Link("lookahead", {"sync_period": 2, "slow_step_size": 0.5}),))
    *updates, slow = path_of(make_optimizer(given, STEPS), steps=4)
    tx = optax.lookahead(optax.sgd(0.1), 2, 0.5)
    both = optax.LookaheadParams.init_synced(PARAMS)
    state = tx.init(both)
    for update in updates:
        theirs, state = tx.update(jax.grad(loss)(both.fast), state, both)
        both = optax.apply_updates(both, theirs)
        assert all(np.allclose(a, b, atol=1e-7) for a, b in zip(*map(jax.tree.leaves, (update, theirs.fast)), strict=True))
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(*map(jax.tree.leaves, (slow, both.slow)), strict=True))
