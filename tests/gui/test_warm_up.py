import subprocess
import sys

PROGRAM = """
import threading
from flaxstudio.gui.warm_up import WarmUp
warm_up, failures = WarmUp(), []
def work():
    try:
        warm_up()
        import flax.linen, flax.training.train_state, optax
    except BaseException as error:
        failures.append(error)
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures
"""


def test_threads_that_need_the_engine_at_once_import_it_without_a_deadlock() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=120)
