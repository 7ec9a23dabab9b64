"""What a good colleague would say: each warning where it belongs, and none about networks that are as they should be."""

from dataclasses import replace

import pytest

from flaxstudio.codegen.shapes import ShapeInference
from flaxstudio.data.sources import open_table
from flaxstudio.data.table import ranges_of, summarize
from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.library import Library
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.advice import Known, advise
from flaxstudio.project.advice_on_ends import logits_advice
from flaxstudio.project.block_edits import within
from flaxstudio.project.config import DatasetSpec, TrainConfig
from flaxstudio.project.options import LossSpec
from flaxstudio.project.project import Project
from flaxstudio.project.repairs import apply_fix
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.templates import TEMPLATES, build_template
from tests.architectures import (
    judging,
    other_autoencoders,
    other_ends,
    other_functions,
    sequence_convolutional,
    sequence_recurrent,
    sequence_transformers,
    vision_classic,
    vision_images_out,
    vision_inception,
    vision_mobile,
    vision_patches,
    vision_residual,
)

CATALOGUE = catalogue()
CLASSES = TrainConfig("cross_entropy")
NUMBERS = DatasetSpec("sample:linear", ("x",), ("y",))


def drawn(*layers, shape=(8,), dtype="float32", training=TrainConfig(), dataset=None) -> Project:
    sketch = Sketch(CATALOGUE)
    last = sketch.chain(sketch.add("Input", shape=shape, dtype=dtype), *layers)
    sketch.add("Output", last)
    return Project(graph=sketch.graph(), training=training, dataset=dataset)


def dense(features=8, **more):
    return ("Dense", {"features": features, **more})


def warned(project, ranges=None):
    shapes = ShapeInference(CATALOGUE).infer(project.graph)
    return advise(project, CATALOGUE, Known(shapes, ranges or {}))


BATCH_NORM_OF_ONE = replace(CLASSES, batch_size=1)
IMAGE = (64, 64, 3)
FIRES = {
    "softmax before cross-entropy": (drawn(dense(3), "softmax", training=CLASSES), "softmax_1", "applies softmax itself"),
    "relu before cross-entropy": (drawn(dense(3), "relu", training=CLASSES), "relu_1", "limits the values"),
    "sigmoid before cross-entropy": (drawn(dense(3), "sigmoid", training=CLASSES), "sigmoid_1", "limits the values"),
    "Dense after Dense": (drawn(dense(16), dense(3)), "dense_2", "no activation between them"),
    "Dense after Dropout after Dense": (drawn(dense(16), "Dropout", dense(3)), "dense_2", "no activation between them"),
    "Conv after Conv": (
        drawn(("Conv", {"features": 8}), ("Conv", {"features": 8}), "relu", shape=IMAGE), "conv_2", "no more than one Conv",
    ),
    "Dense repeated": (drawn(dense(8, repeat=3), "relu"), "dense_1", "no activation between"),
    "bias before BatchNorm": (drawn(dense(), "BatchNorm", "relu", dense(2)), "dense_1", "adds a bias that batch_norm_1"),
    "dropout before the output": (drawn(dense(3), "Dropout"), "dropout_1", "before the output"),
    "dropout before the last softmax": (drawn(dense(3), "Dropout", "softmax"), "dropout_1", "before the output"),
    "dropout of nothing": (drawn(("Dropout", {"rate": 0.0}), dense(3)), "dropout_1", "drops nothing"),
    "dropout of nearly all": (drawn(("Dropout", {"rate": 0.95}), dense(3)), "dropout_1", "drops 95%"),
    "two activations": (drawn(dense(), "relu", "tanh", dense(3)), "tanh_1", "two activations in a row"),
    "batches of one": (
        drawn(dense(8, use_bias=False), "BatchNorm", "relu", dense(3), training=BATCH_NORM_OF_ONE), "batch_norm_1", "batch size is 1",
    ),
    "LayerNorm of one value": (drawn(dense(1), "LayerNorm", dense(3)), "layer_norm_1", "normalises single values"),
    "softmax of one value": (drawn(dense(1), "softmax"), "softmax_1", "always gives 1"),
    "a huge Dense": (drawn("Flatten", dense(1000), "relu", dense(3), shape=IMAGE), "dense_1", "% of the model's"),
    "tokens as quantities": (drawn(dense(3), shape=(12,), dtype="int32"), "dense_1", "whole numbers of input_1"),
}  # fmt: skip
RANGED = {
    "tanh": (-3.0, 90.0),
    "sigmoid": (0.0, 100.0),
    "relu": (-5.0, 5.0),
    "softplus": (-0.5, 1.0),
    "softmax": (0.0, 2.0),
}


@pytest.mark.parametrize("name", FIRES)
def test_a_colleague_says_so_once_at_the_right_node_with_a_repair(name):
    project, node, words = FIRES[name]
    (problem,) = warned(project)
    assert problem.node == node
    assert words in problem.what
    assert problem.severity == "warning"
    assert problem.remedy
    assert problem.fixes


@pytest.mark.parametrize("name", FIRES)
def test_each_repair_leaves_a_sound_model_and_nothing_to_say(name):
    project, _, _ = FIRES[name]
    (problem,) = warned(project)
    for fix in problem.fixes:
        mended = apply_fix(fix, CATALOGUE).apply(project)
        assert not has_errors(check(mended.graph, CATALOGUE))
        shapes = ShapeInference(CATALOGUE).infer(mended.graph)
        assert shapes.problems == ()
        assert problem.what not in {left.what for left in warned(mended)}


@pytest.mark.parametrize("layer", RANGED)
def test_an_output_that_cannot_reach_the_targets_is_told(layer):
    project = drawn(dense(2), layer, dataset=NUMBERS)
    (problem,) = warned(project, {"y": RANGED[layer]})
    assert problem.node == f"{layer}_1"
    assert "the targets go from" in problem.what
    assert warned(apply_fix(problem.fix, CATALOGUE).apply(project), {"y": RANGED[layer]}) == ()


@pytest.mark.parametrize(
    ("layer", "targets"), [("sigmoid", (0.0, 1.0)), ("tanh", (-1.0, 0.5)), ("relu", (0.0, 1e6)), ("elu", (-9, 9))]
)
def test_an_output_that_reaches_them_is_not(layer, targets):
    assert warned(drawn(dense(2), layer, dataset=NUMBERS), {"y": targets}) == ()


def test_targets_nobody_knows_are_no_reason_to_warn():
    assert warned(drawn(dense(2), "tanh", dataset=NUMBERS)) == ()
    assert warned(drawn(dense(2), "softmax")) == ()


def test_sigmoid_stands_badly_before_a_loss_that_applies_it():
    loss = LossSpec("x", "Binary cross-entropy", "", "numbers", "optax.sigmoid_binary_cross_entropy(outputs, targets)")
    (problem,) = logits_advice(Node("sigmoid_1", "sigmoid"), loss)
    assert "applies sigmoid itself" in problem.what
    assert list(logits_advice(Node("dense_1", "Dense"), loss)) == []


def test_an_unused_half_of_a_split_is_told():
    sketch = Sketch(CATALOGUE)
    half = sketch.add("Split", sketch.add("Input", shape=(8,)))
    sketch.add("Output", sketch.add("Dense", half, features=2))
    (problem,) = warned(Project(graph=sketch.graph()))
    assert problem.what == "Nothing uses the output “second” of split_1."


FINE = {
    "a bottleneck": drawn(dense(2), dense(8)),
    "separable convolutions": drawn(
        ("Conv", {"features": 3, "feature_group_count": 3}), ("Conv", {"features": 8, "kernel_size": (1, 1)}), shape=IMAGE
    ),
    "upsampling after a Conv": drawn(
        ("Conv", {"features": 8}), ("ConvTranspose", {"features": 8, "strides": (2, 2)}), shape=IMAGE
    ),
    "a norm between": drawn(dense(8, use_bias=False), "BatchNorm", dense(8), "relu"),
    "mish by hand": drawn(dense(), "softplus", "tanh", dense(2)),
    "tokens embedded": drawn(("Embed", {"num_embeddings": 9}), "Flatten", dense(2), shape=(5,), dtype="int32"),
    "tokens made rows": drawn(("OneHot", {"num_classes": 9}), "Flatten", dense(2), shape=(5,), dtype="int32"),
    "dropout before the last Dense": drawn(dense(), "relu", "Dropout", dense(2)),
    "repeats with an activation": drawn(dense(8, repeat=3, between="relu"), "relu"),
    "softmax judged as numbers": drawn(dense(2), "softmax", dataset=NUMBERS),
    "batches of one without BatchNorm": drawn(dense(2), training=BATCH_NORM_OF_ONE),
}


@pytest.mark.parametrize("name", FINE)
def test_nothing_is_said_about_what_is_meant(name):
    assert warned(FINE[name]) == ()


def test_a_dense_whose_values_also_go_elsewhere_is_left_in_peace():
    sketch = Sketch(CATALOGUE)
    code = sketch.add("Dense", sketch.add("Input", shape=(8,)), features=8)
    sketch.add("Output", sketch.add("Dense", code, features=8))
    sketch.add("Output", code, name="code")
    assert warned(Project(graph=sketch.graph())) == ()


def test_what_is_muted_is_no_part_of_it():
    project = drawn(dense(), "relu", "tanh", dense(2))
    off = replace(project.graph.node("tanh_1"), mode="bypassed")
    assert warned(replace(project, graph=project.graph.with_node_replaced("tanh_1", off))) == ()


def test_inside_a_block_the_block_is_named():
    sketch = Sketch(CATALOGUE)
    sketch.add("Output", sketch.chain(sketch.add("Input", shape=(8,)), dense(), "relu", "relu"))
    block = sketch.block("Twice")
    known = catalogue_of(Library((block,)), CATALOGUE)
    outer = Sketch(known)
    outer.add("Output", outer.chain(outer.add("Input", shape=(8,)), "Twice", dense(2)))
    (problem,) = advise(Project(graph=outer.graph(), library=Library((block,))), known)
    assert (problem.block, problem.node) == ("Twice", "relu_2")


def within_block(*layers, shape=(8,), training=TrainConfig(), dataset=None, behind=()):
    """Return a project whose model is a block of these layers, and its catalogue."""
    sketch = Sketch(CATALOGUE)
    sketch.add("Output", sketch.chain(sketch.add("Input", shape=shape), *layers))
    block = sketch.block("Part")
    known = catalogue_of(Library((block,)), CATALOGUE)
    outer = Sketch(known)
    outer.add("Output", outer.chain(outer.add("Input", shape=shape), "Part", *behind))
    return Project(graph=outer.graph(), library=Library((block,)), training=training, dataset=dataset), known


def warned_within(project, known):
    inference = ShapeInference(known)
    shapes = inference.infer(project.graph)
    return advise(project, known, Known(shapes, {}, inference.inside(project.graph, shapes)))


SHAPED = {
    "LayerNorm of one value": (within_block(dense(1), "LayerNorm", dense(3)), "layer_norm_1", "normalises single values"),
    "softmax of one value": (within_block(dense(1), "softmax"), "softmax_1", "always gives 1"),
    "a huge Dense": (within_block("Flatten", dense(1000), "relu", dense(3), shape=IMAGE), "dense_1", "% of the model's"),
    "Dense after Dense": (within_block(dense(16), dense(24)), "dense_2", "no activation between them"),
}


@pytest.mark.parametrize("name", SHAPED)
def test_what_rests_on_shapes_is_told_inside_a_block_too_and_mended_there(name):
    (project, known), node, words = SHAPED[name]
    (problem,) = warned_within(project, known)
    assert (problem.block, problem.node) == ("Part", node)
    assert words in problem.what
    for fix in problem.fixes:
        mended = within("Part", apply_fix(fix, known)).apply(project)
        left = warned_within(mended, catalogue_of(mended.library, CATALOGUE))
        assert problem.what not in {problem.what for problem in left}


def test_a_block_used_in_two_ways_is_told_of_once():
    (project, known), node, _ = SHAPED["LayerNorm of one value"]
    outer = Sketch(known)
    start = outer.add("Input", shape=(8,))
    outer.add("Output", outer.chain(start, "Part", "relu", "Part"))
    project = replace(project, graph=outer.graph())
    assert [problem.node for problem in warned_within(project, known)] == [node]


def test_a_block_that_gives_what_the_model_gives_ends_as_the_model_does():
    project, known = within_block(dense(3), "softmax", training=CLASSES)
    (problem,) = warned_within(project, known)
    assert (problem.block, problem.node) == ("Part", "softmax_1")
    assert "applies softmax itself" in problem.what
    project, known = within_block(dense(3), "Dropout")
    (problem,) = warned_within(project, known)
    assert (problem.block, problem.node) == ("Part", "dropout_1")
    project, known = within_block(dense(3), "Dropout", behind=("relu", dense(2)))
    assert warned_within(project, known) == ()


def test_a_graph_in_the_making_is_looked_at_as_far_as_it_goes():
    odd = Graph(
        (Node("a", "Dense"), Node("b", "NoSuchLayer"), Node("c", "Output")),
        (edge("a", "b"), edge("b", "a"), edge("b", "c"), edge("gone", "a")),
    )
    assert advise(Project(graph=odd), CATALOGUE) == ()
    assert advise(Project(), CATALOGUE) == ()


@pytest.mark.parametrize("name", [template.name for template in TEMPLATES])
def test_templates_are_as_a_colleague_would_have_them(name):
    project = build_template(name, CATALOGUE)
    known = catalogue_of(project.library, CATALOGUE)
    shapes = ShapeInference(known).infer(project.graph)
    ranges = ranges_of(summarize(open_table(project.dataset.source))) if project.dataset else {}
    assert advise(project, known, Known(shapes, ranges)) == ()


NETWORKS = {
    vision_classic: ("lenet5", "small_alexnet", "squeezenet"),
    vision_images_out: ("autoencoder", "fcn8", "unet"),
    vision_inception: ("googlenet", "inception_block"),
    vision_mobile: ("efficientnet_b0", "mobilenet_v1", "mobilenet_v2", "shufflenet_v2", "xception_middle"),
    vision_patches: ("convnext", "mixer", "vit"),
    vision_residual: ("densenet121", "wide_resnet"),
    other_autoencoders: ("autoencoder", "denoising_autoencoder", "vae", "conditional_vae"),
    other_ends: ("siamese", "triplet", "neumf", "two_towers", "wide_and_deep", "deepfm", "multi_task"),
    other_functions: ("deep_sets", "attention_mil", "siren", "two_experts", "nested"),
    sequence_convolutional: ("text_cnn", "wavenet", "tcn"),
    sequence_recurrent: (
        "lstm_classifier",
        "bidirectional_lstm",
        "gru_tagger",
        "stacked_gru",
        "seq2seq",
        "seq2seq_with_attention",
        "frame_predictor",
    ),
    sequence_transformers: ("encoder", "decoder", "transformer", "bert", "gpt2"),
}
ARCHITECTURES = tuple(getattr(module, name) for module, names in NETWORKS.items() for name in names)
TRUE_OF = {
    vision_classic.alexnet: {
        "dense_1 has 37,752,832 params, 62% of the model's, since it gets every place of (batch, 6, 6, 256)."
    },
    vision_patches.pointnet: {"dense_1 adds a bias that batch_norm_1 takes away again."},
}


@pytest.mark.parametrize("draw", ARCHITECTURES, ids=lambda draw: f"{draw.__module__}-{draw.__name__}")
def test_published_networks_give_no_reason_to_warn(draw):
    assert told_of(draw()) == set()


@pytest.mark.parametrize("draw", TRUE_OF, ids=lambda draw: draw.__name__)
def test_of_two_published_networks_something_is_said_that_is_true(draw):
    assert told_of(draw()) == TRUE_OF[draw]


def told_of(drawing):
    shapes = judging.SHAPES.infer(drawing.graph, drawing.catalogue)
    found = advise(Project(graph=drawing.graph, library=Library(drawing.blocks)), drawing.catalogue, Known(shapes))
    return {problem.what for problem in found}
