"""What the start page shows: a card for each template and a row for each recent project."""

from pathlib import Path

from PySide6.QtCore import QFileInfo, QLocale, QSize
from PySide6.QtGui import QImage

from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.graph_picture import draw_graph
from flaxstudio.gui.start_cards import CARD_PICTURE, RECENT_PICTURE
from flaxstudio.gui.start_page import RecentProject, TemplateCard
from flaxstudio.gui.tokens import Tokens
from flaxstudio.layers.own import catalogue_of
from flaxstudio.project.project import Project
from flaxstudio.project.templates import TEMPLATES, build_template


def template_cards(catalogue: Catalogue, tokens: Tokens, ratio: float) -> tuple[TemplateCard, ...]:
    """Return the templates with their pictures."""
    return tuple(
        TemplateCard(
            template.name,
            template.title,
            template.summary,
            template.expected,
            _picture(build_template(template.name, catalogue), catalogue, tokens, CARD_PICTURE, ratio),
        )
        for template in TEMPLATES
    )


def recent_projects(paths: tuple[Path, ...]) -> tuple[RecentProject, ...]:
    """Return the recent projects without pictures, which would mean to read them."""
    return tuple(_recent(path, None) for path in paths)


def recent_projects_with_pictures(
    paths: tuple[Path, ...], catalogue: Catalogue, tokens: Tokens, ratio: float
) -> tuple[RecentProject, ...]:
    """Return the recent projects with pictures of their graphs; reads the files, so call it in the background."""
    from flaxstudio.project.storage import load_project  # not needed for the first paint

    found = []
    for path in paths:
        try:
            picture = _picture(load_project(path)[0], catalogue, tokens, RECENT_PICTURE, ratio)
        except ProblemError:
            picture = None
        found.append(_recent(path, picture))
    return tuple(found)


def _recent(path: Path, picture: QImage | None) -> RecentProject:
    changed = QLocale().toString(QFileInfo(path).lastModified(), QLocale.FormatType.ShortFormat)
    return RecentProject(str(path), path.stem, changed, picture)


def _picture(project: Project, catalogue: Catalogue, tokens: Tokens, size: QSize, ratio: float) -> QImage:
    own = catalogue_of(project.library, catalogue)
    return draw_graph(project.graph, project.positions, own, tokens, size, ratio, project.flow)
