import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flaxstudio.cli import main as entry
from flaxstudio.cli.main import main
from flaxstudio.layers import catalogue
from flaxstudio.project.edits import set_attribute
from flaxstudio.project.optimizer import Group
from flaxstudio.project.storage import load_project, save_project

Capture = pytest.CaptureFixture[str]
NOTEBOOK = {0: 35.343876, 10: 0.5143469, 20: 0.11384159, 30: 0.03932674, 40: 0.01991621, 50: 0.014209136,
            60: 0.012425653, 70: 0.01185039, 80: 0.011661786, 90: 0.011599408, 100: 0.011578696}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, capsys: Capture) -> Callable[[str], str]:
    """Return a function that makes a project of a template and returns its path."""

    def make(template: str) -> str:
        path = tmp_path / f"{template}.msgpack"
        assert main(["new", template, str(path)]) == 0
        capsys.readouterr()
        return str(path)

    return make


def break_dense(path: str) -> None:
    """Give dense_1 an attribute value that its spec refuses."""
    project, results = load_project(Path(path))
    save_project(Path(path), set_attribute("dense_1", "features", -3, catalogue()).apply(project), results)


def misfit_dense(path: str) -> None:
    """Put an image into a Conv that expects it and then take its channel away."""
    project, results = load_project(Path(path))
    save_project(Path(path), set_attribute("input_1", "shape", (64,), catalogue()).apply(project), results)


def test_the_list_of_templates_names_each_with_its_summary(capsys: Capture) -> None:
    assert main(["new", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} >= {"empty", "linear-regression", "digits-mlp", "digits-cnn", "iris", "wine"}
    assert all(len(line.split()) > 2 for line in lines)


def test_new_never_replaces_a_file(project: Callable[[str], str], capsys: Capture) -> None:
    path = project("iris")
    before = Path(path).read_bytes()
    assert main(["new", "wine", path]) == 1
    assert "exists" in capsys.readouterr().err
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize("arguments", [[], ["new"], ["new", "iris"], ["train"], ["export", "p", "gif", "o"], ["trian", "p"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"", "not a Flax Studio project"), (b"\xff" * 99, "not a Flax Studio project")],
)
@pytest.mark.parametrize("command", ["check", "summary", "code", "train", "evaluate", "params"])
def test_what_is_no_project_gives_one_line_and_status_1(
    tmp_path: Path, capsys: Capture, content: bytes | None, words: str, command: str
) -> None:
    path = tmp_path / "p.msgpack"
    if content is not None:
        path.write_bytes(content)
    assert main([command, str(path)]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert told.startswith("flaxstudio: ")
    assert told.count("\n") == 1


def test_a_sound_project_has_no_problems(project: Callable[[str], str], capsys: Capture) -> None:
    assert main(["check", project("digits-cnn")]) == 0
    assert capsys.readouterr().out == ""


def test_check_tells_severity_node_what_and_what_to_do(project: Callable[[str], str], capsys: Capture) -> None:
    path = project("iris")
    break_dense(path)
    assert main(["check", path]) == 1
    assert "error: dense_1: dense_1: features must be a whole number of at least 1." in capsys.readouterr().out
    assert main(["check", path, "--json"]) == 1
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert problem["node"] == "dense_1"
    assert problem["severity"] == "error"
    assert {"severity", "node", "what", "what_to_do"} <= set(problem)
    assert problem["repairs"] == ["Set it to 64"]


def test_check_finds_the_node_that_cannot_take_its_input(project: Callable[[str], str], capsys: Capture) -> None:
    path = project("digits-cnn")
    misfit_dense(path)
    assert main(["check", path]) == 1
    assert "error: conv_1: conv_1 expects (batch, height, width, channels)" in capsys.readouterr().out


def test_summary_counts_params_and_flops_a_node(project: Callable[[str], str], capsys: Capture) -> None:
    assert main(["summary", project("iris"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    dense = next(node for node in summary["nodes"] if node["node"] == "dense_1")
    assert dense["layer"] == "Dense"
    assert dense["output_shape"] == [None, 16]
    assert dense["dtype"] == "float32"
    assert dense["params"] == 4 * 16 + 16
    assert dense["flops"] >= 2 * 4 * 16
    assert (dense["bytes"], dense["activation_bytes"]) == (4 * (4 * 16 + 16), 4 * 16)
    assert dense["flops_training"] > 2 * dense["flops"]
    assert summary["total"]["params"] == (4 * 16 + 16) + (16 * 3 + 3)


def test_summary_tells_receptive_fields(project: Callable[[str], str], capsys: Capture) -> None:
    assert main(["summary", project("digits-cnn"), "--json"]) == 0
    nodes = {node["node"]: node["receptive_field"] for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert nodes["conv_2"] == [[5, 1, 0]] * 2
    assert (nodes["input_1"], nodes["dense_1"]) == (None, "all")


def test_summary_as_text_ends_with_the_totals(project: Callable[[str], str], capsys: Capture) -> None:
    assert main(["summary", project("iris")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["node", "layer", "output", "dtype", "params", "FLOPs"]
    assert lines[-1].split()[:2] == ["total", "131"]


def test_summary_names_the_node_whose_shape_cannot_be(project: Callable[[str], str], capsys: Capture) -> None:
    path = project("digits-cnn")
    misfit_dense(path)
    assert main(["summary", path]) == 1
    assert "conv_1 expects (batch, height, width, channels)" in capsys.readouterr().err


def test_code_prints_a_module_that_python_runs(project: Callable[[str], str], capsys: Capture) -> None:
    path = project("digits-cnn")
    for style in ("compact", "setup"):
        assert main(["code", path, "--style", style]) == 0
        namespace: dict[str, object] = {}
        exec(capsys.readouterr().out, namespace)
        assert callable(namespace["DigitsCNN"])


def test_training_gives_the_losses_that_the_flax_basics_notebook_prints(
    project: Callable[[str], str], capsys: Capture, tmp_path: Path
) -> None:
    path, log = project("linear-regression"), tmp_path / "run.jsonl"
    assert main(["train", path, "--log", str(log)]) == 0
    told = capsys.readouterr()
    assert float(told.out.splitlines()[0].removeprefix("true parameters  loss ")) == pytest.approx(0.02363979, rel=1e-4)
    shown = [line.split() for line in told.err.splitlines() if line.startswith("step ")]
    assert {int(words[1]): float(words[3]) for words in shown} == pytest.approx(NOTEBOOK, rel=1e-4)

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines].count("run_finished") == 1
    assert lines[0]["event"] == "run_started"
    assert lines[0]["params"] == 55
    assert lines[-1] == lines[-1] | {"event": "run_finished", "reason": "completed", "step": 101}
    losses = {line["step"]: line["loss"] for line in lines if line["event"] == "step"}
    assert list(losses) == list(range(101))
    _, results = load_project(Path(path))
    assert results.trained is not None
    np.testing.assert_array_equal(results.runs[0].losses, np.array(list(losses.values()), np.float32))


def test_settings_are_trained_with_and_saved(project: Callable[[str], str], tmp_path: Path) -> None:
    path, other = project("iris"), tmp_path / "other.msgpack"
    before = Path(path).read_bytes()
    settings = ["--set", "dense_1.features=24", "--set", "learning_rate=0.02", "--set", "optimizer.b1=0.8"]
    assert main(["train", path, "--steps", "7", "--seed", "5", "--save-as", str(other), *settings]) == 0
    assert Path(path).read_bytes() == before
    saved, results = load_project(other)
    assert saved.graph.node("dense_1").attributes["features"] == 24
    assert (saved.training.steps, saved.training.seed) == (7, 5)
    assert saved.training.optimizer.learning_rate == 0.02
    assert saved.training.optimizer.arguments == {"b1": 0.8}
    assert results.trained is not None
    assert results.trained.variables["params"]["dense_1"]["kernel"].shape == (4, 24)
    assert results.runs[0].seed == 5


def test_chains_schedules_groups_and_what_is_around_are_set(project: Callable[[str], str], tmp_path: Path) -> None:
    path = project("iris")
    settings = (
        "optimizer=chain(clip_by_global_norm(1.0), adamw(weight_decay=0.01))",
        "learning_rate=warmup_cosine_decay_schedule(peak_value=0.02, warmup_steps=5)",
        "optimizer.decay_kernels_only=true",
        "optimizer.group.head=dense_2 */bias",
        "optimizer.group.head.rate=0.5",
        "optimizer.accumulate=2",
        "optimizer.ema=0.9",
        "optimizer.skip_non_finite=3",
        "optimizer.conditionally_mask.every=2",
    )
    given = [part for setting in settings for part in ("--set", setting)]
    assert main(["train", path, "--steps", "20", *given]) == 0
    optimizer = load_project(Path(path))[0].training.optimizer
    assert [link.name for link in optimizer.chain] == ["clip_by_global_norm", "adamw"]
    assert optimizer.chain[1].arguments == {"weight_decay": 0.01, "mask": "!*/bias, !*/scale"}
    assert optimizer.schedules["learning_rate"].arguments == {"peak_value": 0.02, "warmup_steps": 5}
    assert optimizer.groups == (Group("head", ("dense_2", "*/bias"), 0.5),)
    assert [link.name for link in optimizer.around] == ["conditionally_mask", "apply_if_finite", "MultiSteps", "ema_of_params"]
    more = ("optimizer.ema=none", "optimizer.group.head=none", "optimizer=lbfgs", "learning_rate=0.5")
    assert main(["train", path, "--steps", "2", *(part for setting in more for part in ("--set", setting))]) == 0
    optimizer = load_project(Path(path))[0].training.optimizer
    assert (optimizer.name, optimizer.arguments, optimizer.groups) == ("lbfgs", {"learning_rate": 0.5}, ())


def test_epochs_are_turned_into_steps_by_the_training_rows(project: Callable[[str], str]) -> None:
    path = project("iris")
    assert main(["train", path, "--epochs", "2"]) == 0
    saved, results = load_project(Path(path))
    rows = 150 - round(0.2 * 150) - round(0.1 * 150)
    assert saved.training.steps == -(-2 * rows // 16)
    assert len(results.runs[0].losses) == saved.training.steps


def test_a_run_that_is_resumed_goes_on_as_if_it_had_not_ended(project: Callable[[str], str], tmp_path: Path) -> None:
    path, halves = project("wine"), str(tmp_path / "halves.msgpack")
    assert main(["train", path, "--steps", "20", "--save-as", halves]) == 0
    assert main(["train", halves, "--steps", "40", "--resume"]) == 0
    assert main(["train", path, "--steps", "40"]) == 0
    whole, parts = load_project(Path(path))[1], load_project(Path(halves))[1]
    joined = np.concatenate([run.losses for run in parts.runs])
    np.testing.assert_allclose(joined, whole.runs[0].losses, rtol=1e-5)
    assert [run.number for run in parts.runs] == [1, 2]


def test_resuming_what_was_never_trained_is_a_fault_of_the_input(project: Callable[[str], str], capsys: Capture) -> None:
    assert main(["train", project("iris"), "--resume"]) == 1
    assert "nothing to go on from" in capsys.readouterr().err


def test_a_run_that_diverges_leaves_the_project_as_it_was_and_ends_its_log(
    project: Callable[[str], str], capsys: Capture, tmp_path: Path
) -> None:
    path, log = project("linear-regression"), tmp_path / "run.jsonl"
    before = Path(path).read_bytes()
    assert main(["train", path, "--set", "learning_rate=1e30", "--log", str(log)]) == 1
    assert "not a finite number" in capsys.readouterr().err
    assert Path(path).read_bytes() == before
    ends = [json.loads(line)["event"] for line in log.read_text().splitlines()][-1:]
    assert ends == ["run_failed"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("learning_rate", "not KEY=VALUE"),
        ("learning_rate=fast", "must be a number"),
        ("learning_rate=-1", "above 0"),
        ("steps=1.5", "must be a whole number"),
        ("colour=red", "no setting “colour”"),
        ("optimizer=chain(magic(1))", "no optimizer or transformation"),
        ("learning_rate=magic(1)", "no schedule of Optax"),
        ("optimizer.group.head.rates=2", "has no “rates”"),
        ("optimizer.ema=2", "must be a number of at most 1"),
        ("optimizer.decay_kernels_only=true", "Nothing in the optimizer decays"),
        ("optimizer=magic", "“magic” is unknown"),
        ("optimizer.momentum=0.9", "has no argument “momentum”"),
        ("dense_9.features=3", "no node “dense_9”"),
        ("dense_1.colour=red", "no attribute “colour”"),
        ("dense_1.features=-1", "at least 1"),
        ("dense_1.use_bias=perhaps", "must be true or false"),
        ("data.scaling=log", "must be one of none, standard, range"),
        ("data.magic=1", "no setting “data.magic”"),
    ],
)
def test_a_setting_that_cannot_be_is_named(project: Callable[[str], str], capsys: Capture, setting: str, words: str) -> None:
    path = project("iris")
    before = Path(path).read_bytes()
    assert main(["train", path, "--set", setting]) == 1
    assert words in capsys.readouterr().err
    assert Path(path).read_bytes() == before


def test_a_place_that_cannot_be_written_is_told_before_the_run(project: Callable[[str], str], capsys: Capture) -> None:
    assert main(["train", project("iris"), "--save-as", "/nowhere/at/all.msgpack"]) == 1
    told = capsys.readouterr().err
    assert "cannot be written" in told
    assert "step 0" not in told


def test_params_leave_and_enter_a_project(project: Callable[[str], str], capsys: Capture, tmp_path: Path) -> None:
    path, file = project("iris"), str(tmp_path / "w.safetensors")
    assert main(["params", path]) == 1
    assert main(["train", path, "--steps", "30"]) == 0
    assert main(["params", path, "--export", file]) == 0
    capsys.readouterr()
    assert main(["params", path]) == 0
    assert "params/dense_1/kernel  (4, 16)  float32" in capsys.readouterr().out

    fresh = str(tmp_path / "fresh.msgpack")
    assert main(["new", "iris", fresh]) == 0
    assert main(["params", fresh, "--import", file]) == 0
    first, second = (load_project(Path(p))[1].trained for p in (path, fresh))
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(second.variables["params"]["dense_2"]["bias"], first.variables["params"]["dense_2"]["bias"])
    np.testing.assert_array_equal(second.preparation.offset, first.preparation.offset)
    assert second.preparation.classes == first.preparation.classes
    assert main(["train", fresh, "--resume", "--steps", "5"]) == 0


def test_params_of_another_model_are_refused(project: Callable[[str], str], capsys: Capture, tmp_path: Path) -> None:
    iris, wine, file = project("iris"), project("wine"), str(tmp_path / "w.msgpack")
    assert main(["train", iris, "--steps", "3"]) == 0
    assert main(["params", iris, "--export", file]) == 0
    before = Path(wine).read_bytes()
    assert main(["params", wine, "--import", file]) == 1
    assert "params/dense_1/kernel is (4, 16) and should be (13, 32)" in capsys.readouterr().err
    assert Path(wine).read_bytes() == before


def test_stablehlo_is_written_and_reported_as_json(project: Callable[[str], str], capsys: Capture, tmp_path: Path) -> None:
    path, out = project("iris"), tmp_path / "iris.stablehlo"
    assert main(["train", path, "--steps", "3"]) == 0
    capsys.readouterr()
    assert main(["export", path, "stablehlo", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["bytes"] == out.stat().st_size
    assert report["relative_error"] <= 1e-5


@pytest.mark.parametrize("form", ["tflite", "tfjs", "onnx", "notebook"])
def test_a_format_of_a_later_version_is_said_to_be_one(project: Callable[[str], str], capsys: Capture, form: str) -> None:
    assert main(["export", project("iris"), form, "out"]) == 1
    assert f"{form} comes in a later one" in capsys.readouterr().err


def test_a_fault_of_the_program_is_one_sentence_and_a_file_of_details(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path
) -> None:
    def fail(_: object) -> int:
        raise RuntimeError("gears stuck")

    monkeypatch.setattr(entry, "_run", fail)
    monkeypatch.setattr(entry.tempfile, "tempdir", str(tmp_path))
    assert main(["new", "--list"]) == 1
    told = capsys.readouterr().err
    assert "a fault of the program: RuntimeError: gears stuck." in told
    assert "Traceback" not in told
    details = Path(told.split("The details are in ")[1].strip())
    assert "RuntimeError: gears stuck" in details.read_text()
