"""What a project can be exported as, in words, and what each format still needs."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class ExportState:
    """What the export dialog is told. `name` is the project's, `folder` where files are offered to go.

    `model_fault` says why there are no trained variables for the graph ("Train the model first."), `source_fault` why
    there is no whole source; both are empty where all is well.
    """

    name: str
    folder: str
    model_fault: str = ""
    source_fault: str = ""
    has_tensorflow: bool = True
    has_safetensors: bool = True


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One choice of the dialog; `suffix` ends the file's name and is empty for a folder, `missing` says what it needs.

    `ending` follows the project's name in the path that is offered; it keeps an export off the project's own file.
    """

    name: str
    title: str
    line: str
    suffix: str
    ending: str
    missing: str = ""


def export_formats(state: ExportState) -> tuple[ExportFormat, ...]:
    """Return the formats in the dialog's order."""
    tensorflow = "" if state.has_tensorflow else _missing("TensorFlow", 'pip install "flaxstudio[tensorflow]"')
    safetensors = "" if state.has_safetensors else _missing("safetensors", "pip install safetensors")
    return (
        ExportFormat(
            "params-msgpack",
            _tr("Parameters (.msgpack)"),
            _tr("The trained variables, as flax.serialization reads and writes them."),
            ".msgpack",
            "_params.msgpack",
            state.model_fault,
        ),
        ExportFormat(
            "params-safetensors",
            _tr("Parameters (.safetensors)"),
            _tr("The trained variables, for other frameworks and for sharing."),
            ".safetensors",
            "_params.safetensors",
            state.model_fault or safetensors,
        ),
        ExportFormat(
            "saved-model",
            _tr("TensorFlow SavedModel"),
            _tr("A folder that TensorFlow and TensorFlow Serving run alone; compared with Flax after writing."),
            "",
            "_saved_model",
            state.model_fault or tensorflow,
        ),
        ExportFormat(
            "source",
            _tr("Flax source (.py)"),
            _tr("The Module as Python source, without variables."),
            ".py",
            ".py",
            state.source_fault,
        ),
    )


def _missing(library: str, command: str) -> str:
    return _tr("{0} is not installed. Install it with {1}.").format(library, command)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportFormats", text)
