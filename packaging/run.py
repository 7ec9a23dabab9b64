"""Sets up everything in .venv and opens the app; `test` sets up everything and passes the tests; `check` runs every check.

Standard library only, since it runs before anything is installed. Other arguments go to flaxstudio.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "installed.txt"
VENV_PACKAGE = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
)


def main(arguments: list[str]) -> int:
    """Do what is asked and return the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this has not been asked by pip yet
        return refuse(f"Flax Studio needs Python 3.11 or newer, and this is {sys.version.split()[0]}.")
    task = arguments[0] if arguments else ""
    if task not in ("test", "check"):
        set_up("")
        return subprocess.call([program("python"), "-m", "flaxstudio", *arguments], cwd=Path.cwd())
    if sys.platform.startswith("linux") and not has_system_packages():
        return 1
    set_up("dev,tensorflow")
    return test(arguments[1:]) if task == "test" else check(arguments[1:])


def test(arguments: list[str]) -> int:
    """Run the tests without a display, one process a core, and return pytest's exit status."""
    return call("python", "-m", "pytest", "-n", "auto", *arguments, environment={"QT_QPA_PLATFORM": "offscreen"})


def check(arguments: list[str]) -> int:
    """Run every check, also after one has failed, and return whether any did."""
    failed = [" ".join(command) for command in CHECKS if told_call(command) != 0]
    if test(arguments) != 0:
        failed.append("pytest")
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def told_call(command: tuple[str, ...]) -> int:
    """Print a command and run it."""
    print("$", *command, flush=True)
    return call(*command, environment={})


def call(name: str, *arguments: str, environment: dict[str, str]) -> int:
    """Run a program of the virtual environment in the repository and return its exit status."""
    return subprocess.call([program(name), *arguments], cwd=ROOT, env={**os.environ, **environment})


def set_up(extras: str) -> None:
    """Make .venv hold this checkout and its dependencies; does nothing if it already does."""
    wanted = fingerprint()
    have = STAMP.read_text().split("\n") if STAMP.is_file() else []
    if have[:1] == [wanted] and (not extras or extras in have):
        return
    print("Setting up .venv; the first time this takes a few minutes.", file=sys.stderr, flush=True)
    if not has_environment():
        make_environment()
    kept = [line for line in have[1:] if line]
    target = f".[{extras or ','.join(kept)}]" if extras or kept else "."
    install(target)
    STAMP.write_text("\n".join([wanted, *dict.fromkeys([*kept, *filter(None, [extras])])]))


def has_environment() -> bool:
    """Return whether .venv is a whole virtual environment of this very Python."""
    configuration = ENVIRONMENT / "pyvenv.cfg"
    if not configuration.is_file() or not Path(program("python")).is_file():
        return False
    return f"version = {sys.version.split()[0]}" in configuration.read_text(encoding="utf-8")


def make_environment() -> None:
    """Make an empty virtual environment."""
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(refuse(f"Python lacks its module for virtual environments: apt-get install {VENV_PACKAGE}"))
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True)


def install(target: str) -> None:
    """Install the checkout with its dependencies by pip, so that changed source is run as it is."""
    command = [program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    status = subprocess.call(command, cwd=ROOT)
    if status != 0:
        sys.exit(refuse("pip could not install what Flax Studio needs; its own words are above."))


def fingerprint() -> str:
    """Return what the installed packages depend on: the interpreter and pyproject.toml."""
    content = (ROOT / "pyproject.toml").read_bytes() + sys.version.encode() + str(ROOT).encode()
    return hashlib.sha256(content).hexdigest()


def program(name: str) -> str:
    """Return the path of a program in the virtual environment."""
    folder, ending = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return str(ENVIRONMENT / folder / f"{name}{ending}")


def has_system_packages() -> bool:
    """Return whether the system has what Python and Qt need; as root on Debian, install what is missing."""
    missing = missing_packages()
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing system packages:", *missing, file=sys.stderr, flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.call(["apt-get", "update", "-qq"], **quiet)
        subprocess.call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], **quiet)
        missing = missing_packages()
    if missing:
        refuse(f"System packages are missing: apt-get install {' '.join(missing)}")
    return not missing


def missing_packages() -> list[str]:
    """Return the Debian packages of what Python and Qt need from the system and cannot load."""
    sys.path.insert(0, str(ROOT))
    from flaxstudio.display import missing_packages as missing

    for_python = [] if importlib.util.find_spec("ensurepip") else [VENV_PACKAGE]
    return [*for_python, *missing(on_x11=True)]


def refuse(sentence: str) -> int:
    """Print one line on standard error and return the status for it."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
