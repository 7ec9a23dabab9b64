import math

import pytest

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.layers import catalogue

WHOLE = AttributeSpec("n", "int", 1, "", minimum=1, maximum=9)
SIZES = AttributeSpec("k", "ints", (3, 3), "", minimum=1, lengths=(1, 2))


@pytest.mark.parametrize("value", [0, 10, 1.5, True, "3", None, (1,)])
def test_a_whole_number_out_of_range_or_of_another_type_is_refused(value: Value) -> None:
    assert WHOLE.fault(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_must_be_finite(value: float) -> None:
    assert AttributeSpec("f", "float", 0.0, "").fault(value)


def test_sizes_are_checked_in_number_and_value() -> None:
    assert SIZES.fault((3,)) is None
    assert SIZES.fault((3, 0))
    assert SIZES.fault((3, 3, 3))
    assert SIZES.fault((3.0, 3))  # type: ignore[arg-type]


def test_a_choice_may_stand_for_an_expression() -> None:
    spec = AttributeSpec(
        "init", "choice", "zeros", "", choices=("zeros", "he"), expressions={"he": "nn.initializers.he_normal()"}
    )
    assert spec.source("he") == "nn.initializers.he_normal()"
    assert spec.source("zeros") == '"zeros"'
    assert spec.fault("__import__('os')")


@pytest.mark.parametrize("spec", catalogue().layers, ids=lambda spec: spec.name)
def test_every_layer_accepts_its_own_defaults(spec) -> None:  # type: ignore[no-untyped-def]
    assert [a.name for a in spec.attributes if a.fault(a.default)] == []
    assert spec.summary.endswith(".")
    assert set(spec.shown) <= {a.name for a in spec.attributes}
