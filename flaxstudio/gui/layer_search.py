"""Finds layers by what the user types: their names, what others call them, Flax's own names. Palette and search rank alike."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from flaxstudio.graph.spec import LayerSpec

_EXACT, _ELSEWHERE, _PREFIX, _FLAX, _STARTS, _INNER_STARTS = 1000, 900, 850, 800, 750, 700
_ELSEWHERE_PREFIX, _FLAX_PREFIX, _INSIDE, _KEYWORD, _SUBSEQUENCE, _TEXT = 500, 480, 450, 400, 200, 50
_RECENT = 30


@dataclass(frozen=True, slots=True)
class Match:
    """How well a layer fits a query, which letters of its name were typed, or by which other name it was found."""

    points: int
    marks: tuple[int, ...] = ()
    elsewhere: str = ""


def matching(query: str, layers: Iterable[LayerSpec], recent: Collection[str] = ()) -> list[LayerSpec]:
    """Return the layers that fit a query, the best first; all in their own order if it is empty."""
    specs = list(layers)
    if not query.strip():
        return specs
    scored = [(match(query, spec).points, spec) for spec in specs]
    found = [(points + (_RECENT if spec.name in recent else 0), spec) for points, spec in scored if points > 0]
    return [spec for _, spec in sorted(found, key=lambda pair: -pair[0])] or _nearly_matching(_flat(query), specs)


def score(query: str, spec: LayerSpec) -> int:
    """Return how well a layer fits a query: 0 for not at all, and every word of the query must fit."""
    return match(query, spec).points


def match(query: str, spec: LayerSpec) -> Match:
    """Return how a layer fits a query: taken as one word, or word by word."""
    words = [_flat(word.rpartition(".")[2] or word) or word for word in query.lower().split()]
    if not words:
        return Match(1)
    whole = _match_of_word("".join(words), spec)
    if len(words) == 1:
        return whole
    parts = [_match_of_word(word, spec) for word in words]
    marks = tuple(sorted({mark for part in parts for mark in part.marks}))
    return max(whole, Match(min(part.points for part in parts), marks), key=lambda found: found.points)


def flax_name(spec: LayerSpec) -> str:
    """Return what a layer is in Flax or JAX, as one would write it: `nn.Dense`, `jnp.concatenate`; "" for an own one."""
    if spec.definition is not None:
        return ""
    found = re.match(r"(?:nn|jnp|jax)(?:\.[A-Za-z_]\w*)+(?=\()", spec.code)
    cell = re.match(r"[\w.(]*?(nn\.\w+Cell)\b", spec.code)
    return cell[1] if cell else found[0] if found else ""


def _nearly_matching(typed: str, specs: Sequence[LayerSpec]) -> list[LayerSpec]:
    """Return the layers that are called nearly so, for a slip of the finger."""
    if len(typed) < 4:
        return []
    names = {name: spec for spec in reversed(specs) for name in (*map(_flat, spec.elsewhere), _flat(spec.name))}
    return list(dict.fromkeys(names[name] for name in get_close_matches(typed, names, 5, 0.75)))


def _match_of_word(word: str, spec: LayerSpec) -> Match:
    name, elsewhere = _flat(spec.name), _flat_names(spec.elsewhere)
    if name == word:
        return Match(_EXACT, _marks(spec.name, range(len(word))))
    if word in elsewhere:
        return Match(_ELSEWHERE, elsewhere=_called(word, spec))
    if name.startswith(word):
        return Match(_PREFIX - min((len(name) - len(word)) // 6, 10), _marks(spec.name, range(len(word))))
    flax = _names_in_source(spec.code)
    if word in flax:
        return Match(_FLAX)
    if at := _at_starts(word, spec.name):
        return Match(_STARTS if at[0] == 0 else _INNER_STARTS, _marks(spec.name, at))
    return max(_loose_matches(word, spec, name, elsewhere, flax), key=lambda found: found.points)


def _loose_matches(word: str, spec: LayerSpec, name: str, elsewhere: Collection[str], flax: Collection[str]) -> Iterable[Match]:
    yield Match(0)
    if len(word) > 2 and any(other.startswith(word) for other in elsewhere):
        yield Match(_ELSEWHERE_PREFIX, elsewhere=_called(word, spec))
    if len(word) > 2 and any(other.startswith(word) for other in flax):
        yield Match(_FLAX_PREFIX)
    if (start := name.find(word)) >= 0:
        yield Match(_INSIDE, _marks(spec.name, range(start, start + len(word))))
    if any(keyword.startswith(word) for keyword in spec.keywords.lower().split()):
        yield Match(_KEYWORD)
    if (at := _subsequence(word, name)) and at[0] in _starts(spec.name):
        yield Match(_SUBSEQUENCE - min(at[-1] - at[0] - len(word), 100), _marks(spec.name, at))
    if word in f"{spec.summary} {spec.family}".lower():
        yield Match(_TEXT)


def _called(word: str, spec: LayerSpec) -> str:
    """Return the other name of a layer that begins with a word, the shortest if there are several."""
    return min((name for name in spec.elsewhere if _flat(name).startswith(word)), key=len, default="")


@lru_cache(maxsize=4096)
def _flat(text: str) -> str:
    """Return a name without what people write differently: case, spaces, underlines."""
    return re.sub(r"[\W_]", "", text.lower())


@lru_cache(maxsize=1024)
def _flat_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_flat, names))


@lru_cache(maxsize=1024)
def _names_in_source(code: str) -> frozenset[str]:
    """Return the names of Flax and JAX that a layer is written with, as one who knows them would type them."""
    return frozenset(_flat(name) for name in re.findall(r"(?<=\.)[A-Za-z_]\w+(?=\()", code))


@lru_cache(maxsize=1024)
def _starts(name: str) -> tuple[int, ...]:
    """Return where in a flat name its words begin: at 0 and 5 in `BatchNorm` and `leaky_relu`."""
    words = re.findall(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+", name)
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word)
    return tuple(starts)


def _at_starts(word: str, name: str) -> tuple[int, ...]:
    """Return which letters of a flat name spell a word by beginnings of its words: `bn`, `maxp`, `norm`; () if none do."""
    starts, flat = _starts(name), _flat(name)

    def spell(typed: int, first: int) -> tuple[int, ...] | None:
        if typed == len(word):
            return ()
        for index in range(first, len(starts)):
            start, end = starts[index], (*starts, len(flat))[index + 1]
            longest = 0
            while longest < min(end - start, len(word) - typed) and flat[start + longest] == word[typed + longest]:
                longest += 1
            for length in range(longest, 0, -1):
                rest = spell(typed + length, index + 1)
                if rest is not None:
                    return (*range(start, start + length), *rest)
        return None

    return spell(0, 0) or ()


def _subsequence(letters: str, text: str) -> tuple[int, ...]:
    at, found = -1, []
    for letter in letters:
        at = text.find(letter, at + 1)
        if at < 0:
            return ()
        found.append(at)
    return tuple(found)


def _marks(name: str, flat: Sequence[int]) -> tuple[int, ...]:
    """Return the places in a name of places in its flat form."""
    places = [place for place, letter in enumerate(name) if letter.isalnum()]
    return tuple(places[place] for place in flat)
