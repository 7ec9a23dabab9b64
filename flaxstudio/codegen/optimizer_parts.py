"""What the text of an optimizer defines for itself, where it needs it: Python in its own right, which the tests run."""

FITS = '''\
def fits(path, patterns):
    """Return whether a param's path is like a pattern without "!", if any, and like none with it."""

    def is_like(pattern):
        return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")

    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return (not wanted or any(map(is_like, wanted))) and not any(map(is_like, unwanted))


def path_of(keys):
    return jax.tree_util.keystr(keys, simple=True, separator="/")
'''

SELECT = '''\
def select(*patterns):
    """Return the mask of the params whose path, such as dense_1/kernel, fits."""

    def mask(params):
        return jax.tree_util.tree_map_with_path(lambda keys, _: fits(path_of(keys), patterns), params)

    return mask
'''

LABEL = '''\
def label(groups):
    """Return what names each param's group: the first whose patterns its path fits, else "rest"."""

    def name_of(keys, _):
        return next((name for name, patterns in groups.items() if fits(path_of(keys), patterns)), "rest")

    return lambda params: jax.tree_util.tree_map_with_path(name_of, params)
'''

AT_STEPS = '''\
def at_steps(after=0, until=None, every=1):
    """Return what tells of an update, counted from 0, whether it is one of those."""

    def is_wanted(step):
        wanted = (step >= after) & ((step - after) % every == 0)
        return wanted if until is None else wanted & (step < until)

    return is_wanted
'''

AVERAGED = '''\
class Averaged(NamedTuple):
    """An optimizer's state, and the params that the model is judged with."""

    inner: optax.OptState
    averaged: optax.Params
'''

AVERAGING = '''\
def averaging(tx, decay):
    """Return an optimizer that keeps the running mean of the params in its state."""
    tx = optax.with_extra_args_support(tx)

    def init(params):
        return Averaged(tx.init(params), jax.tree.map(jnp.copy, params))

    def update(updates, state, params, **extra):
        updates, inner = tx.update(updates, state.inner, params, **extra)
        after = optax.apply_updates(params, updates)
        return updates, Averaged(inner, optax.incremental_update(after, state.averaged, 1 - decay))

    return optax.GradientTransformationExtraArgs(init, update)
'''

LOOKAHEAD = '''\
def lookahead(tx, sync_period, slow_step_size, reset_state=False):
    """Return optax.lookahead with the slow params kept in its state."""
    tx = optax.lookahead(tx, sync_period, slow_step_size, reset_state)

    def init(params):
        slow = jax.tree.map(jnp.copy, params)
        return Averaged(tx.init(optax.LookaheadParams(params, slow)), slow)

    def update(updates, state, params):
        both = optax.LookaheadParams(params, state.averaged)
        updates, inner = tx.update(updates, state.inner, both)
        return updates.fast, Averaged(inner, optax.apply_updates(state.averaged, updates.slow))

    return optax.GradientTransformation(init, update)
'''

IN_USE_AVERAGED = '''\
def params_in_use(opt_state, params):
    """Return the params that the model is judged and used with."""
    return optax.tree.get(opt_state, "averaged")
'''

IN_USE_FREE = '''\
def params_in_use(opt_state, params):
    """Return the params that the model is judged and used with."""
    is_free = lambda state: isinstance(state, optax.contrib.ScheduleFreeState)
    states = filter(is_free, jax.tree.leaves(opt_state, is_leaf=is_free))
    return optax.contrib.schedule_free_eval_params(next(states), params)
'''
