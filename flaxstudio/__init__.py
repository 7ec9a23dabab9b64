"""Flax Studio: build, train and export neural networks on JAX and Flax, in a window or headless."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flaxstudio.loading import load

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Bring in `load` when it is first asked for, so that importing flaxstudio stays light."""
    if name == "load":
        from flaxstudio.loading import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
