import pytest

from flaxstudio.graph.check import has_errors
from tests.codegen.judging_mistakes import judge, problems_of, table_of
from tests.codegen.seeded_mistakes import MISTAKES, Mistake

_NAMED, _OFFERED = 48, 40


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_model_is_sound_before_its_mistake(mistake: Mistake) -> None:
    found = problems_of(mistake, mistake.project(is_seeded=False))
    assert not has_errors(found), found


def test_the_node_to_blame_is_named_and_each_repair_leaves_the_graph_valid() -> None:
    verdicts = tuple(judge(mistake) for mistake in MISTAKES)
    print(table_of(verdicts))
    assert len(verdicts) == 50
    assert sum(verdict.blamed == verdict.mistake.to_blame for verdict in verdicts) >= _NAMED
    offered = [verdict for verdict in verdicts if verdict.repair]
    assert len(offered) >= _OFFERED
    assert [(verdict.mistake.name, verdict.left) for verdict in offered if not verdict.is_mended] == []
