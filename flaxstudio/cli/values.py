"""Values written on the command line, checked as in the window."""

from typing import TypeVar

from flaxstudio.graph.graph import Value
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.byte_size import read_size

NONE = ("", "none", "all")
_Choice = TypeVar("_Choice", bound=str)


def attribute_value(key: str, spec: AttributeSpec, text: str) -> Value:
    """Return a text as the value of an attribute; ProblemError with the attribute's own words if it is not one."""
    value = _parsed(spec, text)
    if fault := spec.fault(value):
        raise ProblemError(f"{key} {fault}, and “{text}” is not.", "")
    return value


def _parsed(spec: AttributeSpec, text: str) -> Value:
    if spec.is_optional and text.lower() in NONE:
        return None
    try:
        match spec.type:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return {"true": True, "false": False}.get(text.lower(), text)
            case "ints":
                return tuple(int(part) for part in text.strip("()[] ").replace("x", ",").split(",") if part.strip())
            case "padding":
                return text if text in spec.choices else tuple(int(part) for part in text.strip("()[] ").split(","))
            case _:
                return text
    except ValueError:
        return text


def number(key: str, text: str) -> float:
    """Return a number; ProblemError if the text is none."""
    try:
        return float(text)
    except ValueError:
        raise ProblemError(f"{key} must be a number, and “{text}” is not.") from None


def whole(key: str, text: str) -> int:
    """Return a whole number; ProblemError if the text is none."""
    try:
        return int(text)
    except ValueError:
        raise ProblemError(f"{key} must be a whole number, and “{text}” is not.") from None


def size(key: str, text: str) -> int:
    """Return bytes written as 512MB or 1.5 GB; ProblemError if the text is no size."""
    found = read_size(text)
    if found is None:
        raise ProblemError(f"{key} must be a size such as 512MB, and “{text}” is not.")
    return found


def switch(key: str, text: str) -> bool:
    """Return whether a text says true; ProblemError if it says neither true nor false."""
    if text.lower() not in ("true", "false"):
        raise ProblemError(f"{key} must be true or false, and “{text}” is not.")
    return text.lower() == "true"


def one_of(key: str, text: str, choices: tuple[_Choice, ...]) -> _Choice:
    """Return one of the choices; ProblemError if the text is none of them."""
    if text not in choices:
        raise ProblemError(f"{key} must be one of {', '.join(choices)}, and “{text}” is not.")
    return choices[choices.index(text)]
