import pytest

from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LossTerm, Objective
from flaxstudio.project.objective_edits import (
    balanced_weights,
    objective_key,
    with_argument,
    with_common_loss,
    with_objective,
    with_own_loss,
    with_term,
    with_term_argument,
)

FULL = Objective({"epsilon": 1.0}, 2.0, 0.1, (1.0, 2.0), "void", (LossTerm("focal_of_classes", 0.5),))


def test_balanced_weights_make_all_classes_count_alike_in_sum() -> None:
    weights = balanced_weights((90, 10, 50))
    assert [weight * count for weight, count in zip(weights, (90, 10, 50), strict=True)] == pytest.approx([50] * 3, rel=1e-3)
    assert balanced_weights((4, 4)) == (1.0, 1.0)
    assert balanced_weights((3, 0)) == (0.5, 1.5)


def test_another_loss_keeps_of_an_objective_what_it_can_have() -> None:
    config = TrainConfig("poly_cross_entropy", objectives={"": FULL})
    same_kind = with_common_loss(config, "cross_entropy").objectives[""]
    assert same_kind == Objective({}, 2.0, 0.1, (1.0, 2.0), "void", FULL.terms)
    hinge = with_common_loss(config, "hinge_of_classes").objectives[""]
    assert hinge.smoothing == 0.0
    assert with_common_loss(config, "huber").objectives[""] == Objective(weight=2.0)
    own = TrainConfig("mean_squared_error", losses={"sort": "poly_cross_entropy"}, objectives={"sort": FULL})
    assert with_common_loss(own, "huber").objectives["sort"] == FULL


def test_an_outputs_own_loss_takes_its_objective_along_as_far_as_it_fits() -> None:
    config = TrainConfig("huber", objectives={"": Objective({"delta": 2.0}, weight=3.0)})
    changed = with_own_loss(config, "size", "mean_absolute_error")
    assert changed.losses == {"size": "mean_absolute_error"}
    assert changed.objective_of("size") == Objective(weight=3.0)
    assert changed.objective_of("other") == Objective({"delta": 2.0}, weight=3.0)
    back = with_own_loss(with_own_loss(TrainConfig("huber"), "size", "log_cosh"), "size", "")
    assert back == TrainConfig("huber")


def test_only_what_differs_from_the_common_objective_is_kept() -> None:
    common = with_objective(TrainConfig(), "", Objective(weight=2.0))
    assert with_objective(common, "size", Objective(weight=2.0)) == common
    own = with_objective(common, "size", Objective())
    assert own.objective_of("size") == Objective()
    assert own.objective_of("other") == Objective(weight=2.0)
    assert with_objective(common, "", Objective()) == TrainConfig()


def test_the_only_outputs_objective_is_the_common_one_unless_it_has_its_own() -> None:
    assert objective_key(TrainConfig(), "size", is_only=True) == ""
    assert objective_key(TrainConfig(), "size", is_only=False) == "size"
    assert objective_key(TrainConfig(losses={"size": "huber"}), "size", is_only=True) == "size"


def test_defaults_are_kept_as_nothing_and_terms_are_added_changed_and_removed() -> None:
    objective = with_argument(Objective(), "huber", "delta", 2.0)
    assert objective == Objective({"delta": 2.0})
    assert with_argument(objective, "huber", "delta", 1.0) == Objective()
    added = with_term(with_term(Objective(), 0, LossTerm("huber")), 1, LossTerm("log_cosh", 0.5))
    assert [term.name for term in added.terms] == ["huber", "log_cosh"]
    changed = with_term(added, 0, with_term_argument(added.terms[0], "delta", 0.5))
    assert changed.terms == (LossTerm("huber", 1.0, {"delta": 0.5}), LossTerm("log_cosh", 0.5))
    assert with_term(changed, 0, None).terms == (LossTerm("log_cosh", 0.5),)
