"""Find context words: exact words, stems (`mali*`), infixes (`*tuareg*`), phrases, strings of unspaced scripts.

patterns --number--> each word of a text (memo) --present--> which patterns stand where

A pattern in an unspaced script counts only when it is no part of a longer name: 马里 is
Mali, 索马里 is Somalia and 马里奥 is Mario.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from matchers.text import UNSPACED, alias_form, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matchers.text import Token

MEMO_WORDS: Final = 100_000
NEAR_WORDS: Final = 100  # words; what stands farther off in an article is about something else
NOTHING: Final[frozenset[int]] = frozenset()  # one for all: each empty set costs 216 bytes
Spans = list[tuple[int, int]]  # first and last token

# Characters that Chinese uses to write foreign names and hardly ever begins or ends a word of its own with.
_SPELLING: Final = frozenset("奥乌兰昂恩伊埃弗姆卡莱茨娜莉迪涅诺娃琳塞萨谢托蒂丽瓦佩洛伦索亚斯尔克桑穆维韦拉")
# Countries of the region whose names end with one of them.
_COUNTRIES: Final = (
    "尼日尔",
    "阿尔及尔",
    "塞内加尔",
    "科特迪瓦",
    "突尼斯",
    "俄罗斯",
    "毛里塔尼亚",
    "利比亚",
    "阿尔及利亚",
    "尼日利亚",
)
_LONGEST_COUNTRY: Final = max(map(len, _COUNTRIES))
_SHORTEST_STEM: Final = 2


class Patterns:
    """Hold context patterns by number and say which of them stand in a text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._written: list[str] = []
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._infixes: dict[str, list[int]] = {}
        self._phrases: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self._strings: dict[str, list[tuple[int, str]]] = {}
        self._longer: set[str] = set()
        self._memo: dict[str, tuple[int, ...]] = {}

    def add(self, pattern: str) -> int:
        """File a pattern and return its number; the same pattern keeps its number."""
        number = self._numbers.get(pattern)
        if number is None:
            number = self._numbers[pattern] = len(self._written)
            self._written.append(pattern)
            self._file(pattern, number)
            self._memo.clear()
        return number

    def add_all(self, patterns: Iterable[str]) -> frozenset[int]:
        """File patterns and return their numbers."""
        return frozenset([self.add(pattern) for pattern in patterns]) or NOTHING

    def written(self, number: int) -> str:
        """Return a pattern as it was written, without its stars."""
        return self._written[number].strip("*")

    def present(self, words: Sequence[Token]) -> dict[int, Spans]:
        """Return the patterns that stand in a text, each with its places."""
        found: dict[int, Spans] = {}
        if not self._written:
            return found
        memo, longer, of_word = self._memo, self._longer, self._of_word
        for at, form in [(at, form) for at, token in enumerate(words) for form in token.forms]:
            numbers = memo.get(form)
            for number in of_word(form) if numbers is None else numbers:
                found.setdefault(number, []).append((at, at))
            if form in longer:
                self._add_longer(words, at, form=form, found=found)
        return found

    def _add_longer(self, words: Sequence[Token], at: int, *, form: str, found: dict[int, Spans]) -> None:
        for number, last in self._from_here(words, at, form=form):
            found.setdefault(number, []).append((at, last))

    def _from_here(self, words: Sequence[Token], at: int, *, form: str) -> Iterator[tuple[int, int]]:
        """Yield the phrases and strings that begin with a word, with their last token."""
        for number, rest in self._phrases.get(form, ()):
            if _follows(words, at, rest=rest):
                yield number, at + len(rest)
        for number, string in self._strings.get(form, ()):
            if _spells(words, at, string=string):
                yield number, at + len(string) - 1

    def _file(self, pattern: str, number: int) -> None:
        stem = pattern.endswith("*")
        parts = [alias_form(token.raw) for token in tokens(pattern.strip("*"))]
        if not parts:
            return
        if stem and pattern.startswith("*"):
            self._infixes.setdefault("".join(parts), []).append(number)
            return
        if UNSPACED.match(parts[0]):
            self._longer.add(parts[0])
            self._strings.setdefault(parts[0], []).append((number, "".join(parts)))
        elif len(parts) > 1:
            self._longer.add(parts[0])
            parts[-1] += "*" if stem else ""
            self._phrases.setdefault(parts[0], []).append((number, tuple(parts[1:])))
        elif stem and len(parts[0]) >= _SHORTEST_STEM:
            self._stems.setdefault(parts[0], []).append(number)
        else:
            self._words.setdefault(parts[0], []).append(number)

    def _of_word(self, form: str) -> tuple[int, ...]:
        found = self._memo.get(form)
        if found is None:
            if len(self._memo) >= MEMO_WORDS:
                self._memo.clear()
            numbers = list(self._words.get(form, ()))
            for end in range(_SHORTEST_STEM, len(form) + 1):
                numbers.extend(self._stems.get(form[:end], ()))
            for infix, wanted in self._infixes.items():
                if infix in form:
                    numbers.extend(wanted)
            found = self._memo[form] = tuple(numbers)
        return found


def _follows(words: Sequence[Token], at: int, *, rest: tuple[str, ...]) -> bool:
    if at + len(rest) >= len(words):
        return False
    return all(
        any(form.startswith(part[:-1]) if part.endswith("*") else form == part for form in words[at + i].forms)
        for i, part in enumerate(rest, 1)
    )


def _spells(words: Sequence[Token], at: int, *, string: str) -> bool:
    if at + len(string) > len(words) or any(words[at + i].form != char for i, char in enumerate(string)):
        return False
    return not continues_a_name(words, at, last=at + len(string) - 1)


def continues_a_name(words: Sequence[Token], first: int, *, last: int) -> bool:
    """Tell whether characters that spell names touch a span, so that it is part of a longer name."""
    before = words[first - 1] if first else None
    after = words[last + 1] if last + 1 < len(words) else None
    touches_before = before is not None and before.end == words[first].start and before.form in _SPELLING
    touches_before = touches_before and not _ends_a_country(words, first)
    touches_after = after is not None and after.start == words[last].end and after.form in _SPELLING
    return touches_before or touches_after


def _ends_a_country(words: Sequence[Token], first: int) -> bool:
    """Tell whether the characters before a span are a whole name of their own ("尼日尔" before "图阿雷格")."""
    written = "".join(words[at].form for at in range(max(0, first - _LONGEST_COUNTRY), first))
    return written.endswith(_COUNTRIES)


def outside(present: Mapping[int, Spans], wanted: frozenset[int], *, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Return the wanted patterns that stand outside the given spans and, in a long text, near one of them."""
    standing = wanted & present.keys()
    if not spans or not standing:
        return set(standing)
    starts = sorted(spans)
    firsts = [first for first, _ in starts]
    # How far the spans reach that begin before a place: answers for each place at once, however many spans there are.
    reaches = list(accumulate((last for _, last in starts), max))

    def is_near(first: int, last: int) -> bool:
        before = bisect_right(firsts, first)
        if before and reaches[before - 1] >= last:
            return False
        around = bisect_right(firsts, last + NEAR_WORDS)
        return bool(around) and reaches[around - 1] >= first - NEAR_WORDS

    return {number for number in standing if any(is_near(first, last) for first, last in present[number])}
