"""How the families of layers are called and coloured in the window."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from flaxstudio.graph.spec import Family, LayerSpec
from flaxstudio.gui.tokens import Tokens


def family_title(family: Family) -> str:
    """Return a family's caption in the user's language."""
    titles: dict[Family, str] = {
        "io": QCoreApplication.translate("Families", "Input and output"),
        "linear": QCoreApplication.translate("Families", "Linear and embedding"),
        "convolution": QCoreApplication.translate("Families", "Convolution and pooling"),
        "normalisation": QCoreApplication.translate("Families", "Normalisation and dropout"),
        "activation": QCoreApplication.translate("Families", "Activation"),
        "attention": QCoreApplication.translate("Families", "Attention and position"),
        "recurrent": QCoreApplication.translate("Families", "Recurrent"),
        "shape": QCoreApplication.translate("Families", "Shape"),
        "merge": QCoreApplication.translate("Families", "Merge"),
        "math": QCoreApplication.translate("Families", "Mathematics"),
        "custom": QCoreApplication.translate("Families", "Your own layers"),
    }
    return titles[family]


def family_color(spec: LayerSpec | None, tokens: Tokens) -> QColor:
    """Return the colour of a layer's family; an unknown layer has the error's."""
    return QColor(tokens.families[spec.family] if spec else tokens.error)
