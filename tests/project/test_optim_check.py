"""What is wrong with an optimizer is told, with a remedy, before anything is built from it."""

from dataclasses import replace

import pytest

from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_check import optimizer_problems
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec, Schedule
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from tests.project.examples import small_project

RATE = "learning_rate"


def scheduled(name: str, *parts: Schedule, **arguments: float) -> OptimizerSpec:
    return OptimizerSpec("adam", 0.1, schedules={RATE: Schedule(name, arguments, parts)})


WRONG = [
    (OptimizerSpec("magic"), "“magic” is unknown"),
    (OptimizerSpec("adam", 0.0), "learning rate must be a number above 0"),
    (OptimizerSpec("adam", 0.1, {"b1": 2.0}), "b1 must be a number of at most 1"),
    (OptimizerSpec("adam", 0.1, {"b9": 2.0}), "no argument “b9”"),
    (OptimizerSpec("adamw", 0.1, {"mask": "a$b"}), "must be paths"),
    (OptimizerSpec("adam", 0.1, schedules={"nesterov": Schedule("constant_schedule")}), "nesterov cannot follow"),
    (OptimizerSpec("sgd", 0.1, schedules={"momentum": Schedule("constant_schedule")}), "no value that a schedule"),
    (scheduled("magic"), "is unknown"),
    (scheduled("cosine_decay_schedule", decay_steps=0), "decay_steps"),
    (scheduled("cosine_decay_schedule", steps=1), "no argument “steps”"),
    (scheduled("warmup_cosine_decay_schedule", warmup_steps=10, decay_steps=10), "count the warm-up too"),
    (scheduled("exponential_decay", decay_rate=0.0), "must be above 0"),
    (scheduled("join_schedules"), "has no parts"),
    (scheduled("cosine_decay_schedule", Schedule("constant_schedule")), "cannot have parts"),
    (scheduled("join_schedules", Schedule("join_schedules", parts=(Schedule("constant_schedule"),))), "cannot have parts"),
    (scheduled("sgdr_schedule", Schedule("constant_schedule")), "warmup_cosine_decay_schedule"),
    (scheduled("join_schedules", Schedule("constant_schedule", steps=0)), "last 1 step"),
    (OptimizerSpec(CHAIN), "chain is empty"),
    (OptimizerSpec(CHAIN, links=(Link("magic"),)), "no link of a chain"),
    (OptimizerSpec(CHAIN, links=(Link("MultiSteps"),)), "no link of a chain"),
    (OptimizerSpec(CHAIN, links=(Link("sgd"), Link("freeze"))), "which params stay"),
    (OptimizerSpec(around=(Link("adam"),)), "cannot stand around"),
    (OptimizerSpec(around=(Link("lookahead"), Link("ema_of_params"))), "Keep one of them"),
    (OptimizerSpec("lbfgs", around=(Link("lookahead"),)), "needs the loss itself"),
    (OptimizerSpec("lbfgs", groups=(Group("a", ("b",)),)), "cannot be in groups"),
    (OptimizerSpec("polyak_sgd", around=(Link("contrib.sam"),)), "needs the loss itself"),
    (OptimizerSpec(groups=(Group("rest", ("b",)),)), "cannot be called"),
    (OptimizerSpec(groups=(Group("a", ("b",)), Group("a", ("c",)))), "Two groups"),
    (OptimizerSpec(groups=(Group("a", ()),)), "says of no param"),
    (OptimizerSpec(groups=(Group("a", ("b",), -1.0),)), "factor of at least 0"),
    (OptimizerSpec(groups=(Group("a", ("b",), optimizer=OptimizerSpec("magic")),)), "“magic” is unknown"),
]


@pytest.mark.parametrize(("spec", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_is_wrong_is_told_with_a_remedy(spec: OptimizerSpec, words: str) -> None:
    problems = optimizer_problems(spec)
    assert any(words in str(problem) for problem in problems), problems
    assert all(problem.remedy and problem.severity == "error" for problem in problems)


def test_a_chain_that_goes_up_is_warned_of() -> None:
    (problem,) = optimizer_problems(OptimizerSpec(CHAIN, links=(Link("scale_by_adam"),)))
    assert problem.severity == "warning"
    assert optimizer_problems(OptimizerSpec(CHAIN, links=(Link("scale_by_adam"), Link("scale_by_learning_rate")))) == ()


def test_an_optimizer_of_every_kind_is_saved_and_opened_as_it_was() -> None:
    inner = OptimizerSpec("sgd", 0.5, {"momentum": 0.9})
    parts = (Schedule("linear_schedule", {"end_value": 0.1}, steps=5), Schedule("constant_schedule"))
    whole = OptimizerSpec(
        CHAIN,
        0.1,
        schedules={RATE: Schedule("join_schedules", parts=parts)},
        links=(Link("clip", {"max_delta": 0.5}, is_on=False), Link("adam", {"b1": 0.8}, {"eps": parts[1]}, ("*/bias",))),
        groups=(Group("head", ("dense_1",), 0.5, True), Group("tail", ("dense_2",), optimizer=inner)),
        around=(Link("MultiSteps", {"every_k_schedule": 3}),),
    )
    project = replace(small_project(), training=TrainConfig("cross_entropy", whole))
    again, _ = parse_project(dump_project(project, Results()), "x.msgpack")
    assert again.training == project.training
