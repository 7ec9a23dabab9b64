"""Who may load what, seen from outside: each package is imported in a process of its own."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QT = ("PySide6", "shiboken6", "pyqtgraph")
NUMERIC = ("jax", "jaxlib", "flax", "optax", "orbax", "tensorflow")
HEAVY = (*QT, *NUMERIC)


def loaded(code: str) -> set[str]:
    """Return the top-level packages in a fresh interpreter after it has run the code."""
    program = f"import sys, json\n{code}\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120)
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def modules_of(package: str) -> list[str]:
    """Return the names of all modules of a package, from its files."""
    folder = ROOT / "flaxstudio" / package
    files = [file.relative_to(ROOT).with_suffix("") for file in sorted(folder.rglob("*.py"))]
    return [".".join(file.parts).removesuffix(".__init__") for file in files]


def importing(package: str) -> str:
    return "\n".join(f"import {name}" for name in modules_of(package))


@pytest.mark.parametrize("package", ["graph", "layers", "project"])
def test_the_core_loads_neither_qt_nor_the_numeric_libraries(package: str) -> None:
    assert loaded(importing(package)).isdisjoint(HEAVY)


@pytest.mark.parametrize("package", ["data", "codegen", "training", "evaluation", "export", "cli"])
def test_no_room_behind_the_window_loads_qt_or_tensorflow(package: str) -> None:
    found = loaded(importing(package))
    assert "flaxstudio" in found
    assert found.isdisjoint((*QT, "tensorflow"))


def test_importing_flaxstudio_loads_next_to_nothing() -> None:
    assert loaded("import flaxstudio").isdisjoint((*HEAVY, "numpy", "msgpack"))


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_loads_no_library_at_all(arguments: list[str]) -> None:
    code = f"sys.argv[1:] = {arguments}\nfrom flaxstudio.__main__ import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    assert loaded(code).isdisjoint((*HEAVY, "numpy", "msgpack"))


def test_new_and_code_load_no_jax(tmp_path: Path) -> None:
    path = str(tmp_path / "p.msgpack")
    calls = [["new", "--list"], ["new", "digits-mlp", path], ["code", path]]
    code = "from flaxstudio.cli.main import main\n" + "\n".join(f"assert main({call!r}) == 0" for call in calls)
    assert loaded(code).isdisjoint(HEAVY)


def test_the_window_s_modules_load_no_jax() -> None:
    assert loaded(importing("gui")).isdisjoint(NUMERIC)


def test_training_and_predicting_load_no_qt(tmp_path: Path) -> None:
    path, data = str(tmp_path / "p.msgpack"), str(ROOT / "resources" / "samples" / "iris.csv")
    calls = [
        ["new", "iris", path],
        ["train", path, "--steps", "3"],
        ["evaluate", path],
        ["predict", path, data, "--out", str(tmp_path / "out.csv")],
    ]
    code = "from flaxstudio.cli.main import main\n" + "\n".join(f"assert main({call!r}) == 0" for call in calls)
    found = loaded(code)
    assert "jax" in found
    assert found.isdisjoint((*QT, "tensorflow"))


def test_every_package_folder_is_installed() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {file.parent.relative_to(ROOT) for file in (ROOT / "flaxstudio").rglob("*.py")}
    assert {".".join(folder.parts) for folder in folders} | {"flaxstudio.resources"} == listed


def test_rooms_import_only_in_the_allowed_direction() -> None:
    code = "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
