"""What Optax offers, as data: a transformation or schedule by its name there, with its arguments."""

import ast
from dataclasses import dataclass, replace
from typing import Literal, get_args

from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_arguments import argument_named

Need = Literal["value", "grad", "value_fn", "obj_fn", "grad_fn"]
LinkFamily = Literal["optimizer", "clipping", "scaling", "momentum", "decay", "rate", "other", "around"]


@dataclass(frozen=True, slots=True)
class OptimizerOption:
    """A gradient transformation of Optax by its name there (`contrib.` before those of optax.contrib).

    `takes_rate` tells that its first argument is a learning rate without a default, which `arguments` leaves out.
    `needs` names what its update takes beside gradients and params. `code` is the template of its source where it is
    more than a call of its name: `{inner}` what it is around, `{arguments}` what is set. `fixed` names arguments whose
    number must be known before the run, so that none of them can follow a schedule; `scheduled` those that take a
    schedule as they are, `static` what else must not be taken for one.
    """

    name: str
    title: str
    help: str
    arguments: tuple[AttributeSpec, ...] = ()
    family: LinkFamily = "optimizer"
    takes_rate: bool = False
    needs: tuple[Need, ...] = ()
    code: str = ""
    fixed: tuple[str, ...] = ()
    scheduled: tuple[str, ...] = ()
    static: tuple[str, ...] = ()

    def argument(self, name: str) -> AttributeSpec:
        """Return the spec of an argument; KeyError if there is none of that name."""
        return {spec.name: spec for spec in self.arguments}[name]

    def may_follow(self, name: str) -> bool:
        """Return whether an argument may follow a schedule."""
        return self.argument(name).type == "float" and name not in self.fixed


def option(
    name: str,
    title: str,
    help_text: str,
    signature: str = "",
    *,
    family: LinkFamily = "optimizer",
    needs: str = "",
    code: str = "",
    fixed: str = "",
    scheduled: str = "",
    static: str = "",
    **own: AttributeSpec,
) -> OptimizerOption:
    """Return an option; `signature` has its arguments as `name=default`, `name` for None, `!name=value` where Optax has no
    default, and `rate` for the learning rate. What an argument means is found by its name, or in `own`."""
    words = signature.split()
    specs = tuple(_argument(word, own) for word in words if word != "rate")
    wants = tuple(need for need in get_args(Need) if need in needs.split())
    lists = (tuple(text.split()) for text in (fixed, scheduled, static))
    return OptimizerOption(name, title, help_text, specs, family, "rate" in words, wants, code, *lists)


def _argument(word: str, own: dict[str, AttributeSpec]) -> AttributeSpec:
    name, equals, default = word.lstrip("!").partition("=")
    spec = own.get(name) or argument_named(name)
    value = ast.literal_eval(default) if equals else None
    return replace(
        spec,
        default=value,
        is_required=word.startswith("!"),
        is_optional=spec.is_optional or (value is None and not spec.choices),
    )
