from itertools import pairwise

import pytest

from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers import catalogue
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.project import Project, check_project
from flaxstudio.project.results import Results
from flaxstudio.project.storage import dump_project, parse_project
from flaxstudio.project.templates import TEMPLATES, Template, build_template

DRAWN = [template for template in TEMPLATES if template.name != "empty"]
ROWS = [template for template in TEMPLATES if template.layers]


@pytest.mark.parametrize("template", DRAWN, ids=lambda template: template.name)
def test_a_template_has_no_problems(template: Template) -> None:
    project = build_template(template.name, catalogue())
    assert check_project(project, catalogue_of(project.library, catalogue())) == ()


@pytest.mark.parametrize("template", ROWS, ids=lambda template: template.name)
def test_a_templates_nodes_stand_in_a_row_without_touching(template: Template) -> None:
    project = build_template(template.name, catalogue())
    places = [project.positions[name] for name in project.graph.names()]
    assert all(right[0] - left[0] >= 220 and right[1] == left[1] for left, right in pairwise(places))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_template_is_saved_and_read_back_as_it_is(template: Template) -> None:
    project = build_template(template.name, catalogue())
    assert parse_project(dump_project(project, Results()), "t.msgpack")[0] == project


def test_the_empty_template_is_an_empty_project() -> None:
    assert build_template("empty", catalogue()) == Project()


def test_names_differ_and_an_unknown_one_is_answered_with_those_there_are() -> None:
    names = [template.name for template in TEMPLATES]
    assert len(set(names)) == len(names)
    assert {"linear-regression", "digits-mlp", "digits-cnn", "iris", "wine", "empty"} <= set(names)
    with pytest.raises(ProblemError, match=r"There is no template “cats”. Choose one of empty, linear-regression"):
        build_template("cats", catalogue())
