import sys

import pytest

from flaxstudio.codegen import foreign
from flaxstudio.codegen.foreign import modules_of_package, packages_with_flax
from flaxstudio.codegen.foreign_class import describe
from flaxstudio.graph.graph import Field
from flaxstudio.graph.library import Imported
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers.code_layer import spec_of_import

FILES = {
    "__init__.py": "from .base import Base\nraise RuntimeError('imported')\n",
    "base.py": "from flax import linen as nn\n\nclass Base(nn.Module):\n    pass\n\nclass Helper:\n    pass\n",
    "nets.py": (
        "from . import Base\nimport torch.nn as nn\n\n"
        'class Net(Base):\n    """A net\n    of layers.\n\n    More."""\n\n'
        "class _Hidden(Base):\n    pass\n\nclass Other(nn.Module):\n    pass\n"
    ),
    "deep/__init__.py": "",
    "deep/more.py": "from ..nets import Net\nclass Deeper(Net):\n    pass\n",
    "deep/_private.py": "from ..nets import Net\nclass Own(Net):\n    pass\n",
    "tests/test_net.py": "from pkg.nets import Net\nclass Tested(Net):\n    pass\n",
    "broken.py": "class (",
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Make packages that can be found, and forget them afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)

    def make(name, files):
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)

    yield make
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("someones_nets", "loud"):
            del sys.modules[name]


def test_modules_are_found_over_several_files_without_importing_any(place):
    place("someones_nets", FILES)
    found = modules_of_package("someones_nets")
    assert [(c.module, c.name, c.summary) for c in found] == [
        ("someones_nets.base", "Base", ""),
        ("someones_nets.deep.more", "Deeper", ""),
        ("someones_nets.nets", "Net", "A net of layers."),
    ]
    assert found[0].file.name == "base.py"
    assert "someones_nets" not in sys.modules


def test_a_part_of_a_package_is_searched_without_importing_its_parents(place):
    place("someones_nets", FILES | {"deep/direct.py": "import flax.linen as nn\nclass Direct(nn.Dense):\n    pass\n"})
    assert [c.name for c in modules_of_package("someones_nets.deep")] == ["Direct"]
    assert [c.module for c in modules_of_package("someones_nets.base")] == ["someones_nets.base"]
    assert "someones_nets" not in sys.modules


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_such_package_here", "is not installed"),
        ("a b", "no package's name"),
        ("", "no package's name"),
        ("json", "no linen Module"),
    ],
)
def test_what_cannot_be_searched_is_a_problem(name, words):
    with pytest.raises(ProblemError, match=words):
        modules_of_package(name)


def test_a_cancelled_search_ends(place):
    place("someones_nets", FILES)
    assert modules_of_package("someones_nets", lambda: True) == ()


def test_packages_that_need_flax_are_known_by_their_import_names(tmp_path, monkeypatch):
    info = tmp_path / "some_net-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-net\nVersion: 1.0\nRequires-Dist: Flax>=0.8\n")
    (info / "top_level.txt").write_text("someones_nets\n")
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: other\nVersion: 1.0\nRequires-Dist: flaxen\nRequires-Dist: flax; extra == 'x'\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert packages_with_flax() == ("someones_nets",)


NET = """
from typing import Any, Callable, Optional, Sequence
import flax.linen as nn
import jax.numpy as jnp

class Net(nn.Module):
    features: int
    sizes: Sequence[int] = (2, 2)
    rate: float = 0.5
    pool: str = "mean"
    axis: Optional[int] = None
    dtype: Any = jnp.float32
    act: Callable = nn.relu
    kernel_init: Callable = nn.initializers.lecun_normal()
    deterministic: Optional[bool] = None

    @nn.compact
    def __call__(self, inputs, extra=None, *, deterministic: Optional[bool] = None):
        return nn.Dense(self.features)(inputs)

class NeedsModule(nn.Module):
    inner: nn.Module
    def __call__(self, x): return self.inner(x)

class ByName(nn.Module):
    def __call__(self, x, *, y): return x

class Two(nn.Module):
    def __call__(self, a, b, train): return a

value = 3
"""


def test_a_class_is_described_by_its_fields_call_and_flag(place):
    place("someones_nets", {"__init__.py": NET})
    found = describe("someones_nets", "Net")
    assert found == Imported(
        "Net",
        "someones_nets",
        (
            Field("features", "int", 64),
            Field("sizes", "ints", (2, 2)),
            Field("rate", "float", 0.5),
            Field("pool", "text", "mean"),
            Field("axis", "int", None),
        ),
        ("inputs",),
        "deterministic",
        False,
    )
    assert spec_of_import(found, True).call == "deterministic=not train"
    assert describe("someones_nets", "Two") == Imported("Two", "someones_nets", (), ("a", "b"), "train", True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Missing", "cannot be imported from someones_nets"),
        ("value", "is no linen Module"),
        ("NeedsModule", "needs inner, a Module, which cannot be set on a node"),
        ("ByName", "takes y by its name only"),
    ],
)
def test_a_class_that_cannot_be_a_layer_is_a_problem(place, name, words):
    place("someones_nets", {"__init__.py": NET})
    with pytest.raises(ProblemError, match=words):
        describe("someones_nets", name)


@pytest.mark.parametrize("line", ["raise RuntimeError('no')", "import sys; sys.exit(3)", "import nowhere_at_all", "("])
def test_a_package_that_fails_to_import_is_a_problem(place, line):
    place("loud", {"__init__.py": line})
    with pytest.raises(ProblemError, match="Net cannot be imported from loud"):
        describe("loud", "Net")


def test_the_search_loads_no_jax():
    assert "jax" not in vars(foreign)
