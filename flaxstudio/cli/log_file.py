"""A run's log: one JSON object a line, flushed as the events come, with exactly one end."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from flaxstudio.graph.problem import ProblemError
from flaxstudio.training.events import Event, RunFailed, RunFinished, RunStarted, log_lines


class LogFile:
    """Writes every event of one run. Left without an end, as by a fault of the program, it writes one."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise ProblemError(f"{path} cannot be written: {error.strerror or error}.", "Choose another log file.") from error
        self._steps_per_epoch = 1.0
        self._has_end = False

    def __enter__(self) -> "LogFile":
        return self

    def write(self, event: Event) -> None:
        """Write an event's lines; losses that are no numbers are written as texts ("NaN"), so that the file stays JSON."""
        if isinstance(event, RunStarted):
            self._steps_per_epoch = event.steps_per_epoch
        self.write_lines(log_lines(event, self._steps_per_epoch), is_end=isinstance(event, RunFinished | RunFailed))

    def write_lines(self, lines: Iterable[dict[str, Any]], *, is_end: bool) -> None:
        """Write objects, one a line; the last of a log are its end."""
        self._has_end = is_end
        self._file.writelines(json.dumps(_valid(line), ensure_ascii=False, allow_nan=False) + "\n" for line in lines)
        self._file.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._has_end:
            self.write(RunFailed(str(error) or "The run was ended from outside.", "", 0))
        self._file.close()


def _valid(line: dict[str, Any]) -> dict[str, Any]:
    return {key: _valid_value(value) for key, value in line.items()}


def _valid_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_valid(item) if isinstance(item, dict) else _valid_value(item) for item in value]
    return _text_of(value) if isinstance(value, float) else value


def _text_of(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
