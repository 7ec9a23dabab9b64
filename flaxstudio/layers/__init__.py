"""The catalogue: every layer that can be placed, as data. One file a family; adding a layer is adding one value."""

from flaxstudio.graph.spec import Catalogue
from flaxstudio.layers import activation, convolution, io, linear, merge, normalisation, shape


def catalogue() -> Catalogue:
    """Return all layers in the palette's order."""
    families = (io, linear, convolution, normalisation, activation, shape, merge)
    return Catalogue(tuple(layer for family in families for layer in family.LAYERS))
