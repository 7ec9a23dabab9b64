"""Tells a node that was renamed from one that went while another came: its item stays, and so does its selection."""

from flaxstudio.graph.graph import Graph


def renamed_node(old: Graph, new: Graph) -> dict[str, str]:
    """Return the one node that only changed its name, as {old: new}."""
    if old.nodes is new.nodes or len(old.nodes) != len(new.nodes):
        return {}
    before_all, after_all = {node.name for node in old.nodes}, {node.name for node in new.nodes}
    gone, come = before_all - after_all, after_all - before_all
    if len(gone) != 1 or len(come) != 1:
        return {}
    before, after = gone.pop(), come.pop()
    return {before: after} if old.names().index(before) == new.names().index(after) else {}
