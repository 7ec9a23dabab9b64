"""Attributes that do not go with what a node is given: heads, groups, axes, places, windows."""

from flaxstudio.graph.graph import Node
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.shape_fault import ShapeFault
from flaxstudio.graph.spec import LayerSpec

_PARTS = {"Split": 2, "SplitThree": 3}


def fault_of_attributes(node: Node, spec: LayerSpec, inputs: tuple[ArrayShape, ...]) -> ShapeFault | None:
    """Return which attribute does not fit the input, if any."""
    if not inputs or not inputs[0].sizes:
        return None
    rules = (_fault_of_heads, _fault_of_groups, _fault_of_transpose, _fault_of_axes, _fault_of_places, _fault_of_windows)
    names = {attribute.name for attribute in spec.attributes}
    return next((fault for rule in rules if (fault := rule(node, spec, names, inputs[0]))), None)


def _fault_of_heads(node: Node, spec: LayerSpec, names: set[str], given: ArrayShape) -> ShapeFault | None:
    if not {"num_heads", "qkv_features"} <= names:
        return None
    heads, features = spec.value(node, "num_heads"), spec.value(node, "qkv_features") or given.sizes[-1]
    if not isinstance(heads, int) or not isinstance(features, int) or features % heads == 0:
        return None
    return ShapeFault(
        f"shares {features} features among {heads} heads, which does not come out even; it gets {given}",
        f"Choose a number of heads that divides {features}, or other features.",
    )


def _fault_of_groups(node: Node, spec: LayerSpec, names: set[str], given: ArrayShape) -> ShapeFault | None:
    channels = given.sizes[-1]
    if "num_groups" in names and not node.attributes.get("group_size"):
        groups = spec.value(node, "num_groups")
        if isinstance(groups, int) and channels % groups:
            what = f"makes {groups} groups of {channels} channels, which does not come out even; it gets {given}"
            return ShapeFault(what, f"Choose a number of groups that divides {channels}.")
    if {"feature_group_count", "features"} <= names:
        groups, features = spec.value(node, "feature_group_count"), spec.value(node, "features")
        if isinstance(groups, int) and isinstance(features, int) and groups > 0 and (channels % groups or features % groups):
            what = f"splits {channels} channels and {features} features into {groups} groups, which does not come out even"
            return ShapeFault(what, f"Choose a feature_group_count that divides {channels} and {features}.")
    return None


def _fault_of_transpose(node: Node, spec: LayerSpec, _names: set[str], given: ArrayShape) -> ShapeFault | None:
    axes, rank = spec.value(node, "axes") if node.layer == "Transpose" else None, len(given.sizes) + 1
    if not isinstance(axes, tuple) or sorted(axis for axis in axes if isinstance(axis, int)) == list(range(rank)):
        return None
    what = f"has axes {axes}, which are not the dimensions 0 to {rank - 1} of what it gets, {given}"
    return ShapeFault(what, f"Give each of the {rank} dimensions once, 0 first.")


def _fault_of_axes(node: Node, spec: LayerSpec, names: set[str], given: ArrayShape) -> ShapeFault | None:
    rank = len(given.sizes) + 1 + (node.layer in ("ExpandDims", "Stack", "OneHot"))
    for name in ("axis", "axis1", "axis2"):
        axis = spec.value(node, name) if name in names else None
        for one in axis if isinstance(axis, tuple) else (axis,):
            if not isinstance(one, int) or isinstance(one, bool):
                continue
            if not -rank <= one < rank:
                what = f"has {name} {one}, and what it gets, {given}, has {rank} dimensions"
                return ShapeFault(what, f"Choose one from 1 to {rank - 1}, or -1.")
            if node.layer == "BatchNorm" and one % rank == 0:
                return ShapeFault(f"has {name} {one}, which is the batch and not the channels", "Set it to -1, the last.")
    return None


def _fault_of_places(node: Node, spec: LayerSpec, names: set[str], given: ArrayShape) -> ShapeFault | None:
    rank = len(given.sizes) + 1
    axis = spec.value(node, "axis") if "axis" in names else None
    if not isinstance(axis, int) or axis % rank == 0:
        return None
    size = given.sizes[axis % rank - 1]
    if node.layer == "Squeeze" and size != 1:
        what = f"takes away dimension {axis}, whose size is {size} and not 1; it gets {given}"
        return ShapeFault(what, "Choose a dimension of size 1.")
    if (parts := _PARTS.get(node.layer)) and size % parts:
        what = f"cuts dimension {axis} of size {size} into {parts} parts, which does not come out even"
        return ShapeFault(what, "Choose another axis, or another size before it.")
    if node.layer == "Take":
        index = spec.value(node, "index")
        if isinstance(index, int) and not -size <= index < size:
            what = f"takes place {index} of dimension {axis}, which has {size}; it gets {given}"
            return ShapeFault(what, f"Choose 0 to {size - 1}, or -1 for the last.")
    if node.layer == "Slice":
        start = spec.value(node, "start_index")
        if isinstance(start, int) and start >= size:
            what = f"begins at place {start} of dimension {axis}, which has {size}; it gets {given}"
            return ShapeFault(what, f"Begin before {size}.")
    return None


def _fault_of_windows(node: Node, spec: LayerSpec, names: set[str], given: ArrayShape) -> ShapeFault | None:
    window = next((spec.value(node, name) for name in ("kernel_size", "window_shape") if name in names), None)
    if not isinstance(window, tuple):
        return None
    for name in ("strides", "kernel_dilation", "input_dilation"):
        value = spec.value(node, name) if name in names else None
        if isinstance(value, tuple) and name in node.attributes and len(value) not in (1, len(window)):
            what = f"has {len(value)} numbers in {name} and {len(window)} in its window; it gets {given}"
            return ShapeFault(what, f"Give {name} {len(window)} numbers, or leave it empty.")
    return None
