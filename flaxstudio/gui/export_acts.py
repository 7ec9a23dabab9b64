"""Export from the window: the dialog, the work in the background, and what came of it."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

from flaxstudio.graph.check import has_errors
from flaxstudio.graph.spec import Catalogue
from flaxstudio.gui.background import Task
from flaxstudio.gui.dialogs.export import ExportDialog
from flaxstudio.gui.dialogs.export_formats import ExportState
from flaxstudio.gui.session import Knowledge, Session
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.storage import write_atomically


class ExportActs(QObject):
    """Opens the export dialog and does what it asks, one export at a time."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        window: QWidget,
        tokens: Callable[[], Tokens],
        warm_up: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._warm_up = warm_up
        self._session = session
        self._settings = settings
        self._window = window
        self._tokens = tokens
        self._dialog: ExportDialog | None = None
        self._task: Task | None = None

    def on_export(self) -> None:
        """Show the dialog for the present project."""
        self._session.bring_up_to_date()
        self._dialog = dialog = ExportDialog(
            _state(self._session.knowledge, self._settings.folder), self._tokens(), self._window
        )
        dialog.export_requested.connect(self._on_export_requested)
        dialog.cancel_requested.connect(self.cancel)
        dialog.open()

    def cancel(self) -> None:
        """End the export under way; nothing is left behind."""
        if self._task is not None:
            self._task.cancel()
            self._task.wait()
            self._task = None

    def _on_export_requested(self, form: str, path: str) -> None:
        self.cancel()
        known, target, catalogue = (
            replace(self._session.knowledge, source=self._session.source),
            Path(path),
            self._session.catalogue,
        )
        self._settings.folder = target.parent

        def work(cancelled: Callable[[], bool]) -> str:
            self._warm_up()
            return _export(known, catalogue, form, target, cancelled)

        self._task = task = Task(work, self)
        assert self._dialog is not None
        task.done.connect(self._dialog.show_report)
        task.refused.connect(self._on_refused)
        self._dialog.show_progress(self.tr("Writing {0}…").format(target.name))
        task.start()

    def _on_refused(self, problem: Exception) -> None:
        if self._dialog is not None:
            self._dialog.show_fault(str(problem))


def _state(known: Knowledge, folder: Path) -> ExportState:
    """Return what the dialog needs to know about the project and this installation; imports nothing heavy."""
    trained = known.results.trained
    model_fault = source_fault = ""
    if trained is None:
        model_fault = _tr("Train the model first.")
    elif not trained.fits(known.project):
        model_fault = _tr("The graph was changed after it was trained. Train it again, or undo the changes.")
    if has_errors(known.graph_problems):
        source_fault = model_fault = _tr("The graph has problems. Mend them first.")
    has_tensorflow, has_safetensors = (importlib.util.find_spec(name) is not None for name in ("tensorflow", "safetensors"))
    start = known.path.parent if known.path else folder
    return ExportState(known.name, str(start), model_fault, source_fault, has_tensorflow, has_safetensors)


def _export(known: Knowledge, catalogue: Catalogue, form: str, path: Path, cancelled: Callable[[], bool]) -> str:
    """Write the format and return the report in words; exporters are imported here, in the background."""
    if form == "source":
        write_atomically(path, known.source.text.encode())
        return _tr("Wrote {0}.").format(path)
    from flaxstudio.export import params, saved_model
    from flaxstudio.export.model import model_of
    from flaxstudio.export.worker import Cancelled

    model = model_of(known.project, known.results, catalogue)
    if form != "saved-model":
        report = params.export(model, path)
        return _tr("Wrote {0}, {1} bytes, read back and found equal.").format(path, f"{report.bytes:,}")
    try:
        report = saved_model.export(model, path, cancelled)
    except Cancelled:
        return _tr("Cancelled. Nothing was written.")
    text = _tr("Wrote {0}. TensorFlow alone gives Flax's outputs within {1} (relative) at batch sizes {2}. {3}")
    return text.format(path, f"{report.error:.1g}", ", ".join(map(str, report.batch_sizes)), report.note)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportActs", text)
