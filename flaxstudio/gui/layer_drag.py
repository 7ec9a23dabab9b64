"""The drag-and-drop data of a layer on its way from the palette to the canvas."""

from PySide6.QtCore import QMimeData

MIME = "application/x-flaxstudio-layer"


def mime_of(layer: str) -> QMimeData:
    """Return drag data that holds a layer's name."""
    data = QMimeData()
    data.setData(MIME, layer.encode())
    return data


def layer_of(data: QMimeData) -> str:
    """Return the layer's name in drag data, or "" if it holds none."""
    return bytes(data.data(MIME).data()).decode(errors="replace") if data.hasFormat(MIME) else ""
