"""Projects to start from, built by the very edits a user would make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flaxstudio.graph.graph import Graph, Port, Value
from flaxstudio.graph.layout import tidy
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.drawings import Drawing, autoencoder, explicit_mlp, residual_cnn, vision_transformer
from flaxstudio.project.edits import Edit, add_node, connect, new_name, rename_model, set_dataset, set_training
from flaxstudio.project.project import Position, Project

_STEP = 240.0
"""Distance of two nodes in a row; a node is about 200 wide."""

_NODE = (220.0, 80.0)
"""The largest a node is drawn."""

Layer = tuple[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Template:
    """A project to start from: its name on the command line, title, one line about it, and what to expect of a run.

    Its graph is a row of `layers`, or what `drawing` draws.
    """

    name: str
    title: str
    summary: str
    expected: str
    model: str = "Model"
    layers: Sequence[Layer] = ()
    dataset: DatasetSpec | None = None
    training: TrainConfig = TrainConfig()
    drawing: Callable[[Catalogue], Drawing] | None = None


def _dense(features: int) -> Layer:
    return "Dense", {"features": features}


def _conv(features: int) -> Layer:
    return "Conv", {"features": features, "use_bias": False}  # BatchNorm follows, which has a bias of its own


def _input(*shape: int) -> Layer:
    return "Input", {"shape": shape}


_RELU: Layer = ("relu", {})
_POOL: Layer = ("MaxPool", {})
_NORM: Layer = ("BatchNorm", {"momentum": 0.9})
_OUTPUT: Layer = ("Output", {})
_PIXELS = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))

TEMPLATES = (
    Template("empty", "Empty project", "An empty canvas.", ""),
    Template(
        "linear-regression",
        "Linear regression",
        "The first example of the Flax basics notebook: one Dense fitted to 20 noisy samples by gradient descent.",
        "Loss 35.34 at step 0, 0.01158 at step 100, as in the notebook.",
        "LinearRegression",
        (_input(10), _dense(5), _OUTPUT),
        DatasetSpec(
            "sample:linear",
            tuple(f"x{i}" for i in range(10)),
            tuple(f"y{i}" for i in range(5)),
            validation=0.0,
            test=0.0,
        ),
        TrainConfig(
            "half_squared_error",
            OptimizerSpec("sgd", 0.3),
            batch_size=None,
            steps=101,
            classic_random=True,
            initialization="layer",
        ),
    ),
    Template(
        "digits-mlp",
        "Digits, dense",
        "Handwritten digits of 8x8 pixels, told apart by a network of Dense layers.",
        "At least 97 % test accuracy in a few seconds.",
        "DigitsMLP",
        (_input(64), _dense(256), _RELU, ("Dropout", {"rate": 0.3}), _dense(128), _RELU, _dense(10), _OUTPUT),
        DatasetSpec("sample:digits", _PIXELS, ("digit",), "classes", "range"),
        TrainConfig("cross_entropy", OptimizerSpec("adamw", 1e-3, {"weight_decay": 1e-2}), batch_size=64, steps=2000),
    ),
    Template(
        "digits-cnn",
        "Digits, convolutional",
        "Handwritten digits of 8x8 pixels, told apart by convolutions, pooling, BatchNorm and Dropout.",
        "At least 98 % test accuracy in some ten seconds.",
        "DigitsCNN",
        (
            _input(8, 8, 1),
            _conv(32), _NORM, _RELU,
            _conv(64), _NORM, _RELU, _POOL,
            _conv(64), _NORM, _RELU, ("GlobalAvgPool", {}),
            ("Dropout", {"rate": 0.3}), _dense(10), _OUTPUT,
        ),
        DatasetSpec("sample:digits", _PIXELS, ("digit",), "classes", "range"),
        TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-3), batch_size=64, steps=1000),
    ),
    Template(
        "explicit-mlp",
        "Explicit MLP",
        "The notebook's ExplicitMLP: one Dense for each number of the field features, relu between them.",
        "Fits the notebook's 20 samples to a loss below 0.0001 in a second.",
        "ExplicitMLP",
        drawing=explicit_mlp,
        dataset=DatasetSpec(
            "sample:linear", tuple(f"x{i}" for i in range(10)), tuple(f"y{i}" for i in range(5)), validation=0.0, test=0.0
        ),
        training=TrainConfig("mean_squared_error", OptimizerSpec("adam", 1e-2), batch_size=None, steps=500),
    ),
    Template(
        "digits-residual",
        "Digits, residual",
        "Handwritten digits told apart by a small ResNet: one residual block, repeated.",
        "About 99 % test accuracy in some twenty seconds.",
        "DigitsResNet",
        drawing=residual_cnn,
        dataset=DatasetSpec("sample:digits", _PIXELS, ("digit",), "classes", "range"),
        training=TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-3), batch_size=64, steps=600),
    ),
    Template(
        "digits-transformer",
        "Digits, transformer",
        "Handwritten digits told apart by a vision transformer: patches, attention, two encoder blocks.",
        "About 97 % test accuracy in half a minute.",
        "DigitsTransformer",
        drawing=vision_transformer,
        dataset=DatasetSpec("sample:digits", _PIXELS, ("digit",), "classes", "range"),
        training=TrainConfig("cross_entropy", OptimizerSpec("adamw", 1e-3), batch_size=64, steps=800),
    ),
    Template(
        "digits-autoencoder",
        "Digits, autoencoder",
        "Digits squeezed into 16 numbers and drawn again, by a model whose encode and decode are methods.",
        "Keeps about 88 % of the variance of new digits, in a few seconds.",
        "AutoEncoder",
        drawing=autoencoder,
        dataset=DatasetSpec("sample:digits", _PIXELS, _PIXELS, scaling="range"),
        training=TrainConfig("mean_squared_error", OptimizerSpec("adam", 1e-3), batch_size=64, steps=2000),
    ),
    Template(
        "iris",
        "Iris flowers",
        "Three species told apart by four sizes, standardised by the training flowers.",
        "About 95 % test accuracy in a second.",
        "Iris",
        (_input(4), _dense(16), _RELU, _dense(3), _OUTPUT),
        DatasetSpec(
            "sample:iris",
            ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm"),
            ("species",),
            "classes",
            "standard",
        ),
        TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-2), batch_size=16, steps=500),
    ),
    Template(
        "wine",
        "Wines",
        "Three cultivars told apart by 13 measurements, standardised by the training wines.",
        "About 97 % test accuracy in a second.",
        "Wine",
        (_input(13), _dense(32), _RELU, ("Dropout", {"rate": 0.3}), _dense(3), _OUTPUT),
        DatasetSpec(
            "sample:wine",
            (
                "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
                "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline",
            ),
            ("cultivar",),
            "classes",
            "standard",
        ),
        TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-2), batch_size=16, steps=500),
    ),
)  # fmt: skip


def build_template(name: str, catalogue: Catalogue) -> Project:
    """Return the project of a template; ProblemError if there is none of that name."""
    template = next((template for template in TEMPLATES if template.name == name), None)
    if template is None:
        raise ProblemError(f"There is no template “{name}”.", f"Choose one of {', '.join(t.name for t in TEMPLATES)}.")
    project = _applied(Project(), rename_model(template.model))
    project = _applied(project, set_dataset(template.dataset))
    project = _applied(project, set_training(template.training))
    if template.drawing is None:
        return row_of_layers(project, template.layers, catalogue)
    graph, library = template.drawing(catalogue)
    block_positions = {block.name: _placed(block.graph) for block in library.blocks}
    return replace(project, graph=graph, library=library, positions=_placed(graph), block_positions=block_positions)


def _placed(graph: Graph) -> dict[str, Position]:
    """Return where nodes stand; how wide each will be drawn is not known here, so all get the most."""
    return tidy(graph, dict.fromkeys(graph.names(), _NODE))


def row_of_layers(project: Project, layers: Sequence[Layer], catalogue: Catalogue) -> Project:
    """Return the project with a row of layers from left to right, each wired to the one before."""
    last = ""
    for index, (layer, attributes) in enumerate(layers):
        spec = catalogue[layer]
        name = new_name(project, spec)
        project = _applied(project, add_node(spec, name, (index * _STEP, 0.0), attributes))
        if last:
            project = _applied(project, connect(Port(last, "out"), Port(name, "in"), catalogue))
        last = name
    return project


def _applied(project: Project, edit: Edit) -> Project:
    return edit.apply(project)
