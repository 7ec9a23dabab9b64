"""Colours Python source: the whole text at once, so that strings of several lines come out right, and quickly."""

import keyword
import re
from collections.abc import Iterator

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from flaxstudio.gui.tokens import Tokens

Span = tuple[int, int, str]
"""First column, length and the token colour's name."""

# Pygments takes a tenth of a second for a model of 500 nodes, after every edit
_TOKEN = re.compile(
    r'''
    (?P<string>(?:\b[rRbBfFuU]{1,2})?(?:
        """(?:\\.|[^\\])*?(?:"""|\Z) | \'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)
        | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'?
    ))
    | (?P<comment>\#[^\n]*)
    | (?P<name>(?m:^)[\ \t]*@[\w.]+ | (?<=\bdef\ )\w+ | (?<=\bclass\ )\w+)
    | (?P<number>(?<![\w.])(?:0[xXbBoO][\da-fA-F_]+ | (?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?))
    | (?P<word>[^\W\d]\w*)
    ''',
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset((*keyword.kwlist, "self", "cls"))


class Highlighter(QSyntaxHighlighter):
    """Gives a document's lines the colours found in the source it was last told."""

    def __init__(self, document: QTextDocument, tokens: Tokens) -> None:
        super().__init__(document)
        self._lines: list[list[Span]] = []
        self._formats: dict[str, QTextCharFormat] = {}
        self.set_tokens(tokens)

    def set_source(self, text: str, head: int = 0, tail: int = 0) -> bool:
        """Read the text that the document is about to hold; call `rehighlight` once it does.

        Returns whether the first `head` and the last `tail` lines keep their colours: then there is no need to.
        """
        before = self._lines
        self._lines = [[] for _ in range(text.count("\n") + 1)]
        for line, span in spans(text):
            self._lines[line].append(span)
        return before[:head] == self._lines[:head] and before[len(before) - tail :] == self._lines[len(self._lines) - tail :]

    def set_tokens(self, tokens: Tokens) -> None:
        self._formats = {name: _format(color) for name, color in tokens.code.items()}
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: ARG002 - Qt's signature
        number = self.currentBlock().blockNumber()
        for start, length, name in self._lines[number] if number < len(self._lines) else ():
            self.setFormat(start, length, self._formats[name])


def spans(text: str) -> Iterator[tuple[int, Span]]:
    """Yield (line from 0, span) for every coloured part of a text, split at line ends."""
    line = start = 0
    for found in _TOKEN.finditer(text):
        name, value = found.lastgroup or "", found[0]
        if name == "word":
            if value not in _KEYWORDS:
                continue
            name = "keyword"
        newlines = text.count("\n", start, found.start())
        if newlines:
            line += newlines
            start = text.rindex("\n", start, found.start()) + 1
        for number, part in enumerate(value.split("\n")):
            if number:
                line, start = line + 1, text.index("\n", start) + 1
            if part:
                yield line, (found.start() - start if not number else 0, len(part), name)


def _format(color: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(QColor(color))
    return form
