"""Files and clips may be read by several threads at once, the very first ones of a process too."""

import subprocess
import sys
from pathlib import Path

from flaxstudio.layers import catalogue
from flaxstudio.project.results import Results
from flaxstudio.project.storage import save_project
from flaxstudio.project.templates import build_template

PREPARED = """
import dataclasses, typing
import flaxstudio.project.checkpoints, flaxstudio.project.clip, flaxstudio.project.standing_keys, flaxstudio.project.storage
from flaxstudio.project.clip import Clip
from flaxstudio.project.project import Project

def reached(kind, seen):
    if dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        for one in typing.get_type_hints(kind).values():
            reached(one, seen)
    for one in typing.get_args(kind):
        reached(one, seen)
    return seen

kinds = reached(Clip, set())
assert len(kinds) > 8, kinds
print(sorted(kind.__name__ for kind in kinds if "__msgspec_cache__" not in vars(kind)))
"""

AT_ONCE = """
import sys, threading
from pathlib import Path
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.checkpoints import members_content
from flaxstudio.project.clip import FORMAT, parse_clip
from flaxstudio.project.standing_keys import standing_of
from flaxstudio.project.storage import parse_project

sys.setswitchinterval(1e-6)
content, count = Path(sys.argv[1]).read_bytes(), 8
begin, told = threading.Barrier(count), []

def use(number):
    begin.wait()
    graph = parse_project(content, "net.msgpack")[0].graph
    standing = standing_of({"rate": 0.5, "best": [{"step": 1, "value": 0.5, "variables": {}}]})
    members = members_content([content], number)
    clip = parse_clip('{"format": "%s", "version": 1, "graph": {"nodes": [{"name": "a", "layer": "relu"}]}}' % FORMAT)
    told.append((len(graph.nodes), standing.rate, len(members) > len(content), len(clip.graph.nodes)))

threads = [threading.Thread(target=use, args=(number,)) for number in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(told), *set(told))
"""


def told_by(program: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


def test_all_types_that_are_read_are_looked_up_before_any_thread_can_use_them() -> None:
    assert told_by(PREPARED) == "[]"


def test_eight_threads_that_read_first_read_alike(tmp_path: Path) -> None:
    project = build_template("iris", catalogue())
    save_project(tmp_path / "net.msgpack", project, Results())
    for _ in range(3):
        assert told_by(AT_ONCE, str(tmp_path / "net.msgpack")) == f"8 ({len(project.graph.nodes)}, 0.5, True, 1)"
