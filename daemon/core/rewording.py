"""When two items written differently are the same item.

The rule: their document keys agree; or their words do. Small words, case, punctuation and order
do not count. All words of the shorter item must be in the longer one, a slip of spelling
forgiven in long words and never in numbers. The first word, usually the verb, may be another
one where at least two others agree: "email Ana the offer" is "send Ana the offer", while
"send the draft to Ana" is not "send the draft to Jo". Items of two different owners are two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from connectors.model import Item

_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    {"a", "an", "and", "about", "at", "by", "for", "from", "in", "into", "of", "on", "or", "our"}
    | {"the", "their", "this", "to", "up", "with", "your"}
    | {"auf", "aus", "bei", "das", "dem", "den", "der", "die", "ein", "eine", "einen", "für", "im"}
    | {"mit", "und", "vom", "von", "zu", "zum", "zur"}
)
# Below four letters a slip and another name look alike: Ana and Anna, Jo and Joe.
_LONG = 4
_ALIKE = 0.8


def same(one: Item, other: Item) -> bool:
    """Whether the two are one item in two wordings."""
    if one.key and other.key:
        return one.key == other.key
    if one.owner and other.owner and one.owner.casefold() != other.owner.casefold():
        return False
    return identical(one, other) or _reworded(_words(one.text), _words(other.text))


def identical(one: Item, other: Item) -> bool:
    """Whether both have the same words in the same order, whoever owns them."""
    return _normal(one.text) == _normal(other.text)


def find(item: Item, among: Iterable[Item]) -> Item | None:
    """Return the same item among others: one with the same words, else a reworded one."""
    candidates = [other for other in among if same(item, other)]
    exact = (other for other in candidates if identical(item, other))
    return next(exact, candidates[0] if candidates else None)


def _reworded(one: list[str], other: list[str]) -> bool:
    shorter, longer = sorted((one, other), key=lambda words: len(set(words)))
    missing = [word for word in dict.fromkeys(shorter) if not _has(longer, word)]
    if not missing:
        return bool(shorter)
    agreed = len(set(shorter)) - len(missing)
    return missing == [shorter[0]] and agreed >= 2


def _has(words: list[str], wanted: str) -> bool:
    return any(word == wanted or _slip(word, wanted) for word in words)


def _slip(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _LONG or not (one.isalpha() and other.isalpha()):
        return False
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    """Return the words that carry meaning; all of them where only small ones are there."""
    words = _normal(text)
    return [word for word in words if word not in _SMALL] or words


def _normal(text: str) -> list[str]:
    """Return words in one spelling; marks without letters (an emoji alone) stand for themselves."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _WORD.findall(folded) or [folded.strip()]
