"""One variant of one model in a process of its own: reads a line, trains for that many seconds, prints seconds a step.

    python benchmarks/entrant.py VARIANT CASE [--first]

With --first it only tells how long it takes, with the data in memory, until the first loss is there. Only the engine is set
up as `flaxstudio` sets itself up: what it does for its memory and its compiled programs shall not help the others.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from peers import serve

from flaxstudio.training.allocator import keep_freed_memory
from flaxstudio.training.compiled_programs import keep_programs


def main() -> None:
    variant, case, *options = sys.argv[1:]
    if variant == "engine":
        keep_freed_memory()
        keep_programs()
    import jax
    from contenders import CASES, VARIANTS

    jax.devices()
    with tempfile.TemporaryDirectory() as folder:
        made = CASES[case](Path(folder))
        began, used = time.perf_counter(), time.process_time()
        step = VARIANTS[variant](made)
        step()
        first = {"wall": time.perf_counter() - began, "cpu": time.process_time() - used}
        if options == ["--first"]:
            print(json.dumps(first), flush=True)
            return
        for _ in range(20 if variant == "engine" else 1):  # until the engine has learnt how many steps suit a dispatch
            step()
        # after a rest: what was begun before it, and what the engine learns from that
        serve(step, {"ready": variant}, warm=3 if variant == "engine" else 0)


if __name__ == "__main__":
    main()
