"""The losses that a run may minimise, as data: the expression that is shown is the one that is computed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec

TargetKind = Literal["numbers", "classes"]
ANY = (-math.inf, math.inf)
"""The range of targets of any size."""

_MEAN, _SUM = ".mean(axis=-1)", ".sum(axis=-1)"


@dataclass(frozen=True, slots=True)
class LossSpec:
    """A loss: `code` gives one value a sample from `outputs` and `targets`; the run takes the mean over samples.

    In `code`, `{labels}` stands for the classes as one number each, 0 or 1 (smoothed if so wished), and `{arguments}` for
    what is set of the `arguments`. `smooth` is the code with smoothed labels, where it is another. `targets` is the range of
    the numbers that have a meaning as targets.
    """

    name: str
    title: str
    help: str
    target_kind: TargetKind
    code: str
    arguments: tuple[AttributeSpec, ...] = ()
    smooth: str = ""
    targets: tuple[float, float] = ANY

    @property
    def can_smooth(self) -> bool:
        """Whether labels can be smoothed."""
        return bool(self.smooth) or "{labels}" in self.code

    @property
    def is_by_value(self) -> bool:
        """Whether the loss is a mean over the output's last dimension, of which single values can be left out."""
        return self.code.endswith(_MEAN)

    def argument(self, name: str) -> AttributeSpec:
        """Return the spec of an argument; KeyError if there is none of that name."""
        return {spec.name: spec for spec in self.arguments}[name]

    def expression(self, arguments: Mapping[str, Value] = {}, smoothing: float = 0.0, *, by_value: bool = False) -> str:
        """Return the code with arguments set, and labels smoothed; with `by_value` one that gives a value for each output."""
        given = "".join(
            f", {spec.name}={spec.source(arguments[spec.name])}"
            for spec in self.arguments
            if spec.name in arguments and arguments[spec.name] != spec.default
        )
        one_hot = "jax.nn.one_hot(targets, outputs.shape[-1])"
        labels = f"optax.smooth_labels({one_hot}, {smoothing!r})" if smoothing else one_hot
        code = self.smooth if smoothing and self.smooth else self.code
        code = code.removesuffix(_MEAN) if by_value else code
        return code.replace("{labels}", labels).replace("{arguments}", given)


@dataclass(frozen=True, slots=True)
class LossTerm:
    """Another loss that is added, times its weight."""

    name: str
    weight: float = 1.0
    arguments: Mapping[str, Value] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Objective:
    """What an Output's loss is beside its name: arguments, its weight in the sum over Outputs, smoothed labels, weights of
    classes, targets that are left out (those equal to `ignored`; of classes the label of none), and terms that are added."""

    arguments: Mapping[str, Value] = field(default_factory=dict, hash=False)
    weight: float = 1.0
    smoothing: float = 0.0
    class_weights: tuple[float, ...] = ()
    ignored: float | str | None = None
    terms: tuple[LossTerm, ...] = ()

    @property
    def is_weighted(self) -> bool:
        """Whether samples count differently."""
        return bool(self.class_weights) or self.ignored is not None

    @property
    def ignored_number(self) -> float | None:
        """The number that is left out of targets of numbers."""
        return None if isinstance(self.ignored, str) else self.ignored


def _number(name: str, default: float, text: str, minimum: float | None = 0.0) -> AttributeSpec:
    return AttributeSpec(name, "float", default, text, minimum=minimum)


_EPSILON = _number("epsilon", 0.0, "Small number against division by zero.")
_FOCAL = (
    AttributeSpec("alpha", "float", None, "Weight of the ones; empty for none.", minimum=0.0, maximum=1.0, is_optional=True),
    _number("gamma", 2.0, "How little the easy ones count."),
)
_SMOOTH = _number("smooth", 1.0, "Added above and below, against empty masks.")
_BEYOND = AttributeSpec("alpha", "float", 0.5, "Weight of what is there too much.", minimum=0.0)
_MISSED = AttributeSpec("beta", "float", 0.5, "Weight of what is missed.", minimum=0.0)
_BACKGROUND = AttributeSpec("ignore_background", "bool", False, "Leave out the first class.")
_POLY = _number("epsilon", 2.0, "Weight of the first term.", None)
_SHARE, _SIGN = (0.0, 1.0), (-1.0, 1.0)
_MARKS = "2 * {labels} - 1"
_LOG = "jax.nn.log_softmax(outputs)"

LOSSES: tuple[LossSpec, ...] = (
    LossSpec("cross_entropy", "Cross-entropy", "For classes. The output has one value a class, without softmax.", "classes",
             "optax.softmax_cross_entropy_with_integer_labels(outputs, targets)",
             smooth="optax.softmax_cross_entropy(outputs, {labels})"),
    LossSpec("mean_squared_error", "Mean squared error", "For numbers. Mean over the outputs of the squared error.",
             "numbers", f"optax.squared_error(outputs, targets){_MEAN}"),
    LossSpec("half_squared_error", "Half squared error",
             "For numbers. Sum over the outputs of half the squared error, as in the Flax basics notebook.", "numbers",
             f"optax.l2_loss(outputs, targets){_SUM}"),
    LossSpec("mean_absolute_error", "Mean absolute error",
             "For numbers with outliers. Mean over the outputs of the error's size.", "numbers",
             f"jnp.abs(outputs - targets){_MEAN}"),
    LossSpec("huber", "Huber", "For numbers. Squared error when small, absolute error when large.", "numbers",
             f"optax.huber_loss(outputs, targets{{arguments}}){_MEAN}",
             (_number("delta", 1.0, "Where the one turns into the other."),)),
    LossSpec("log_cosh", "Log-cosh", "For numbers with outliers. Like Huber, and smooth everywhere.", "numbers",
             f"optax.log_cosh(outputs, targets){_MEAN}"),
    LossSpec("cosine_distance", "Cosine distance", "For vectors of numbers whose direction alone counts.", "numbers",
             "optax.cosine_distance(outputs, targets{arguments})", (_EPSILON,)),
    LossSpec("cosine_similarity", "Negative cosine similarity", "Minus the cosine of the angle between two vectors.",
             "numbers", "-optax.cosine_similarity(outputs, targets{arguments})", (_EPSILON,)),
    LossSpec("binary_cross_entropy", "Binary cross-entropy", "For numbers 0 and 1. Outputs without sigmoid.", "numbers",
             f"optax.sigmoid_binary_cross_entropy(outputs, targets){_MEAN}", targets=_SHARE),
    LossSpec("focal", "Focal", "For numbers 0 and 1 where ones are rare. Outputs without sigmoid.", "numbers",
             f"optax.sigmoid_focal_loss(outputs, targets{{arguments}}){_MEAN}", _FOCAL, targets=_SHARE),
    LossSpec("hinge", "Hinge", "For numbers -1 and 1.", "numbers", f"optax.hinge_loss(outputs, targets){_MEAN}", targets=_SIGN),
    LossSpec("perceptron", "Perceptron", "For numbers -1 and 1.", "numbers",
             f"optax.losses.perceptron_loss(outputs, targets){_MEAN}", targets=_SIGN),
    LossSpec("sparsemax", "Sparsemax", "For numbers 0 and 1. Outputs without sigmoid.", "numbers",
             f"optax.losses.sparsemax_loss(outputs, targets){_MEAN}", targets=_SHARE),
    LossSpec("distribution_cross_entropy", "Cross-entropy of distributions",
             "For targets that are shares of classes and add up to 1.", "numbers",
             "optax.softmax_cross_entropy(outputs, targets)", targets=_SHARE),
    LossSpec("safe_cross_entropy", "Safe cross-entropy", "The same where outputs may be minus infinity.", "numbers",
             "optax.safe_softmax_cross_entropy(outputs, targets)", targets=_SHARE),
    LossSpec("kl_divergence", "KL divergence", "For targets that are shares and add up to 1. Outputs without softmax.",
             "numbers", f"optax.kl_divergence({_LOG}, targets)", targets=_SHARE),
    LossSpec("kl_divergence_of_logs", "KL divergence of logarithms", "For targets that are logarithms of shares.",
             "numbers", f"optax.losses.kl_divergence_with_log_targets({_LOG}, targets)", targets=(-math.inf, 0.0)),
    LossSpec("generalized_kl_divergence", "Generalized KL divergence", "For positive targets. Outputs are logarithms.",
             "numbers", "optax.losses.generalized_kl_divergence(outputs, targets)", targets=(0.0, math.inf)),
    LossSpec("ranking", "Ranking", "For lists: outputs are scores, targets how much each item matters.", "numbers",
             "optax.losses.ranking_softmax_loss(outputs, targets, reduce_fn=None)"),
    LossSpec("binary_dice", "Dice", "For masks of 0 and 1. Outputs without sigmoid.", "numbers",
             "optax.losses.binary_dice_loss(outputs.reshape(len(outputs), -1, 1), "
             "targets.reshape(len(targets), -1, 1){arguments})", (_SMOOTH,), targets=_SHARE),
    LossSpec("dice", "Dice of classes", "For masks of several classes, the classes last. Outputs without softmax.",
             "numbers", "optax.losses.dice_loss(outputs, targets{arguments})",
             (_SMOOTH, _BEYOND, _MISSED, _BACKGROUND), targets=_SHARE),
    LossSpec("generalized_dice", "Generalized Dice", "The same, with rare classes counting more.", "numbers",
             "jax.vmap(lambda x, y: optax.losses.multiclass_generalized_dice_loss(x[None], y[None]{arguments}))"
             "(outputs, targets)", (_SMOOTH, _BACKGROUND), targets=_SHARE),
    LossSpec("poly_cross_entropy", "Poly cross-entropy", "For classes. Cross-entropy with a first term of its own weight.",
             "classes", "optax.losses.poly_loss_cross_entropy(outputs, {labels}{arguments})", (_POLY,)),
    LossSpec("one_against_rest", "One against the rest", "For classes, each by itself. Outputs without sigmoid.", "classes",
             f"optax.sigmoid_binary_cross_entropy(outputs, {{labels}}){_SUM}"),
    LossSpec("focal_of_classes", "Focal of classes", "For classes of which some are rare. Outputs without sigmoid.",
             "classes", f"optax.sigmoid_focal_loss(outputs, {{labels}}{{arguments}}){_SUM}", _FOCAL),
    LossSpec("hinge_of_classes", "Hinge of classes", "For classes: the true one is ahead of the others by 1.", "classes",
             "optax.losses.multiclass_hinge_loss(outputs, targets)"),
    LossSpec("hinge_against_rest", "Hinge against the rest", "For classes, each by itself.", "classes",
             f"optax.hinge_loss(outputs, {_MARKS}){_SUM}"),
    LossSpec("perceptron_of_classes", "Perceptron of classes", "For classes: the true one is ahead of the others.",
             "classes", "optax.losses.multiclass_perceptron_loss(outputs, targets)"),
    LossSpec("sparsemax_of_classes", "Sparsemax of classes", "For classes: softmax that gives zeros.", "classes",
             "optax.losses.multiclass_sparsemax_loss(outputs, targets)"),
    LossSpec("kl_divergence_of_classes", "KL divergence of classes", "For classes, mostly with smoothed labels.", "classes",
             f"optax.kl_divergence({_LOG}, {{labels}})"),
    LossSpec("fenchel_young", "Fenchel-Young", "For classes: the loss that belongs to the softmax's potential.", "classes",
             "optax.losses.make_fenchel_young_loss(jax.nn.logsumexp)(outputs, {labels})"),
)  # fmt: skip


def is_loss(name: str) -> bool:
    """Return whether there is a loss of that name."""
    return any(spec.name == name for spec in LOSSES)


def loss_spec(name: str) -> LossSpec:
    """Return the loss of that name; KeyError if unknown."""
    return {spec.name: spec for spec in LOSSES}[name]
