"""The commands of the window as a whole: files, editing, runs, the window itself, help."""

from flaxstudio.gui.commands.command import Menu, T, c

FILE = Menu(
    T("&File"),
    (
        c("new", T("New project"), "Ctrl+N", icon="file-plus"),
        c("open", T("Open…"), "Ctrl+O", icon="folder-open"),
        "recent",
        c("start", T("Start page"), icon="house"),
        None,
        c("save", T("Save"), "Ctrl+S", icon="save"),
        c("save_as", T("Save as…"), "Ctrl+Shift+S"),
        None,
        c("import_code", T("Import code…"), icon="code", tip=T("Make a graph of a Flax Module's source")),
        c("open_data", T("Open data…"), "Ctrl+Shift+O", icon="table-2"),
        c("export", T("Export…"), "Ctrl+E", icon="upload"),
        None,
        c("quit", T("Quit"), "Ctrl+Q"),
    ),
)

EDIT = Menu(
    T("&Edit"),
    (
        c("undo", T("Undo"), "Ctrl+Z", icon="undo-2"),
        c("redo", T("Redo"), "Ctrl+Shift+Z", "Ctrl+Y", icon="redo-2"),
        None,
        c("cut", T("Cut"), "Ctrl+X", icon="scissors", scope="canvas", needs="things"),
        c("copy", T("Copy"), "Ctrl+C", icon="copy", scope="canvas", needs="things"),
        c("paste", T("Paste"), "Ctrl+V", icon="clipboard-paste", scope="canvas"),
        c(
            "paste_wired",
            T("Paste with incoming wires"),
            "Ctrl+Shift+V",
            scope="canvas",
            tip=T("The copies get their input from where the copied nodes have it"),
        ),
        c("duplicate", T("Duplicate"), "Ctrl+D", scope="canvas", needs="things"),
        c("delete", T("Delete"), "Delete", "Backspace", icon="trash-2", scope="canvas", needs="selection"),
        c(
            "delete_reconnect",
            T("Delete and reconnect"),
            "Shift+Delete",
            scope="canvas",
            needs="selection",
            tip=T("What fed the deleted nodes feeds what they fed"),
        ),
        None,
        c("rename", T("Rename"), "F2", icon="pencil-line"),
        None,
        c("preferences", T("Preferences…"), "Ctrl+,", icon="settings"),
    ),
)

RUN = Menu(
    T("&Run"),
    (
        c("train", T("Train"), "Ctrl+Return", "Ctrl+Enter", icon="play", tip=T("Train the model from new params")),
        c(
            "train_several",
            T("Train several…"),
            "Ctrl+Alt+Return",
            icon="chart-line",
            tip=T("Several runs at once, which differ in seed or learning rate"),
        ),
        c("pause", T("Pause"), "Ctrl+P", icon="pause"),
        c("one_step", T("One step"), "Ctrl+Alt+P", icon="redo-dot", tip=T("Make one step and pause")),
        c("stop", T("Stop"), "Ctrl+.", icon="square"),
        c(
            "change_numbers",
            T("Change while it runs…"),
            "Ctrl+Alt+C",
            icon="sliders-horizontal",
            tip=T("Numbers of the optimizer of the run under way: the learning rate, and others"),
        ),
        c("queue", T("Queue a run"), tip=T("Train the project as it is now once the run under way has ended")),
        c("clear_queue", T("Empty the queue"), tip=T("Let no run follow the one under way")),
        c(
            "validate",
            T("Validate"),
            *("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            icon="list-checks",
            tip=T("List what keeps the model from being trained"),
        ),
        c("next_problem", T("Next problem"), "F8", tip=T("Select the node of the next problem and bring it into view")),
        c("previous_problem", T("Problem before"), "Shift+F8"),
        c(
            "repair",
            T("Do the first repair"),
            *("Alt+Return", "Alt+Enter"),
            icon="wrench",
            tip=T("Of the problem one has gone to, or of the selected node"),
        ),
        c("continue", T("Go on from the last run"), icon="step-forward"),
        c("take_best", T("Take the best variables"), tip=T("Those of the best evaluation that the last run kept")),
        None,
        c("forecast", T("Will it fit, how long?"), tip=T("Memory and time of the next run, and the largest batch that fits")),
    ),
)

WINDOW = Menu(
    T("&Window"),
    (
        c("mode_draw", T("Draw"), "Ctrl+1", tip=T("Large canvas")),
        c("mode_train", T("Train"), "Ctrl+2", tip=T("Large curves")),
        c("mode_judge", T("Judge"), "Ctrl+3", tip=T("Large figures")),
        None,
        "docks",
        Menu(
            T("Go to"),
            (
                c("go_canvas", T("Canvas"), "Alt+0"),
                c("go_palette", T("Layers"), "Alt+1"),
                c("go_inspector", T("Inspector"), "Alt+2", "F4"),
                c("go_data", T("Data"), "Alt+3"),
                c("go_training", T("Training"), "Alt+4"),
                c("go_code", T("Code"), "Alt+5"),
                c("go_problems", T("Problems"), "Alt+6"),
                c("go_variables", T("Variables"), "Alt+7"),
                c("go_try_it", T("Try it"), "Alt+8"),
                c("go_analysis", T("Analysis"), "Alt+Shift+9"),
                c("go_runs", T("Runs"), "Alt+9"),
                c("go_history", T("History"), "Ctrl+Alt+Z"),
                None,
                c("next_pane", T("Next panel"), "F6"),
                c("previous_pane", T("Panel before"), "Shift+F6"),
            ),
        ),
        c("reset_layout", T("Reset arrangement")),
        None,
        c("theme_system", T("Theme as the system"), is_checkable=True),
        c("theme_light", T("Light theme"), is_checkable=True),
        c("theme_dark", T("Dark theme"), is_checkable=True),
    ),
)

HELP = Menu(
    T("&Help"),
    (
        c(
            "palette",
            T("Find a command…"),
            "Ctrl+Shift+P",
            icon="search",
            tip=T("Do anything by its name: commands, layers, nodes, projects"),
        ),
        c("keys", T("Keys and gestures"), icon="layout-grid", tip=T("All of them on one page, to read or to print")),
        c("layer_help", T("Help on the selected layer"), "F1"),
        None,
        c("documentation", T("Flax documentation"), icon="circle-help"),
        c("about", T("About Flax Studio"), icon="info"),
    ),
)
