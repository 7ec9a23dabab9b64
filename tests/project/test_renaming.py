from flaxstudio.project.renaming import Shape, renamed
from flaxstudio.project.variables import Path


def tree(collection: str = "params", **kernels: Shape) -> dict[Path, Shape]:
    return {(collection, name, "kernel"): shape for name, shape in kernels.items()}


def modules(found: dict[Path, Path]) -> dict[str, str]:
    return {theirs[1]: ours[1] for theirs, ours in found.items()}


def test_flax_s_own_names_are_those_of_the_nodes_in_another_spelling() -> None:
    given = tree(Dense_0=(4, 3), Dense_1=(3, 3), BatchNorm_0=(3,))
    wanted = tree(dense_1=(4, 3), batch_norm_1=(3,), dense_2=(3, 3))
    assert modules(renamed(wanted, given)) == {"Dense_0": "dense_1", "Dense_1": "dense_2", "BatchNorm_0": "batch_norm_1"}


def test_names_that_the_model_has_are_kept() -> None:
    given = tree(dense_2=(4, 3), Dense_0=(3, 3))
    assert modules(renamed(tree(dense_1=(3, 3), dense_2=(4, 3)), given)) == {"Dense_0": "dense_1"}


def test_numbers_are_numbers_and_repeats_count_on() -> None:
    wanted = tree(**{f"dense_{number}": (3, 3) for number in range(1, 12)}, dense_12_0=(3, 3), dense_12_1=(3, 3))
    found = modules(renamed(wanted, tree(**{f"Dense_{number}": (3, 3) for number in range(13)})))
    assert found["Dense_9"] == "dense_10"
    assert found["Dense_10"] == "dense_11"
    assert found["Dense_12"] == "dense_12_1"


def test_modules_that_were_made_before_they_are_called_are_told_by_their_shapes() -> None:
    wanted = tree(dense_1=(4, 8), dense_2=(8, 16), dense_3=(16, 3))
    given = tree(Dense_0=(4, 8), Dense_1=(16, 3), Dense_2=(8, 16))
    assert modules(renamed(wanted, given)) == {"Dense_0": "dense_1", "Dense_1": "dense_3", "Dense_2": "dense_2"}


def test_modules_within_modules_are_renamed_too() -> None:
    given = {("params", "ResidualBlock_0", "Conv_0", "kernel"): (3, 3, 1, 4)}
    wanted = {("params", "residual_block_1", "conv_1", "kernel"): (3, 3, 1, 4)}
    assert renamed(wanted, given) == dict(zip(given, wanted, strict=True))


def test_what_has_no_counterpart_stays() -> None:
    assert renamed(tree(dense_1=(4, 3)), tree(dense_1=(4, 3), Dense_0=(3, 3), Conv_0=(3,))) == {}
    assert renamed(tree("params"), tree("batch_stats", Dense_0=(3,))) == {}
