from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio import load
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from tests.export.trained import cnn_graph, trained


def test_a_loaded_module_takes_the_variables_of_the_same_file(tmp_path: Path) -> None:
    project, results = trained(cnn_graph())
    save_project(tmp_path / "p.msgpack", project, results)
    loaded = load(tmp_path / "p.msgpack")
    outputs = loaded.module().apply(loaded.variables, jnp.ones((4, 8, 8, 1)))
    assert outputs.shape == (4, 10)
    assert np.isfinite(outputs).all()
    assert loaded.source().startswith("import flax.linen as nn")
    assert loaded.project == project


def test_variables_of_an_untrained_project_are_a_problem(tmp_path: Path) -> None:
    project, _ = trained(cnn_graph())
    save_project(tmp_path / "p.msgpack", project, Results())
    with pytest.raises(ProblemError, match="has not been trained"):
        _ = load(str(tmp_path / "p.msgpack")).variables
