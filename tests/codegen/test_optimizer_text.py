"""The text of an optimizer: as one writes it by hand, and read back."""

import ast

import pytest

from flaxstudio.codegen.optimizer_parts import AT_STEPS
from flaxstudio.codegen.optimizer_text import optimizer_text
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.optim_reader import read_optimizer, read_schedule
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec, Schedule

WRITTEN = [
    ("adam(0.01)", "tx = optax.adam(0.01)\n"),
    ("optax.adamw(0.01, weight_decay=0.1)", "tx = optax.adamw(0.01, weight_decay=0.1)\n"),
    ("sgd(0.1, 0.9, True)", "tx = optax.sgd(0.1, momentum=0.9, nesterov=True)\n"),
    ("lbfgs", "tx = optax.lbfgs()\n"),
    ("chain(clip(1.0), adam(0.1))", "tx = optax.chain(optax.clip(max_delta=1.0), optax.adam(0.1))\n"),
    (
        "adam(cosine_decay_schedule(0.1, 50))",
        "learning_rate = optax.cosine_decay_schedule(init_value=0.1, decay_steps=50)\ntx = optax.adam(learning_rate)\n",
    ),
    ("apply_if_finite(sgd(0.1), 5)", "tx = optax.apply_if_finite(optax.sgd(0.1), max_consecutive_errors=5)\n"),
    ("MultiSteps(sgd(0.1), 4)", "tx = optax.MultiSteps(optax.sgd(0.1), every_k_schedule=4).gradient_transformation()\n"),
    (
        "conditionally_mask(sgd(0.1), at_steps(every=2))",
        f"{AT_STEPS}\n\ntx = optax.conditionally_mask(optax.sgd(0.1), at_steps(every=2))\n",
    ),
    (
        "chain(conditionally_transform(centralize(), at_steps(5)), sgd(0.1))",
        f"{AT_STEPS}\n\ntx = optax.chain(optax.conditionally_transform(optax.centralize(), at_steps(after=5)), optax.sgd(0.1))\n",
    ),
    (
        "sgd(0.1, momentum=linear_schedule(0.5, 0.9, 10))",
        "tx = optax.inject_hyperparams(optax.sgd)(0.1, momentum=optax.linear_schedule(init_value=0.5, end_value=0.9, "
        "transition_steps=10))\n",
    ),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN, ids=[text for text, _ in WRITTEN])
def test_an_optimizer_that_is_read_is_written_as_optax_has_it(text: str, expected: str) -> None:
    body = optimizer_text(read_optimizer(text), 100).body
    assert ast.dump(ast.parse(body)) == ast.dump(ast.parse(expected))


def test_a_schedule_without_numbers_takes_the_rate_and_the_length_of_the_run() -> None:
    spec = OptimizerSpec("adam", 0.5, schedules={"learning_rate": Schedule("warmup_cosine_decay_schedule")})
    body = optimizer_text(spec, 200).body
    assert "peak_value=0.5, warmup_steps=20, decay_steps=200" in " ".join(body.split())


@pytest.mark.parametrize(("warmup", "steps"), [(None, 1), (50, 10)])
def test_a_decay_goes_beyond_its_warm_up_in_however_short_a_run(warmup: int | None, steps: int) -> None:
    schedule = Schedule("warmup_cosine_decay_schedule", {} if warmup is None else {"warmup_steps": warmup})
    body = optimizer_text(OptimizerSpec("adam", 0.5, schedules={"learning_rate": schedule}), steps).body
    assert f"decay_steps={(warmup or 1) + 1}" in body


def test_gathered_gradients_shorten_the_schedule() -> None:
    around = (Link("MultiSteps", {"every_k_schedule": 4}),)
    spec = OptimizerSpec("adam", 0.5, schedules={"learning_rate": Schedule("cosine_decay_schedule")}, around=around)
    assert "decay_steps=50" in optimizer_text(spec, 200).body


def test_parts_of_a_joined_schedule_share_what_is_left_of_the_run() -> None:
    joined = read_schedule("join_schedules([constant_schedule(1.0), linear_schedule(1.0, 0.0)], [30])")
    assert [part.steps for part in joined.parts] == [30, None]
    body = optimizer_text(OptimizerSpec("sgd", 0.5, schedules={"learning_rate": joined}), 100).body
    assert "transition_steps=70" in body
    assert "boundaries=[30]" in body


def test_what_a_text_defines_for_itself_is_there_only_where_it_is_used() -> None:
    plain = optimizer_text(OptimizerSpec(), 10)
    grouped = optimizer_text(OptimizerSpec(groups=(Group("head", ("dense_1",)),)), 10)
    assert plain.text == "import optax\n\ntx = optax.adam(0.001)\n"
    assert "def label" in grouped.body
    assert "def select" not in grouped.body
    assert not grouped.has_params_in_use


def test_needs_are_gathered_from_all_links_in_one_order() -> None:
    links = (Link("contrib.reduce_on_plateau"), Link("scale_by_zoom_linesearch"), Link("clip", is_on=False))
    assert optimizer_text(OptimizerSpec(CHAIN, links=links), 10).needs == ("value", "grad", "value_fn")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("adam(", "is not written as in Optax"),
        ("__import__('os').system('x')", "no optimizer or transformation"),
        ("adam(0.1, bb=2)", "has no argument “bb”"),
        ("adam(open('x'))", "is no schedule"),
        ("adam([1])", "is not a plain value"),
        ("chain(adam(0.1), 3)", "no optimizer or transformation"),
        ("MultiSteps(4)", "is not around an optimizer"),
        ("3", "is not written as in Optax"),
    ],
)
def test_what_is_no_optimizer_is_named(text: str, words: str) -> None:
    with pytest.raises(ProblemError, match=words.replace("(", r"\(")):
        read_optimizer(text)
