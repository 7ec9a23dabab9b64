"""Colours Python source as Pygments reads it: the whole text at once, so that strings of several lines come out right."""

from collections.abc import Iterator

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from flaxstudio.gui.tokens import Tokens

Span = tuple[int, int, str]
"""First column, length and the token colour's name."""

_COLORS = (
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Builtin.Pseudo, "keyword"),
    (String, "string"),
    (Number, "number"),
    (Comment, "comment"),
    (Name.Class, "name"),
    (Name.Function, "name"),
    (Name.Decorator, "name"),
)


class Highlighter(QSyntaxHighlighter):
    """Gives a document's lines the colours found in the source it was last told."""

    def __init__(self, document: QTextDocument, tokens: Tokens) -> None:
        super().__init__(document)
        self._lexer = PythonLexer(stripnl=False, ensurenl=False)
        self._lines: list[list[Span]] = []
        self._formats: dict[str, QTextCharFormat] = {}
        self.set_tokens(tokens)

    def set_source(self, text: str) -> None:
        """Read the text that the document is about to hold; call `rehighlight` once it does."""
        self._lines = [[] for _ in range(text.count("\n") + 1)]
        for line, span in spans(text, self._lexer):
            self._lines[line].append(span)

    def set_tokens(self, tokens: Tokens) -> None:
        self._formats = {name: _format(color) for name, color in tokens.code.items()}
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: ARG002 - Qt's signature
        number = self.currentBlock().blockNumber()
        for start, length, name in self._lines[number] if number < len(self._lines) else ():
            self.setFormat(start, length, self._formats[name])


def spans(text: str, lexer: PythonLexer) -> Iterator[tuple[int, Span]]:
    """Yield (line from 0, span) for every coloured part of a text, split at line ends."""
    line = column = 0
    for token, value in lexer.get_tokens(text):
        name = next((name for kind, name in _COLORS if token in kind), "")
        for number, part in enumerate(value.split("\n")):
            if number:
                line, column = line + 1, 0
            if name and part:
                yield line, (column, len(part), name)
            column += len(part)


def _format(color: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(QColor(color))
    return form
