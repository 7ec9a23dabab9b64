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
from flaxstudio.gui.entrance import Entrance
from flaxstudio.gui.settings import Settings
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted:
            self.painted = True
            print(time.time(), flush=True)
            assert "jax" not in sys.modules, "jax was imported before the first paint"
        return False
app = QApplication(sys.argv)
entrance = Entrance(app, Settings(QSettings("/dev/null", QSettings.Format.IniFormat)))
watch = Watch()
watch.painted = False
entrance.window.start_page.installEventFilter(watch)
def end():
    print(time.time(), flush=True)
    entrance.studio.close()
    app.quit()
entrance.ready.connect(end)
entrance.open()
app.exec()
"""


def seconds(program: str) -> list[float]:
    """Return the seconds from starting the process to each time that it prints."""
    started = time.time()
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    return [float(line) - started for line in output.split()]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    pairs = [(seconds(BARE)[0], seconds(STUDIO)) for _ in range(runs + 1)][1:]  # the first run warms the disk's cache
    bare = statistics.median(a for a, _ in pairs)
    paint = statistics.median(b[0] for _, b in pairs)
    ready = statistics.median(b[1] for _, b in pairs)
    ratio = statistics.median(b[0] / a for a, b in pairs)
    print(f"bare window, first paint  {bare:.3f} s")
    print(f"Flax Studio, first paint  {paint:.3f} s, ratio {ratio:.2f} (median of {runs} pairs)")
    print(f"Flax Studio, all in place {ready:.3f} s")


if __name__ == "__main__":
    main()
