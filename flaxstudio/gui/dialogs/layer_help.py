"""Shows what a layer is for: its inputs, outputs and attributes in words, and where Flax or JAX tell more."""

from html import escape

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.gui import tokens as t
from flaxstudio.gui.families import family_title
from flaxstudio.gui.tokens import Tokens

_SIZE = (560, 480)


class LayerHelpDialog(QDialog):
    """The help on one layer."""

    def __init__(self, spec: LayerSpec, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help on {0}").format(spec.name))
        self.view = QTextBrowser()
        self.view.setAccessibleName(self.windowTitle())
        self.view.setOpenLinks(False)
        self.view.setHtml(self._text(spec, tokens))
        words = self.tr("JAX documentation") if "docs.jax" in spec.doc else self.tr("Flax documentation")
        self.link_button = QPushButton(words)
        self.link_button.setToolTip(spec.doc)
        self.link_button.setVisible(bool(spec.doc))
        self.link_button.setAutoDefault(False)
        self.link_button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(spec.doc)))
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.link_button)
        foot.addStretch()
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.PADDING, t.PADDING, t.PADDING)
        layout.setSpacing(t.GAP)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.resize(*_SIZE)

    def _text(self, spec: LayerSpec, tokens: Tokens) -> str:
        parts = [
            f'<h3 style="margin-bottom: 0">{escape(spec.name)}</h3>',
            f'<p style="margin-top: 0; color: {tokens.secondary}">{escape(family_title(spec.family))}</p>',
            f"<p>{escape(spec.summary)}</p>",
        ]
        for title, ports in ((self.tr("Inputs"), spec.inputs), (self.tr("Outputs"), spec.outputs)):
            if ports:
                parts.append(_list(title, [(port.name, self._about_port(port)) for port in ports], tokens))
        if spec.attributes:
            rows = [(attribute.name, self._about_attribute(attribute)) for attribute in spec.attributes]
            parts.append(_list(self.tr("Attributes"), rows, tokens))
        return "".join(parts)

    def _about_port(self, port: PortSpec) -> str:
        notes = [port.help]
        if port.is_variadic:
            notes.append(self.tr("Takes several wires."))
        if port.is_optional:
            notes.append(self.tr("May stay free."))
        return " ".join(note for note in notes if note)

    def _about_attribute(self, attribute: AttributeSpec) -> str:
        if attribute.is_required or attribute.default is None:
            return attribute.help
        return f"{attribute.help} {self.tr('Default: {0}.').format(attribute.default)}"


def _list(title: str, rows: list[tuple[str, str]], tokens: Tokens) -> str:
    cells = "".join(
        f'<tr><td style="padding: 2px 12px 2px 0"><b>{escape(name)}</b></td>'
        f'<td style="padding: 2px 0; color: {tokens.secondary}">{escape(about)}</td></tr>'
        for name, about in rows
    )
    heading = f'<tr><td colspan="2" style="padding-top: 10px; color: {tokens.accent}"><b>{escape(title)}</b></td></tr>'
    return f"<table>{heading}{cells}</table>"
