"""Writes an optimizer as the Optax text that is executed, shown and put into scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from flaxstudio.codegen.formatting import formatted_file
from flaxstudio.codegen.optimizer_parts import (
    AT_STEPS,
    AVERAGED,
    AVERAGING,
    FITS,
    IN_USE_AVERAGED,
    IN_USE_FREE,
    LABEL,
    LOOKAHEAD,
    SELECT,
)
from flaxstudio.codegen.schedule_text import schedule_text
from flaxstudio.graph.graph import Value
from flaxstudio.project.optim_links import link_option
from flaxstudio.project.optim_option import Need, OptimizerOption
from flaxstudio.project.optim_paths import MASKS, patterns_in
from flaxstudio.project.optimizer import RATE, Group, Link, OptimizerSpec

REST = "rest"
_FREE = ("contrib.schedule_free", "contrib.schedule_free_adamw", "contrib.schedule_free_sgd")


@dataclass(frozen=True, slots=True)
class OptimizerText:
    """The text that makes `tx`, and `params_in_use` where the model is judged with other params than those that are
    stepped (`has_params_in_use`). `needs` names what `tx.update` takes beside gradients, state and params."""

    imports: tuple[str, ...]
    body: str
    needs: tuple[Need, ...]
    has_params_in_use: bool

    @property
    def text(self) -> str:
        """The whole, ready to be executed."""
        return (
            "\n".join([*self.imports, "", "", self.body]) if "def " in self.body else "\n".join([*self.imports, "", self.body])
        )


def optimizer_text(spec: OptimizerSpec, steps: int) -> OptimizerText:
    """Return the text of a checked optimizer for a run of so many steps."""
    statements = _statements(spec, updates_in(spec, steps))
    links = tuple(links_of(spec))
    names = {link.name for link in links}
    is_averaged = bool(names & {"ema_of_params", "lookahead"})
    is_free = not is_averaged and bool(names & set(_FREE))
    parts = [
        FITS if "select(" in statements or "label(" in statements else "",
        SELECT if "select(" in statements else "",
        LABEL if "label(" in statements else "",
        AT_STEPS if "at_steps(" in statements else "",
        AVERAGED if is_averaged else "",
        LOOKAHEAD if "lookahead" in names else "",
        AVERAGING if "ema_of_params" in names else "",
        IN_USE_AVERAGED if is_averaged else IN_USE_FREE if is_free else "",
        statements,
    ]
    body = formatted_file("\n\n".join(part for part in parts if part))
    imports = [
        *(["from fnmatch import fnmatchcase"] if "fnmatchcase(" in body else []),
        *(["from typing import NamedTuple"] if is_averaged else []),
        *(["import jax"] if "jax." in body else []),
        *(["import jax.numpy as jnp"] if "jnp." in body else []),
        "import optax",
    ]
    wanted = {need for link in links for need in link_option(link.name).needs}
    needs = tuple(need for need in get_args(Need) if need in wanted)
    return OptimizerText(tuple(imports), body, needs, is_averaged or is_free)


def links_of(spec: OptimizerSpec) -> Iterator[Link]:
    """Yield all links that are on: of the chain, of the groups' own optimizers, and around."""
    yield from (link for link in spec.chain if link.is_on)
    for group in spec.groups:
        if group.optimizer is not None and not group.is_frozen:
            yield from links_of(group.optimizer)
    yield from (link for link in spec.around if link.is_on)


def updates_in(spec: OptimizerSpec, steps: int) -> int:
    """Return how many updates a run of so many steps makes: fewer where gradients are gathered."""
    for link in spec.around:
        every = link.arguments.get("every_k_schedule", 2)
        if link.name == "MultiSteps" and link.is_on and isinstance(every, int):
            steps //= max(1, every)
    return max(1, steps)


def _statements(spec: OptimizerSpec, steps: int) -> str:
    """Return the statements: the rate where it follows a schedule, then `tx`."""
    written = ""
    rate = repr(spec.learning_rate)
    if RATE in spec.schedules:
        rate = RATE
        written = f"{RATE} = {schedule_text(spec.schedules[RATE], spec.learning_rate, steps)}\n"
    code = _grouped(spec, rate, steps)
    has_needs = any(link_option(link.name).needs for link in links_of(spec))
    for link in spec.around:
        if link.is_on:
            code = _link(link, rate, steps, code, has_needs=has_needs)
    return f"{written if RATE in code else ''}tx = {code}\n"


def _grouped(spec: OptimizerSpec, rate: str, steps: int) -> str:
    """Return the chain; with groups, what clips all gradients together stays in front of them."""
    links = [link for link in spec.chain if link.is_on]
    if not spec.groups:
        return _chained(links, rate, steps)
    first = next((index for index, link in enumerate(links) if link_option(link.name).family != "clipping"), len(links))
    code = _chained(links[first:], rate, steps)
    members = [f'"{group.name}": {_group(group, code, steps)}' for group in spec.groups]
    table = ", ".join(f'"{group.name}": {_strings(group.patterns)}' for group in spec.groups)
    whole = f'optax.multi_transform({{{", ".join(members)}, "{REST}": {code}}}, label({{{table}}}))'
    front = [_link(link, rate, steps) for link in links[:first]]
    return f"optax.chain({', '.join([*front, whole])})" if front else whole


def _group(group: Group, common: str, steps: int) -> str:
    if group.is_frozen:
        return "optax.set_to_zero()"
    own = group.optimizer
    if own is not None:
        schedule = own.schedules.get(RATE)
        rate = repr(own.learning_rate) if schedule is None else schedule_text(schedule, own.learning_rate, steps)
        return _chained([link for link in own.chain if link.is_on], rate, steps)
    return common if group.rate == 1.0 else f"optax.chain({common}, optax.scale({group.rate!r}))"


def _chained(links: list[Link], rate: str, steps: int) -> str:
    written = [_link(link, rate, steps) for link in links]
    return written[0] if len(written) == 1 else f"optax.chain({', '.join(written)})" if written else "optax.identity()"


def _link(link: Link, rate: str, steps: int, inner: str = "", *, has_needs: bool = False) -> str:
    """Return a link's expression; `inner` is what it is around, and whether that needs more than the gradients."""
    option = link_option(link.name)
    if option.code and "{rho}" in option.code:
        code = option.code.format(inner=inner, rho=_number(link, option, "rho"), arguments=_trailing(link, option, ("rho",)))
    elif "{transformation}" in option.code:
        which = link.arguments.get("transformation", option.argument("transformation").default)
        given = [text for text in _arguments(link, option, rate, steps) if not text.startswith("transformation=")]
        code = option.code.format(transformation=which, arguments=", ".join(given))
    elif option.code:
        code = option.code.format(inner=inner, arguments=", ".join(_arguments(link, option, rate, steps)))
        # else what is around would keep from it what its update takes beside the gradients
        code = f"optax.GradientTransformationExtraArgs(*{code})" if link.name == "MultiSteps" and has_needs else code
    else:
        given = [*([inner] if inner else []), *_arguments(link, option, rate, steps)]
        code = f"{_callee(link, option)}({', '.join(given)})"
    return f"optax.masked({code}, select({_quoted(link.params)}))" if link.params else code


def _callee(link: Link, option: OptimizerOption) -> str:
    """Return what is called: through inject_hyperparams where a number follows a schedule that Optax does not take there."""
    injected = [name for name in link.schedules if name != RATE and name not in option.scheduled]
    if not injected:
        return f"optax.{link.name}"
    numbers = [spec.name for spec in option.arguments if spec.type == "int" or spec.name in (*option.fixed, *MASKS)]
    fixed = (*numbers, *option.static)
    static = f", static_args={_strings(fixed)}" if fixed else ""
    return f"optax.inject_hyperparams(optax.{link.name}{static})"


def _arguments(link: Link, option: OptimizerOption, rate: str, steps: int) -> Iterator[str]:
    if option.takes_rate:
        own = link.arguments.get(RATE)
        number = own if isinstance(own, int | float) else None
        if schedule := link.schedules.get(RATE):
            yield schedule_text(schedule, 1e-3 if number is None else float(number), steps)
        else:
            yield rate if number is None else repr(number)
    for spec in option.arguments:
        value = link.arguments.get(spec.name, spec.default)
        if schedule := link.schedules.get(spec.name):
            number = value if isinstance(value, int | float) else 0.0
            yield f"{spec.name}={schedule_text(schedule, number, steps)}"
        elif option.name == "scale_by_schedule":
            yield f"{spec.name}=optax.constant_schedule({value!r})"
        elif spec.name in MASKS:
            if value:
                yield f"{spec.name}=select({_quoted(patterns_in(str(value)))})"
        elif spec.is_required or value != spec.default:
            yield f"{spec.name}={spec.source(value)}"


def _trailing(link: Link, option: OptimizerOption, left_out: tuple[str, ...]) -> str:
    kept = Link(link.name, link.arguments)
    given = [text for text in _arguments(kept, option, "", 1) if text.partition("=")[0] not in left_out]
    return "".join(f"{text}, " for text in given)


def _number(link: Link, option: OptimizerOption, name: str) -> str:
    value: Value = link.arguments.get(name, option.argument(name).default)
    return repr(value)


def _quoted(patterns: tuple[str, ...]) -> str:
    return ", ".join(f'"{pattern}"' for pattern in patterns)


def _strings(items: tuple[str, ...]) -> str:
    return f"({_quoted(items)}{',' if len(items) == 1 else ''})"
