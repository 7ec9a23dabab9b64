from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.library import Block, Code, Library


def test_a_single_end_is_called_in_or_out_and_several_by_their_nodes() -> None:
    one = Block("One", Graph((Node("image", "Input"), Node("output_1", "Output"))))
    two = Block("Two", Graph((Node("left", "Input"), Node("right", "Input"), Node("a", "Output"), Node("b", "Output"))))
    assert (one.inputs(), one.outputs()) == ({"in": "image"}, {"out": "output_1"})
    assert (list(two.inputs()), list(two.outputs())) == (["left", "right"], ["a", "b"])


def test_used_by_finds_what_blocks_use_inside() -> None:
    code = Code("Bias", "...")
    inner, outer = Block("Inner", Graph((Node("b", "Bias"),))), Block("Outer", Graph((Node("i", "Inner"),)))
    library = Library((outer, inner, Block("Unused")), (code,))
    used = library.used_by(Graph((Node("o", "Outer"),)))
    assert [definition.name for definition in used] == ["Outer", "Inner", "Bias"]


def test_a_definition_takes_the_place_of_the_one_of_its_name() -> None:
    library = Library((Block("A"), Block("B"))).with_definition(Block("A", help="new"))
    assert [block.help for block in library.blocks] == ["new", ""]
    assert library.without("A").get("A") is None
