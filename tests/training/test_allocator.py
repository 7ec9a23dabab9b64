"""Memory that a dispatch gave back, counted in pages that the system had to fetch anew."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource, threading
from flaxstudio.training.allocator import give_back_memory, keep_freed_memory

keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = libc.memset.argtypes = None

def fetched():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    block = ctypes.c_void_p(libc.malloc(ctypes.c_size_t(100 << 20)))
    libc.memset(block, 1, ctypes.c_size_t(100 << 20))
    libc.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def work():
    found = [fetched(), fetched()]
    give_back_memory()
    print(*found, fetched())

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc is the C library of Linux")


def counted(**environment: str) -> list[int]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    told = subprocess.run([sys.executable, "-c", PROGRAM], env={**inherited, **environment}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return [int(count) for count in told.stdout.split()]


def test_a_block_freed_in_a_thread_is_used_again_until_it_is_given_back():
    first, second, after = counted()
    assert first > 10_000
    assert second < 100
    assert after > 10_000


def test_what_the_user_set_up_by_the_environment_is_left_alone():
    assert min(counted(MALLOC_TRIM_THRESHOLD_="100000")) > 10_000
