"""A form generated from AttributeSpecs: a row for each attribute in sections, and the help of the one in focus."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.panels.attribute_context import FormContext, Section
from flaxstudio.gui.panels.attribute_row import AttributeRow
from flaxstudio.gui.panels.disclosure import Disclosure
from flaxstudio.gui.tokens import Tokens

__all__ = ["AttributeForm", "AttributeRow"]


class AttributeForm(QWidget):
    """Edits the attributes of one thing (a node, an optimizer); emits only values that their specs accept."""

    attribute_changed = Signal(str, object)
    expose_requested = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._of = ""
        self._specs: tuple[AttributeSpec, ...] = ()
        self._rows: dict[str, AttributeRow] = {}
        self._opened: dict[Section, bool] = {}
        self._sections: dict[Section, _Section] = {
            "main": _Section("", self),
            "more": _Section(self.tr("More"), self),
            "module": _Section(self.tr("Module"), self),
        }
        self._titles = {
            "shares": self.tr("Share params with"),
            "repeat": self.tr("Repeat"),
            "between": self.tr("Between"),
            "scan": self.tr("nn.scan"),
            "remat": self.tr("nn.remat"),
        }
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for name, section in self._sections.items():
            layout.addWidget(section)
            section.toggle.clicked.connect(lambda is_open, name=name: self._opened.update({name: is_open}))

    def display(
        self,
        of: str,
        specs: tuple[AttributeSpec, ...],
        values: Mapping[str, Value],
        context: FormContext | None = None,
        section_of: Callable[[AttributeSpec], Section] | None = None,
    ) -> None:
        """Show the attributes of the thing named `of`; the same widgets stay while the specs do.

        With a context, values may be formulas. `section_of` tells in which section an attribute stands.
        """
        if specs != self._specs:
            self._build(specs, section_of or (lambda _: "main"))
        for name, row in self._rows.items():
            row.set_context(context)
            value = values.get(name, row.spec.default)
            row.display(value) if of == self._of else row.reset(value)
        for name, section in self._sections.items():
            section.show_count(
                sum(values.get(row, self._rows[row].spec.default) != self._rows[row].spec.default for row in section.names)
            )
            if of != self._of:
                section.show_open(self._opened.get(name, False) or section.count > 0)
        self._of = of

    def row(self, name: str) -> AttributeRow:
        """Return an attribute's row; KeyError if there is none."""
        return self._rows[name]

    def section(self, name: Section) -> "_Section":
        """Return a section of the form."""
        return self._sections[name]

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        for row in self._rows.values():
            row.set_tokens(tokens)
        for section in self._sections.values():
            section.set_tokens(tokens)

    def _build(self, specs: tuple[AttributeSpec, ...], section_of: Callable[[AttributeSpec], Section]) -> None:
        for section in self._sections.values():
            section.clear()
        self._specs, self._of = specs, ""
        self._rows = {}
        for spec in specs:
            section = self._sections[section_of(spec)]
            self._rows[spec.name] = row = AttributeRow(spec, self._tokens, section.content, self._titles.get(spec.name, ""))
            row.value_changed.connect(self.attribute_changed)
            row.expose_requested.connect(self.expose_requested)
            section.add(row)
        for section in self._sections.values():
            section.align()
            section.make_room(self._help_of(name) for name in section.names)
            section.set_tokens(self._tokens)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Show the help of the attribute whose field has the focus now, one of this form's or none of them."""
        while new is not None and not isinstance(new, AttributeRow):
            new = new.parentWidget()
        if new is not None and self._rows.get(new.spec.name) is new:
            self._show_help(new.spec.name)

    def _show_help(self, name: str) -> None:
        text = self._help_of(name)
        for section in self._sections.values():
            section.help.setText(text if name in section.names else "")

    def _help_of(self, name: str) -> str:
        return help_text(self._rows[name].spec, self.tr("From {} to {}."), self.tr("At least {}."))


class _Help(QLabel):
    """A text of some lines, as high as the longest that may stand there, so that nothing below moves when the focus does."""

    _texts: tuple[str, ...] = ()

    def make_room(self, texts: Iterable[str]) -> None:
        """Be high enough for each of these texts."""
        self._texts = tuple(texts)
        self._fit()

    def hasHeightForWidth(self) -> bool:
        return False  # else the layout would be another one with and without a text

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self.ensurePolished()
        lines, room = Qt.TextFlag.TextWordWrap, QRect(0, 0, max(self.contentsRect().width(), 1), 10_000)
        heights = (self.fontMetrics().boundingRect(room, lines, text).height() for text in self._texts)
        self.setFixedHeight(max(heights, default=0))


class _Section(QWidget):
    """Rows below a heading that shows and hides them; without a title they are always in sight."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self.names: list[str] = []
        self.count = 0
        self._rows: list[AttributeRow] = []
        self.content = QWidget(self)
        self.help = _Help(self.content)
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.help.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.toggle = Disclosure("", self.content, is_heading=True)
        self.toggle.setVisible(bool(title))
        self._lines = QVBoxLayout(self.content)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)
        self._lines.addWidget(self.help)
        self.content.setVisible(not title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.toggle)
        layout.addWidget(self.content)
        self.hide()

    def add(self, row: AttributeRow) -> None:
        self.names.append(row.spec.name)
        self._rows.append(row)
        self._lines.insertWidget(len(self._rows) - 1, row)
        self.show()

    def clear(self) -> None:
        for row in self._rows:
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows, self.names = [], []
        self.help.clear()
        self.hide()

    def align(self) -> None:
        """Give all labels one width."""
        width = max((row.label.sizeHint().width() for row in self._rows), default=0)
        for row in self._rows:
            row.label.setFixedWidth(width)

    def make_room(self, texts: Iterable[str]) -> None:
        """Keep as much room for the help as the longest of these takes."""
        self.help.make_room(texts)

    def show_count(self, count: int) -> None:
        """Say on the heading how many attributes are not at their defaults."""
        self.count = count
        self.toggle.setText(f"{self._title} · {self.tr('{0} set').format(count)}" if count else self._title)

    def show_open(self, is_open: bool) -> None:
        """Show or hide the rows."""
        if self._title:
            self.toggle.setChecked(is_open)

    def set_tokens(self, tokens: Tokens) -> None:
        self.toggle.set_tokens(tokens)


def help_text(spec: AttributeSpec, between: str, at_least: str) -> str:
    """Return an attribute's help with its range; `between` and `at_least` are the translated patterns."""
    if spec.minimum is not None and spec.maximum is not None:
        return f"{spec.help} {between.format(f'{spec.minimum:,.12g}', f'{spec.maximum:,.12g}')}"
    return f"{spec.help} {at_least.format(f'{spec.minimum:g}')}" if spec.minimum is not None else spec.help
