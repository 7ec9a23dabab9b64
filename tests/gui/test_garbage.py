import gc

from flaxstudio.gui.garbage import staying


def test_what_is_made_while_modules_come_is_never_looked_through_again() -> None:
    before = gc.get_freeze_count()
    with staying():
        assert not gc.isenabled()
        made = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)
    gc.unfreeze()
