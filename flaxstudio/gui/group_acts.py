"""What the user asks of the optimizer's groups on the canvas: put layers into one, take them out, see who is in it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from flaxstudio.gui.group_signs import GroupSign, NodeSigns, path_at, sign_icon, sign_of
from flaxstudio.gui.main_window import MainWindow
from flaxstudio.gui.name_popup import NamePopup
from flaxstudio.gui.session import Session
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.edits import set_training
from flaxstudio.project.optim_check import optimizer_problems
from flaxstudio.project.optim_groups import group_at, new_group_name, with_group, with_paths_in_group
from flaxstudio.project.optimizer import Group, OptimizerSpec
from flaxstudio.project.place import Place

_FROZEN = "frozen"


class GroupActs(QObject):
    """Slots for groups of params as they lie on the graph. `say` tells what cannot be done, and why."""

    def __init__(self, session: Session, window: MainWindow, tokens: Callable[[], Tokens], say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._session, self._window, self._tokens, self._say = session, window, tokens, say
        self.popup = NamePopup(tokens(), window)
        self.menu_shown: QMenu | None = None
        self._signs, self._place = NodeSigns(), Place()

    def on_put(self) -> None:
        """Let the user choose a group for the selected layers."""
        if not self._modules():
            self._say(self.tr("Select layers with params: they are what a group of the optimizer is made of."))
            return
        self.menu_shown = menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        self.fill(menu)
        menu.popup(self._corner())
        menu.setActiveAction(menu.actions()[0])

    def fill(self, menu: QMenu) -> None:
        """Offer the groups for what is selected; nothing where no layer with params is."""
        names = self._modules()
        if not names:
            return
        groups, paths = self._spec.groups, self._paths(names)
        for group in groups:
            action = menu.addAction(sign_icon(sign_of(groups, group), self._tokens()), sign_of(groups, group).words)
            action.setCheckable(True)
            action.setChecked(all(group_at(path, groups) is group for path in paths))
            action.triggered.connect(partial(self._put, names, group.name))
        menu.addAction(self.tr("New group…")).triggered.connect(partial(self._ask, names))
        if not any(group.name == _FROZEN for group in groups):
            menu.addAction(self.tr("Freeze")).triggered.connect(partial(self._freeze, names))
        if any(group_at(path, groups) is not None for path in paths):
            menu.addSeparator()
            menu.addAction(self.tr("No group")).triggered.connect(partial(self._put, names, ""))

    def on_members_requested(self, name: str) -> None:
        """Select the layers of a group on the canvas."""
        if not self._members(name):
            self._session.go_to(Place())
        names, canvas = self._members(name), self._window.canvas
        canvas.select(names)
        if names and not canvas.can_see(names):
            canvas.acts["fit_selection"]()
        self._say(self._count(name, len(names)))

    def display(self) -> None:
        """Show in the panel how many layers of the open graph each group has."""
        if self._spec.groups:
            counts = Counter(sign.name for sign in self._worn().values())
            groups = self._window.training_panel.optimizer.groups
            self._window.sight.show("training", "groups", lambda: groups.show_counts(counts))

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self.popup.set_tokens(tokens)

    @property
    def _spec(self) -> OptimizerSpec:
        return self._session.document.project.training.optimizer

    def _modules(self) -> tuple[str, ...]:
        """Return the selected nodes that have params; none in a block that was opened by itself, which is in no model."""
        graph, catalogue = self._session.shown.graph, self._session.catalogue
        if self._session.place.root:
            return ()
        specs = ((name, catalogue.get(graph.node(name).layer)) for name in self._window.canvas.selected_nodes())
        return tuple(name for name, spec in specs if spec is not None and spec.is_module)

    def _paths(self, names: tuple[str, ...]) -> tuple[str, ...]:
        project, place = self._session.document.project, self._session.place
        return tuple(dict.fromkeys(path_at(project, place, name) for name in names))

    def _worn(self) -> dict[str, GroupSign]:
        """Return the signs of the layers of the open graph."""
        project, place, graph = self._session.document.project, self._session.place, self._session.shown.graph
        if not self._signs.is_of(project, place) or place != self._place:
            self._signs, self._place = NodeSigns(project, place), place
        return self._signs.worn(graph, {layer: self._session.catalogue.get(layer) for layer in {n.layer for n in graph.nodes}})

    def _members(self, name: str) -> tuple[str, ...]:
        """Return which layers of the open graph are in a group, whole."""
        return tuple(node for node, sign in self._worn().items() if sign.name == name)

    def _count(self, name: str, count: int) -> str:
        if not count:
            return self.tr("No whole layer that is shown here is in the group {0}.").format(name)
        text = self.tr("{0} layer is in the group {1}.") if count == 1 else self.tr("{0} layers are in the group {1}.")
        return text.format(count, name)

    def _put(self, names: tuple[str, ...], group: str) -> None:
        which = names[0] if len(names) == 1 else self.tr("{0} layers").format(len(names))
        words = self.tr("Put {0} into the group {1}") if group else self.tr("Take {0} out of the optimizer's groups")
        self._change(with_paths_in_group(self._spec, self._paths(names), group), words.format(which, group))

    def _freeze(self, names: tuple[str, ...]) -> None:
        which = names[0] if len(names) == 1 else self.tr("{0} layers").format(len(names))
        spec = with_group(self._spec, Group(_FROZEN, (), is_frozen=True))
        self._change(with_paths_in_group(spec, self._paths(names), _FROZEN), self.tr("Freeze {0}").format(which))

    def _ask(self, names: tuple[str, ...]) -> None:
        name, title = new_group_name(self._spec.groups), self.tr("Name of the new group of params")
        self.popup.ask(title, self.tr("Make group"), name, self._corner(), partial(self._make, names))

    def _make(self, names: tuple[str, ...], name: str) -> str:
        """Make a group of layers; return why not, if it cannot be."""
        if name in {group.name for group in self._spec.groups}:
            return self.tr("There is a group “{0}” already.").format(name)
        alone = OptimizerSpec(groups=(Group(name, ("x",)),))
        if faults := optimizer_problems(alone):
            return str(faults[0])
        self._put(names, name)
        self._window.raise_dock("training")
        self._window.training_panel.optimizer.reveal_group(name)
        return ""

    def _change(self, spec: OptimizerSpec, words: str) -> None:
        training = self._session.document.project.training
        if spec == training.optimizer:
            self._say(self.tr("They are there already."))
        else:
            self._session.edit(set_training(replace(training, optimizer=spec), words))

    def _corner(self) -> QPoint:
        """Return where a menu or popup is to stand: at the pointer over the canvas, else at its middle."""
        view = self._window.canvas.view.viewport()
        at = QCursor.pos()
        is_over = view.rect().contains(view.mapFromGlobal(at))
        return at if is_over else view.mapToGlobal(view.rect().center())
