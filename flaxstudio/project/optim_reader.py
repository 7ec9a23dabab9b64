"""Reads an optimizer or a schedule that is written as in Optax, without running it: `adamw(weight_decay=0.01)`,
`chain(clip_by_global_norm(1.0), adam(cosine_decay_schedule(0.01)))`."""

import ast
from dataclasses import replace

from flaxstudio.graph.graph import Value
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optim_schedules import is_schedule, schedule_option
from flaxstudio.project.optimizer import CHAIN, RATE, Link, OptimizerSpec, Schedule

_AROUND = {
    *("apply_if_finite", "MultiSteps", "lookahead", "flatten", "conditionally_mask"),
    *("contrib.mechanize", "contrib.split_real_and_imaginary"),
}


def read_optimizer(text: str, rate: float = 1e-3) -> OptimizerSpec:
    """Return the optimizer that a text writes; ProblemError where it is not one. `rate` is used where none is written."""
    call = _call(text)
    around: list[Link] = []
    while _name(call) in _AROUND:
        if not call.args or not isinstance(call.args[0], ast.Call):
            raise ProblemError(f"{_name(call)} is not around an optimizer.", f"Write {_name(call)}(adam(0.001), …).")
        around.insert(0, _link(_name(call), call.args[1:], call.keywords))
        call = call.args[0]
    if _name(call) == CHAIN:
        links = tuple(_link_of(argument) for argument in call.args)
        return OptimizerSpec(CHAIN, rate, links=links, around=tuple(around))
    link = _link_of(call)
    own = link.arguments.get(RATE) if link_option(link.name).takes_rate else None
    plain = {name: value for name, value in link.arguments.items() if own is None or name != RATE}
    rate = float(own) if isinstance(own, int | float) else rate
    return OptimizerSpec(link.name, rate, plain, link.schedules, around=tuple(around))


def read_schedule(text: str) -> Schedule:
    """Return the schedule that a text writes; ProblemError where it is not one."""
    return _schedule(_call(text))


def _call(text: str) -> ast.Call:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ProblemError(
            f"“{text[:60]}” is not written as in Optax.", "Write for example adamw(weight_decay=0.01)."
        ) from None
    if isinstance(tree, ast.Name | ast.Attribute):
        tree = ast.Call(tree, [], [])
    if not isinstance(tree, ast.Call):
        raise ProblemError(f"“{text[:60]}” is not written as in Optax.", "Write for example adamw(weight_decay=0.01).")
    return tree


def _name(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    return name.removeprefix("optax.").removeprefix("schedules.").removeprefix("transforms.")


def _link_of(tree: ast.expr) -> Link:
    if not isinstance(tree, ast.Call) or not is_link(_name(tree)):
        written = ast.unparse(tree)[:60]
        raise ProblemError(f"“{written}” is no optimizer or transformation of Optax.", "Check how it is written.")
    return _link(_name(tree), tree.args, tree.keywords)


def _link(name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> Link:
    option = link_option(name)
    if name.startswith("conditionally_"):
        args, keywords = _at_steps(args, keywords)
    names = [*([RATE] if option.takes_rate else []), *(spec.name for spec in option.arguments)]
    arguments: dict[str, Value] = {}
    schedules: dict[str, Schedule] = {}
    for key, tree in _bound(name, names, args, keywords):
        if isinstance(tree, ast.Call) and _name(tree) == "select":
            arguments[key] = ", ".join(str(ast.literal_eval(part)) for part in tree.args)
        elif isinstance(tree, ast.Call):
            schedules[key] = _schedule(tree)
        else:
            arguments[key] = _fitting(_literal(tree), next((spec for spec in option.arguments if spec.name == key), None))
    return Link(name, arguments, schedules)


def _at_steps(args: list[ast.expr], keywords: list[ast.keyword]) -> tuple[list[ast.expr], list[ast.keyword]]:
    """Return the arguments with those of `at_steps(…)` among them, and a transformation by its name."""
    plain: list[ast.expr] = []
    for tree in args:
        if not isinstance(tree, ast.Call):
            plain.append(tree)
        elif _name(tree) == "at_steps":
            at = ("after", "until", "every")
            keywords = [*keywords, *map(ast.keyword, at, tree.args), *tree.keywords]
        else:
            plain.append(ast.Constant(_name(tree)))
    return plain, keywords


def _fitting(value: Value, spec: AttributeSpec | None) -> Value:
    """Return a whole number as the float that it stands for."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_number and spec and spec.type == "float" and isinstance(value, int) else value


def _schedule(tree: ast.Call) -> Schedule:
    name = _name(tree)
    if not is_schedule(name):
        raise ProblemError(f"“{name[:60]}” is no schedule of Optax.", "Write for example cosine_decay_schedule(0.01).")
    option = schedule_option(name)
    if option.has_parts:
        return _parts(name, tree)
    names = [spec.name for spec in option.arguments]
    found: dict[str, Value] = {}
    for key, value in _bound(name, names, tree.args, tree.keywords):
        spec = option.argument(key)
        found[key] = ast.unparse(value).strip("{}") if spec.type == "text" else _fitting(_literal(value), spec)
    return Schedule(name, found)


def _parts(name: str, tree: ast.Call) -> Schedule:
    parts = tree.args[0].elts if tree.args and isinstance(tree.args[0], ast.List) else []
    calls = [part for part in parts if isinstance(part, ast.Call)]
    if name == "sgdr_schedule":
        return Schedule(name, parts=tuple(_restart(part) for part in calls))
    bounds = [*tree.args[1:], *(keyword.value for keyword in tree.keywords if keyword.arg == "boundaries")]
    ends = ast.literal_eval(bounds[0]) if bounds and isinstance(bounds[0], ast.List) else []
    lengths: list[int | None] = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    lengths += [None] * (len(calls) - len(lengths))
    return Schedule(
        name, parts=tuple(replace(_schedule(part), steps=steps) for part, steps in zip(calls, lengths, strict=False))
    )


def _restart(call: ast.Call) -> Schedule:
    found = {keyword.arg: _literal(keyword.value) for keyword in call.keywords if keyword.arg}
    steps = found.get("decay_steps")
    return Schedule("warmup_cosine_decay_schedule", found, steps=steps if isinstance(steps, int) else None)


def _bound(of: str, names: list[str], args: list[ast.expr], keywords: list[ast.keyword]) -> list[tuple[str, ast.expr]]:
    if len(args) > len(names):
        raise ProblemError(f"{of} takes {len(names)} arguments at most.", f"It has {', '.join(names) or 'none'}.")
    pairs = [*zip(names, args, strict=False), *((keyword.arg or "", keyword.value) for keyword in keywords)]
    for name, _ in pairs:
        if name not in names:
            raise ProblemError(f"{of} has no argument “{name}”.", f"It has {', '.join(names) or 'none'}.")
    return pairs


def _literal(tree: ast.expr) -> Value:
    try:
        value = ast.literal_eval(tree)
    except (ValueError, TypeError, RecursionError):
        value = tree
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ProblemError(f"“{ast.unparse(tree)[:60]}” is not a plain value.", "Write a number, a text, True, False or None.")
