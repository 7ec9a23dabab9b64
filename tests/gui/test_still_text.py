"""A text that changes all the time keeps its place."""

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from flaxstudio.gui.still_text import StillText


class Layouts(QObject):
    """Counts how often a widget is laid out."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.mark.parametrize("wrapped_at", [0, 120])
def test_other_digits_lay_nothing_out_and_other_words_have_room(qtbot, wrapped_at):
    whole, text, layouts = QWidget(), StillText(wrapped_at), Layouts()
    qtbot.addWidget(whole)
    QHBoxLayout(whole).addWidget(text)
    text.show_text("step 1,240 / 5,000 · 12.0 steps/s")
    whole.show()
    qtbot.waitExposed(whole)
    QApplication.processEvents()
    whole.installEventFilter(layouts)
    for step in range(1241, 1250):
        text.show_text(f"step {step:,} / 5,000 · 12.0 steps/s")
        QApplication.processEvents()
    assert (layouts.count, text.text()) == (0, "step 1,249 / 5,000 · 12.0 steps/s")
    text.show_text("Paused · step 12,490 / 500,000,000 · 12.0 steps/s")
    QApplication.processEvents()
    room = text.fontMetrics().boundingRect(0, 0, wrapped_at or 10_000, 10_000, 0x1000, text.text())
    assert layouts.count > 0
    assert text.height() >= room.height()
    assert text.width() >= room.width()
