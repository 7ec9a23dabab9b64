"""The sample data that comes with the program, and how each set is best used."""

from dataclasses import dataclass

from flaxstudio.project.config import DatasetSpec


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """A bundled set: where it is from, under which licence, and the spec, loss and Input shape that suit it."""

    name: str
    title: str
    summary: str
    source: str
    licence: str
    dataset: DatasetSpec
    loss: str
    shape: tuple[int, ...]


_UCI = "UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset"
_LICENCE = "CC BY 4.0"
_PIXELS = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
_IRIS = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
_WINE = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline",
)  # fmt: skip

SAMPLES = (
    SampleInfo(
        "digits",
        "Handwritten digits",
        "1,797 images of 8x8 pixels and the digit each shows.",
        f"{_UCI}/80 (E. Alpaydin, C. Kaynak)",
        _LICENCE,
        DatasetSpec("sample:digits", _PIXELS, ("digit",), "classes", "range"),
        "cross_entropy",
        (8, 8, 1),
    ),
    SampleInfo(
        "iris",
        "Iris flowers",
        "150 flowers of three species, told apart by four sizes.",
        f"{_UCI}/53 (R. A. Fisher)",
        _LICENCE,
        DatasetSpec("sample:iris", _IRIS, ("species",), "classes", "standard"),
        "cross_entropy",
        (4,),
    ),
    SampleInfo(
        "wine",
        "Wines",
        "178 wines of three cultivars, told apart by 13 measurements.",
        f"{_UCI}/109 (S. Aeberhard, M. Forina)",
        _LICENCE,
        DatasetSpec("sample:wine", _WINE, ("cultivar",), "classes", "standard"),
        "cross_entropy",
        (13,),
    ),
    SampleInfo(
        "linear",
        "Noisy linear map",
        "20 made-up rows of the Flax basics notebook: ten numbers in, five out, and a little noise.",
        "Drawn by JAX, https://flax-linen.readthedocs.io/en/latest/guides/flax_fundamentals/flax_basics.html",
        "Apache-2.0",
        DatasetSpec(
            "sample:linear",
            tuple(f"x{i}" for i in range(10)),
            tuple(f"y{i}" for i in range(5)),
            validation=0.0,
            test=0.0,
        ),
        "half_squared_error",
        (10,),
    ),
)


def sample_info(name: str) -> SampleInfo | None:
    """Return the sample set of that name, if there is one."""
    return next((info for info in SAMPLES if info.name == name), None)
