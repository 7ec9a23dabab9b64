"""How the optimizer's groups of params look: a colour with a letter, so that neither is alone, and what is done in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.spec import LayerSpec
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Color
from flaxstudio.project.optim_groups import SEVERAL, group_at, is_several, path_of, path_to
from flaxstudio.project.optimizer import Group
from flaxstudio.project.place import Place, block_at
from flaxstudio.project.project import Project

_COLORS: tuple[Color, ...] = ("violet", "teal", "orange", "green", "red", "blue", "yellow", "grey")
_SIZE = 16
_LETTER = 0.7
"""Of a sign's height."""


@dataclass(frozen=True, slots=True)
class GroupSign:
    """A group as it is drawn: its disc with a letter, its name, and what is done with its params."""

    color: Color
    letter: str
    name: str
    treatment: str

    @property
    def words(self) -> str:
        """The name, and the treatment where there is any."""
        return f"{self.name} · {self.treatment}" if self.treatment not in ("", self.name) else self.name


def sign_of(groups: Sequence[Group], group: Group) -> GroupSign:
    """Return the sign of one of the groups: its place gives colour and letter."""
    place = groups.index(group)
    return GroupSign(_COLORS[place % len(_COLORS)], _letter(place), group.name, treatment(group))


def treatment(group: Group) -> str:
    """Return what is done with a group's params, "" where it is what is done with all."""
    if group.is_frozen:
        return QCoreApplication.translate("Groups", "frozen")
    if group.optimizer is not None:
        return group.optimizer.name
    return f"× {group.rate:g}" if group.rate != 1.0 else ""


class NodeSigns:
    """Tells the sign of each node of the graph at a place; a name is looked up once while the groups stay."""

    def __init__(self, project: Project | None = None, place: Place = Place()) -> None:
        self._groups = project.training.optimizer.groups if project is not None and not place.root else ()
        self._prefix = _prefix(project, place) if project is not None and self._groups else ""
        self._known: dict[str, GroupSign | None] = {}

    def is_of(self, project: Project, place: Place) -> bool:
        """Return whether these are the signs at that place of a project."""
        groups = project.training.optimizer.groups if not place.root else ()
        return groups is self._groups or (not groups and not self._groups)

    def worn(self, graph: Graph, specs: Mapping[str, LayerSpec | None]) -> dict[str, GroupSign]:
        """Return the signs of the nodes that have params, by their names; `specs` are those of the layers."""
        if not self._groups:
            return {}
        layers = {layer for layer, spec in specs.items() if spec is not None and spec.is_module}
        modules = (node for node in graph.nodes if node.layer in layers)
        return {node.name: sign for node in modules if (sign := self._sign(path_of(graph, node))) is not None}

    def _sign(self, inner: str) -> GroupSign | None:
        path = self._prefix + inner
        if path not in self._known:
            group = group_at(path, self._groups)
            self._known[path] = sign_of(self._groups, group) if group is not None else None
        return self._known[path]


def path_at(project: Project, place: Place, name: str) -> str:
    """Return the path that means all params of a node of the graph at a place inside the model."""
    return _prefix(project, place) + path_to(_graph_at(project, place), name)


def paint_sign(painter: QPainter, box: QRectF, sign: GroupSign, tokens: Tokens) -> None:
    """Paint a sign's disc into a square."""
    font = QFont(painter.font())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.marks[sign.color]))
    painter.drawEllipse(box)
    font.setPixelSize(round(box.height() * _LETTER))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(tokens.panel))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign.letter)


def sign_icon(sign: GroupSign, tokens: Tokens, ratio: float = 2.0) -> QIcon:
    """Return a sign's disc as an icon."""
    pixmap = QPixmap(round(_SIZE * ratio), round(_SIZE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(body_font())
    paint_sign(painter, QRectF(0.5, 0.5, _SIZE - 1, _SIZE - 1), sign, tokens)
    painter.end()
    drawn = QIcon(pixmap)
    drawn.addPixmap(pixmap, QIcon.Mode.Selected)  # else a selected row would tint it
    return drawn


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _prefix(project: Project, place: Place) -> str:
    """Return the beginning of the paths at a place: the nodes that were opened on the way."""
    steps, way = [], Place(place.root)
    for name in place.path:
        node = _graph_at(project, way).node(name)
        steps.append(f"{name}{SEVERAL if is_several(node) else ''}/")
        way = way.inner(name)
    return "".join(steps)


def _graph_at(project: Project, place: Place) -> Graph:
    block = block_at(project, place)
    return project.library.block(block).graph if block else project.graph
