"""The map of the house: which intent goes to which act, and which change goes to which view. Read it top to bottom."""

from collections.abc import Callable
from functools import partial
from typing import get_args

from PySide6.QtGui import QGuiApplication

from flaxstudio.graph.arrange import Direction, Line
from flaxstudio.gui.analysis_acts import KINDS
from flaxstudio.gui.studio import Studio


def wire(studio: Studio) -> None:
    """Join the parts of the studio. Nothing else connects one part to another."""
    _wire_changes(studio)
    _wire_commands(studio)
    _wire_start_page(studio)
    _wire_editor(studio)
    _wire_panels(studio)


def _wire_changes(studio: Studio) -> None:
    """What is known goes to the views."""
    studio.session.changed.connect(studio.on_session_changed)
    studio.session.changed.connect(lambda: studio.announcer.display(studio.session.knowledge))
    studio.window.canvas.spoken.connect(studio.announcer.tell)
    studio.session.changed.connect(studio.finds.refresh)
    studio.session.changed.connect(studio.view.display)
    studio.session.changed.connect(studio.probes.display)
    studio.try_it.tried.connect(studio.probes.show)
    studio.session.changed.connect(studio.analysis.display)
    studio.session.changed.connect(studio.interrupted.on_session_changed)
    studio.session.refused.connect(studio.complain)
    studio.files.saved.connect(studio.interrupted.on_saved)
    studio.window.canvas.selection_changed.connect(studio.window.display_selection)
    studio.runner.state_changed.connect(studio.display_run)
    studio.window.training_panel.read_losses_in(lambda: studio.runner.recorded)
    studio.runner.told.connect(studio.window.training_panel.on_event)
    studio.runner.told.connect(studio.runs.on_run_event)
    studio.runner.told.connect(studio.members.on_event)
    studio.runner.failed.connect(studio.runs.on_run_failed)
    studio.session.changed.connect(studio.show_optimizer)
    studio.session.changed.connect(studio.groups.display)
    studio.optimizer_worker.answered.connect(lambda _, text: studio.window.code_panel.show_optimizer(text))
    studio.device_worker.answered.connect(studio.on_device_found)
    studio.start_page_worker.answered.connect(studio.on_start_page_drawn)
    QGuiApplication.styleHints().colorSchemeChanged.connect(studio.on_system_theme_changed)


def acts_of(studio: Studio) -> dict[str, Callable[[], object]]:
    """Return what each command of the table does."""
    window, files, wires, clips = studio.window, studio.files, studio.wires, studio.clips
    return {
        **window.canvas.acts,
        **studio.beside.acts(),
        **studio.probes.acts(),
        **studio.problems.acts(),
        "new": files.on_new,
        "open": files.on_open,
        "start": studio.show_start_page,
        "save": files.on_save,
        "save_as": files.on_save_as,
        "import_code": studio.imports.on_import_code,
        "open_data": studio.data.on_file_requested,
        "export": studio.exports.on_export,
        "quit": window.close,
        "undo": studio.session.undo,
        "redo": studio.session.redo,
        "preferences": studio.preferences.on_preferences,
        "palette": studio.palette.on_palette,
        "cut": clips.on_cut,
        "copy": clips.on_copy,
        "paste": clips.on_paste,
        "duplicate": clips.on_duplicate,
        "paste_wired": clips.on_paste_wired,
        "delete_reconnect": wires.on_delete_and_reconnect,
        "detach": wires.on_detach,
        "disconnect": wires.on_disconnect,
        "link": wires.on_link,
        "insert": wires.on_insert,
        "make_block": studio.blocks.on_make_block,
        "take_apart": studio.blocks.on_take_apart,
        "new_block": studio.blocks.on_new_block,
        "new_code_layer": studio.codes.on_new,
        "take_layer": studio.foreign.on_take,
        "plugin_folder": studio.codes.on_open_folder,
        "tidy": studio.arrange.on_tidy,
        "tidy_rows": studio.arrange.on_tidy_rows,
        "stack": studio.arrange.on_stack,
        **{f"align_{line}": partial(studio.arrange.on_align, line) for line in get_args(Line)},
        **{f"distribute_{way}": partial(studio.arrange.on_distribute, way) for way in get_args(Direction)},
        "put_in_group": studio.groups.on_put,
        "dismiss": studio.advice.on_dismiss_selected,
        "bring_back": studio.advice.on_bring_back_all,
        "snap": studio.view.on_snap,
        "find": studio.finds.on_open,
        "wire_shapes": studio.view.on_wire_shapes,
        "minimap": studio.view.on_minimap,
        "flow_down": studio.view.on_flow,
        "wheel_scrolls": studio.view.on_wheel,
        "reduced_motion": studio.view.on_reduced_motion,
        "train": studio.runs.train,
        "train_several": studio.members.on_requested,
        "pause": studio.runner.pause_or_resume,
        "one_step": studio.runs.one_step,
        "change_numbers": studio.runs.change_numbers,
        "stop": studio.runner.stop,
        "take_best": studio.runs.take_best,
        "queue": studio.runs.queue_run,
        "clear_queue": studio.runner.clear_queue,
        "validate": studio.validate,
        "continue": studio.runs.go_on,
        "forecast": studio.forecasts.on_requested,
        "mode_draw": lambda: window.arrange("draw"),
        "mode_train": lambda: window.arrange("train"),
        "mode_judge": lambda: window.arrange("judge"),
        **{f"go_{name}": partial(window.focus_pane, name) for name in ("canvas", *window.docks)},
        "next_pane": lambda: window.focus_next_pane(1),
        "previous_pane": lambda: window.focus_next_pane(-1),
        "reset_layout": window.reset_layout,
        **{f"overlay_{kind}": partial(studio.analysis.choose_overlay, kind) for kind in KINDS},
        "theme_system": lambda: studio.choose_theme("system"),
        "theme_light": lambda: studio.choose_theme("light"),
        "theme_dark": lambda: studio.choose_theme("dark"),
        "keys": studio.help.on_keys,
        "layer_help": studio.help.on_layer_help,
        "documentation": studio.show_documentation,
        "about": studio.show_about,
    }


def _wire_commands(studio: Studio) -> None:
    """Menus, toolbar and keys."""
    window = studio.window
    for name, act in acts_of(studio).items():
        window.actions_by_name[name].triggered.connect(lambda _=False, act=act: act())
    window.canvas.arrange_chosen.connect(window.actions_by_name.trigger)
    window.canvas.command_requested.connect(window.actions_by_name.trigger)
    window.recent_menu.aboutToShow.connect(studio.fill_recent_menu)
    window.may_close = studio.may_close


def _wire_start_page(studio: Studio) -> None:
    page, files = studio.window.start_page, studio.files
    page.new_requested.connect(files.on_new)
    page.open_requested.connect(files.on_open)
    page.template_chosen.connect(files.on_template)
    page.recent_chosen.connect(files.on_open_path)
    page.file_dropped.connect(studio.on_file_dropped)


def _wire_editor(studio: Studio) -> None:
    """Canvas, palette, inspector, source and problems."""
    window, graph, canvas, inspector = studio.window, studio.graph, studio.window.canvas, studio.window.inspector
    wires = studio.wires
    canvas.layer_dropped.connect(graph.on_layer_dropped)
    canvas.layer_chosen.connect(graph.on_layer_chosen)
    canvas.layer_dropped_on_edge.connect(graph.on_layer_dropped_on_edge)
    canvas.nodes_dropped_on_edge.connect(wires.on_nodes_dropped_on_edge)
    canvas.nodes_duplicated.connect(studio.clips.on_nodes_duplicated)
    studio.clips.source_pasted.connect(studio.imports.import_text)
    studio.imports.insert_requested.connect(studio.clips.insert)
    canvas.edge_drawn.connect(wires.on_edge_drawn)
    canvas.wires_moved.connect(wires.on_wires_moved)
    canvas.wires_cut.connect(wires.on_wires_cut)
    graph.layer_added.connect(studio.use_layer)
    canvas.nodes_moved.connect(graph.on_nodes_moved)
    canvas.delete_requested.connect(graph.on_delete_requested)
    beside = studio.beside
    canvas.things_moved.connect(beside.on_moved)
    canvas.item_resized.connect(beside.on_resized)
    canvas.title_written.connect(beside.on_title)
    canvas.text_written.connect(beside.on_text)
    canvas.dot_wanted.connect(beside.on_dot)
    canvas.dots_unwanted.connect(beside.on_dots_unwanted)
    canvas.probe_requested.connect(studio.probes.on_probe_requested)
    canvas.things_deleted.connect(beside.on_deleted)
    canvas.rename_requested.connect(studio.focus_name)
    canvas.find_bar.query_changed.connect(studio.finds.on_query_changed)
    canvas.find_bar.step_requested.connect(studio.finds.on_step)
    canvas.find_bar.row_chosen.connect(studio.finds.on_chosen)
    canvas.find_bar.closed.connect(studio.finds.on_closed)
    canvas.cancel_requested.connect(studio.arrange.cancel)
    canvas.file_dropped.connect(studio.on_file_dropped)
    canvas.open_requested.connect(studio.blocks.on_open)
    canvas.leave_requested.connect(studio.blocks.on_leave)
    canvas.place_requested.connect(studio.blocks.on_place_requested)
    canvas.menu_requested.connect(studio.node_menu.on_requested)
    studio.blocks.code_requested.connect(studio.codes.on_edit)
    studio.trust.changed.connect(studio.session.set_trusted)
    studio.codes.plugins_changed.connect(studio.session.set_plugins)
    window.palette_panel.layer_activated.connect(graph.on_layer_activated)
    palette = window.palette_panel
    palette.new_block_requested.connect(studio.blocks.on_new_block)
    palette.new_code_requested.connect(studio.codes.on_new)
    palette.open_requested.connect(studio.blocks.on_layer_requested)
    palette.rename_requested.connect(studio.blocks.on_rename_requested)
    palette.remove_requested.connect(studio.blocks.on_remove_requested)
    inspector.review_requested.connect(studio.codes.on_review)
    inspector.attribute_changed.connect(graph.on_attribute_changed)
    inspector.name_changed.connect(studio.on_name_changed)
    inspector.mode_chosen.connect(beside.on_node_mode)
    inspector.color_chosen.connect(beside.on_node_color)
    inspector.model_renamed.connect(studio.on_model_renamed)
    inspector.fix_requested.connect(graph.on_fix_requested)
    inspector.dismiss_requested.connect(studio.advice.on_dismiss)
    inspector.expose_requested.connect(studio.blocks.on_expose)
    inspector.open_requested.connect(studio.blocks.on_open)
    inspector.field_changed.connect(graph.on_field_changed)
    inspector.field_renamed.connect(studio.on_field_renamed)
    inspector.field_removed.connect(graph.on_field_removed)
    inspector.help_changed.connect(studio.blocks.on_help_changed)
    inspector.block_removed.connect(studio.blocks.on_remove_requested)
    window.code_panel.save_requested.connect(studio.files.on_save_source)
    window.code_panel.optimizer_wanted.connect(studio.show_optimizer)
    window.code_panel.style_changed.connect(studio.session.set_style)
    window.code_panel.line_clicked.connect(studio.on_line_clicked)
    window.problems_panel.node_requested.connect(studio.show_node)
    window.problems_panel.chosen_changed.connect(studio.problems.on_chosen)
    window.problems_panel.fix_requested.connect(graph.on_fix_requested)
    window.problems_panel.dismiss_requested.connect(studio.advice.on_dismiss)
    window.problems_panel.return_requested.connect(studio.advice.on_bring_back)
    window.problems_clicked.connect(studio.show_problems)


def _wire_panels(studio: Studio) -> None:
    """Data, training, variables, trials and runs."""
    data, training = studio.window.data_panel, studio.window.training_panel
    variables, try_it = studio.window.variables_panel, studio.window.try_it_panel
    data.dataset_changed.connect(studio.data.on_dataset_changed)
    data.file_requested.connect(studio.data.on_file_requested)
    data.sample_chosen.connect(studio.data.on_sample_chosen)
    data.file_dropped.connect(studio.on_file_dropped)
    data.reading.stop_requested.connect(studio.data.stop)
    studio.data.reading.connect(data.reading.display)
    training.training_changed.connect(studio.data.on_training_changed)
    training.optimizer.groups.members_requested.connect(studio.groups.on_members_requested)
    training.train_requested.connect(studio.runs.train)
    training.pause_requested.connect(studio.runner.pause_or_resume)
    training.resume_requested.connect(studio.runner.pause_or_resume)
    training.stop_requested.connect(studio.runner.stop)
    training.continue_requested.connect(studio.runs.go_on)
    training.step_requested.connect(studio.runs.one_step)
    training.number_changed.connect(studio.runner.change_number)
    training.several_requested.connect(studio.members.on_requested)
    training.node_requested.connect(studio.show_node)
    variables.node_requested.connect(studio.show_node)
    variables.statistics_wanted.connect(studio.variables.on_statistics_wanted)
    variables.values_requested.connect(studio.variables.on_values_requested)
    variables.initialize_requested.connect(studio.variables.on_initialize)
    variables.initialize_again_requested.connect(studio.variables.on_initialize_again)
    variables.file_requested.connect(studio.variables.on_file_requested)
    analysis = studio.window.analysis_panel
    studio.window.docks["analysis"].visibilityChanged.connect(studio.analysis.on_shown)
    analysis.node_requested.connect(studio.show_node)
    analysis.forecast_requested.connect(studio.forecasts.on_requested)
    analysis.copy_requested.connect(studio.analysis.on_copy)
    analysis.export_requested.connect(studio.analysis.on_export)
    try_it.trial_requested.connect(studio.try_it.on_trial)
    try_it.keep_requested.connect(studio.try_it.on_keep)
    try_it.node_requested.connect(studio.show_node)
    studio.window.history_panel.step_requested.connect(studio.session.go_to_step)
    studio.window.runs_panel.run_selected.connect(studio.runs.show_run)
    studio.window.runs_panel.groups_selected.connect(studio.runs.show_groups)
    studio.window.runs_panel.state_chosen.connect(studio.runs.take_state)
