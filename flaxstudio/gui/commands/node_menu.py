"""The commands of nodes and of what lies beside them: left out, coloured, made small, framed, noted."""

from flaxstudio.gui.commands.command import Menu, T, c

COLOURS = Menu(
    T("Colour"),
    (
        c("color_none", T("No colour"), scope="canvas", needs="things"),
        c("color_red", T("Red"), scope="canvas", needs="things"),
        c("color_orange", T("Orange"), scope="canvas", needs="things"),
        c("color_yellow", T("Yellow"), scope="canvas", needs="things"),
        c("color_green", T("Green"), scope="canvas", needs="things"),
        c("color_teal", T("Teal"), scope="canvas", needs="things"),
        c("color_blue", T("Blue"), scope="canvas", needs="things"),
        c("color_violet", T("Violet"), scope="canvas", needs="things"),
        c("color_grey", T("Grey"), scope="canvas", needs="things"),
    ),
)

NODE = Menu(
    T("&Node"),
    (
        c("mute", T("Mute"), "M", icon="circle-off", scope="canvas", needs="nodes", tip=T("Leave out: it gives nothing")),
        c(
            "bypass",
            T("Bypass"),
            "B",
            icon="redo-dot",
            scope="canvas",
            needs="nodes",
            tip=T("Leave out: what comes in goes through"),
        ),
        None,
        c("collapse", T("Collapse"), "H", scope="canvas", needs="nodes", tip=T("Show only the title, or all of it again")),
        c(
            "hide_ports",
            T("Hide unused ports"),
            "Ctrl+H",
            scope="canvas",
            needs="nodes",
            tip=T("Hide ports that may stay free and have no wire, or show them again"),
        ),
        COLOURS,
        c(
            "put_in_group",
            T("Put into optimizer group…"),
            "O",
            icon="layers",
            scope="canvas",
            needs="nodes",
            tip=T("Train the params of these layers in another way: frozen, slower or faster, by their own optimizer"),
        ),
        None,
        c(
            "probe",
            T("Pin a probe"),
            "P",
            icon="eye",
            scope="canvas",
            needs="selection",
            tip=T("Show the values there for the input of the Try it panel, or no longer"),
        ),
        c("remove_probes", T("Remove all probes")),
        None,
        c(
            "frame",
            T("Frame the selection"),
            "C",
            icon="frame",
            scope="canvas",
            tip=T("A box with a title; moving it moves what is in it"),
        ),
        c("note", T("Add note"), "N", icon="sticky-note", scope="canvas", tip=T("A text in Markdown on the canvas")),
        c("dot", T("Add dot to wire"), scope="canvas", needs="selection", tip=T("Lead the selected wire through a dot")),
        None,
        c(
            "dismiss",
            T("Dismiss warnings"),
            scope="canvas",
            needs="nodes",
            tip=T("Tell no more of the warnings at the selected nodes; kept with the project"),
        ),
        c("bring_back", T("Bring dismissed warnings back")),
    ),
)
