"""Tells a node that was renamed from one that went while another came: its item stays, and so does its selection."""

from flaxstudio.graph.graph import Graph


def renamed_node(old: Graph, new: Graph) -> dict[str, str]:
    """Return the one node that only changed its name, as {old: new}."""
    gone, come = set(old.names()) - set(new.names()), set(new.names()) - set(old.names())
    if len(gone) != 1 or len(come) != 1:
        return {}
    before, after = gone.pop(), come.pop()
    return {before: after} if old.names().index(before) == new.names().index(after) else {}
