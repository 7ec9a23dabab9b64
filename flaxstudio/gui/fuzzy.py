"""How well a text fits what was typed: beginnings of words first, then initials, then letters in order."""


def fit(query: str, text: str, beside: str = "") -> int:
    """Return how well a text fits, 0 for not at all. Every word must fit, in the text or, for less, in what is beside."""
    text = text.lower()
    points = [_fit_of_word(word, text) or (10 if word in beside.lower() else 0) for word in query.lower().split()]
    return 0 if 0 in points else sum(points, 1)


def _fit_of_word(word: str, text: str) -> int:
    if text == word:
        return 120
    if text.startswith(word):
        return 100
    parts = text.replace("_", " ").split()
    if any(part.startswith(word) for part in parts):
        return 80
    if word in text:
        return 50
    if "".join(part[0] for part in parts).startswith(word):
        return 45
    return max(_letters_in_order(word, part) for part in parts)


def _letters_in_order(word: str, part: str) -> int:
    """Return up to 30 points if the letters are all there from the first on, more the closer together they are."""
    if len(word) < 2 or word[0] != part[0]:
        return 0
    at, gaps = 0, 0
    for letter in word[1:]:
        following = part.find(letter, at + 1)
        if following < 0:
            return 0
        gaps += following != at + 1
        at = following
    return max(30 - 8 * gaps, 5)
