"""Networks for images, drawn: as many params as published, the same in both styles, written as a formatter would."""

from functools import partial

import jax
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import Style

from . import vision_by_hand as by_hand
from .judging import BATCH, QUICKLY, STYLES, Drawing, judge, judge_like, judge_numbers, numbers
from .vision_classic import alexnet, lenet5, small_alexnet, squeezenet, vgg
from .vision_images_out import autoencoder, fcn8, unet
from .vision_inception import googlenet, inception_block
from .vision_mobile import efficientnet_b0, mobilenet_v1, mobilenet_v2, shufflenet_v2, xception_middle
from .vision_patches import convnext, mixer, pointnet, vit
from .vision_residual import densenet121, resnet, wide_resnet


def test_lenet_5_has_61_706_params() -> None:
    judge(lenet5(), 61_706, is_computed=True)


def test_alexnet_has_61_100_840_params() -> None:
    judge(alexnet(), 61_100_840)


def test_vgg_11_has_132_863_336_params() -> None:
    judge(vgg((1, 1, 2, 2, 2), "VGG11"), 132_863_336)


def test_vgg_16_has_138_357_544_params() -> None:
    judge(vgg((2, 2, 3, 3, 3), "VGG16"), 138_357_544)


def test_squeezenet_has_1_248_424_params() -> None:
    judge(squeezenet(), 1_248_424)


def test_resnet_18_has_11_689_512_params() -> None:
    judge(resnet((2, 2, 2, 2), "ResNet18"), 11_689_512)


def test_resnet_34_has_21_797_672_params() -> None:
    judge(resnet((3, 4, 6, 3), "ResNet34"), 21_797_672)


def test_resnet_50_has_25_557_032_params() -> None:
    judge(resnet((3, 4, 6, 3), "ResNet50", is_deep=True), 25_557_032)


def test_densenet_121_has_7_978_856_params() -> None:
    judge(densenet121(), 7_978_856)


def test_mobilenet_v1_has_4_231_976_params() -> None:
    judge(mobilenet_v1(), 4_231_976)


def test_mobilenet_v2_has_3_504_872_params() -> None:
    judge(mobilenet_v2(), 3_504_872)


def test_shufflenet_v2_has_2_278_604_params() -> None:
    judge(shufflenet_v2(), 2_278_604)


def test_efficientnet_b0_has_5_288_548_params() -> None:
    judge(efficientnet_b0(), 5_288_548)


def test_googlenet_has_6_624_904_params() -> None:
    judge(googlenet(), 6_624_904)


def test_vit_tiny_has_5_717_416_params() -> None:
    judge(vit(), 5_717_416)


def test_vit_tiny_has_as_many_params_when_scanned_and_rematerialised() -> None:
    judge(vit(scan=True, remat=True), 5_717_416)


def test_convnext_tiny_has_28_589_128_params() -> None:
    judge(convnext(), 28_589_128)


def test_pointnet_has_1_614_129_params() -> None:
    judge(pointnet(), 1_614_129)


def test_mlp_mixer_s_16_has_18_528_264_params() -> None:
    judge(mixer(), 18_528_264)


def test_a_small_alexnet_is_as_by_hand() -> None:
    judge_like(small_alexnet(), by_hand.SmallAlexNet())


def test_a_wide_resnet_is_as_by_hand() -> None:
    judge_like(wide_resnet(), by_hand.WideResNet())


def test_an_inception_block_is_as_by_hand() -> None:
    judge_like(inception_block(), by_hand.InceptionBlock())


def test_xception_s_middle_is_as_by_hand() -> None:
    judge_like(xception_middle(), by_hand.XceptionMiddle())


def test_a_u_net_is_as_by_hand() -> None:
    judge_like(unet(), by_hand.UNet())


def test_an_fcn_is_as_by_hand() -> None:
    judge_like(fcn8(), by_hand.FCN8())


def test_an_mlp_mixer_is_as_by_hand() -> None:
    judge_like(mixer(), by_hand.Mixer())


def test_a_convolutional_autoencoder_is_as_by_hand() -> None:
    judge_like(autoencoder(), by_hand.Autoencoder())


@pytest.mark.parametrize("style", STYLES)
def test_an_autoencoder_s_halves_can_be_called_alone(style: Style) -> None:
    drawing = autoencoder()
    module, (images, *_) = build_module(drawing.source(style)), drawing.inputs()

    @partial(jax.jit, compiler_options=QUICKLY)
    def begin(images: jax.Array) -> tuple[jax.Array, ...]:
        outputs, variables = module.init_with_output(jax.random.key(0), images)
        code = module.apply(variables, images, method="encode")
        return outputs, code, module.apply(variables, code, method="decode")

    outputs, code, again = begin(numbers(images))
    assert code.shape == (BATCH, 32)
    assert np.array_equal(again, outputs)


@pytest.mark.parametrize(
    "drawing",
    [vit(features=12, depth=1, heads=2, side=32, classes=5), inception_block(side=8)],
    ids=lambda drawing: drawing.name,
)
def test_a_small_one_gives_the_same_bits_in_both_styles(drawing: Drawing) -> None:
    judge_numbers([build_module(drawing.source(style)) for style in STYLES], drawing.inputs())
