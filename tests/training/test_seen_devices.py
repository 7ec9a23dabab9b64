from flaxstudio.training.seen_devices import SeenDevice, advice, seen_devices

CPU = (SeenDevice(0, "cpu", "cpu", 8 * 2**30, None),)


def test_the_cpu_is_seen_with_the_memory_of_the_machine() -> None:
    seen = seen_devices()
    assert any(device.platform == "cpu" and (device.memory or 0) > 2**28 for device in seen)


def test_a_gpu_that_is_seen_needs_nothing() -> None:
    assert "nothing to install" in advice((SeenDevice(0, "gpu", "NVIDIA H100", 80 * 2**30, 0), *CPU))


def test_what_to_install_depends_on_the_machine_and_is_one_sentence() -> None:
    told = [
        advice(CPU, system, has) for system, has in (("linux", True), ("linux", False), ("win32", False), ("darwin", False))
    ]
    assert len(set(told)) == 4
    assert all('pip install -U "jax[cuda13]"' in sentence for sentence in told[:3])
    assert "WSL 2" in told[2]
    assert "Mac" in told[3]
