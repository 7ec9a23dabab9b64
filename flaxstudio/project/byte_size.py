"""Sizes of memory as they are typed and shown: 512 MB."""

import re

_UNITS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
_MOST = 10**15
"""More is no size of a memory; up to here a size is told exactly by the digits of a float."""


def read_size(text: str) -> int | None:
    """Return the bytes of a size typed as 512MB or 1.5 GB; None if the text is no size."""
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(k|m|g|t)?i?b?", text.strip().lower(), re.ASCII)
    if found is None:
        return None
    size = float(found[1].replace(",", ".")) * 10.0 ** (3 * " kmgt".index(found[2] or " "))
    return round(size) if size <= _MOST else None


def size_text(size: int) -> str:
    """Return a size in the greatest unit that suits it, exactly: `read_size` gives it back."""
    for unit, bytes_of_it in _UNITS:
        if size >= bytes_of_it:
            return f"{size / bytes_of_it:.15g} {unit}"
    return f"{size} B"
