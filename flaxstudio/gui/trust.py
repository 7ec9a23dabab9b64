"""Which code the user lets run: asks, remembers by the text's hash, and says when it has changed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from flaxstudio.graph.library import Code, Imported
from flaxstudio.graph.problem import ProblemError
from flaxstudio.gui.dialogs.consent import ConsentRequest, ask_consent
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.consent import remember, trusted_hashes


class Trust(QObject):
    """Holds the hashes. `changed` carries all of them; what cannot be written down counts until the program ends."""

    changed = Signal(object)

    def __init__(self, file: Path, window: QWidget, tokens: Callable[[], Tokens], complain: Callable[[str], None]) -> None:
        super().__init__(window)
        self._file = file
        self._window = window
        self._tokens = tokens
        self._complain = complain
        self.hashes = trusted_hashes(file)

    def has(self, definition: Code | Imported) -> bool:
        """Return whether that code may run."""
        return definition.hash in self.hashes

    def add(self, definition: Code | Imported) -> None:
        """Let that code run from now on."""
        if self.has(definition):
            return
        self.hashes = self.hashes | {definition.hash}
        try:
            remember(self._file, definition.hash)
        except ProblemError as problem:
            self._complain(str(problem))
        self.changed.emit(self.hashes)

    def ask(self, definition: Code | Imported, origin: str, text: str = "") -> bool:
        """Return whether that code may run, asking the user who has not been asked. `text` is a class's, to be read."""
        if self.has(definition):
            return True
        if isinstance(definition, Code):
            request = ConsentRequest(definition.name, definition.text, origin)
        else:
            shown = text or f"from {definition.module} import {definition.name}\n"
            request = ConsentRequest(definition.name, shown, origin, definition.module)
        if not ask_consent(self._window, request, self._tokens()):
            return False
        self.add(definition)
        return True
