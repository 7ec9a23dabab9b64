from pytestqt.qtbot import QtBot

from flaxstudio.gui.canvas.breadcrumb import Breadcrumb, Crumb
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.project.place import Place


def test_the_last_step_stands_as_far_from_its_arrow_as_those_before(qtbot: QtBot) -> None:
    line = Breadcrumb(LIGHT)
    qtbot.addWidget(line)
    line.display((Crumb(Place(), "Net"),))
    assert line.here.contentsMargins().left() == 0
    line.display((Crumb(Place(), "Net"), Crumb(Place(path=("stage_1",)), "stage_1: Stage")))
    assert line.here.contentsMargins().left() > 0
