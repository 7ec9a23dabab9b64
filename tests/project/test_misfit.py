from flaxstudio.project.misfit import misfit

WANTED = {("params", "dense_1", "kernel"): (10, 5), ("params", "dense_1", "bias"): (5,), ("batch_stats", "adder", "mean"): (5,)}


def test_variables_of_the_model_fit() -> None:
    assert misfit(WANTED, dict(WANTED)) is None


def test_what_is_missing_too_much_or_of_another_shape_is_named_with_both_shapes() -> None:
    given = {
        ("params", "dense_1", "kernel"): (4, 5),
        ("params", "dense_2", "bias"): (5,),
        ("batch_stats", "adder", "mean"): (5,),
    }
    found = misfit(WANTED, given)
    assert found is not None
    assert found.sentence == (
        "Missing: params/dense_1/bias; not in the graph: params/dense_2/bias; "
        "of another shape: params/dense_1/kernel is (4, 5) and should be (10, 5)."
    )
    assert found.node(("input_1", "dense_1")) == "dense_1"


def test_the_node_of_a_repeat_s_array_is_the_repeated_node() -> None:
    found = misfit({("params", "layers_0", "bias"): (3,)}, {("params", "layers_0", "bias"): (4,)})
    assert found is not None
    assert found.node(("layers",)) == "layers"


def test_state_may_have_grown_and_params_may_not() -> None:
    grown = {path: (1, *shape) if path[0] == "batch_stats" else shape for path, shape in WANTED.items()}
    assert misfit(WANTED, grown) is None
    assert misfit(WANTED, {path: (1, *shape) for path, shape in WANTED.items()}) is not None
