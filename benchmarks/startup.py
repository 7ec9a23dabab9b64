"""Time to the first painted window, against a bare QApplication with an empty main window, in the same run."""

import statistics
import subprocess
import sys
import time

BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), flush=True)
        QApplication.quit()
app = QApplication(sys.argv)
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""

STUDIO = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication
from flaxstudio.gui.settings import Settings
from flaxstudio.gui.studio import Studio
from flaxstudio.gui.wiring import wire
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print(time.time(), flush=True)
            assert "jax" not in sys.modules, "jax was imported before the first paint"
            studio.window.start_page.removeEventFilter(self)
            QApplication.quit()
        return False
app = QApplication(sys.argv)
studio = Studio(app, Settings(QSettings("/dev/null", QSettings.Format.IniFormat)))
wire(studio)
watch = Watch()
studio.window.start_page.installEventFilter(watch)
studio.show()
app.exec()
studio.session.close()
"""


def seconds_to_paint(program: str) -> float:
    """Return the seconds from starting the process to the first paint of its window."""
    started = time.time()
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    return float(output.split()[0]) - started


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    pairs = [(seconds_to_paint(BARE), seconds_to_paint(STUDIO)) for _ in range(runs + 1)][1:]
    bare, studio = (statistics.median(values) for values in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"bare window  {bare:.3f} s\nFlax Studio  {studio:.3f} s\nratio        {ratio:.2f} (median of {runs} pairs)")


if __name__ == "__main__":
    main()
