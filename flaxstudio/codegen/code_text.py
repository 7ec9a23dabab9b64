"""The user's own source text, taken apart so that it can stand in a Module's source among other classes."""

import ast


def split_imports(text: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the import statements at the top level of a text, one a line, and the lines of the rest.

    A text that is not Python is returned whole: it is shown, never executed.
    """
    lines = text.strip("\n").split("\n")
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return (), lines
    imports: list[str] = []
    gone: set[int] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            gone.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
            imports.extend(_single_imports(statement))
        elif _is_docstring(statement, tree):
            gone.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    rest = [line for number, line in enumerate(lines, start=1) if number not in gone]
    return tuple(imports), "\n".join(rest).strip("\n").split("\n")


def _single_imports(statement: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(statement, ast.Import):
        return [ast.unparse(ast.Import([alias])) for alias in statement.names]
    return [ast.unparse(ast.ImportFrom(statement.module, [alias], statement.level)) for alias in statement.names]


def _is_docstring(statement: ast.stmt, tree: ast.Module) -> bool:
    is_first = statement is tree.body[0]
    return is_first and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
