"""What of flax.linen the catalogue leaves out, and why: each argument and each public name, so that nothing is forgotten."""

from collections.abc import Mapping

_FUNCTION = "It is a function of one's own, not a value; write the layer as code to use one."
_AXIS_NAME = "It is for pmap and shard_map, whose devices are named in the code that runs the model."
_INNER = "The layer inside has an argument of that name, which decides what is computed."
_SCAN = "It says how nn.scan treats variables inside the loop; Flax's own choice is right for all cells of Flax."
_FP8 = "It multiplies in 8-bit floats for another layer's dot_general and is not placed by itself."
_LIFTED = "It lifts a function of JAX over a Module: it changes how a model runs, not what a layer is."
_MESH = "It places params on several devices, which the code that runs the model does."
_WRITING = "It is for writing Modules; layers written as code may use it."
_ARRAY = "It is an array, not a value; a layer written as code can give one."

ARGUMENTS: Mapping[str, str] = {
    "promote_dtype": _FUNCTION,
    "dot_general": _FUNCTION,
    "dot_general_cls": _FUNCTION,
    "conv_general_dilated": _FUNCTION,
    "conv_general_dilated_cls": _FUNCTION,
    "attention_fn": _FUNCTION,
    "qkv_dot_general": _FUNCTION,
    "out_dot_general": _FUNCTION,
    "qkv_dot_general_cls": _FUNCTION,
    "out_dot_general_cls": _FUNCTION,
    "qk_attn_weights_einsum_cls": _FUNCTION,
    "attn_weights_value_einsum_cls": _FUNCTION,
    "axis_name": _AXIS_NAME,
    "axis_index_groups": _AXIS_NAME,
    "Conv.mask": _ARRAY,
    "ConvLocal.mask": _ARRAY,
    "ConvTranspose.mask": _ARRAY,
    "deterministic": "It is given at the call: dropout works while training and rests afterwards.",
    "use_running_average": "It is given at the call: the batch's statistics while training, the running ones afterwards.",
    "Dropout.rng_collection": "Training gives its keys under the name “dropout”.",
    "decode": "It fills a cache one step at a time, which needs a loop of its own around the model.",
    "SpectralNorm.dtype": _INNER,
    "SpectralNorm.param_dtype": _INNER,
    "SpectralNorm.collection_name": "It is batch_stats, the collection that training already carries along.",
    "WeightNorm.dtype": _INNER,
    "WeightNorm.param_dtype": _INNER,
    "WeightNorm.variable_filter": "It is {'kernel'}: of a Dense or Conv there is nothing else to normalise.",
    "ConvLSTMCell.strides": "The state is convolved too, so any step but 1 would change its size from step to step.",
    "return_carry": "It is given at the call where the output “carry” is used.",
    "time_major": "The batch is always the first dimension here.",
    "RNN.variable_axes": _SCAN,
    "RNN.variable_broadcast": _SCAN,
    "RNN.variable_carry": _SCAN,
    "RNN.split_rngs": _SCAN,
}
"""Constructor argument -> why no attribute stands for it: `name` in every layer, `Layer.name` in one."""

CALL_ARGUMENTS: Mapping[str, str] = {
    "mask": "Norms over a part of the values are rare, and each norm would have a second port; code can use it.",
    "use_running_average": "It follows training.",
    "update_stats": "It follows training.",
    "deterministic": "It follows training.",
    "rng": "Keys come from the collection “dropout”.",
    "dropout_rng": "Keys come from the collection “dropout”.",
    "inputs_kv": "Flax will take it away; the ports “key” and “value” do the same.",
    "einsum_str": "It is given to the constructor.",
    "init_key": "States begin with carry_init; a key matters only to cells of one's own.",
    "time_major": ARGUMENTS["time_major"],
    "reverse": "It is given to the constructor.",
    "keep_order": "It is given to the constructor.",
}
"""Argument of a layer's call -> why no port and no attribute stands for it."""

NAMES: Mapping[str, str] = {
    "SelfAttention": "Flax will take it away and warns at each call; MultiHeadAttention with one input is the same.",
    "Sequential": "Wires say what follows what; read from code it becomes the layers inside.",
    "BatchApply": "It joins and splits dimensions around a function; Reshape before and behind does the same.",
    "Module": "It is what every model is.",
    "RNNCellBase": "It is what all cells have in common, not a cell.",
    "normalize": "It is an old name of standardize.",
    "swish": "It is another name of silu.",
    "hard_swish": "It is another name of hard_silu.",
    "pool": "It takes the reducing function as an argument; MaxPool, AvgPool and MinPool are made of it.",
    "dot_product_attention_weights": "It is the first half of DotProductAttention.",
    "Variable": "It is what a Module keeps state in, not a layer.",
    "zeros": "It is an initializer.",
    "ones": "It is an initializer.",
    "zeros_init": "It is an initializer.",
    "ones_init": "It is an initializer.",
    **dict.fromkeys(("Fp8DirectDotGeneralOp", "Fp8DotGeneral", "Fp8DotGeneralOp", "Fp8Einsum", "NANOOFp8DotGeneralOp"), _FP8),
    **dict.fromkeys(
        (
            *("add_metadata_axis", "checkpoint", "cond", "custom_vjp", "fold_rngs", "grad", "jit", "jvp", "map_variables"),
            *("remat", "remat_scan", "scan", "switch", "value_and_grad", "vjp", "vmap", "while_loop", "broadcast"),
        ),
        _LIFTED,
    ),
    **dict.fromkeys(
        (
            *("DenyList", "FrozenDict", "apply", "compact", "compact_name_scope", "disable_named_call", "enable_named_call"),
            *("init", "init_with_output", "intercept_methods", "merge_param", "named_call", "nowrap", "override_named_call"),
            *("share_scope", "tabulate"),
        ),
        _WRITING,
    ),
    **dict.fromkeys(
        (
            *("LogicallyPartitioned", "PARTITION_NAME", "Partitioned", "get_logical_axis_rules", "get_partition_spec"),
            *("get_sharding", "logical_axis_rules", "logical_to_mesh", "logical_to_mesh_axes", "logical_to_mesh_sharding"),
            *("set_logical_axis_rules", "unbox", "with_logical_constraint", "with_logical_partitioning", "with_partitioning"),
        ),
        _MESH,
    ),
}
"""Public name of flax.linen -> why it is no layer."""


INITIALIZERS: Mapping[str, str] = {
    "Initializer": "It is the type of all initializers.",
    "zeros_init": "It returns zeros.",
    "ones_init": "It returns ones.",
}
"""Public name of flax.linen.initializers or jax.nn.initializers -> why it is no choice."""

_AXES = "Flax's layers keep their kernels with inputs and outputs last, which the defaults are for; code may use others."

INITIALIZER_ARGUMENTS: Mapping[str, str] = {
    "dtype": "The layer tells the initializer its param_dtype.",
    "in_axis": _AXES,
    "out_axis": _AXES,
    "batch_axis": _AXES,
    "column_axis": _AXES,
}
"""Argument of an initializer -> why it cannot be set."""


def reason(layer: str, argument: str) -> str:
    """Return why an argument of a linen layer's constructor is no attribute, or ""."""
    return ARGUMENTS.get(f"{layer}.{argument}") or ARGUMENTS.get(argument, "")
