"""Layers that read a sequence step by step and carry a state along, in one direction or both."""

from dataclasses import replace

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import (
    ACTIVATIONS,
    BIAS_INIT,
    FLAX,
    KERNEL_INIT,
    TYPES,
    USE_BIAS,
    features,
    in_group,
    initializer,
    padding,
    window,
)


def _function(name: str, default: str, help_text: str) -> AttributeSpec:
    return AttributeSpec(name, "choice", default, help_text, choices=tuple(ACTIVATIONS), expressions=ACTIVATIONS)


_FEATURES = features("Size of the state and of each step's output.")
_GATE = _function("gate_fn", "sigmoid", "The function of the gates.")
_ACTIVATION = _function("activation_fn", "tanh", "The function of the new state.")
_RECURRENT_INIT = initializer("recurrent_kernel_init", "orthogonal", "How the first values of the state's kernels are drawn.")
_CARRY_INIT = initializer("carry_init", "zeros", "What the state is before the first step.")
_DENSE_INITS = (KERNEL_INIT, _RECURRENT_INIT, BIAS_INIT)
_GATED = (_FEATURES, _GATE, _ACTIVATION, *_DENSE_INITS, *TYPES, _CARRY_INIT)

_CELLS: tuple[tuple[str, str, str, tuple[AttributeSpec, ...]], ...] = (
    ("LSTM", "LSTMCell", "long short-term memory: a state and a memory with three gates", _GATED),
    ("OptimizedLSTM", "OptimizedLSTMCell", "LSTM with its kernels multiplied together, which is faster", _GATED),
    ("GRU", "GRUCell", "gated recurrent unit: one state with two gates", _GATED),
    (
        "MGU",
        "MGUCell",
        "minimal gated unit: one state with one gate",
        (
            _FEATURES,
            _GATE,
            _ACTIVATION,
            AttributeSpec("reset_gate", "bool", True, "Let the gate also choose what of the state makes the new one."),
            KERNEL_INIT,
            _RECURRENT_INIT,
            initializer("forget_bias_init", "ones", "How the first values of the gate's bias are drawn."),
            initializer("activation_bias_init", "zeros", "How the first values of the new state's bias are drawn."),
            *TYPES,
            _CARRY_INIT,
        ),
    ),
    (
        "SimpleRNN",
        "SimpleCell",
        "the plain recurrent layer, without gates",
        (
            _FEATURES,
            _ACTIVATION,
            AttributeSpec("residual", "bool", False, "Add the old state to the new one."),
            *_DENSE_INITS,
            *TYPES,
            _CARRY_INIT,
        ),
    ),
    (
        "ConvLSTM",
        "ConvLSTMCell",
        "LSTM over images: its kernels are convolutions",
        (
            replace(_FEATURES, help="Number of channels of the state and of each step's output."),
            window("kernel_size", (3, 3), "Size of the filter in each dimension of the image."),
            replace(
                padding("SAME", "CIRCULAR"), help="What lies beyond the border: zeros or the other side. The size must stay."
            ),
            USE_BIAS,
            *TYPES,
            _CARRY_INIT,
        ),
    ),
)
_UNROLL = AttributeSpec("unroll", "int", 1, "Steps compiled into one turn of the loop: faster, longer to compile.", minimum=1)
_LENGTHS = PortSpec(
    "seq_lengths", "(batch,): how many steps of each sample count", rank=1, is_optional=True, keyword="seq_lengths"
)
_CARRY = PortSpec("carry", "the state after the last step", is_optional=True, argument="return_carry=True", is_state=True)
_OUT = PortSpec("out", "every step's output")
_PAIRS = ("LSTM", "OptimizedLSTM", "ConvLSTM")
_KEYWORDS = "recurrent sequence series time rnn text"


def _inputs(name: str) -> tuple[PortSpec, ...]:
    is_image = name == "ConvLSTM"
    shape = "(batch, time, height, width, channels)" if is_image else "(batch, time, features)"
    return (
        PortSpec("in", shape, minimum_rank=4 if is_image else 3),
        PortSpec("initial_carry", "the state to begin with", is_optional=True, keyword="initial_carry", is_state=True),
        _LENGTHS,
    )


# with parent=None the RNN adopts the cell, in compact as in setup: its params stand under the node's name
def _forward(name: str, cell: str, summary: str, attributes: tuple[AttributeSpec, ...]) -> LayerSpec:
    return LayerSpec(
        name,
        "recurrent",
        f"Reads a sequence by a {summary}.",
        f"nn.RNN(nn.{cell}({{cell}}, parent=None), {{attributes}})",
        inputs=_inputs(name),
        outputs=(replace(_CARRY, parts=2 if name in _PAIRS else 1), _OUT),
        attributes=(
            *in_group("cell", *attributes),
            AttributeSpec("reverse", "bool", False, "Read from the last step to the first."),
            AttributeSpec("keep_order", "bool", False, "With reverse: give the outputs in the order of the inputs."),
            _UNROLL,
        ),
        is_module=True,
        shown=("features",),
        doc=f"{FLAX}/layers.html#flax.linen.{cell}",
        keywords=_KEYWORDS,
    )


def _bidirectional(name: str, cell: str, summary: str, attributes: tuple[AttributeSpec, ...]) -> LayerSpec:
    rnn = f"nn.RNN(nn.{cell}({{cell}}, parent=None), parent=None, {{rnn}})"
    return LayerSpec(
        f"Bidirectional{name}",
        "recurrent",
        f"Reads a sequence in both directions, each by a {summary}.",
        f"nn.Bidirectional({rnn}, {rnn}, {{attributes}})",
        inputs=_inputs(name),
        outputs=(replace(_CARRY, parts=2), _OUT),
        attributes=(
            *in_group("cell", *attributes),
            *in_group("rnn", _UNROLL),
            AttributeSpec(
                "merge_fn",
                "choice",
                "concatenate",
                "How the outputs of the two directions are put together.",
                choices=("concatenate", "add", "multiply", "maximum"),
                expressions={
                    "concatenate": "nn.recurrent._concatenate",  # Flax's default, never written out
                    "add": "jnp.add",
                    "multiply": "jnp.multiply",
                    "maximum": "jnp.maximum",
                },
            ),
        ),
        is_module=True,
        shown=("features", "merge_fn"),
        doc=f"{FLAX}/layers.html#flax.linen.Bidirectional",
        keywords=f"{_KEYWORDS} both directions",
    )


LAYERS = (*(_forward(*cell) for cell in _CELLS), *(_bidirectional(*cell) for cell in _CELLS))
