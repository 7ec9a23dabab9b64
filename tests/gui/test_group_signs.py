"""Groups wear a colour and a letter, on the canvas as in the panel; inside blocks too, and nowhere else."""

from dataclasses import replace

from PySide6.QtCore import QSize

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.library import Block, Library
from flaxstudio.gui.group_signs import NodeSigns, path_at, sign_icon, sign_of
from flaxstudio.gui.optax_pages import linked, page_of
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_links import AROUND, LINKS
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optim_schedules import SCHEDULES
from flaxstudio.project.optimizer import Group, OptimizerSpec
from flaxstudio.project.place import Place
from flaxstudio.project.project import Project

GROUPS = (
    Group("stem", ("conv_1",), is_frozen=True),
    Group("head", ("dense_*",), 10.0),
    Group("inner", ("unit_1_[0-9]*/dense_1",), optimizer=OptimizerSpec("sgd")),
)
INSIDE = Graph((Node("dense_1", "Dense"), Node("dense_2", "Dense")))
PROJECT = Project(
    graph=Graph(
        (Node("conv_1", "Conv"), Node("dense_1", "Dense"), Node("unit_1", "Unit", {"repeat": 2}), Node("dense_relu", "relu"))
    ),
    library=Library((Block("Unit", INSIDE),)),
    training=TrainConfig(optimizer=OptimizerSpec(groups=GROUPS)),
)


def letters(signs: NodeSigns, graph: Graph) -> list[str]:
    known = {layer: catalogue_of(PROJECT.library, catalogue()).get(layer) for layer in ("Conv", "Dense", "Unit", "relu")}
    worn = signs.worn(graph, known)
    return [worn[name].letter if name in worn else "" for name in graph.names()]


def test_a_sign_has_a_colour_a_letter_and_words_of_its_own() -> None:
    signs = [sign_of(GROUPS, group) for group in GROUPS]
    assert [sign.words for sign in signs] == ["stem · frozen", "head · × 10", "inner · sgd"]
    assert len({sign.color for sign in signs}) == len({sign.letter for sign in signs}) == 3


def test_there_are_as_many_letters_as_groups() -> None:
    many = tuple(Group(f"g{number}", ("a",)) for number in range(40))
    assert len({sign_of(many, group).letter for group in many}) == 40


def test_nodes_have_the_sign_of_the_group_they_stand_in() -> None:
    assert letters(NodeSigns(PROJECT), PROJECT.graph) == ["A", "B", "", ""]


def test_inside_a_block_the_way_there_counts() -> None:
    place = Place(path=("unit_1",))
    assert letters(NodeSigns(PROJECT, place), INSIDE) == ["C", ""]
    assert path_at(PROJECT, place, "dense_2") == "unit_1_[0-9]*/dense_2"
    assert letters(NodeSigns(PROJECT, Place("Unit")), INSIDE) == ["", ""]


def test_signs_stay_while_the_groups_do() -> None:
    signs = NodeSigns(PROJECT)
    assert signs.is_of(replace(PROJECT, name="Other"), Place())
    assert not signs.is_of(replace(PROJECT, training=TrainConfig()), Place())
    assert NodeSigns().is_of(replace(PROJECT, training=TrainConfig()), Place())


def test_a_sign_is_drawn_in_both_themes(qapp) -> None:
    for tokens in (LIGHT, DARK):
        assert not sign_icon(sign_of(GROUPS, GROUPS[0]), tokens).pixmap(QSize(16, 16)).isNull()


def test_everything_of_optax_has_its_page() -> None:
    for option in (*OPTIMIZERS, *LINKS, *AROUND, *SCHEDULES):
        assert page_of(option.name).startswith("https://optax.readthedocs.io/en/latest/api/")
    assert page_of("adamw").endswith("optimizers.html#optax.adamw")
    assert page_of("clip").endswith("transformations.html#optax.clip")
    assert page_of("MultiSteps").endswith("optimizer_wrappers.html#optax.MultiSteps")
    assert page_of("contrib.muon").endswith("contrib.html#optax.contrib.muon")
    assert "&lt;b&gt;" in linked("<b>", "adam")
