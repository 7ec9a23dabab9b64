"""The parts of the application made and held together, with the slots that belong to no single act."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.advice_acts import AdviceActs
from flaxstudio.gui.analysis_acts import AnalysisActs
from flaxstudio.gui.announcer import Announcer
from flaxstudio.gui.arrange_acts import ArrangeActs
from flaxstudio.gui.background import Worker
from flaxstudio.gui.beside_acts import BesideActs
from flaxstudio.gui.block_acts import BlockActs
from flaxstudio.gui.canvas.accessible import install_accessibility
from flaxstudio.gui.clip_acts import ClipActs
from flaxstudio.gui.code_acts import CodeActs
from flaxstudio.gui.data_acts import DataActs
from flaxstudio.gui.dialogs.about import show_about
from flaxstudio.gui.export_acts import ExportActs
from flaxstudio.gui.file_acts import SUFFIX, FileActs
from flaxstudio.gui.find_acts import FindActs
from flaxstudio.gui.forecast_acts import ForecastActs
from flaxstudio.gui.foreign_acts import ForeignActs
from flaxstudio.gui.graph_acts import GraphActs
from flaxstudio.gui.group_acts import GroupActs
from flaxstudio.gui.help_acts import HelpActs
from flaxstudio.gui.import_code_acts import ImportCodeActs
from flaxstudio.gui.interrupted_acts import InterruptedActs
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.members_acts import MembersActs
from flaxstudio.gui.node_menu import NodeMenu
from flaxstudio.gui.optimizer_source import written_optimizer
from flaxstudio.gui.palette_acts import PaletteActs
from flaxstudio.gui.panels.run_state import progress_text
from flaxstudio.gui.preference_acts import PreferenceActs
from flaxstudio.gui.probe_acts import ProbeActs
from flaxstudio.gui.problem_acts import ProblemActs
from flaxstudio.gui.restyling import Restyling
from flaxstudio.gui.run_acts import RunActs
from flaxstudio.gui.runner import Runner
from flaxstudio.gui.session import Session
from flaxstudio.gui.settings import Settings, ThemeChoice
from flaxstudio.gui.start_content import recent_projects_with_pictures, template_cards
from flaxstudio.gui.start_page import RecentProject, TemplateCard
from flaxstudio.gui.theme import tokens_for
from flaxstudio.gui.tokens import Tokens
from flaxstudio.gui.trust import Trust
from flaxstudio.gui.try_it_acts import TryItActs
from flaxstudio.gui.variables_acts import VariablesActs
from flaxstudio.gui.view_acts import ViewActs
from flaxstudio.gui.warm_up import WarmUp
from flaxstudio.gui.wire_acts import WireActs
from flaxstudio.project.consent import consent_file
from flaxstudio.project.plugins import plugin_folder

DOCUMENTATION = "https://flax-linen.readthedocs.io"
_NOTE_MS = 8000

StartContent = tuple[tuple[RecentProject, ...], tuple[TemplateCard, ...]]


class Studio(QObject):
    """Makes every part once; `gui.wiring` joins them."""

    def __init__(self, app: QApplication, settings: Settings, window: MainWindow, catalogue: Catalogue, tokens: Tokens) -> None:
        super().__init__()
        install_accessibility()
        self.restyling = Restyling(app, self)
        self.settings = settings
        self.tokens = tokens
        self.catalogue = catalogue
        self.window = window
        self.announcer = Announcer(window)
        warm_up = WarmUp()
        self.trust = Trust(consent_file(), window, lambda: self.tokens, self.complain)
        self.session = Session(self.catalogue, warm_up, self, self.trust.hashes)
        self.runner = Runner(lambda: self.session.catalogue, warm_up, self)
        self.files = FileActs(self.session, self.runner, settings, self.window, self.say, self.complain, self.show_canvas)
        self.imports = ImportCodeActs(self.catalogue, settings, self.window, warm_up, self.files.open_new, self.complain)
        self.codes = CodeActs(self.session, self.trust, plugin_folder(), window, lambda: self.tokens, self.say, self.complain)
        self.graph = GraphActs(self.session, self.window.canvas, self.codes.with_layer, self)
        self.wires = WireActs(self.session, self.window.canvas, self)
        self.clips = ClipActs(self.session, self.window.canvas, self.say, self.complain, self)
        self.arrange = ArrangeActs(self.session, self.window.canvas, self)
        self.foreign = ForeignActs(self.session, self.trust, settings, window, lambda: self.tokens, warm_up, self.graph.place)
        self.beside = BesideActs(self.session, self.window.canvas, self)
        self.advice = AdviceActs(self.session, self.window.canvas, self.say, self)
        self.blocks = BlockActs(self.session, self.window.canvas, lambda: self.tokens, self.window)
        self.finds = FindActs(self.session, window.canvas, self.blocks.show_node, self)
        self.view = ViewActs(settings, self.session, window, self)
        self.problems = ProblemActs(self.session, window, self.show_node, self.graph.on_fix_requested, self.say)
        self.groups = GroupActs(self.session, window, lambda: self.tokens, self.say)
        self.node_menu = NodeMenu(self.session, window.canvas, self.graph, self.groups, window.actions_by_name, window)
        self.preferences = PreferenceActs(settings, window, warm_up)
        self.help = HelpActs(self.session, settings, window, lambda: self.tokens, self.say, self.complain)
        self.palette = PaletteActs(
            self.session,
            settings,
            window,
            self.graph,
            tokens,
            self.files.on_open_path,
            self.files.on_template,
            self.show_node,
        )
        self.data = DataActs(self.session, settings, self.window, self.complain)
        self.exports = ExportActs(self.session, settings, self.window, lambda: self.tokens, warm_up)
        self.variables = VariablesActs(
            self.session,
            settings,
            window.variables_panel,
            window,
            lambda: self.tokens,
            lambda: self.runner.is_busy,
            warm_up,
            self.say,
            self.complain,
        )
        self.try_it = TryItActs(self.session, window.try_it_panel, window, lambda: self.runner.is_busy, warm_up, self.complain)
        self.probes = ProbeActs(self.session, window.canvas, self.try_it, self.say, self)
        self.analysis = AnalysisActs(self.session, settings, window, warm_up, self.say, self.complain)
        self.forecasts = ForecastActs(self.session, window, lambda: self.trust.hashes)
        self.runs = RunActs(self.session, self.runner, window, self.codes.review, self.say, self.complain, self.show_node)
        self.members = MembersActs(self.session, self.runner, self.runs, window, self.say, self.complain)
        begin = self.runs.go_on_with
        self.interrupted = InterruptedActs(self.session, self.runner, window.offer, self.files.open_document, begin, self)
        self._was_busy = False
        self.optimizer_worker = Worker(written_optimizer, self)
        self.device_worker = Worker(_describe_device(warm_up), self)
        self.start_page_worker = Worker(self._draw_start_page, self)

    # starting and closing

    def begin(self) -> None:
        """Show what is known and let the background work begin: it imports jax."""
        self._mark_theme()
        self.preferences.apply()
        self.view.apply()
        self.window.set_layout(self.settings.layout)
        self.on_session_changed()
        self.session.begin_examining()
        self.codes.watch.begin()
        self.interrupted.begin()
        self.device_worker.ask("device")
        self._show_recent()

    def may_close(self) -> bool:
        """See to unsaved work, then end all threads; False keeps the window open."""
        is_free = False
        if not self.codes.may_close():
            return False

        def leave() -> None:
            nonlocal is_free
            is_free = True

        self.files.after_leaving(leave, then_close=self.window.close)
        if is_free:
            self.close()
        return is_free

    def close(self) -> None:
        """End all threads and remember the window."""
        self.settings.keep_window(self.window.saveGeometry(), self.window.layout_state())
        self.runner.stop_and_wait()
        self.exports.cancel()
        self.imports.cancel()
        self.codes.close()
        self.arrange.close()
        self.foreign.close()
        self.variables.close()
        self.probes.close()
        self.try_it.close()
        self.analysis.close()
        self.forecasts.close()
        self.data.close()
        self.files.close()
        self.interrupted.close()
        self.device_worker.close()
        self.optimizer_worker.close()
        self.start_page_worker.close()
        self.restyling.close()
        self.session.close()

    # what is known, shown

    def show_optimizer(self) -> None:
        """Have the optimizer's text written, where the source panel shows it; wrapping its lines takes too long for here."""
        if self.window.code_panel.shows_optimizer:
            training = self.session.document.project.training
            self.optimizer_worker.ask_once((training.optimizer, training.steps))

    def on_session_changed(self) -> None:
        self.window.display(self.session.knowledge)
        self.display_run()
        self._display_learnt()

    def display_run(self) -> None:
        """Show how the run stands: this comes many times a second while one goes."""
        known = self.session.knowledge
        state = self.runner.state_for(known.project, known.results)
        self.window.display_run(state, progress_text(state))
        if state.is_busy != self._was_busy:
            self._was_busy = state.is_busy
            self._display_learnt()

    def _display_learnt(self) -> None:
        """Show the variables, and whether a run keeps one from changing or trying them."""
        self.window.sight.show("variables", "all", self.variables.display)
        self.window.sight.show("try_it", "all", self.try_it.display)

    def say(self, text: str) -> None:
        """Tell in passing, at the window's foot, what was done."""
        self.window.statusBar().showMessage(text, _NOTE_MS)
        self.announcer.tell(text)

    def complain(self, text: str) -> None:
        """Show what could not be done, until it is dismissed or something else is opened."""
        self.window.notice.display(text)
        self.announcer.tell(text)

    def on_device_found(self, _question: object, text: object) -> None:
        self.window.display_device(str(text))

    # start page and canvas

    def show_start_page(self) -> None:
        """Show the start page with fresh pictures."""
        self._show_recent()
        self.window.show_start_page(True)

    def on_start_page_drawn(self, _question: object, content: StartContent) -> None:
        self.window.start_page.display(*content)

    def _show_recent(self) -> None:
        self.start_page_worker.ask((self.settings.recent, self.tokens, self.window.devicePixelRatioF()))

    def _draw_start_page(self, question: tuple[tuple[Path, ...], Tokens, float]) -> StartContent:
        paths, tokens, ratio = question
        recent = recent_projects_with_pictures(paths, self.catalogue, tokens, ratio)
        return recent, template_cards(self.catalogue, tokens, ratio)

    def show_canvas(self) -> None:
        """Bring the open project to the front."""
        self.window.notice.display("")
        self.window.show_start_page(False)
        self.window.show_last_run(self.session.knowledge.results)
        self.window.canvas.forget_views()
        self.window.canvas.show_beginning()

    def on_file_dropped(self, path: str) -> None:
        """Open a dropped file: a project as one, anything else as data."""
        if path.endswith(SUFFIX):
            self.files.on_open_path(path)
            return
        if self.window.is_start_page_shown:
            self.files.on_new()
        self.data.on_file_dropped(path)

    def fill_recent_menu(self) -> None:
        """List the projects opened last."""
        menu = self.window.recent_menu
        menu.clear()
        for path in self.settings.recent:
            menu.addAction(path.stem).triggered.connect(lambda _=False, path=path: self.files.on_open_path(str(path)))
        if menu.isEmpty():
            menu.addAction(self.tr("No projects yet")).setEnabled(False)

    # editor

    def use_layer(self, layer: str) -> None:
        """Offer a layer first from now on: it was used last."""
        self.settings.add_recent_layer(layer)
        self.show_recent_layers()

    def show_recent_layers(self) -> None:
        """Show which layers were used last."""
        self.window.palette_panel.set_recent(self.settings.recent_layers)
        self.window.canvas.search.set_recent(self.settings.recent_layers)

    def focus_name(self, _name: str = "") -> None:
        """Let the user type the selected node's name."""
        self.window.raise_dock("inspector")
        self.window.inspector.focus_name()

    def on_name_changed(self, old: str, new: str) -> None:
        if fault := self.graph.rename(old, new):
            self.window.inspector.show_fault(fault)

    def on_model_renamed(self, name: str) -> None:
        rename = self.blocks.rename if self.session.block else self.graph.rename_model
        if fault := rename(name):
            self.window.inspector.show_fault(fault)

    def on_field_renamed(self, old: str, new: str) -> None:
        if fault := self.graph.rename_field(old, new):
            self.window.inspector.model_page.fields.show_fault(old, fault)

    def on_line_clicked(self, line: int) -> None:
        block, node = self.session.knowledge.source.place_at(line)
        if node:
            self.blocks.show_node(block, node)

    def show_node(self, name: str, block: str = "") -> None:
        """Select a node of the model, or of a block, and bring it into sight."""
        self.blocks.show_node(block, name)

    def show_problems(self) -> None:
        """Bring the list of problems to the front."""
        self.window.raise_dock("problems")

    def validate(self) -> None:
        """List what is wrong, or say plainly that nothing is."""
        self.session.bring_up_to_date()
        known = self.session.knowledge
        self.window.focus_pane("problems")
        errors = sum(problem.severity == "error" for problem in known.problems)
        if not known.project.graph.nodes:
            self.say(self.tr("There are no layers yet. Add one with the Graph menu."))
        elif not known.problems and known.project.dataset is None:
            self.say(self.tr("No problems in the graph. Open data to train it."))
        elif not known.problems:
            self.say(self.tr("No problems. The model can be trained."))
        elif not errors:
            self.say(self.tr("Nothing prevents training; the warnings are worth a look."))
        else:
            self.say(self.tr("The model cannot be trained yet. The list tells why."))

    # theme and help

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Use a theme from now on."""
        self.settings.theme = choice
        self._apply_theme()

    def on_system_theme_changed(self) -> None:
        if self.settings.theme == "system":
            self._apply_theme()

    def show_documentation(self) -> None:
        """Open Flax's documentation in the browser."""
        QDesktopServices.openUrl(QUrl(DOCUMENTATION))

    def show_about(self) -> None:
        """Say what this program is."""
        show_about(self.window)

    def _apply_theme(self) -> None:
        self._mark_theme()
        tokens = tokens_for(self.settings.theme)
        if tokens is self.tokens:
            return
        self.tokens = tokens
        self.restyling.apply(tokens)
        self.window.set_tokens(tokens)
        self.codes.set_tokens(tokens)
        self.palette.set_tokens(tokens)
        self.groups.set_tokens(tokens)
        self._show_recent()

    def _mark_theme(self) -> None:
        for choice in ("system", "light", "dark"):
            self.window.actions_by_name[f"theme_{choice}"].setChecked(self.settings.theme == choice)


def _describe_device(warm_up: WarmUp) -> Callable[[object], str]:
    """Return a function for a background thread that tells in words which device runs will use."""

    def describe(_question: object) -> str:
        warm_up()
        import jax

        device = jax.devices()[0]
        kind = "" if device.platform == "cpu" else f" {device.device_kind}"
        return QCoreApplication.translate("Studio", "Device {0}").format(device.platform.upper() + kind)

    return describe
