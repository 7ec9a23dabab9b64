import subprocess
import sys
from pathlib import Path

import jax
import numpy as np

from flaxstudio.export.stablehlo import export
from tests.export.trained import cnn_graph, model

READER = """
import sys
sys.modules["flax"] = None
import jax, jax.export, numpy as np
exported = jax.export.deserialize(bytearray(open(sys.argv[1], "rb").read()))
features = np.load(sys.argv[2])
np.save(sys.argv[3], np.asarray(exported.call(features)))
"""


def test_stablehlo_gives_flax_outputs_in_a_process_without_flax(tmp_path: Path) -> None:
    given = model(cnn_graph())
    report = export(given, tmp_path / "m.stablehlo")
    assert report.error <= 1e-5
    features = np.random.default_rng(3).standard_normal((7, 8, 8, 1), dtype=np.float32)
    np.save(tmp_path / "x.npy", features)
    files = [str(tmp_path / name) for name in ("m.stablehlo", "x.npy", "y.npy")]
    subprocess.run([sys.executable, "-c", READER, *files], check=True, timeout=120)
    expected = np.asarray(jax.jit(given.apply_function())(given.trained.variables, features))
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
