"""Groups of params lie on nodes: they are painted, follow names and blocks, and what fits nothing is told."""

from dataclasses import replace

import pytest

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.shape import ArrayShape, GraphShapes, NodeShape
from flaxstudio.layers import catalogue
from flaxstudio.project.advice import Known, advise
from flaxstudio.project.block_edits import rename_within
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.document import Document
from flaxstudio.project.edits import remove, rename_node, set_attribute
from flaxstudio.project.grouping import dissolve, make_block
from flaxstudio.project.optim_check import optimizer_problems
from flaxstudio.project.optim_groups import (
    group_at,
    new_group_name,
    path_to,
    with_group_moved,
    with_paths_in_group,
)
from flaxstudio.project.optimizer import CHAIN, Group, Link, OptimizerSpec
from flaxstudio.project.project import Project
from flaxstudio.project.repairs import apply_fix
from flaxstudio.project.templates import build_template

CATALOGUE = catalogue()
MODULES = ("conv_1", "batch_norm_1", "conv_2", "batch_norm_2", "conv_3", "batch_norm_3", "dense_1")


def digits(*groups: Group, **others: object) -> Project:
    project = build_template("digits-cnn", CATALOGUE)
    optimizer = OptimizerSpec("adamw", groups=groups, **others)  # type: ignore[arg-type]
    return replace(project, training=replace(project.training, optimizer=optimizer))


def groups_of(project: Project) -> tuple[Group, ...]:
    return project.training.optimizer.groups


def told(project: Project, known: Known = Known()) -> list[str]:
    return [str(problem) for problem in advise(project, CATALOGUE, known)]


def edited(project: Project, *edits: object) -> Document:
    document = Document(project)
    for edit in edits:
        document.edit(edit)  # type: ignore[arg-type]
    return document


def test_a_node_painted_into_a_group_leaves_the_others() -> None:
    spec = OptimizerSpec(groups=(Group("stem", ("conv_1", "conv_2/kernel", "!conv_1/bias")), Group("norms", ("batch_norm_*",))))
    spec = with_paths_in_group(spec, ("conv_1", "batch_norm_2"), "head")
    assert spec.groups == (
        Group("stem", ("conv_2/kernel",)),
        Group("norms", ("batch_norm_*", "!batch_norm_2")),
        Group("head", ("conv_1", "batch_norm_2")),
    )
    assert [name for name in MODULES if group_at(name, spec.groups) == spec.groups[1]] == ["batch_norm_1", "batch_norm_3"]
    back = with_paths_in_group(spec, ("conv_1", "batch_norm_2"), "norms")
    assert back.groups == (Group("stem", ("conv_2/kernel",)), Group("norms", ("batch_norm_*", "conv_1")))
    assert with_paths_in_group(back, ("conv_2",), "").groups == (Group("norms", ("batch_norm_*", "conv_1")),)


def test_a_group_of_which_only_exceptions_are_left_goes() -> None:
    spec = OptimizerSpec(groups=(Group("stem", ("conv_1", "!*/bias")),))
    assert with_paths_in_group(spec, ("conv_1",), "").groups == ()


def test_the_first_group_that_fits_has_a_node_and_groups_can_be_moved() -> None:
    groups = (Group("one", ("conv_*",)), Group("two", ("conv_1",)))
    assert group_at("conv_1", groups) is groups[0]
    assert group_at("dense_1", groups) is None
    assert group_at("conv_1", (Group("biases", ("*/bias",)),)) is None
    moved = with_group_moved(OptimizerSpec(groups=groups), 1, 0)
    assert group_at("conv_1", moved.groups) == groups[1]
    assert new_group_name((Group("group_1", ("a",)), Group("group_3", ("a",)))) == "group_2"


def test_a_repeated_node_is_painted_with_all_its_modules_and_a_sharing_one_with_its_owner() -> None:
    nodes = (
        Node("dense_1", "Dense", {"repeat": 3}),
        Node("dense_2", "Dense", {"shares": "dense_1"}),
        Node("dense_3", "Dense", {"repeat": 3, "scan": True}),
    )
    graph = Graph(nodes)
    assert [path_to(graph, node.name) for node in nodes] == ["dense_1_[0-9]*", "dense_1_[0-9]*", "dense_3"]
    spec = with_paths_in_group(OptimizerSpec(), (path_to(graph, "dense_1"),), "body")
    assert spec.groups == (Group("body", ("dense_1_[0-9]*",)),)
    assert [group_at(path_to(graph, name), spec.groups) for name in graph.names()] == [*spec.groups, *spec.groups, None]


def test_a_new_name_is_followed_in_every_path_of_the_optimizer() -> None:
    own = OptimizerSpec(CHAIN, links=(Link("freeze", {"mask": "conv_1/bias"}), Link("sgd", params=("!conv_1",))))
    paths = ("conv_1", "!conv_1/bias", "conv_1_[0-9]*", "conv_10", "*/conv_1")
    project = digits(Group("stem", paths, optimizer=own), arguments={"mask": "!conv_1, !*/bias"})
    document = edited(project, rename_node("conv_1", "first"))
    spec = document.project.training.optimizer
    assert spec.groups[0].patterns == ("first", "!first/bias", "first_[0-9]*", "conv_10", "*/conv_1")
    assert spec.arguments == {"mask": "!first, !*/bias"}
    inner = spec.groups[0].optimizer
    assert inner is not None
    assert [dict(link.arguments) for link in inner.links] == [{"mask": "first/bias"}, {}]
    assert inner.links[1].params == ("!first",)
    document.undo()
    assert document.project == project


def test_another_node_with_a_number_behind_its_name_keeps_its_path() -> None:
    project = digits(Group("stem", ("conv", "conv_1", "conv_7/kernel")))
    project = edited(project, rename_node("conv_2", "conv")).project
    project = edited(project, rename_node("conv", "other")).project
    assert groups_of(project)[0].patterns == ("other", "conv_1", "other_7/kernel")


def test_a_deleted_node_takes_its_paths_along_and_undo_brings_them_back() -> None:
    project = digits(Group("stem", ("conv_1", "conv_2/kernel", "conv_*")), Group("head", ("dense_1", "!*/bias")))
    document = edited(project, remove(("conv_1", "dense_1")))
    assert groups_of(document.project) == (Group("stem", ("conv_2/kernel", "conv_*")),)
    document.undo()
    assert groups_of(document.project) == groups_of(project)


def test_paths_go_into_a_block_and_out_of_it_with_their_nodes() -> None:
    project = digits(Group("stem", ("conv_1", "!batch_norm_1/bias")), Group("head", ("dense_1",)))
    document = edited(project, make_block(("conv_1", "batch_norm_1"), "Stem", CATALOGUE))
    assert groups_of(document.project)[0].patterns == ("stem_1/conv_1", "!stem_1/batch_norm_1/bias")
    document.edit(dissolve("stem_1"))
    assert groups_of(document.project) == groups_of(project)
    whole = replace(document.project, training=digits(Group("all", ("stem_1",))).training)
    document = edited(whole, make_block(("conv_1", "batch_norm_1"), "Stem2", CATALOGUE))
    named = replace(document.project, training=digits(Group("all", ("stem2_1",))).training)
    assert groups_of(edited(named, dissolve("stem2_1")).project)[0].patterns == ("conv_1", "batch_norm_1")


def test_a_new_name_inside_a_block_is_followed_in_all_its_uses() -> None:
    project = build_template("digits-residual", CATALOGUE)
    paths = ("residual_block_1_[0-9]*/conv_1", "residual_block_2_0/conv_1/kernel", "conv_1")
    optimizer = OptimizerSpec(groups=(Group("inner", paths),))
    project = replace(project, training=replace(project.training, optimizer=optimizer))
    document = edited(project, rename_within("ResidualBlock", "conv_1", "first"))
    assert document.undo_text == "Rename conv_1 to first"
    followed = ("residual_block_1_[0-9]*/first", "residual_block_2_0/first/kernel", "conv_1")
    assert groups_of(document.project)[0].patterns == followed
    own = edited(project, rename_within("", "conv_1", "stem")).project
    assert groups_of(own)[0].patterns == (*paths[:2], "stem")


@pytest.mark.parametrize(
    ("patterns", "words", "mended"),
    [
        (("conv_9", "conv_1"), "names conv_9, and there is no such layer", ("conv_1",)),
        (("dens_1/kernel",), "Write dense_1/kernel", ("dense_1/kernel",)),
        (("!convv_2", "conv_1"), "Write !conv_2", ("!conv_2", "conv_1")),
        (("relu_1", "conv_1"), "relu_1 has no params", ("conv_1",)),
        (("encoder*/kernel", "conv_1"), "names encoder*/kernel", ("conv_1",)),
    ],
)
def test_a_path_that_names_nothing_is_told_with_its_repair(
    patterns: tuple[str, ...], words: str, mended: tuple[str, ...]
) -> None:
    project = digits(Group("stem", patterns))
    (problem,) = advise(project, CATALOGUE)
    assert words in str(problem)
    assert problem.severity == "warning"
    assert problem.fix is not None
    document = edited(project, apply_fix(problem.fix, CATALOGUE))
    assert groups_of(document.project)[0].patterns == mended
    assert told(document.project) == []


def test_paths_that_may_mean_something_are_not_told() -> None:
    paths = ("conv_*", "*/bias", "!*/scale", "conv_[12]", "?onv_3", "dense_1/kernel", "*_norm_*/scale", "*")
    assert told(digits(Group("stem", paths))) == []


def test_the_paths_of_links_and_masks_are_told_too() -> None:
    found = told(digits(arguments={"mask": "!dense_9"}))
    assert found == [
        "The mask of adamw names dense_9, and there is no such layer with params. Take it out, or name a layer of the model."
    ]


def test_a_repeated_node_s_own_name_is_mended() -> None:
    project = digits(Group("stem", ("conv_2/kernel",)))
    project = edited(project, set_attribute("conv_2", "repeat", 2, CATALOGUE)).project
    (problem,) = [problem for problem in advise(project, CATALOGUE) if "group" in problem.what]
    assert problem.fix is not None
    mended = edited(project, apply_fix(problem.fix, CATALOGUE)).project
    assert groups_of(mended)[0].patterns == ("conv_2_[0-9]*/kernel",)
    assert not any("group" in text for text in told(mended))


def test_a_layer_without_params_by_its_shapes_is_told() -> None:
    shapes = GraphShapes({"dropout_1": NodeShape(ArrayShape((4,)), 0)})
    project = digits(Group("stem", ("dropout_1", "conv_1")))
    assert any("dropout_1 has no params" in text for text in told(project, Known(shapes)))


def test_a_node_named_in_two_groups_is_told_and_taken_out_of_the_second() -> None:
    project = digits(Group("one", ("conv_*",)), Group("two", ("conv_1", "dense_1")))
    (problem,) = advise(project, CATALOGUE)
    assert "conv_1 is in the groups one and two" in str(problem)
    assert problem.fix is not None
    mended = edited(project, apply_fix(problem.fix, CATALOGUE)).project
    assert [group.patterns for group in groups_of(mended)] == [("conv_*",), ("dense_1",)]


def test_what_is_told_prevents_no_run() -> None:
    project = digits(Group("stem", ("conv_9",)))
    assert optimizer_problems(project.training.optimizer) == ()
    assert isinstance(project.training, TrainConfig)
