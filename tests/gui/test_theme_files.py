import re

import pytest

from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.resource_files import resource


@pytest.mark.parametrize(("folder", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_the_style_sheets_marks_have_only_their_themes_colours(folder, tokens):
    drawings = sorted(resource("themes", folder).glob("*.svg"))
    colors = {color for drawing in drawings for color in re.findall(r"#[0-9A-Fa-f]{6}", drawing.read_text(encoding="utf-8"))}
    assert drawings
    assert colors == {tokens.secondary, tokens.on_accent}


def test_the_style_sheet_names_no_colour_and_no_mark_that_is_not_there():
    sheet = resource("themes", "window.qss").read_text(encoding="utf-8")
    assert not re.search(r"#[0-9A-Fa-f]{3,8}\b", sheet)
    for name in re.findall(r"@glyphs/([\w.-]+)", sheet):
        assert resource("themes", "light", name).is_file()
        assert resource("themes", "dark", name).is_file()
