"""The fixed parts of a training script. What is here is Python in its own right, and the tests run it."""

READ_CSV = '''\
def read(path):
    """Return the columns of a CSV file with a header: numbers as float64, all else as text."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        names, *rows = csv.reader(file)
    return {name: column_of(cells) for name, cells in zip(names, zip(*rows))}


def column_of(cells):
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        return np.array(cells, dtype=object)
'''

READ_NPZ = '''\
def read(path):
    """Return the arrays of an NPZ file."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
'''

MAKE_LINEAR = '''\
def make_linear():
    """Return the noisy linear map of the Flax basics notebook: x0..x9 and y0..y4 of 20 rows."""
    weights_key, bias_key = jax.random.split(jax.random.PRNGKey(0))
    weights = jax.random.normal(weights_key, (10, 5))
    bias = jax.random.normal(bias_key, (5,))
    sample_key, noise_key = jax.random.split(weights_key)
    x = jax.random.normal(sample_key, (20, 10))
    y = x @ weights + bias + 0.1 * jax.random.normal(noise_key, (20, 5))
    return {f"x{i}": np.asarray(x[:, i]) for i in range(10)} | {f"y{i}": np.asarray(y[:, i]) for i in range(5)}
'''

DATA = '''\
def side_by_side(columns, names):
    """Return columns as one array of float64, shape (rows, values)."""
    return np.concatenate([columns[name].reshape(len(columns[name]), -1) for name in names], axis=1).astype(np.float64)


def split_rows(count, classes):
    """Return the rows of the training, validation and test split, each with about the same share of each class."""
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
        sizes = np.unique(classes, return_counts=True)[1]
        order = order[np.argsort(np.concatenate([(np.arange(n) + 0.5) / n for n in sizes]), kind="stable")]
    tests, validations = round(TEST * count), round(VALIDATION * count)
    test, validation, train = np.split(order, [tests, tests + validations])
    return np.sort(train), np.sort(validation), np.sort(test)


def batches(rows):
    """Yield the rows of each step: one permutation an epoch, cut into batches, nothing dropped."""
    if BATCH_SIZE is None or BATCH_SIZE >= rows:
        while True:
            yield slice(None)
    waiting, epoch = np.empty(0, np.int64), 0
    while True:
        while len(waiting) < BATCH_SIZE:
            waiting = np.concatenate([waiting, np.random.default_rng([SEED, epoch]).permutation(rows)])
            epoch += 1
        yield waiting[:BATCH_SIZE]
        waiting = waiting[BATCH_SIZE:]
'''

CLASS_INDICES = '''\
def class_indices(labels, ignored):
    """Return each label's index among all in order, but for the one that is ignored: -1."""
    names, indices = np.unique(labels, return_inverse=True)
    is_class = np.array([str(name) not in (ignored, f"{ignored}.0") for name in names])
    return np.where(is_class, np.cumsum(is_class) - 1, -1)[indices].reshape(labels.shape).astype(np.int32)
'''

LONE_LAYER = '''\
def init_lone_layer(model, key, *samples):
    """Initialise the model's one layer by itself, so that it draws from the key as it is."""
    drawn = {{}}

    def intercept(call, args, kwargs, context):
        if context.module.name == "{node}" and not drawn:
            drawn.update(context.module.clone(parent=None, name=None).init(key, *args))
        return call(*args, **kwargs)

    with nn.intercept_methods(intercept):
        model.init(key, *samples)
    return {{collection: {{"{node}": tree}} for collection, tree in drawn.items()}}
'''

PREPARED = '''\
def prepared(columns, names, shape, dtype):
    """Return an Input's features, shape (rows, *shape)."""
    return side_by_side(columns, names).astype(dtype).reshape(-1, *shape)
'''

SCALED = '''\
def prepared(columns, names, shape, dtype, train):
    """Return an Input's features, shape (rows, *shape), scaled by what the training split teaches."""
    features = side_by_side(columns, names)
    if dtype != "int32":  # whole numbers stand for themselves
        axis = None if len(names) == 1 else 0
        known = features[train]
        offset, scale = {offset}, {scale}
        is_constant = np.ptp(known, axis) == 0
        offset = np.where(is_constant, known[0], offset)
        scale = np.where(is_constant, 1, scale)
        features = (features - offset.astype(np.float32)) / scale.astype(np.float32)
    return features.astype(dtype).reshape(-1, *shape)
'''

STATE = """\
class TrainState(train_state.TrainState):
    collections: dict  # all but params, such as batch_stats
{scaled}"""

LOSS = '''\
def {name}(outputs, targets):
    """Return {what}."""
{body}    return {code}
'''

TOTAL_LOSS = '''\
def loss_of(outputs, targets):
    """Return the sum of the Outputs' mean losses."""
    losses = ({losses})
    return sum(loss(*pair).mean() for loss, *pair in zip(losses, outputs, targets))
'''

STEP = '''\
@jax.jit
def train_step(state, key, x, y):
    """Return the state after one step and the loss before it."""
    key = jax.random.fold_in(key, state.step)

    def mean_loss(params):
        outputs, collections = state.apply_fn(
            {{"params": params, **state.collections}},
            {x},
            {train}rngs={rngs},
            mutable=list(state.collections),
        )
        {returned}

    {taken}, gradients = jax.value_and_grad(mean_loss, has_aux=True)(state.params)
{update}
'''

PLAIN_UPDATE = "    return state.apply_gradients(grads=gradients, collections=collections), loss"

UPDATE = """\
{value_fn}    updates, opt_state = state.tx.update(gradients, state.opt_state, state.params, {extra})
    params = optax.apply_updates(state.params, updates)
    return state.replace(step=state.step + 1, params=params, opt_state=opt_state, collections=collections), loss"""

VALUE_FN = """\

    def value_fn(params, *_):
        return mean_loss(params){which}

"""

MAIN = """\
def main():
    columns = {read}
    targets = {targets}
    train, validation, test = split_rows({rows}, {classes})
    features = {features}

    {double}model = {name}()
    {keys}
    variables = {init}
{stored}    params = variables.get("params", {{}})
    collections = {{name: tree for name, tree in variables.items() if name != "params"}}
    state = TrainState.create(apply_fn={apply}, params=params, tx=tx, collections=collections{scale})
    x, y = {whole}
    for step, rows in zip(range(STEPS), batches(len(train))):
        state, loss = train_step(state, key, {batch})
        if step % max(1, STEPS // 10) == 0:
            print(f"step {{step}}  loss {{loss}}")

    variables = {{"params": {in_use}, **state.collections}}
    for split, rows in (("train", train), ("validation", validation), ("test", test)):
        if len(rows):
            x, y = {part}
            {outputs} = state.apply_fn({applied})
            told = {{"loss": {loss}, **{metrics}}}
            print(split, *(f"{{name}} {{value}}" for name, value in told.items()), sep="  ")
    with open("{name}_variables.msgpack", "wb") as file:
        file.write(serialization.to_bytes(variables))


if __name__ == "__main__":
    main()
"""
