"""`flaxstudio` opens the window; with a command it runs headless."""

import sys
from pathlib import Path

from flaxstudio.cli.arguments import COMMANDS
from flaxstudio.training.allocator import keep_freed_memory
from flaxstudio.training.compiled_programs import keep_programs


def main() -> int:
    """Run what the command line asks for and return the exit status."""
    keep_freed_memory()
    keep_programs()
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from flaxstudio.cli.main import main as run_command

        return run_command(arguments)
    return _open_window(arguments)


def _open_window(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else None
    if fault := _fault_of_usage(arguments, path):
        return _refuse(fault, 2)
    if path is not None and not path.is_file():
        return _refuse(f"{path} does not exist. To make it from a template: flaxstudio new TEMPLATE {path}", 1)
    from flaxstudio.display import fault_of_display

    if fault := fault_of_display():
        return _refuse(fault, 1)
    from flaxstudio.gui.app import run

    return run(path)


def _fault_of_usage(arguments: list[str], path: Path | None) -> str | None:
    if len(arguments) > 1 or (path is not None and not path.suffix and not path.exists()):
        return f"there is no command “{arguments[0]}”. The commands are {', '.join(COMMANDS)}; flaxstudio --help tells more."
    return None


def _refuse(sentence: str, status: int) -> int:
    print(f"flaxstudio: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
