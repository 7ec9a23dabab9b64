"""The optimizers of Optax, each whole by itself: those of optax, then those of optax.contrib."""

from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_option import OptimizerOption
from flaxstudio.project.optim_option import option as _o

_SEARCHES = {
    "backtracking": "optax.scale_by_backtracking_linesearch(max_backtracking_steps=20)",
    "none": "None",
}
_LINESEARCH = AttributeSpec(
    "linesearch", "choice", "zoom", "How the length of each step is found; without a search set a rate.",
    choices=("zoom", "backtracking", "none"), expressions=_SEARCHES,
)  # fmt: skip
_ADAM = "rate b1=0.9 b2=0.999 eps=1e-08"
_FULL = f"{_ADAM} eps_root=0.0 mu_dtype"

OPTIMIZERS: tuple[OptimizerOption, ...] = (
    _o("sgd", "Gradient descent", "Plain gradient steps, with momentum if set.",
       "rate momentum nesterov=False accumulator_dtype"),
    _o("adam", "Adam", "Adapts the step for each param. A good first choice.", f"{_FULL} nesterov=False"),
    _o("adamw", "AdamW", "Adam with weight decay.", f"{_FULL} weight_decay=0.0001 mask='' nesterov=False"),
    _o("rmsprop", "RMSProp", "Divides the step by the gradient's running size.",
       "rate decay=0.9 eps=1e-08 initial_scale=0.0 eps_in_sqrt=True centered=False momentum nesterov=False "
       "bias_correction=False"),
    _o("adagrad", "Adagrad", "Slows down params that have moved a lot.", "rate initial_accumulator_value=0.1 eps=1e-07"),
    _o("lion", "Lion", "Steps by the gradient's sign; takes a rate about ten times smaller than Adam's.",
       "rate b1=0.9 b2=0.99 mu_dtype weight_decay=0.001 mask=''"),
    _o("lbfgs", "L-BFGS", "Guesses the curvature and searches each step's length. For all rows at each step.",
       "learning_rate memory_size=10 scale_init_precond=True linesearch='zoom'", needs="value grad value_fn",
       linesearch=_LINESEARCH),
    _o("adabelief", "AdaBelief", "Adam that trusts gradients which come as expected.",
       "rate b1=0.9 b2=0.999 eps=1e-16 eps_root=1e-16 nesterov=False"),
    _o("adadelta", "Adadelta", "Finds its own step size; the rate only scales it.",
       "learning_rate rho=0.9 eps=1e-06 weight_decay=0.0 weight_decay_mask=''"),
    _o("adafactor", "Adafactor", "Adam with little memory, for large kernels.",
       "learning_rate min_dim_size_to_factor=128 decay_rate=0.8 decay_offset=0 multiply_by_parameter_scale=True "
       "clipping_threshold=1.0 momentum dtype_momentum='float32' weight_decay_rate eps=1e-30 factored=True "
       "weight_decay_mask=''", static="dtype_momentum"),
    _o("adamax", "AdaMax", "Adam by the largest gradient instead of the squared mean.", _ADAM),
    _o("adamaxw", "AdaMaxW", "AdaMax with weight decay.", f"{_ADAM} weight_decay=0.0001 mask=''"),
    _o("adan", "Adan", "Nesterov momentum with adapted steps.",
       "rate b1=0.98 b2=0.92 b3=0.99 eps=1e-08 eps_root=1e-08 weight_decay=0.0 mask=''"),
    _o("amsgrad", "AMSGrad", "Adam whose steps never grow again.",
       f"{_FULL} bias_correction_mu=True bias_correction_nu=True"),
    _o("fromage", "Fromage", "Steps in proportion to each kernel's norm.", "rate min_norm=1e-06"),
    _o("lamb", "LAMB", "Adam for large batches: steps in proportion to each kernel's norm.",
       "rate b1=0.9 b2=0.999 eps=1e-06 eps_root=0.0 weight_decay=0.0 mask=''"),
    _o("lars", "LARS", "Momentum for large batches: steps in proportion to each kernel's norm.",
       "rate weight_decay=0.0 weight_decay_mask='' trust_coefficient=0.001 eps=0.0 trust_ratio_mask='' momentum=0.9 "
       "nesterov=False"),
    _o("nadam", "NAdam", "Adam that looks ahead.", f"{_FULL} nesterov=True"),
    _o("nadamw", "NAdamW", "Adam with weight decay that looks ahead.",
       f"{_FULL} weight_decay=0.0001 mask='' nesterov=True"),
    _o("noisy_sgd", "Noisy gradient descent", "Gradient steps with noise that fades.", "rate eta=0.01 gamma=0.55 !key=0"),
    _o("novograd", "NovoGrad", "Adapts the step for each kernel, not each value.",
       "rate b1=0.9 b2=0.25 eps=1e-06 eps_root=0.0 weight_decay=0.0"),
    _o("optimistic_gradient_descent", "Optimistic gradient descent", "For games: steps by where the gradient is going.",
       "rate alpha=1.0 beta=1.0",
       beta=AttributeSpec("beta", "float", None, "Weight of the gradient's change.")),
    _o("optimistic_adam_v2", "Optimistic Adam", "For games: Adam on an optimistic gradient.",
       "rate alpha=1.0 beta=1.0 b1=0.9 b2=0.999 eps=1e-08 eps_root=0.0 mu_dtype nesterov=True",
       beta=AttributeSpec("beta", "float", None, "Weight of the gradient's change.")),
    _o("polyak_sgd", "Polyak steps", "Gradient steps as long as the loss is far from its minimum.",
       "max_learning_rate=1.0 scaling=1.0 f_min=0.0 eps=0.0 variant='sps'", needs="value"),
    _o("radam", "RAdam", "Adam that warms up by itself.",
       "rate b1=0.9 b2=0.999 eps=1e-08 eps_root=0.0 threshold=5.0 nesterov=False"),
    _o("rprop", "Rprop", "Steps by the gradient's sign, longer while it stays. For all rows at each step.",
       "rate eta_minus=0.5 eta_plus=1.2 min_step_size=1e-06 max_step_size=50.0"),
    _o("sign_sgd", "Sign descent", "Steps of one size along the gradient's signs.", "rate"),
    _o("signum", "Signum", "Steps of one size along the momentum's signs.", "rate beta=0.9 accumulator_dtype"),
    _o("sm3", "SM3", "Adagrad with little memory.", "rate momentum=0.9"),
    _o("yogi", "Yogi", "Adam whose squared mean changes slowly.", "rate b1=0.9 b2=0.999 eps=0.001"),
    _o("contrib.acprop", "ACProp", "Adam by centred squares, one step late.",
       "rate b1=0.9 b2=0.999 eps=1e-16 eps_root=1e-16 weight_decay=0.0 mask=''"),
    _o("contrib.ademamix", "AdEMAMix", "Adam with a fast and a slow mean.",
       "rate b1=0.9 b2=0.999 b3=0.9999 alpha=5.0 eps=1e-08 eps_root=0.0 mu_dtype weight_decay=0.0 mask=''"),
    _o("contrib.adopt", "ADOPT", "Adam that converges with any b2.",
       "rate b1=0.9 b2=0.9999 eps=1e-06 mu_dtype nesterov=False use_clipping=True", static="clip_value_fn"),
    _o("contrib.cocob", "COCOB", "Needs no rate: bets on the gradients.",
       "learning_rate=1.0 alpha=100.0 eps=1e-08 weight_decay=0.0 mask=''"),
    _o("contrib.dadapt_adamw", "D-Adapt AdamW", "AdamW that finds its rate.",
       "learning_rate=1.0 eps=1e-08 estim_lr0=1e-06 weight_decay=0.0"),
    _o("contrib.dog", "DoG", "Gradient steps that find their rate by the distance walked.",
       "learning_rate=1.0 eps=1e-08 weight_decay mask=''"),
    _o("contrib.dowg", "DoWG", "DoG with a weighted sum of gradients.",
       "learning_rate=1.0 init_estim_sq_dist eps=0.0001 weight_decay mask=''"),
    _o("contrib.galore", "GaLore", "Adam on gradients of low rank: little memory.",
       "rate rank=128 update_proj_gap=200 scale=1.0 weight_decay=0.0 mask=''"),
    _o("contrib.madgrad", "MADGRAD", "Dual averaging with adapted steps.",
       "rate momentum=0.9 weight_decay=0.0 eps=1e-06"),
    _o("contrib.momo", "MoMo", "Momentum whose step follows the loss.",
       "learning_rate=1.0 beta=0.9 lower_bound=0.0 weight_decay=0.0 adapt_lower_bound=False", needs="value"),
    _o("contrib.momo_adam", "MoMo-Adam", "Adam whose step follows the loss.",
       "learning_rate=0.01 b1=0.9 b2=0.999 eps=1e-08 lower_bound=0.0 weight_decay=0.0 adapt_lower_bound=False",
       needs="value"),
    _o("contrib.muon", "Muon", "Orthogonal steps for kernels, Adam for all else.",
       "rate ns_steps=5 beta=0.95 eps=1e-08 weight_decay=0.0 weight_decay_mask='' mu_dtype nesterov=True adaptive=False "
       "preconditioning='frobenius' adam_b1=0.9 adam_b2=0.999 adam_eps_root=0.0 adam_weight_decay=0.0 adam_learning_rate "
       "consistent_rms"),
    _o("contrib.prodigy", "Prodigy", "Adam that finds its rate.",
       "learning_rate=1.0 beta3 eps=1e-08 estim_lr0=1e-06 estim_lr_coef=1.0 weight_decay=0.0 safeguard_warmup=False"),
    _o("contrib.schedule_free_adamw", "Schedule-free AdamW", "AdamW that needs no schedule; judged with the mean params.",
       "learning_rate=0.0025 warmup_steps b1=0.9 b2=0.999 eps=1e-08 weight_decay=0.0 weight_lr_power=2.0 state_dtype"),
    _o("contrib.schedule_free_sgd", "Schedule-free descent", "Descent that needs no schedule; judged with the mean params.",
       "learning_rate=1.0 warmup_steps b1=0.9 weight_decay weight_lr_power=2.0 state_dtype"),
    _o("contrib.simplified_ademamix", "Simplified AdEMAMix", "AdEMAMix with one mean.",
       "rate b1=0.99 b2=0.95 alpha=0.0 eps=1e-08 eps_root=0.0 weight_decay=0.0 mask=''"),
    _o("contrib.sophia", "Sophia", "Steps clipped by the curvature, which is measured now and then.",
       "rate b1=0.965 b2=0.99 eps=1e-08 weight_decay=0.0001 weight_decay_mask='' gamma=0.01 clip_threshold=1.0 "
       "update_interval=10 mu_dtype", needs="obj_fn",
       gamma=AttributeSpec("gamma", "float", None, "What the curvature is multiplied by.", minimum=0.0)),
)  # fmt: skip
