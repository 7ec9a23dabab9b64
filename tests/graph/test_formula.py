import pytest

from flaxstudio.graph.formula import evaluate, fault_of_formula, formula_source, names_in, renamed, substituted
from flaxstudio.graph.graph import Formula

FIELDS = {"features": 8, "depth": 3, "sizes": (4, 5, 6), "rate": 0.5}


@pytest.mark.parametrize(
    ("text", "value", "source"),
    [
        ("features", 8, "self.features"),
        ("4 * features", 32, "4 * self.features"),
        ("features // 3 + -1", 1, "self.features // 3 + -1"),
        ("(features + 2) * depth", 30, "(self.features + 2) * self.depth"),
        ("sizes[1]", 5, "self.sizes[1]"),
        ("len(sizes)", 3, "len(self.sizes)"),
        ("(depth, depth)", (3, 3), "(self.depth, self.depth)"),
        ("rate / 2", 0.25, "self.rate / 2"),
    ],
)
def test_a_formula_is_computed_as_its_source_says(text: str, value: object, source: str) -> None:
    formula = Formula(text)
    assert fault_of_formula(formula, FIELDS) is None
    assert evaluate(formula, FIELDS) == value
    assert formula_source(formula) == source
    namespace = type("Fields", (), dict(FIELDS))()
    assert eval(source, {"self": namespace}) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "features.real", "(lambda: 1)()", "[x for x in sizes]", "features if depth else 1", "'text'",
        "features ** 99", "print(features)", "", "features +", "f'{features}'", "features := 3", "1e300", "x" * 300,
    ],
)  # fmt: skip
def test_what_is_not_a_plain_calculation_is_refused_and_never_written(text: str) -> None:
    assert "must be a calculation" in (fault_of_formula(Formula(text), {"features": 1, "depth": 1, "sizes": ()}) or "")
    assert formula_source(Formula(text)) == "..."


def test_a_name_that_is_no_field_is_named() -> None:
    fault = fault_of_formula(Formula("width * 2"), FIELDS)
    assert fault is not None
    assert "width" in fault
    assert "features" in fault


def test_taking_numbers_one_by_one_needs_one_field() -> None:
    assert fault_of_formula(Formula("sizes", is_each=True), FIELDS) is None
    assert fault_of_formula(Formula("2 * sizes", is_each=True), FIELDS)


@pytest.mark.parametrize("text", ["features / (depth - 3)", "sizes[9]", "sizes + 1"])
def test_what_cannot_be_computed_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be computed"):
        evaluate(Formula(text), FIELDS)


def test_names_follow_a_renamed_field() -> None:
    assert renamed(Formula("4 * features + depth"), "features", "width") == Formula("4 * width + depth")
    assert names_in(Formula("len(sizes) * depth")) == {"sizes", "depth"}


def test_substituting_gives_a_value_or_a_formula_of_the_fields_around() -> None:
    assert substituted(Formula("4 * features"), {"features": 2}) == 8
    assert substituted(Formula("4 * features"), {"features": Formula("width + 1")}) == Formula("4 * (width + 1)")
