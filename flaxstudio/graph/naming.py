"""Names of nodes: what is allowed and how a free one is found. They become names in Python source."""

import keyword
import re
from collections.abc import Collection

RESERVED = frozenset(
    {
        *("x", "self", "nn", "jnp", "jax", "train", "outputs", "targets"),
        # attributes of nn.Module, which a submodule's name would hide
        *("name", "parent", "scope", "setup", "variables", "params", "path", "apply", "bind", "unbind", "clone", "copy"),
        *("init", "init_with_output", "lazy_init", "is_initializing", "param", "variable", "has_variable", "get_variable"),
        *("put_variable", "make_rng", "has_rng", "sow", "perturb", "tabulate", "module_paths", "is_mutable_collection"),
    }
)
WRAPPING_NAMES = frozenset({"shares", "repeat", "between", "scan", "remat"})
MAX_LENGTH = 64


def fault_of_name(name: str, taken: Collection[str] = ()) -> str | None:
    """Return what is wrong with a node's name as the end of a sentence, or None."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return "must be lower-case letters, digits and _, beginning with a letter"
    if len(name) > MAX_LENGTH:
        return f"must have at most {MAX_LENGTH} letters"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in RESERVED:
        return "is a word that Python or Flax uses for something else"
    if name in taken:
        return "is the name of another node"
    return None


def fault_of_class_name(name: str) -> str | None:
    """Return what is wrong with a model's class name as the end of a sentence, or None."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) or len(name) > MAX_LENGTH or keyword.iskeyword(name):
        return "must be letters and digits, beginning with a capital letter, such as DigitsCNN"
    return None


def stem(layer: str) -> str:
    """Return what the names of a layer's nodes begin with: `BatchNorm` -> `batch_norm`; `node` for an impossible layer."""
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", layer).lower()
    return found if re.fullmatch(r"[a-z][a-z0-9_]*", found) and len(found) < MAX_LENGTH - 8 else "node"


def free_name(base: str, taken: Collection[str]) -> str:
    """Return `base_1`, `base_2`, ...: the first that is not taken."""
    number = 1
    while (name := f"{base}_{number}") in taken:
        number += 1
    return name


def fault_of_field(name: str, taken: Collection[str] = ()) -> str | None:
    """Return what is wrong with a field's name as the end of a sentence, or None."""
    if name in WRAPPING_NAMES:
        return "is the name of something else that a block has"
    if fault := fault_of_name(name, ()):
        return fault
    return "is the name of a node or field" if name in taken else None
