import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.plugins import MAX_BYTES, layers_of_file, plugin_folder, read_plugins
from tests.layers.layer_texts import BIAS_ADDER, NOTEBOOK_IMPORTS, SIMPLE_DENSE


def test_every_module_class_of_every_file_is_a_layer(tmp_path):
    (tmp_path / "b.py").write_text(SIMPLE_DENSE)
    (tmp_path / "a.py").write_text(NOTEBOOK_IMPORTS + BIAS_ADDER + "\n\nclass Twice(BiasAdderWithRunningMean):\n  pass\n")
    plugins, problems = read_plugins(tmp_path)
    assert [(p.code.name, p.file.name) for p in plugins] == [
        ("BiasAdderWithRunningMean", "a.py"),
        ("Twice", "a.py"),
        ("SimpleDense", "b.py"),
    ]
    assert problems == ()


def test_a_bare_notebook_cell_gets_its_imports(tmp_path):
    (tmp_path / "a.py").write_text(SIMPLE_DENSE)
    (plugin,), _ = read_plugins(tmp_path)
    assert plugin.code.text.startswith("import flax.linen as nn\n")
    assert plugin.code.text.endswith(SIMPLE_DENSE)


def test_a_text_is_the_same_whatever_its_line_ends(tmp_path):
    (tmp_path / "a.py").write_bytes(SIMPLE_DENSE.encode())
    first = layers_of_file(tmp_path / "a.py")
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbf" + SIMPLE_DENSE.replace("\n", "\r\n").encode())
    assert layers_of_file(tmp_path / "a.py") == first


def test_files_are_read_and_never_run(tmp_path):
    mark = tmp_path / "ran"
    (tmp_path / "a.py").write_text(f"open({str(mark)!r}, 'w')\n{SIMPLE_DENSE}")
    assert len(read_plugins(tmp_path)[0]) == 1
    assert not mark.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"class (", "line 1: Python cannot read this line"),
        (b"x = 1\n", "it defines no class of nn.Module"),
        (b"\xff\xff", "it is not UTF-8 text"),
        (b"\n\nclass A(nn.Module):\n  pass\n", "line 3: A has no __call__"),
        (b"class a_b(nn.Module):\n  def __call__(self, x):\n    return x\n", "the class name a_b must be letters"),
        (b"#" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_a_broken_file_is_one_problem_and_hides_no_other(tmp_path, content, words):
    (tmp_path / "bad.py").write_bytes(content)
    (tmp_path / "good.py").write_text(SIMPLE_DENSE)
    plugins, (problem,) = read_plugins(tmp_path)
    assert [p.code.name for p in plugins] == ["SimpleDense"]
    assert words in problem.what
    assert "bad.py" in problem.what
    with pytest.raises(ProblemError, match=r"bad\.py"):
        layers_of_file(tmp_path / "bad.py")


def test_two_layers_of_one_name_are_a_problem(tmp_path):
    (tmp_path / "a.py").write_text(SIMPLE_DENSE)
    (tmp_path / "b.py").write_text(SIMPLE_DENSE)
    plugins, (problem,) = read_plugins(tmp_path)
    assert [p.file.name for p in plugins] == ["a.py"]
    assert problem.what == "b.py is not used as a layer: there is another layer SimpleDense."
    assert read_plugins(tmp_path, taken=["SimpleDense"])[0] == ()


def test_private_and_empty_files_folders_and_a_missing_folder_are_passed_over(tmp_path):
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "_a.py").write_text("class (")
    (tmp_path / "b.py").mkdir()
    (tmp_path / "c.txt").write_text(SIMPLE_DENSE)
    assert read_plugins(tmp_path) == ((), ())
    assert read_plugins(tmp_path / "none") == ((), ())


def test_the_folder_lies_in_the_users_config(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert plugin_folder() == tmp_path / "flaxstudio" / "layers"
