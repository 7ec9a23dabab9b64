"""What may be written on the command line. Standard library only, so that --help is instant."""

import argparse
from pathlib import Path

from flaxstudio.version import VERSION

COMMANDS = ("new", "check", "summary", "code", "train", "evaluate", "predict", "params", "export", "import-code")
FORMATS = ("saved-model", "stablehlo", "script")
LATER_FORMATS = ("tflite", "tfjs", "onnx", "notebook")
_Commands = argparse._SubParsersAction


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="flaxstudio",
        description="Build, train and export neural networks on JAX and Flax.",
        epilog="Without a command, `flaxstudio [PROJECT]` opens the window. "
        "Exit status: 0 done, 1 something in your input is at fault, 2 wrong usage, 3 stopped with the work saved.",
    )
    whole.add_argument("--version", action="version", version=f"flaxstudio {VERSION}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_new, _check, _summary, _code, _train, _evaluate, _predict, _params, _export, _import_code):
        add(commands)
    return whole


def _command(commands: "_Commands[argparse.ArgumentParser]", name: str, text: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=text, description=text)


def _with_project(commands: "_Commands[argparse.ArgumentParser]", name: str, text: str) -> argparse.ArgumentParser:
    command = _command(commands, name, text)
    command.add_argument("project", metavar="PROJECT", type=Path, help="a project file, NAME.msgpack")
    command.add_argument(
        "--trust-code",
        action="store_true",
        help="let the project's own code run, now and later; read it first with `flaxstudio code`",
    )
    return command


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def _new(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "new", "Make a project from a template.")
    command.add_argument("--list", action="store_true", help="list the templates")
    command.add_argument("template", metavar="TEMPLATE", nargs="?", help="a template's name")
    command.add_argument("project", metavar="PROJECT", nargs="?", type=Path, help="the project file to make")


def _check(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _with_project(commands, "check", "List what is wrong with a project: severity, node, what, what to do.")
    _json(command)


def _summary(commands: "_Commands[argparse.ArgumentParser]") -> None:
    _json(_with_project(commands, "summary", "Show each node's output shape, params and FLOPs a sample."))


def _code(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _with_project(commands, "code", "Print the source of the Flax Module.")
    command.add_argument("--style", choices=("compact", "setup"), default="compact", help="how the Module is written")
    command.add_argument("--script", action="store_true", help="print a whole training script")


def _train(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _with_project(commands, "train", "Train the model and save it in the project.")
    length = command.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_count, metavar="N", help="how many steps")
    length.add_argument("--epochs", type=_count, metavar="N", help="how many times through the training data")
    command.add_argument("--seed", type=int, metavar="N", help="seed of the random numbers")
    command.add_argument("--device", choices=("cpu", "gpu", "auto"), default="auto", help="where to compute")
    command.add_argument("--log", type=Path, metavar="FILE.jsonl", help="write every event as a line of JSON")
    command.add_argument("--save-as", type=Path, metavar="PROJECT", help="save here and leave PROJECT as it is")
    command.add_argument(
        "--population",
        metavar="WHAT",
        help="train several runs in one program and keep the best: seed=8, learning_rate=0.1,0.01,0.001, "
        "or another number of the optimizer",
    )
    command.add_argument("--resume", action="store_true", help="go on where a run was interrupted, or from the saved variables")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="settings",
        help="set loss, optimizer, learning_rate, batch_size, ... or NODE.ATTRIBUTE first; saved with the project",
    )


def _evaluate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _with_project(commands, "evaluate", "Judge the trained model on a split of its data.")
    command.add_argument("--split", choices=("train", "validation", "test"), default="test", help="which rows")
    _json(command)


def _predict(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _with_project(commands, "predict", "Apply the trained model to new data.")
    command.add_argument("input", metavar="INPUT", type=Path, help="a CSV or NPZ file with the feature columns")
    command.add_argument("--out", type=Path, metavar="FILE", required=True, help="the CSV or NPZ file to write")


def _params(commands: "_Commands[argparse.ArgumentParser]") -> None:
    text = "Export or import the model's variables: .msgpack (Flax), .safetensors, or an Orbax folder."
    command = _with_project(commands, "params", text)
    way = command.add_mutually_exclusive_group()
    way.add_argument("--export", type=Path, metavar="FILE", dest="export_to", help="write the variables to FILE")
    way.add_argument("--import", type=Path, metavar="FILE", dest="import_from", help="read the variables from FILE")


def _export(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _with_project(commands, "export", "Write the trained model for other programs, and verify what was written.")
    command.add_argument("format", metavar="FORMAT", choices=(*FORMATS, *LATER_FORMATS), help=", ".join(FORMATS))
    command.add_argument("out", metavar="OUT", type=Path, help="the file or folder to write")
    _json(command)


def _import_code(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = _command(commands, "import-code", "Turn a linen Module's source into a graph, without running it.")
    command.add_argument("file", metavar="FILE.py", type=Path, help="the Python file")
    command.add_argument(
        "class_name",
        metavar="CLASS",
        help="the Module's class in it; values for its fields may be given: 'MLP(features=(64, 10))'",
    )
    command.add_argument("project", metavar="PROJECT", type=Path, help="the project file to make")
    text = (
        "the shape of one sample: 28,28,1; several inputs are separated by ;, whole numbers are told by :int32, as in 64:int32"
    )
    command.add_argument("--input", metavar="SHAPE", required=True, help=text)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
