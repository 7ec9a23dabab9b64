"""Networks for images, drawn: as many params as published, the same in both styles, written as a formatter would."""

from .judging import judge
from .vision_classic import alexnet, lenet5, squeezenet, vgg
from .vision_inception import googlenet
from .vision_mobile import efficientnet_b0, mobilenet_v1, mobilenet_v2, shufflenet_v2
from .vision_patches import convnext, pointnet, vit
from .vision_residual import densenet121, resnet


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


def test_convnext_tiny_has_28_589_128_params() -> None:
    judge(convnext(), 28_589_128)


def test_pointnet_has_1_614_129_params() -> None:
    judge(pointnet(), 1_614_129)
