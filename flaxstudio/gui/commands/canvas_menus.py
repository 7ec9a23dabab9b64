"""The commands of the canvas: what is selected, what the graph holds, how it is arranged, how it is seen."""

from flaxstudio.gui.commands.command import Menu, T, c

SELECT = Menu(
    T("&Select"),
    (
        c("select_all", T("Select all"), "Ctrl+A", scope="canvas"),
        c("select_invert", T("Select all others"), "Ctrl+I", scope="canvas"),
        c(
            "select_upstream",
            T("Select upstream"),
            "L",
            scope="canvas",
            needs="nodes",
            tip=T("Also all that leads to these nodes"),
        ),
        c(
            "select_downstream",
            T("Select downstream"),
            "Shift+L",
            scope="canvas",
            needs="nodes",
            tip=T("Also all that these nodes lead to"),
        ),
        c("select_connected", T("Select connected"), "Alt+L", scope="canvas", needs="nodes"),
        c("select_same", T("Select the same layer"), "Shift+G", scope="canvas", needs="nodes"),
        c("escape", T("Select nothing"), "Esc", scope="canvas", tip=T("Clear the selection, then leave the block")),
        None,
        c("walk_left", T("Go to the node before"), "Left", scope="canvas"),
        c("walk_right", T("Go to the node after"), "Right", scope="canvas"),
        c("walk_up", T("Go to the node above"), "Up", scope="canvas"),
        c("walk_down", T("Go to the node below"), "Down", scope="canvas"),
        c("jump", T("Jump to a node by letters"), "J", scope="canvas"),
        Menu(
            T("Extend the selection"),
            (
                c("extend_left", T("Also the node before"), "Ctrl+Shift+Left", scope="canvas"),
                c("extend_right", T("Also the node after"), "Ctrl+Shift+Right", scope="canvas"),
                c("extend_up", T("Also the node above"), "Ctrl+Shift+Up", scope="canvas"),
                c("extend_down", T("Also the node below"), "Ctrl+Shift+Down", scope="canvas"),
            ),
        ),
    ),
)

GRAPH = Menu(
    T("&Graph"),
    (
        c("add", T("Add layer…"), "Tab", "Shift+A", icon="plus", scope="canvas"),
        c(
            "insert",
            T("Insert layer on wire…"),
            "Ins",
            scope="canvas",
            needs="wires",
            tip=T("Find a layer to stand on the selected wire"),
        ),
        c(
            "draw_wire",
            T("Draw a wire by keys"),
            "W",
            scope="canvas",
            needs="nodes",
            tip=T("From the selected node: arrows choose the other end, Enter joins"),
        ),
        c(
            "link",
            T("Link nodes in a row"),
            "Ctrl+L",
            scope="canvas",
            needs="nodes",
            tip=T("Wire the selected nodes in the order they stand in"),
        ),
        c(
            "detach",
            T("Detach"),
            "Alt+D",
            scope="canvas",
            needs="nodes",
            tip=T("Take the selected nodes out of the flow, which goes on without them"),
        ),
        c("disconnect", T("Disconnect"), scope="canvas", needs="nodes", tip=T("Remove all wires of the selected nodes")),
        None,
        c(
            "make_block",
            T("Make block…"),
            "Ctrl+G",
            icon="group",
            tip=T("Put the selected nodes into a layer of your own"),
        ),
        c("take_apart", T("Take block apart"), "Ctrl+Shift+G", icon="ungroup"),
        c("new_block", T("New block…"), icon="boxes"),
        c("open_block", T("Open block"), "Return", "Enter", "Ctrl+Down", scope="canvas", needs="nodes"),
        c(
            "leave_block",
            T("Leave block"),
            *("U", "Backspace", "Ctrl+Up", "Alt+Up"),
            icon="corner-left-up",
            scope="canvas",
        ),
        None,
        c("new_code_layer", T("New code layer…"), icon="code", tip=T("Write a layer of your own in Flax")),
        c(
            "take_layer",
            T("Layer from a package or file…"),
            tip=T("Use a Module of an installed package or of a Python file"),
        ),
        c("plugin_folder", T("Open the plug-in folder"), tip=T("Layers in files there are in the palette")),
    ),
)

ARRANGE = Menu(
    T("&Arrange"),
    (
        c("tidy", T("Tidy"), "Ctrl+Shift+L", icon="sparkles", tip=T("Lay out the selected nodes, or the whole graph")),
        c("tidy_rows", T("Tidy in rows"), icon="rows-3", tip=T("Long chains are broken into lines, as a text is")),
        c("stack", T("Stack in a row"), icon="move-right", needs="nodes", tip=T("One after the other, as the data goes")),
        None,
        c("align_left", T("Align left"), icon="align-start-vertical", needs="nodes"),
        c("align_centre", T("Align centres"), icon="align-center-vertical", needs="nodes"),
        c("align_right", T("Align right"), icon="align-end-vertical", needs="nodes"),
        c("align_top", T("Align top"), icon="align-start-horizontal", needs="nodes"),
        c("align_middle", T("Align middles"), icon="align-center-horizontal", needs="nodes"),
        c("align_bottom", T("Align bottom"), icon="align-end-horizontal", needs="nodes"),
        None,
        c(
            "distribute_horizontally",
            T("Distribute horizontally"),
            icon="align-horizontal-distribute-center",
            needs="nodes",
            tip=T("Equal gaps from left to right"),
        ),
        c(
            "distribute_vertically",
            T("Distribute vertically"),
            icon="align-vertical-distribute-center",
            needs="nodes",
            tip=T("Equal gaps from top to bottom"),
        ),
        None,
        Menu(
            T("Nudge"),
            (
                c("nudge_left", T("Nudge left"), "Shift+Left", scope="canvas", needs="nodes"),
                c("nudge_right", T("Nudge right"), "Shift+Right", scope="canvas", needs="nodes"),
                c("nudge_up", T("Nudge up"), "Shift+Up", scope="canvas", needs="nodes"),
                c("nudge_down", T("Nudge down"), "Shift+Down", scope="canvas", needs="nodes"),
            ),
        ),
        c("snap", T("Snap to grid"), is_checkable=True, tip=T("Ctrl while dragging suspends it")),
    ),
)

VIEW = Menu(
    T("&View"),
    (
        c("fit", T("Fit all"), "Home", icon="maximize", scope="canvas", tip=T("Show the whole graph")),
        c("fit_selection", T("Fit selection"), "F", ".", scope="canvas"),
        c("zoom_reset", T("Zoom to 100 %"), "Ctrl+0"),
        c("zoom_in", T("Zoom in"), "Ctrl++", "Ctrl+=", "+", icon="zoom-in"),
        c("zoom_out", T("Zoom out"), "Ctrl+-", "-", icon="zoom-out"),
        c("view_back", T("Back to the view before"), "Alt+Left", scope="canvas"),
        c("view_forward", T("Forward to the view after"), "Alt+Right", scope="canvas"),
        None,
        c("find", T("Find…"), "Ctrl+F", icon="search", tip=T("Find nodes by name, layer, value or problem")),
        None,
        Menu(
            T("Colour by cost"),
            (
                c("overlay_off", T("Colours of the layers"), is_checkable=True),
                c("overlay_params", T("Colour by params"), is_checkable=True),
                c("overlay_flops", T("Colour by FLOPs"), is_checkable=True, tip=T("Of the forward pass")),
                c("overlay_memory", T("Colour by memory"), is_checkable=True, tip=T("What training keeps of each node")),
            ),
        ),
        c("minimap", T("Minimap"), "Alt+M", is_checkable=True),
        c("flow_down", T("Flow from top to bottom"), is_checkable=True),
        c("wheel_scrolls", T("Wheel scrolls"), is_checkable=True, tip=T("Otherwise it zooms; Ctrl and wheel always zoom")),
        c("reduced_motion", T("Reduced motion"), is_checkable=True, tip=T("Nothing glides or fades")),
    ),
)
