"""Arrays in msgpack, in the extension types of flax.serialization, read without flax and without trusting the file."""

from collections.abc import Mapping
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

# flax.serialization._MsgpackExtType
_NDARRAY, _COMPLEX, _SCALAR = 1, 2, 3
_DTYPES = frozenset(
    {"bool", "float16", "float32", "float64", "bfloat16", "complex64", "complex128"}
    | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)
_MAX_DEPTH = 64


def pack(tree: Any) -> bytes:
    """Return a tree as msgpack bytes that flax.serialization.msgpack_restore reads."""
    return bytes(msgpack.packb(tree, default=_to_extension, strict_types=True))


def unpack(content: bytes) -> Any:
    """Return the tree in msgpack bytes; ValueError or msgpack's own errors for what is not one."""
    return msgpack.unpackb(content, ext_hook=_from_extension, raw=False, strict_map_key=True)


def checked(value: Any) -> npt.NDArray[Any]:
    """Return the value if it is an array; ValueError otherwise."""
    if not isinstance(value, np.ndarray):
        raise ValueError("an array is missing")
    return value


def check_tree(tree: Mapping[str, Any], depth: int = 0) -> None:
    """Raise ValueError unless a tree holds only maps, arrays, numbers and nothing deeper than sense allows."""
    if depth > _MAX_DEPTH:
        raise ValueError("its variables are nested too deeply")
    for value in tree.values():
        if isinstance(value, Mapping):
            check_tree(value, depth + 1)
        elif not isinstance(value, np.ndarray | np.generic | int | float | None):
            raise ValueError("its variables hold something that is not an array")


def _to_extension(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return msgpack.ExtType(_NDARRAY, _array_bytes(value))
    if isinstance(value, np.generic):
        return msgpack.ExtType(_SCALAR, _array_bytes(np.asarray(value)))
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"cannot save a {type(value).__name__}")


def _array_bytes(array: npt.NDArray[Any]) -> bytes:
    if array.dtype.name not in _DTYPES:
        raise TypeError(f"cannot save an array of {array.dtype.name}")
    return bytes(msgpack.packb((array.shape, array.dtype.name, array.tobytes("C")), use_bin_type=True))


def _from_extension(code: int, content: bytes) -> Any:
    if code in (_NDARRAY, _SCALAR):
        array = _array(content)
        return array if code == _NDARRAY else array[()]
    if code == _COMPLEX:
        real, imaginary = msgpack.unpackb(content)
        return complex(real, imaginary)
    raise ValueError(f"unknown msgpack extension {code}")


def _array(content: bytes) -> npt.NDArray[Any]:
    shape, name, data = msgpack.unpackb(content, raw=False)
    if name not in _DTYPES or not isinstance(data, bytes) or len(shape) > 32:
        raise ValueError("an array of an unknown kind")
    if any(not isinstance(size, int) or size < 0 for size in shape):
        raise ValueError("an array of an impossible shape")
    dtype = _dtype(name)
    count = 1
    for size in shape:
        count *= size
    if count * dtype.itemsize != len(data):
        raise ValueError("an array whose size does not match its shape")
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()


def _dtype(name: str) -> np.dtype[Any]:
    if name == "bfloat16":
        import ml_dtypes  # noqa: F401 - registers the name with numpy; only files that hold it need it
    return np.dtype(name)
