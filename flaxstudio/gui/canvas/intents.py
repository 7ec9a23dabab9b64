"""What the canvas may ask for. Gestures emit these; the canvas offers them as its own."""

from PySide6.QtCore import QObject, Signal


class Intents(QObject):
    """The canvas's intent signals. Positions are the top left of a node in scene px, as a project stores them."""

    layer_dropped = Signal(str, float, float)
    """A layer from the palette was dropped: layer, x, y."""
    layer_chosen = Signal(str, float, float, object)
    """A layer was chosen in the search popup: layer, x, y, and the Port whose wire was dropped there, or None."""
    layer_dropped_on_edge = Signal(str, float, float, object)
    """A layer from the palette was dropped on a wire: layer, x, y, Edge."""
    edge_drawn = Signal(object, object, object)
    """A wire was drawn: source Port, target Port, and the Edge that was moved to get it, or None."""
    nodes_moved = Signal(object)
    """Nodes were dragged: {name: (x, y)}, once at release."""
    nodes_dropped_on_edge = Signal(object, object)
    """Nodes that can stand on a wire were dropped on one: {name: (x, y)}, Edge."""
    nodes_duplicated = Signal(object, float, float)
    """Copies of nodes were dragged off: names as a tuple, and how far, in x and y."""
    wires_moved = Signal(object, str, object)
    """All wires of a port were dragged to another: Edges as a tuple, "out" where they start there or "in", Port."""
    wires_cut = Signal(object)
    """A stroke was drawn through wires: Edges as a tuple."""
    things_moved = Signal(object, object, object)
    """Nodes, frames and notes, and dots were dragged together: three maps of where they are now, once at release."""
    item_resized = Signal(str, object)
    """A frame or note was resized: its name and box."""
    title_written = Signal(str, str)
    """A frame is to have another title."""
    text_written = Signal(str, str)
    """A note is to have another text."""
    dot_wanted = Signal(object, int, object)
    """A wire is to run through a point: Edge, the number of its new dot, (x, y)."""
    probe_requested = Signal(object)
    """The values at an output are to be pinned, or no longer: Port."""
    dots_unwanted = Signal(object)
    """Dots are to go: a tuple of DotOf."""
    things_deleted = Signal(object, object, object, object)
    """All that is selected is to go, as tuples: nodes, Edges, frames and notes, dots."""
    delete_requested = Signal(object, object)
    """Names of nodes and Edges are to go, as tuples."""
    selection_changed = Signal(object)
    """The selected nodes' names, as a tuple."""
    rename_requested = Signal(str)
    """A node is to get another name."""
    file_dropped = Signal(str)
    """A file was dropped: its path."""
    open_requested = Signal(str)
    """A node is to be opened: its block's graph, or its layer's code."""
    leave_requested = Signal()
    """The open block is to be left."""
    menu_requested = Signal(object)
    """The menu of the selected nodes is to open: the point on the screen."""
    command_requested = Signal(str)
    """A key was pressed that means a command: the command's name."""
    spoken = Signal(str)
    """Something is to be said to who does not see the canvas."""
    cancel_requested = Signal()
    """What is still being worked out for the canvas is no longer wanted."""
