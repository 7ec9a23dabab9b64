"""Source text wrapped as Black (and so `ruff format`) would: only statements that are too long are looked at, once each."""

import re
import textwrap
from functools import lru_cache

LINE_LENGTH = 88
_STEP = 4


@lru_cache(maxsize=20_000)
def formatted(statement: str, depth: int) -> tuple[str, ...]:
    """Return a statement's lines at an indentation of `depth` steps, wrapped where they are too long."""
    lines = textwrap.indent(statement, " " * _STEP * depth).split("\n")
    if all(len(line) <= LINE_LENGTH for line in lines):
        return tuple(lines)
    plain = _wrapped_plainly(lines[0]) if len(lines) == 1 else None
    return wrapped_by_black(lines, depth) if plain is None else plain


def wrapped_by_black(lines: list[str], depth: int) -> tuple[str, ...]:
    """Return the lines of a statement as Black wraps them."""
    import black  # 0.2 s, and most models have no line that needs it
    from black.parsing import InvalidInput

    heads = [" " * _STEP * level + "if True:" for level in range(depth)]
    try:
        text = black.format_str("\n".join([*heads, *lines]), mode=black.Mode(line_length=LINE_LENGTH))
    except InvalidInput:  # a draft that is not Python yet
        return tuple(lines)
    return tuple(text.rstrip("\n").split("\n")[depth:])


def formatted_file(text: str) -> str:
    """Return a whole file as Black writes it."""
    import black
    from black.parsing import InvalidInput

    try:
        return black.format_str(text, mode=black.Mode(line_length=LINE_LENGTH))
    except InvalidInput:  # a layer's own code may use what this Black does not know yet
        return text


def _wrapped_plainly(line: str) -> tuple[str, ...] | None:
    """Return the lines of what nearly all long ones are, `x = nn.Conv(...)(x)` or `self.a = nn.Conv(...)`, else None.

    Black takes 4 ms for one, too much for a model of hundreds that is written again at every edit.
    """
    call = _CALL.match(line)
    if call is None:
        return None
    close = _closing(line, call.end())
    tail = line[close + 1 :]
    if close < 0 or not _TAIL.fullmatch(tail):
        return None
    arguments = _arguments(line[call.end() : close])
    inner = _indent(line) + _STEP
    if tail and close + 2 <= LINE_LENGTH:  # short enough to be broken at the second call's bracket instead
        return _broken_at(line, close + 1) if inner + len(tail) - 2 <= LINE_LENGTH and len(tail) > 2 else None
    fits = all(inner + len(argument) + 1 <= LINE_LENGTH for argument in arguments)
    return _wrapped_call(line) if fits and len(arguments) > 1 else None


def _broken_at(line: str, bracket: int) -> tuple[str, ...]:
    """Return a line with what is in its last brackets on a line of its own."""
    outer, inner = " " * _indent(line), " " * (_indent(line) + _STEP)
    return (line[: bracket + 1], inner + line[bracket + 1 : -1], outer + ")")


_CALL = re.compile(r"\s*(?:[\w.]+ = )?[\w.]+\(")
_TAIL = re.compile(r"|\([\w., =]*\)")


def _wrapped_call(line: str) -> tuple[str, ...]:
    call = _CALL.match(line)
    assert call is not None
    close = _closing(line, call.end())
    arguments = _arguments(line[call.end() : close])
    outer, inner = " " * _indent(line), " " * (_indent(line) + _STEP)
    body = inner + ", ".join(arguments)
    lines = [body] if len(body) <= LINE_LENGTH else [f"{inner}{argument}," for argument in arguments]
    return (line[: call.end()], *lines, outer + line[close:])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _closing(line: str, start: int) -> int:
    """Return where the bracket that was opened before `start` closes, or -1."""
    return next((place for place, depth in _depths(line, start) if depth < 0), -1)


def _arguments(text: str) -> list[str]:
    """Return a call's arguments, split at the commas outside of brackets and quotes."""
    commas = [place for place, depth in _depths(text, 0) if depth == 0 and text[place] == ","]
    starts, ends = [0, *(place + 1 for place in commas)], [*commas, len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _depths(text: str, start: int) -> list[tuple[int, int]]:
    """Return each place outside of quotes with how deep in brackets it is, counted from `start`."""
    depth, quote, found = 0, "", []
    for place in range(start, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote else quote
            continue
        if sign in "\"'":
            quote = sign
            continue
        depth += (sign in "([{") - (sign in ")]}")
        found.append((place, depth))
    return found
