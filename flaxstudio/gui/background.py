"""Long work off the GUI thread: threads that always work on the newest question, and single tasks that can be cancelled."""

import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from flaxstudio.graph.problem import ProblemError

_END = object()
_TURN_S = 0.0005


def take_short_turns() -> None:
    """Let a thread that computes in Python give way after half a millisecond, not after five.

    The GUI thread takes many turns for one frame, and each may have to wait so long.
    """
    sys.setswitchinterval(_TURN_S)


class Worker(QThread):
    """Answers questions in a thread of its own, newest first; answers to older ones are dropped.

    `work` runs in that thread only, so it may keep things that are not thread-safe. A ProblemError is an answer too;
    any other exception is a program's fault and reaches `threading.excepthook`.
    """

    answered = Signal(object, object)  # question, answer

    def __init__(self, work: Callable[[Any], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._questions: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._newest: Any = None
        self._current: Any = None

    @property
    def has_newer(self) -> bool:
        """Whether the question that is being worked on is no longer the newest: its answer will be dropped."""
        return self._current is not self._newest

    def ask(self, question: object) -> None:
        """Ask; `answered` follows unless another question comes before, or the thread has been ended."""
        if self._newest is _END:
            return
        self._newest = question
        self._questions.put(question)
        if not self.isRunning():
            self.start(QThread.Priority.LowPriority)

    def ask_once(self, question: object) -> None:
        """Ask unless this very question was the last one."""
        if question != self._newest:
            self.ask(question)

    def close(self) -> None:
        """End the thread after the work under way."""
        self._newest = _END
        self._questions.put(_END)
        self.wait()

    def run(self) -> None:
        while (question := self._questions.get()) is not _END:
            if question is not self._newest:
                continue
            self._current = question
            answer = _guarded(self._work, question)
            if question is self._newest and answer is not _END:
                self.answered.emit(question, answer)


class Task(QThread):
    """Runs one function once. It gets a function that tells whether the user has cancelled.

    `done` and `refused` are emitted in the thread that made the task, so any callable may be connected to them.
    """

    done = Signal(object)
    refused = Signal(object)  # ProblemError
    _ended = Signal(object)

    def __init__(self, work: Callable[[Callable[[], bool]], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._cancelled = threading.Event()
        self._ended.connect(self._deliver)

    def cancel(self) -> None:
        """Ask the function to end; nothing is emitted afterwards."""
        self._cancelled.set()

    def run(self) -> None:
        self._ended.emit(_guarded(self._work, self._cancelled.is_set))

    def _deliver(self, answer: Any) -> None:
        if self._cancelled.is_set() or answer is _END:
            return
        if isinstance(answer, ProblemError):
            self.refused.emit(answer)
        else:
            self.done.emit(answer)


def _guarded(work: Callable[[Any], Any], argument: Any) -> Any:
    """Return what `work` returns, or the ProblemError it raised; report anything else as a program's fault."""
    try:
        return work(argument)
    except ProblemError as problem:
        return problem
    except Exception as error:
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread())))
        return _END
