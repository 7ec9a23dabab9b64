import random

from flaxstudio.codegen.formatting import formatted, wrapped_by_black
from flaxstudio.codegen.source import generate
from flaxstudio.layers import catalogue
from flaxstudio.project.sketch import Sketch

ARGUMENTS = (
    "features=64", "kernel_size=(3, 3)", "strides=(2, 2)", "use_bias=False", 'padding="SAME"', 'name="conv_1"',
    "kernel_init=nn.initializers.truncated_normal(stddev=0.02)", "dtype=jnp.bfloat16", "num_heads=self.heads",
    "features=4 * self.features", 'equation="bnd,de->bne"', "padding=((0, 1), (2, 3))",
)  # fmt: skip
HEADS = ("x = nn.Conv", "self.a_long_attribute_name = nn.DenseGeneral", "conv_12 = nn.ConvTranspose", "nn.f")
TAILS = ("", "(x)", "(x, train=train)", "(norm_of_a_long_name, use_running_average=not train)", "(x).mean()", "(f(x))")


def test_long_statements_are_wrapped_as_black_wraps_them() -> None:
    draw = random.Random(7)
    for _ in range(800):
        arguments = ", ".join(draw.sample(ARGUMENTS, draw.randint(1, 9)))
        statement = f"{draw.choice(HEADS)}({arguments}){draw.choice(TAILS)}"
        depth = draw.randint(0, 3)
        line = " " * 4 * depth + statement
        expected = wrapped_by_black([line], depth) if len(line) > 88 else (line,)
        assert formatted(statement, depth) == expected


def test_a_draft_that_is_not_python_is_left_as_it_is() -> None:
    statement = "x = nn.Conv(" + "features=..., " * 12 + "+"
    assert formatted(statement, 2) == (" " * 8 + statement,)


def test_every_long_line_of_a_large_model_is_wrapped() -> None:
    sketch = Sketch(catalogue())
    x = sketch.add("Input", shape=(64, 64, 3))
    for _ in range(200):
        x = sketch.add("Conv", x, features=64, kernel_size=(3, 3), strides=(1, 1), use_bias=False, kernel_init="he_normal")
    sketch.add("Output", x)
    formatted.cache_clear()
    text = generate(sketch.graph(), "Net", catalogue()).text
    assert text.count("kernel_init=nn.initializers.he_normal(),\n") == 200
