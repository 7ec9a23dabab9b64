"""Layers that move the pixels of small squares into the channels, and back."""

from flaxstudio.graph.library import Code
from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec

_SPACE_TO_DEPTH = '''\
import flax.linen as nn


class SpaceToDepth(nn.Module):
    """Moves the pixels of each square into its channels."""

    block_size: int

    @nn.compact
    def __call__(self, x):
        size = self.block_size
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height // size, size, width // size, size, channels)
        x = x.transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(batch, height // size, width // size, size * size * channels)
'''

_DEPTH_TO_SPACE = '''\
import flax.linen as nn


class DepthToSpace(nn.Module):
    """Spreads the channels of each place over a square of pixels."""

    block_size: int

    @nn.compact
    def __call__(self, x):
        size = self.block_size
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height, width, size, size, channels // size**2)
        x = x.transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(batch, height * size, width * size, channels // size**2)
'''

_PATCHES = '''\
import flax.linen as nn


class Patches(nn.Module):
    """Cuts an image into squares and lays them out as a sequence."""

    patch_size: int

    @nn.compact
    def __call__(self, x):
        size = self.patch_size
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height // size, size, width // size, size, channels)
        x = x.transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(batch, -1, size * size * channels)
'''


def _code(name: str, text: str, summary: str, attribute: AttributeSpec, keywords: str) -> LayerSpec:
    return LayerSpec(
        name,
        "shape",
        summary,
        f"{name}({{attributes}})",
        inputs=(PortSpec("in", "(batch, height, width, channels)", rank=4),),
        attributes=(attribute,),
        is_module=True,
        shown=(attribute.name,),
        definition=Code(name, text),
        keywords=keywords,
    )


def _size(name: str, default: int, help_text: str) -> AttributeSpec:
    return AttributeSpec(name, "int", default, help_text, minimum=1, maximum=4096, is_required=True)


LAYERS = (
    _code(
        "SpaceToDepth",
        _SPACE_TO_DEPTH,
        "Makes an image smaller without losing values: the pixels of each square become channels.",
        _size("block_size", 2, "Side of the square; it divides height and width."),
        "pixel unshuffle downsample",
    ),
    _code(
        "DepthToSpace",
        _DEPTH_TO_SPACE,
        "Makes an image larger: the channels of each place become a square of pixels.",
        _size("block_size", 2, "Side of the square; its area divides the channels."),
        "pixel shuffle upsample super resolution",
    ),
    _code(
        "Patches",
        _PATCHES,
        "Cuts an image into squares and lays them out as a sequence, for a vision transformer.",
        _size("patch_size", 4, "Side of the square; it divides height and width."),
        "vit tokens sequence",
    ),
)
