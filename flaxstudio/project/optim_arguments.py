"""What Optax's arguments mean, by their names: type, range and help, which no signature tells."""

from flaxstudio.graph.spec import AttributeSpec

_DTYPES = ("float32", "bfloat16", "float16")


def _share(name: str, text: str) -> AttributeSpec:
    return AttributeSpec(name, "float", None, text, minimum=0.0, maximum=1.0)


def _above(name: str, text: str, minimum: float | None = 0.0) -> AttributeSpec:
    return AttributeSpec(name, "float", None, text, minimum=minimum)


def _tick(name: str, text: str) -> AttributeSpec:
    return AttributeSpec(name, "bool", False, text)


def _whole(name: str, text: str, minimum: int = 1) -> AttributeSpec:
    return AttributeSpec(name, "int", None, text, minimum=minimum)


def _dtype(name: str, text: str) -> AttributeSpec:
    return AttributeSpec(name, "choice", None, text, choices=_DTYPES, is_optional=True)


def _paths(name: str, text: str) -> AttributeSpec:
    return AttributeSpec(name, "text", "", f"{text} Paths such as !*/bias, !*/scale; empty for all.", is_optional=False)


_SPECS = (
    _above("learning_rate", "How far each step goes."),
    _above("max_learning_rate", "The longest step."),
    _above("step_size", "What the updates are multiplied by.", None),
    _share("b1", "How much of the gradient's running mean is kept at each step."),
    _share("b2", "How much of the squared gradient's running mean is kept at each step."),
    _share("b3", "How much of the slow running mean is kept at each step."),
    _share("beta", "How much of the running mean is kept at each step."),
    _share("decay", "How much of the running mean is kept at each step."),
    _share("rho", "How much of the running means is kept at each step."),
    _share("decay_rate", "How fast the running mean forgets."),
    _share("momentum", "Share of the last step that is repeated."),
    _above("eps", "Small number against division by zero."),
    _above("eps_root", "Small number below the root, for gradients through the optimizer."),
    _above("epsilon", "Small number against division by zero."),
    _dtype("mu_dtype", "Type of the kept mean; empty for the params' own."),
    _dtype("accumulator_dtype", "Type of what is kept; empty for the params' own."),
    _dtype("state_dtype", "Type of what is kept; empty for the params' own."),
    _dtype("dtype_momentum", "Type of the kept momentum."),
    _dtype("param_dtype", "Type of the kept distances."),
    _above("weight_decay", "How strongly params are pulled to zero at each step."),
    _above("weight_decay_rate", "How strongly params are pulled to zero at each step."),
    _paths("mask", "Which params decay."),
    _paths("weight_decay_mask", "Which params decay."),
    _paths("trust_ratio_mask", "Which params are scaled by their trust ratio."),
    _tick("nesterov", "Look ahead along the momentum."),
    _above("initial_accumulator_value", "What the sum of squares begins with."),
    _above("initial_scale", "What the running size begins with."),
    _tick("eps_in_sqrt", "Add eps below the root."),
    _tick("centered", "Subtract the running mean, so that the variance is used."),
    _tick("bias_correction", "Correct the running size in the first steps."),
    _tick("bias_correction_mu", "Correct the mean in the first steps."),
    _tick("bias_correction_nu", "Correct the squares in the first steps."),
    _tick("debias", "Correct the mean in the first steps."),
    _whole("min_dim_size_to_factor", "The smallest side of a kernel whose squares are kept as rows and columns."),
    _whole("decay_offset", "The step the decay counts from.", 0),
    _whole("step_offset", "The step the decay counts from.", 0),
    _tick("multiply_by_parameter_scale", "Scale the step by the size of the params."),
    _above("clipping_threshold", "Updates longer than this are clipped; empty for none."),
    _tick("factored", "Keep the squares as rows and columns."),
    _above("min_norm", "The smallest norm that is counted."),
    _above("trust_coefficient", "What the ratio of params to updates is multiplied by."),
    _whole("memory_size", "How many past steps the curvature is guessed from."),
    _tick("scale_init_precond", "Scale the first guess of the curvature."),
    _above("eta", "Variance of the noise at the first step."),
    _above("gamma", "How fast the noise fades."),
    _whole("key", "Seed of the noise.", 0),
    _above("optimism", "How far the step looks ahead; empty for the learning rate."),
    _above("alpha", "Weight of the gradient.", None),
    _above("threshold", "The size from which it begins to act."),
    _share("eta_minus", "What a step is multiplied by where the gradient's sign changed."),
    _above("eta_plus", "What a step is multiplied by where it did not.", 1.0),
    _above("min_step_size", "The shortest step."),
    _above("max_step_size", "The longest step."),
    _above("scaling", "What the step is multiplied by."),
    _above("f_min", "The smallest loss that can be reached.", None),
    AttributeSpec("variant", "choice", "sps", "How the step is computed.", choices=("sps", "sps+")),
    _above("clipping", "How large a gradient may be beside its params."),
    _above("max_delta", "The largest size of a single gradient."),
    _above("max_norm", "The largest norm of all gradients together."),
    _whole("after", "The first update at which it works, counted from 0.", 0),
    _whole("every", "It works at every so many updates from there on."),
    _whole("k", "After how many steps the sum is applied."),
    _above("scale_factor", "The norm that the updates get."),
    _above("min_scale", "The smallest scale."),
    _above("reps_rel", "The first distance, as a share of the params' norm."),
    _above("global_scale", "What all updates are multiplied by."),
    _tick("flip_sign", "Go down the gradient, as a loss asks for."),
    AttributeSpec("mode", "choice", "hard", "The sign itself, or smoothed.", choices=("hard", "smooth")),
    _above("smooth_beta", "How sharp the smoothed sign is."),
    _whole("max_backtracking_steps", "The most steps of the search."),
    _above("slope_rtol", "How much of the slope's decrease is asked for."),
    _share("decrease_factor", "What the step is multiplied by when it was too long."),
    _above("increase_factor", "What the next search's first step is multiplied by.", 1.0),
    _above("atol", "Absolute tolerance."),
    _above("rtol", "Relative tolerance."),
    _tick("store_grad", "Keep the gradient of the last value."),
    _whole("max_linesearch_steps", "The most steps of the search."),
    _above("tol", "Tolerance of the search."),
    _above("curv_rtol", "How much flatter the slope must be."),
    _above("approx_dec_rtol", "Relative tolerance of the approximate decrease; empty for none."),
    _above("stepsize_precision", "The smallest interval that is searched."),
    AttributeSpec("initial_guess_strategy", "choice", "keep", "Where the search begins: at the last step, or at 1.",
                  choices=("keep", "one")),
    _whole("warmup_steps", "Steps in which the rate rises to its value."),
    _above("weight_lr_power", "How much the first, small steps count in the mean."),
    _above("estim_lr0", "First guess of the distance.", 1e-30),
    _above("estim_lr_coef", "What the guess is multiplied by."),
    _share("beta3", "How much of the distance's running mean is kept; empty for the root of b2."),
    _tick("safeguard_warmup", "Keep a warm-up from raising the guess."),
    _above("lower_bound", "The smallest loss that can be reached.", None),
    _tick("adapt_lower_bound", "Guess the smallest loss on the way."),
    _whole("ns_steps", "Steps of the Newton-Schulz iteration."),
    _tick("adaptive", "Scale by the dual norm."),
    AttributeSpec("preconditioning", "choice", "frobenius", "How the iteration begins.",
                  choices=("frobenius", "spectral", "aol", "schatten")),
    _share("adam_b1", "b1 of the Adam that steps all but kernels."),
    _share("adam_b2", "b2 of the Adam that steps all but kernels."),
    _above("adam_eps_root", "eps_root of the Adam that steps all but kernels."),
    _above("adam_weight_decay", "Weight decay of the Adam that steps all but kernels."),
    _above("adam_learning_rate", "Rate of the Adam that steps all but kernels; empty for the same."),
    _above("consistent_rms", "Size that the updates are scaled to; empty for none."),
    _tick("use_clipping", "Clip the updates of the first steps."),
    _above("init_estim_sq_dist", "First guess of the squared distance; empty for one by the params."),
    _whole("rank", "Rank of what the gradients are projected on."),
    _whole("update_proj_gap", "After how many steps the projection is made anew."),
    _above("scale", "What the projected updates are multiplied by."),
    _above("clip_threshold", "Updates longer than this are clipped; empty for none."),
    _whole("update_interval", "After how many steps the curvature is measured."),
    _share("factor", "What the steps are multiplied by on a plateau."),
    _whole("patience", "How many steps without a better loss make a plateau."),
    _whole("cooldown", "How many steps to wait after that.", 0),
    _whole("accumulation_size", "Over how many steps the loss is averaged."),
    _whole("every_k_schedule", "How many steps' gradients make one update."),
    _tick("use_grad_mean", "Take their mean, not their sum."),
    _whole("max_consecutive_errors", "After how many in a row an update that is not finite is let through.", 0),
    _whole("sync_period", "After how many steps the slow params follow."),
    _share("slow_step_size", "How far they follow."),
    _tick("reset_state", "Forget the optimizer's state each time."),
    _above("s_init", "First guess of the rate's factor."),
    _whole("num_betas", "How many horizons the factor is learnt over."),
    _above("perturbation", "How far the params are moved up the gradient before the step."),
)  # fmt: skip
_BY_NAME = {spec.name: spec for spec in _SPECS}


def argument_named(name: str) -> AttributeSpec:
    """Return what an argument of that name usually means; KeyError if no argument has it."""
    return _BY_NAME[name]
