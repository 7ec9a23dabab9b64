from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.export.script import training_script
from flaxstudio.graph.graph import Field, Formula
from flaxstudio.graph.library import Code, Library
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.code_layer import with_imports
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.project import Project
from flaxstudio.project.sketch import Sketch, with_blocks
from tests.export.test_script import assert_same, losses_of_script
from tests.layers.layer_texts import BIAS_ADDER
from tests.training.several import ratings, siamese, two_heads, variational, written

NOISY = '''
import flax.linen as nn
import jax

SIZE = 0.1


class Jitter(nn.Module):
    """Adds noise at every call, whether it trains or not."""

    @nn.compact
    def __call__(self, x):
        return x + SIZE * jax.random.normal(self.make_rng("jitter"), x.shape)
'''


@pytest.mark.parametrize("make", [ratings, two_heads, siamese, variational], ids=lambda make: make.__name__)
def test_a_script_of_several_ends_prints_the_losses_of_the_run(make: Callable[..., Project], tmp_path: Path) -> None:
    assert_same(make(tmp_path), tmp_path)


def own_layers(folder: Path, *codes: Code) -> Project:
    """Return a regression through a block used twice and layers written as code."""
    inner = Sketch(catalogue(), [Field("features", "Dense.features", 8)])
    x = inner.chain(inner.add("Input", shape=(3,)), ("Dense", {"features": Formula("features")}), "tanh")
    inner.add("Output", x)
    block = inner.block("Tanh", "A Dense and its tanh.")
    library = Library((block,), codes)
    sketch = Sketch(catalogue_of(library, with_blocks(catalogue(), block), library.hashes))
    x = sketch.add("Tanh", sketch.add("Input", shape=(3,)), repeat=2)
    for code in codes:
        x = sketch.add(code.name, x)
    sketch.add("Output", sketch.add("Dense", x, features=1))
    rng = np.random.default_rng(7)
    columns = {name: rng.normal(size=120) for name in ("a", "b", "c", "y")}
    project = written(folder, sketch.graph(), columns, ("a", "b", "c"), ("y",), "numbers")
    return replace(project, library=library)


def test_blocks_and_layers_of_code_stand_in_the_script_with_their_imports(tmp_path: Path) -> None:
    codes = (Code("BiasAdderWithRunningMean", with_imports(BIAS_ADDER)), Code("Jitter", NOISY))
    project = own_layers(tmp_path, *codes)
    assert_same(project, tmp_path, catalogue_of(project.library, catalogue(), project.library.hashes))


def test_code_that_takes_a_name_of_the_script_is_refused(tmp_path: Path) -> None:
    project = own_layers(tmp_path, Code("Jitter", NOISY.replace("SIZE", "STEPS")))
    own = catalogue_of(project.library, catalogue(), project.library.hashes)
    with pytest.raises(ProblemError, match="The script needs the name STEPS for itself"):
        training_script(project, own, tmp_path)


def test_targets_of_images_keep_their_shape(tmp_path: Path) -> None:
    images = np.random.default_rng(0).normal(size=(60, 4, 4, 1))
    sketch = Sketch(catalogue())
    x = sketch.chain(sketch.add("Input", shape=(4, 4, 1)), ("Conv", {"features": 4}), "relu", ("Conv", {"features": 1}))
    sketch.add("Output", x)
    project = written(tmp_path, sketch.graph(), {"x": images, "y": images * 2}, ("x",), ("y",), "numbers", "range")
    assert_same(project, tmp_path)
    assert losses_of_script(replace(project, training=replace(project.training, steps=2)), tmp_path)
