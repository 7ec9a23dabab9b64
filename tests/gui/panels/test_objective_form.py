import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flaxstudio.data.goal_facts import GoalFacts
from flaxstudio.gui.panels.training_form import TrainingForm
from flaxstudio.gui.tokens import DARK, LIGHT
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import LossTerm, Objective

FRAUD = GoalFacts("output_1", "classes", ("fine", "fraud", "void"), (90, 10, 5))
TWO = (GoalFacts("size", "numbers"), GoalFacts("height", "numbers"))


class Desk:
    """A form in a window of its own; each change comes back as the new config, as it does in the window."""

    def __init__(self, qtbot, training, goals):
        self.form, self.goals, self.told = TrainingForm(LIGHT), goals, []
        qtbot.addWidget(self.form)
        self.form.resize(420, 1400)
        self.form.show()
        qtbot.waitExposed(self.form)
        self.form.activateWindow()
        self.form.training_changed.connect(self.answer)
        self.training = training
        self.show()

    def show(self):
        """Hand the form the config, as the window does."""
        ignored = self.training.objective_of(self.goals[0].name).ignored or ""
        facts = [GoalFacts(g.name, g.kind, g.labels, g.counts, str(ignored) if g.kind == "classes" else "") for g in self.goals]
        self.form.display(self.training, None, goals=tuple(facts))
        QApplication.processEvents()

    def answer(self, training, words):
        self.training = training
        self.told.append(words)
        self.show()

    def section(self, name):
        return self.form.objectives.sections[name]


@pytest.fixture
def desk(qtbot):
    return lambda training, *goals: Desk(qtbot, training, goals)


def click(widget):
    QApplication.processEvents()  # lays out what has just been unfolded
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_into(row, text):
    line = row.field.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def choose_by_keys(box, data):
    box.setFocus()
    while box.currentData() != data:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() > before


def test_one_click_balances_the_classes_by_the_training_split(desk):
    whole = desk(TrainConfig("cross_entropy"), FRAUD)
    section = whole.section("output_1")
    click(section.more)
    click(section.weights_toggle)
    assert section.weights.isVisible()
    assert "fine 90, fraud 10" in section.weights.caption.text()
    click(section.weights.balance)
    assert whole.training.objectives[""].class_weights == (0.3889, 3.5, 7.0)
    type_into(section.weights.form.row("fraud"), "5")
    assert whole.training.objectives[""].class_weights == (0.3889, 5.0, 7.0)
    click(section.weights.reset)
    assert whole.training.objectives == {}
    assert whole.told == ["Balance classes", "Set weight of fraud", "Weigh all classes alike"]


def test_a_label_that_is_left_out_is_no_class_to_weigh(desk):
    whole = desk(TrainConfig("cross_entropy"), FRAUD)
    section = whole.section("output_1")
    click(section.more)
    click(section.weights_toggle)
    click(section.weights.balance)
    row = section.form.row("Leave out")
    row.field.setFocus()
    QTest.keyClick(row.field, Qt.Key.Key_End)
    assert whole.training.objectives[""] == Objective(ignored="void")
    click(section.weights.balance)
    assert whole.training.objectives[""].class_weights == (0.5556, 5.0)
    type_into(section.form.row("Smooth labels"), "0.1")
    assert whole.training.objectives[""].smoothing == 0.1
    assert section.more.text().endswith("3 set")


def test_the_arguments_of_a_loss_are_a_form_and_go_with_it(desk):
    whole = desk(TrainConfig("huber"), GoalFacts("output_1", "numbers"))
    section = whole.section("output_1")
    assert section.arguments.isVisible()
    type_into(section.arguments.row("delta"), "2.5")
    assert whole.training.objectives == {"": Objective({"delta": 2.5})}
    whole.form.loss.setFocus()
    QTest.keyClick(whole.form.loss, Qt.Key.Key_Down)
    assert whole.training.loss == "log_cosh"
    assert whole.training.objectives == {}
    assert not section.arguments.isVisible()


def test_losses_are_added_weighted_and_removed(desk):
    whole = desk(TrainConfig("mean_squared_error"), GoalFacts("output_1", "numbers"))
    section = whole.section("output_1")
    click(section.more)
    box = section.terms.add
    box.setFocus()
    box.showPopup()
    view = box.view()
    place = box.findData("huber")
    view.setCurrentIndex(box.model().index(place, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert whole.training.objectives[""].terms == (LossTerm("huber"),)
    (term,) = section.terms.terms
    type_into(term.form.row("Weight"), "0.5")
    type_into(term.form.row("delta"), "3")
    assert whole.training.objectives[""].terms == (LossTerm("huber", 0.5, {"delta": 3.0}),)
    click(section.terms.terms[0].remove)
    assert whole.training.objectives == {}


def test_each_of_several_outputs_has_a_section_with_its_loss_and_weight(desk):
    whole = desk(TrainConfig("mean_squared_error"), *TWO)
    assert list(whole.form.objectives.headings) == ["size", "height"]
    size = whole.section("size")
    assert size.loss.currentText() == "As above"
    choose_by_keys(size.loss, "huber")
    assert whole.training.losses["size"] == "huber"
    type_into(size.arguments.row("Weight"), "0.25")
    assert whole.training.objective_of("size") == Objective(weight=0.25)
    assert whole.training.objective_of("height") == Objective()
    assert whole.form.objectives.headings["size"].text() == "size · 0.25 × Huber"
    click(whole.form.objectives.headings["height"])
    assert not whole.section("height").isVisible()


def test_every_control_has_a_name_and_is_reached_by_tab(desk):
    whole = desk(TrainConfig("focal_of_classes"), FRAUD)
    section = whole.section("output_1")
    click(section.more)
    click(section.weights_toggle)
    named = [section.terms.add, section.weights.balance, section.weights.reset, section.form.row("Leave out").field]
    named += [section.weights.form.row(name).field for name in ("fine", "fraud", "void")]
    assert all(widget.accessibleName() or widget.text() for widget in named)
    section.more.setFocus()
    reached = set()
    for _ in range(60):
        QTest.keyClick(whole.form.window().focusWidget(), Qt.Key.Key_Tab)
        reached.add(whole.form.window().focusWidget())
    assert set(named) - {section.weights.reset} <= reached
    whole.form.set_tokens(DARK)


def test_numbers_of_classes_that_are_not_weighted_yet_are_told(desk):
    whole = desk(TrainConfig("cross_entropy", objectives={"": Objective(class_weights=(1.0, 2.0))}), FRAUD)
    section = whole.section("output_1")
    assert "2 weights for 3 classes" in section.weights.caption.text()


def test_an_added_loss_that_is_unknown_can_be_removed(desk):
    terms = (LossTerm("magic"), LossTerm("huber"))
    whole = desk(TrainConfig("mean_squared_error", objectives={"": Objective(terms=terms)}), GoalFacts("o", "numbers"))
    section = whole.section("o")
    click(section.more)
    click(section.terms.terms[0].remove)
    assert whole.training.objectives[""].terms == (LossTerm("huber"),)
    assert whole.told == ["Remove loss magic"]
