"""Whatever is done to a project can be taken back to the last byte, and can be saved at every step on the way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.document import Document
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from tests.project.examples import small_project
from tests.project.random_edits import RandomEdits

STEPS = 500


def walked(seed: int) -> tuple[Document, set[str]]:
    """Return a document after 500 edits that were done, and the first words of their texts."""
    document, drawn = Document(small_project()), RandomEdits(seed)
    kinds: set[str] = set()
    done = 0
    while done < STEPS:
        before = document.project
        try:
            edit = drawn.next_of(before)
            document.edit(edit)
        except (ProblemError, KeyError, IndexError):  # the drawn kind had nothing to work on, or may not be
            assert document.project is before
            continue
        done += 1
        kinds.add(edit.text.split()[0])
    return document, kinds


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_five_hundred_edits_of_all_kinds_are_undone_to_the_first_byte(seed: int) -> None:
    first = dump_project(small_project(), Results())
    document, _ = walked(seed)
    last, content = document.project, dump_project(document.project, Results())
    assert parse_project(content, "x")[0] == last
    while document.undo_text:
        document.undo()
        assert parse_project(dump_project(document.project, Results()), "x")[0] == document.project
    assert dump_project(document.project, Results()) == first
    assert not document.is_modified
    while document.redo_text:
        document.redo()
    assert dump_project(document.project, Results()) == content


def test_the_edits_drawn_are_of_all_kinds() -> None:
    found = set().union(*(walked(seed)[1] for seed in range(3)))
    assert found >= {
        *("Add", "Delete", "Connect", "Insert", "Move", "Set", "Rename", "Paste", "Expose", "Make", "Take", "New", "Change"),
        *("Mute", "Bypass", "Use", "Resize", "Edit", "Tidy", "Colour", "Collapse", "Expand", "Hide", "Show", "Flow", "Remove"),
        *("Describe", "Tick"),
    }  # fmt: skip
