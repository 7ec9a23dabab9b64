"""What a training script holds where its run has a precision of its own, remat, or seeds for its parts."""

from collections.abc import Iterator

from flaxstudio.project.compute import MAX_LOSS_SCALE
from flaxstudio.project.config import TrainConfig

DOUBLE = 'jax.config.update("jax_enable_x64", True)  # numbers of 64 bits, once the data are read\n\n    '

PRECISION = '''\
def is_real(leaf):
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)


def cast(tree):
    """Return a tree with its real numbers in the run's precision."""
    return jax.tree.map(lambda leaf: leaf.astype(PRECISION) if is_real(leaf) else leaf, tree)


def cast_all_but(own, tree):
    """Return variables in the run's precision, but for layers with a dtype of their own."""

    def cast_leaf(path, leaf):
        names = tuple(key.key for key in path)
        return leaf if any(names[:length] in own for length in range(len(names) + 1)) else cast(leaf)

    return jax.tree_util.tree_map_with_path(cast_leaf, tree)


def begin_double(layer):
    """Let a recurrent layer make its first state in float64."""
    if PRECISION == jnp.float64 and isinstance(layer, nn.RNN) and layer.cell.dtype is None:
        object.__setattr__(layer.cell, "param_dtype", PRECISION)


def own_layers(model, variables, x, options):
    """Return the paths of the layers that have a dtype of their own; nothing is computed."""
    found = set()

    def look(call, args, kwargs, context):
        begin_double(context.module)
        if getattr(context.module, "dtype", None) is not None:
            found.add(tuple(context.module.path))
        return call(*args, **kwargs)

    with nn.intercept_methods(look):
        jax.eval_shape(lambda variables, *x: model.apply(variables, *x, **options), variables, *x)
    return found


def in_precision(model):
    """Return the model's apply with inputs and params cast; layers with a dtype of their own compute in that."""

    def apply(variables, *x, **options):
        inside = 0

        def cast_arguments(call, args, kwargs, context):
            nonlocal inside
            layer = context.module
            begin_double(layer)
            if context.method_name != "__call__" or inside or not hasattr(layer, "dtype"):
                return call(*args, **kwargs)
            if layer.dtype is None and not hasattr(layer, "initialize_carry"):
                return call(*cast(args), **cast(kwargs))
            inside += 1
            try:
                return call(*args, **kwargs)
            finally:
                inside -= 1

        own = own_layers(model, variables, x, options)
        with nn.intercept_methods(cast_arguments):
            given = {**variables, "params": cast_all_but(own, variables.get("params", {}))}
            outputs = model.apply(given, *cast(x), **options)
        if options.get("mutable", False) is False:
            return widened(outputs)
        return widened(outputs[0]), outputs[1]

    return apply


def widened(outputs):
    """Return outputs narrower than float32 as float32."""
    return jax.tree.map(lambda array: array.astype(jnp.promote_types(array.dtype, jnp.float32)), outputs)
'''

REMAT = '''\
def rematted(apply):
    """Return an apply of which only what the model's nodes give is kept for the gradients; the rest is computed again."""

    def name(call, args, kwargs, context):
        given = call(*args, **kwargs)
        is_node = context.method_name == "__call__" and len(context.module.path) == 1
        return jax.tree.map(lambda array: checkpoint_name(array, "node"), given) if is_node else given

    def run(variables, *x, **options):
        def forward(variables, *x):
            with nn.intercept_methods(name):
                return apply(variables, *x, **options)

        policy = jax.checkpoint_policies.save_only_these_names("node")
        return jax.checkpoint(forward, policy=policy)(variables, *x)

    return run
'''

SCALED_UPDATE = f"""\
    gradients = jax.tree.map(lambda gradient: gradient / state.scale, gradients)
    is_good = jnp.array([jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients)]).all()
{{value_fn}}    updates, opt_state = state.tx.update(gradients, state.opt_state, state.params{{extra}})
    new = (optax.apply_updates(state.params, updates), opt_state, collections)
    old = (state.params, state.opt_state, state.collections)
    params, opt_state, collections = jax.tree.map(lambda a, b: jnp.where(is_good, a, b), new, old)
    good_steps = jnp.where(is_good, state.good_steps + 1, 0)
    has_grown = good_steps >= GROWTH_STEPS
    scale = jnp.where(is_good, jnp.where(has_grown, 2 * state.scale, state.scale), state.scale / 2)
    state = state.replace(
        step=state.step + 1,
        params=params,
        opt_state=opt_state,
        collections=collections,
        scale=jnp.clip(scale, 1, {MAX_LOSS_SCALE}),
        good_steps=jnp.where(has_grown, 0, good_steps),
    )
    return state, loss"""

SCALED_STATE = "    scale: jax.Array  # what the loss is multiplied by\n    good_steps: jax.Array\n"
SCALED_BEGIN = ", scale=jnp.float32(LOSS_SCALE), good_steps=jnp.int32(0)"


def precision_settings(config: TrainConfig) -> Iterator[str]:
    """Yield the constants that a script needs beside the usual ones."""
    compute, seeds = config.compute, config.seeds.or_else(config.seed)
    if compute.precision != "float32":
        yield f"PRECISION = jnp.{compute.precision}"
    if compute.precision == "float16":
        yield f"LOSS_SCALE, GROWTH_STEPS = {compute.loss_scale!r}, {compute.growth_steps}"
    if has_seeds(config):
        yield f"INIT_SEED, DATA_SEED, DROPOUT_SEED = {seeds.init}, {seeds.data}, {seeds.dropout}"


def precision_functions(config: TrainConfig) -> Iterator[str]:
    """Yield the functions that a script needs beside the usual ones."""
    if config.compute.precision != "float32":
        yield PRECISION
    if config.compute.remat:
        yield REMAT


def apply_text(config: TrainConfig) -> str:
    """Return the function by which the script applies its model."""
    apply = "model.apply" if config.compute.precision == "float32" else "in_precision(model)"
    return f"rematted({apply})" if config.compute.remat else apply


def has_seeds(config: TrainConfig) -> bool:
    """Return whether a part of the run has a seed of its own."""
    seeds = config.seeds
    return any(seed is not None for seed in (seeds.init, seeds.data, seeds.dropout))


def keys_text(config: TrainConfig) -> str:
    """Return the statement that makes the run's two keys."""
    if not has_seeds(config):
        return "key, init_key = jax.random.split(jax.random.PRNGKey(SEED))"
    own = "jax.random.split(jax.random.PRNGKey({}))[{}]"
    return f"key, init_key = {own.format('DROPOUT_SEED', 0)}, {own.format('INIT_SEED', 1)}"
