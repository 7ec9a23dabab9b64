"""The gradient transformations of Optax that stand in a chain or around it, beside the whole optimizers."""

from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optim_option import OptimizerOption
from flaxstudio.project.optim_option import option as _o

_PARAMS = AttributeSpec("mask", "text", "", "Which params stay as they are. Paths such as dense_1, */bias.")
_FACTOR = AttributeSpec("step_size_fn", "float", 1.0, "What the updates are multiplied by; give it a schedule.")
_AXIS_GAIN = AttributeSpec("gamma", "float", 0.55, "How fast the noise fades.", minimum=0.0)

_SOME_STEPS = "after=0 until every=1"
_UNTIL = AttributeSpec("until", "int", None, "The update before which it ends, counted from 0; empty for never.", minimum=1,
                       is_optional=True)  # fmt: skip
_WITHOUT_NUMBERS = ("contrib.normalize", "centralize", "scale_by_sign", "zero_nans", "keep_params_nonnegative", "set_to_zero")
_WHICH = AttributeSpec("transformation", "choice", "contrib.normalize", "What is done to the updates at those steps.",
                       choices=_WITHOUT_NUMBERS)  # fmt: skip

LINKS: tuple[OptimizerOption, ...] = (
    _o("clip", "clip", "Clips every gradient by itself.", "!max_delta=1.0", family="clipping"),
    _o("clip_by_global_norm", "clip_by_global_norm", "Shortens all gradients together where their norm is too large.",
       "!max_norm=1.0", family="clipping"),
    _o("clip_by_block_rms", "clip_by_block_rms", "Shortens the gradients of each array where their size is too large.",
       "!threshold=1.0", family="clipping"),
    _o("adaptive_grad_clip", "adaptive_grad_clip", "Shortens gradients that are large beside their params.",
       "!clipping=0.01 eps=0.001", family="clipping"),
    _o("add_decayed_weights", "add_decayed_weights", "Adds a share of the params: weight decay.",
       "!weight_decay=0.0001 mask=''", family="decay", scheduled="weight_decay"),
    _o("add_noise", "add_noise", "Adds noise that fades.", "!eta=0.01 !gamma=0.55 !key=0", family="other", gamma=_AXIS_GAIN),
    _o("trace", "trace", "Adds a share of the last update: momentum.", "!decay=0.9 nesterov=False accumulator_dtype",
       family="momentum"),
    _o("ema", "ema", "Takes the updates' running mean.", "!decay=0.9 debias=True accumulator_dtype", family="momentum"),
    _o("scale_by_adam", "scale_by_adam", "Adam's direction, without its rate.",
       "b1=0.9 b2=0.999 eps=1e-08 eps_root=0.0 mu_dtype nesterov=False", family="scaling"),
    _o("scale_by_adadelta", "scale_by_adadelta", "Adadelta's direction.", "rho=0.9 eps=1e-06", family="scaling"),
    _o("scale_by_adamax", "scale_by_adamax", "AdaMax's direction.", "b1=0.9 b2=0.999 eps=1e-08", family="scaling"),
    _o("scale_by_adan", "scale_by_adan", "Adan's direction.", "b1=0.98 b2=0.92 b3=0.99 eps=1e-08 eps_root=0.0",
       family="scaling"),
    _o("scale_by_amsgrad", "scale_by_amsgrad", "AMSGrad's direction.",
       "b1=0.9 b2=0.999 eps=1e-08 eps_root=0.0 mu_dtype bias_correction_mu=True bias_correction_nu=True", family="scaling"),
    _o("scale_by_belief", "scale_by_belief", "AdaBelief's direction.",
       "b1=0.9 b2=0.999 eps=1e-16 eps_root=1e-16 nesterov=False", family="scaling"),
    _o("scale_by_distance_over_gradients", "scale_by_distance_over_gradients", "Scales by the distance walked.",
       "reps_rel=1e-06 eps=1e-08 param_dtype='float32' global_scale=1.0", static="param_dtype", family="scaling"),
    _o("scale_by_factored_rms", "scale_by_factored_rms", "Adafactor's direction.",
       "factored=True decay_rate=0.8 step_offset=0 min_dim_size_to_factor=128 epsilon=1e-30", static="decay_rate_fn",
       family="scaling"),
    _o("scale_by_lbfgs", "scale_by_lbfgs", "L-BFGS's direction; put a search behind it.",
       "memory_size=10 scale_init_precond=True", family="scaling"),
    _o("scale_by_lion", "scale_by_lion", "Lion's direction.", "b1=0.9 b2=0.99 mu_dtype mode='hard' smooth_beta=1.0",
       family="scaling"),
    _o("scale_by_novograd", "scale_by_novograd", "NovoGrad's direction.",
       "b1=0.9 b2=0.25 eps=1e-08 eps_root=0.0 weight_decay=0.0 mu_dtype", family="scaling"),
    _o("scale_by_optimistic_gradient", "scale_by_optimistic_gradient", "Where the gradient is going.",
       "alpha=1.0 beta=1.0", family="scaling",
       beta=AttributeSpec("beta", "float", None, "Weight of the gradient's change.")),
    _o("scale_by_param_block_norm", "scale_by_param_block_norm", "Scales by the norm of each array of params.",
       "min_scale=0.001", family="scaling"),
    _o("scale_by_param_block_rms", "scale_by_param_block_rms", "Scales by the size of each array of params.",
       "min_scale=0.001", family="scaling"),
    _o("scale_by_polyak", "scale_by_polyak", "Steps as long as the loss is far from its minimum.",
       "f_min=0.0 max_learning_rate=1.0 eps=0.0 variant='sps'", family="scaling", needs="value"),
    _o("scale_by_radam", "scale_by_radam", "RAdam's direction.",
       "b1=0.9 b2=0.999 eps=1e-08 eps_root=0.0 threshold=5.0 nesterov=False", family="scaling"),
    _o("scale_by_rms", "scale_by_rms", "Divides by the gradient's running size.",
       "decay=0.9 eps=1e-08 initial_scale=0.0 eps_in_sqrt=True bias_correction=False", family="scaling"),
    _o("scale_by_rprop", "scale_by_rprop", "Rprop's steps.",
       "rate eta_minus=0.5 eta_plus=1.2 min_step_size=1e-06 max_step_size=50.0", family="scaling"),
    _o("scale_by_rss", "scale_by_rss", "Divides by the root of the sum of squares.",
       "initial_accumulator_value=0.1 eps=1e-07", family="scaling"),
    _o("scale_by_sign", "scale_by_sign", "Takes only the sign.", family="scaling"),
    _o("scale_by_sm3", "scale_by_sm3", "SM3's direction.", "b1=0.9 b2=1.0 eps=1e-08", fixed="b1 b2", family="scaling"),
    _o("scale_by_stddev", "scale_by_stddev", "Divides by the gradient's running deviation.",
       "decay=0.9 eps=1e-08 initial_scale=0.0 eps_in_sqrt=True bias_correction=False", family="scaling"),
    _o("scale_by_trust_ratio", "scale_by_trust_ratio", "Scales by the ratio of params to updates.",
       "min_norm=0.0 trust_coefficient=1.0 eps=0.0", family="scaling"),
    _o("scale_by_yogi", "scale_by_yogi", "Yogi's direction.",
       "b1=0.9 b2=0.999 eps=0.001 eps_root=0.0 initial_accumulator_value=1e-06", family="scaling"),
    _o("scale_by_backtracking_linesearch", "scale_by_backtracking_linesearch", "Shortens the step until the loss falls.",
       "!max_backtracking_steps=20 slope_rtol=0.0001 decrease_factor=0.8 increase_factor=1.5 max_learning_rate=1.0 "
       "atol=0.0 rtol=0.0 store_grad=False", family="rate", needs="value grad value_fn"),
    _o("scale_by_zoom_linesearch", "scale_by_zoom_linesearch", "Searches the step's length by the Wolfe conditions.",
       "!max_linesearch_steps=20 max_learning_rate tol=0.0 increase_factor=2.0 slope_rtol=0.0001 curv_rtol=0.9 "
       "approx_dec_rtol=1e-06 stepsize_precision=1e-05 initial_guess_strategy='keep'", family="rate",
       needs="value grad value_fn"),
    _o("scale_by_learning_rate", "scale_by_learning_rate", "Multiplies by the learning rate, and goes down the gradient.",
       "rate flip_sign=True", family="rate"),
    _o("scale", "scale", "Multiplies by a number.", "!step_size=-0.001", family="rate"),
    _o("scale_by_schedule", "scale_by_schedule", "Multiplies by a number that follows a schedule.", "!step_size_fn=1.0",
       family="rate", scheduled="step_size_fn", step_size_fn=_FACTOR),
    _o("normalize_by_update_norm", "normalize_by_update_norm", "Makes the updates one length.",
       "scale_factor=1.0 eps=1e-06", family="scaling"),
    _o("apply_every", "apply_every", "Sums the updates and lets them through every few steps.", "k=1", family="other"),
    _o("centralize", "centralize", "Takes the mean off each kernel's gradient.", family="other"),
    _o("conditionally_transform", "conditionally_transform",
       "Transforms the updates at some steps only; at others they pass as they are.",
       f"!transformation='contrib.normalize' {_SOME_STEPS}", family="other",
       code="optax.conditionally_transform(optax.{transformation}(), at_steps({arguments}))",
       transformation=_WHICH, until=_UNTIL),
    _o("zero_nans", "zero_nans", "Puts 0 where a gradient is not a number.", family="other"),
    _o("keep_params_nonnegative", "keep_params_nonnegative", "Ends updates at 0, so that no param is below it.",
       family="other"),
    _o("freeze", "freeze", "Lets some params stay as they are.", "!mask=''", family="other", mask=_PARAMS),
    _o("set_to_zero", "set_to_zero", "Lets nothing through.", family="other"),
    _o("identity", "identity", "Changes nothing.", family="other"),
    _o("contrib.normalize", "contrib.normalize", "Makes all gradients together one long.", family="scaling"),
    _o("contrib.reduce_on_plateau", "contrib.reduce_on_plateau", "Makes the steps smaller when the loss no longer falls.",
       "factor=0.1 patience=10 rtol=0.0001 atol=0.0 cooldown=0 accumulation_size=1 min_scale=0.0", family="rate",
       needs="value", fixed="factor rtol atol min_scale"),
    _o("contrib.scale_by_acprop", "contrib.scale_by_acprop", "ACProp's direction.",
       "b1=0.9 b2=0.999 eps=1e-16 eps_root=1e-16", family="scaling"),
    _o("contrib.scale_by_ademamix", "contrib.scale_by_ademamix", "AdEMAMix's direction.",
       "b1=0.9 b2=0.999 b3=0.9999 alpha=6.0 eps=1e-08 eps_root=0.0 mu_dtype", family="scaling"),
    _o("contrib.scale_by_adopt", "contrib.scale_by_adopt", "ADOPT's direction.",
       "b1=0.9 b2=0.9999 eps=1e-06 mu_dtype nesterov=False use_clipping=True", static="clip_value_fn", family="scaling"),
    _o("contrib.scale_by_cocob", "contrib.scale_by_cocob", "COCOB's direction.", "alpha=100.0 eps=1e-08", family="scaling"),
    _o("contrib.scale_by_galore", "contrib.scale_by_galore", "GaLore's direction.",
       "rank=128 update_proj_gap=200 scale=1.0", family="scaling"),
    _o("contrib.scale_by_madgrad", "contrib.scale_by_madgrad", "MADGRAD's steps.", "rate momentum=0.9 eps=1e-06",
       family="scaling"),
    _o("contrib.scale_by_simplified_ademamix", "contrib.scale_by_simplified_ademamix", "Simplified AdEMAMix's direction.",
       "b1=0.99 b2=0.95 alpha=0.0 eps=1e-08 eps_root=0.0", family="scaling"),
    _o("contrib.hutchinson_estimator_diag_hessian", "contrib.hutchinson_estimator_diag_hessian",
       "The curvature in place of the gradient.", family="other", needs="obj_fn"),
)  # fmt: skip

_DECAY = AttributeSpec("decay", "float", 0.999, "How much of the mean is kept at each step.", minimum=0.0, maximum=1.0)
_RHO = AttributeSpec("rho", "float", 0.05, "How far the params are moved up the gradient before the step.", minimum=0.0)
_SAM = "optax.contrib.sam({inner}, optax.chain(optax.contrib.normalize(), optax.sgd({rho})), {arguments}opaque_mode=True)"

AROUND: tuple[OptimizerOption, ...] = (
    _o("MultiSteps", "Gather gradients", "Makes one update of several steps' gradients: a larger batch in less memory.",
       "!every_k_schedule=2 use_grad_mean=True", family="around",
       code="optax.MultiSteps({inner}, {arguments}).gradient_transformation()"),
    _o("apply_if_finite", "Skip what is not finite", "Leaves out updates that are not finite.",
       "!max_consecutive_errors=10", family="around"),
    _o("lookahead", "Lookahead", "Slow params follow the fast ones; the model is judged with the slow ones.",
       "!sync_period=5 !slow_step_size=0.5 reset_state=False", family="around", code="lookahead({inner}, {arguments})"),
    _o("ema_of_params", "Mean of the params", "Keeps the params' running mean; the model is judged with it.",
       "!decay=0.999", family="around", code="averaging({inner}, {arguments})", decay=_DECAY),
    _o("conditionally_mask", "Only at some steps", "Steps the params at some steps only; at others nothing changes.",
       _SOME_STEPS, family="around", code="optax.conditionally_mask({inner}, at_steps({arguments}))", until=_UNTIL),
    _o("flatten", "Flatten", "Treats all params as one array, which can be faster where they are many and small.",
       family="around"),
    _o("contrib.mechanize", "Mechanic", "Learns a factor of the rate.",
       "weight_decay=0.01 eps=1e-08 s_init=1e-06 num_betas=6", family="around"),
    _o("contrib.schedule_free", "Schedule-free", "Means instead of a schedule; the model is judged with the mean params.",
       "rate b1=0.9 weight_lr_power=2.0 state_dtype", family="around",
       code="optax.contrib.schedule_free({inner}, {arguments})"),
    _o("contrib.sam", "Sharpness-aware", "Steps by the gradient a little uphill: flat minima. Each step takes two gradients.",
       "!rho=0.05 reset_state=True", family="around", needs="grad_fn", code=_SAM, rho=_RHO),
    _o("contrib.split_real_and_imaginary", "Complex params", "Treats the parts of complex params as params.",
       family="around"),
)  # fmt: skip

_BY_NAME = {option.name: option for option in (*OPTIMIZERS, *LINKS, *AROUND)}


def link_option(name: str) -> OptimizerOption:
    """Return the optimizer or transformation of that name; KeyError if unknown."""
    return _BY_NAME[name]


def is_link(name: str) -> bool:
    """Return whether that may stand in a chain."""
    return name in _BY_NAME and _BY_NAME[name].family != "around"
