"""The catalogue: every layer that can be placed, as data. One or two files a family; adding a layer is adding one value."""

from dataclasses import replace

from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import (
    activation,
    arithmetic,
    attention,
    convolution,
    io,
    linear,
    merge,
    noise,
    normalisation,
    patches,
    pooling,
    position,
    recurrent,
    reduction,
    shape,
)
from flaxstudio.layers.elsewhere import ELSEWHERE

_FILES = (
    *(io, linear, convolution, pooling, normalisation, noise, activation),
    *(attention, position, recurrent, shape, patches, merge, arithmetic, reduction),
)


def catalogue() -> Catalogue:
    """Return all layers in the palette's order."""
    return Catalogue(tuple(replace(spec, elsewhere=ELSEWHERE.get(spec.name, ())) for file in _FILES for spec in file.LAYERS))
