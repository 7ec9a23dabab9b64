"""A Python file as it stands: its classes, functions and constants by name, and the text that one of them needs."""

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers.code_text import ClassText, class_text, meanings_in, with_imports

_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class TextFile:
    """A parsed file. `definitions` are the statements at its top by the names they bind."""

    text: str
    tree: ast.Module
    meanings: dict[str, str]
    definitions: dict[str, ast.stmt]

    def class_named(self, name: str) -> ClassText | None:
        """Return a class that is a linen Module, if the file has it."""
        found = class_text(self.tree, name) if isinstance(self.definitions.get(name), ast.ClassDef) else None
        return found if found is not None and found.is_module else None

    def classes(self) -> tuple[str, ...]:
        """Return the names of the linen Modules, in order."""
        return tuple(name for name in self.definitions if self.class_named(name) is not None)

    def needed_by(self, name: str) -> frozenset[str]:
        """Return all names at the top of the file that a class needs, itself among them."""
        found: set[str] = set()
        todo = [name]
        while todo:
            wanted = todo.pop()
            if wanted in self.definitions and wanted not in found:
                found.add(wanted)
                todo.extend(part.id for part in ast.walk(self.definitions[wanted]) if isinstance(part, ast.Name))
        return frozenset(found)

    def text_of(self, name: str) -> str:
        """Return a class's text with all that it needs of the file, its imports first, so that it stands on its own."""
        needed = self.needed_by(name)
        used = {part.id for wanted in needed for part in ast.walk(self.definitions[wanted]) if isinstance(part, ast.Name)}
        imports = list(dict.fromkeys(line for line, bound in self._imports() if bound in used or bound == "*"))
        statements = dict.fromkeys(self.definitions[wanted] for wanted in self.definitions if wanted in needed)
        lines = self.text.split("\n")
        body = ["\n".join(lines[_first_line(s) - 1 : s.end_lineno]) for s in sorted(statements, key=lambda s: s.lineno)]
        return with_imports("\n\n\n".join([*(["\n".join(imports)] if imports else []), *body]).strip("\n") + "\n")

    def _imports(self) -> Iterator[tuple[str, str]]:
        for statement in self.tree.body:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    yield ast.unparse(ast.Import([alias])), alias.asname or alias.name.split(".")[0]
            elif isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    line = ast.unparse(ast.ImportFrom(statement.module, [alias], statement.level))
                    yield line, alias.asname or alias.name


def read_text(text: str) -> TextFile:
    """Return a parsed file; ProblemError with the line where it is no Python."""
    if len(text) > _MAX_BYTES:
        raise ProblemError("The file is too large to be a Module's source.", "Give a file of at most 2 MB.")
    try:
        with warnings.catch_warnings():  # what Python thinks of the user's style is not for the terminal
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        remedy = "Correct the line and import the file again."
        raise ProblemError(f"Line {error.lineno or 1} is no Python: {error.msg}.", remedy) from None
    except (RecursionError, MemoryError):
        raise ProblemError("The file cannot be read as Python: it is nested too deeply.") from None
    except ValueError as error:
        raise ProblemError(f"The file cannot be read as Python: {error}.") from None
    definitions: dict[str, ast.stmt] = {}
    for statement in tree.body:
        definitions.update(dict.fromkeys(_names_bound(statement), statement))
    return TextFile(text, tree, meanings_in(tree), definitions)


def with_name_changed(text: str, old: str, new: str) -> str:
    """Return a text with a class under another name; attributes and texts of that name stay."""
    lines = text.split("\n")
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    for before, token in zip(reversed([None, *tokens[:-1]]), reversed(tokens), strict=True):
        if token.type == tokenize.NAME and token.string == old and (before is None or before.string != "."):
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column] + new + lines[row - 1][column + len(old) :]
    return "\n".join(lines)


def _names_bound(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return [name]
        case _:
            return []


def _first_line(statement: ast.stmt) -> int:
    marks = statement.decorator_list if isinstance(statement, ast.ClassDef | ast.FunctionDef) else []
    return min([statement.lineno, *(mark.lineno for mark in marks)])


def as_class_name(name: str) -> str:
    """Return a name as a class may have it: letters and digits, a capital letter first."""
    words = [word for word in "".join(c if c.isalnum() else " " for c in name).split() if word]
    found = "".join(word[:1].upper() + word[1:] for word in words)
    return found if fault_of_class_name(found) is None else "Model"
