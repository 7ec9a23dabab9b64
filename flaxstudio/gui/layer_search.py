"""Finds layers by what the user types, forgiving about missing letters. Palette and search popup rank alike."""

import re
from collections.abc import Iterable
from functools import lru_cache

from flaxstudio.graph.spec import LayerSpec


def matching(query: str, layers: Iterable[LayerSpec]) -> list[LayerSpec]:
    """Return the layers that fit a query, the best first; all in their own order if it is empty."""
    scored = [(score(query, spec), spec) for spec in layers]
    found = [(points, spec) for points, spec in scored if points > 0]
    return [spec for _, spec in sorted(found, key=lambda pair: -pair[0])]


def score(query: str, spec: LayerSpec) -> int:
    """Return how well a layer fits a query: 0 for not at all, and every word of the query must fit."""
    words = query.lower().split()
    points = [_score_of_word(word, spec) for word in words]
    return 0 if 0 in points else sum(points, 1)


def _score_of_word(word: str, spec: LayerSpec) -> int:
    name = spec.name.lower()
    if name == word:
        return 200
    if name.startswith(word):
        return 150
    if word == "".join(letter for letter in spec.name if letter.isupper()).lower() and len(word) > 1:
        return 120  # bn, mha
    if word in spec.base_name().split("_") or word in name:
        return 100
    if word in _names_in_source(spec.code):
        return 80  # LSTMCell, max_pool
    if any(keyword.startswith(word) for keyword in spec.keywords.lower().split()):
        return 60
    if _is_subsequence(word, name):
        return 40
    return 10 if word in f"{spec.keywords} {spec.summary} {spec.family}".lower() else 0


@lru_cache(maxsize=1024)
def _names_in_source(code: str) -> frozenset[str]:
    """Return the names of Flax and JAX that a layer is written with, as one who knows them would type them."""
    return frozenset(name.lower() for name in re.findall(r"(?<=\.)[A-Za-z_]\w+(?=\()", code))


def _is_subsequence(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
