"""Commands that select by what the graph is: upstream, downstream, connected, the same layer, all others."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flaxstudio.graph.order import connected, downstream, upstream

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.scene import GraphScene


def selecting_acts(scene: "GraphScene") -> dict[str, Callable[[], None]]:
    """Return the acts by their commands' names. Each adds to what is selected; without a selection nothing happens."""

    def add(found: Callable[[tuple[str, ...]], Iterable[str]]) -> Callable[[], None]:
        def act() -> None:
            if names := scene.selected_nodes():
                more = frozenset(found(names))
                scene.select([*names, *(name for name in scene.nodes if name in more and name not in names)])

        return act

    return {
        "select_upstream": add(lambda names: upstream(scene.project.graph, names)),
        "select_downstream": add(lambda names: downstream(scene.project.graph, names)),
        "select_connected": add(lambda names: connected(scene.project.graph, names)),
        "select_same": add(lambda names: _same_layers(scene, names)),
        "select_invert": lambda: _invert(scene),
    }


def _invert(scene: "GraphScene") -> None:
    before = frozenset(scene.selected_nodes())
    scene.select([name for name in scene.nodes if name not in before])


def _same_layers(scene: "GraphScene", names: tuple[str, ...]) -> Iterable[str]:
    layers = {scene.nodes[name].content.layer for name in names}
    return (name for name, item in scene.nodes.items() if item.content.layer in layers)
