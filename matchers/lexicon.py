"""Find the alias words that a word of a text may be, though it is misspelt.

A deletion neighbourhood (the idea of SymSpell): each alias word is filed under what is left
of its first letters when up to two are taken out; a word of a text looks under its own
remainders, and only what shares one is compared. Each distinct word is looked up once: the
answers are kept in a bounded memo.

What it assumes: a misspelling is small for the length of its word (EDITS). What fools it: a
common word that differs from an alias word by one letter, so common words match only exactly.
Rejected: phonetic keys (more false alarms than finds), edit distance over the whole vocabulary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from matchers.neighbourhood import Neighbourhood
from matchers.text import pieces
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS, PERIODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matchers.text import Token

# A looked-up word costs some 150 bytes: 100,000 of them are 15 MB.
MEMO_WORDS: Final = 100_000
LONGEST_KEPT: Final = 60  # letters of a chunk that is remembered; longer ones hardly come again
LOST: Final = "?"  # between two letters it stands for one that some encoding lost ("Mus?ab")
LONGEST_SHORTENED: Final = 4  # letters of a word that is written short with a full stop
MOST_TAKEN: Final = 2  # letters that are taken out of a word to file it
GLUED: Final = 0.95  # similarity of each half of two words written in one
SHORTEST_HALF: Final = 3  # letters
TAIL: Final = 0.97  # similarity of two inflections of one word

# Endings that make no other word: plurals, cases, articles behind the noun. Not of Latin names below five letters.
TAILS: Final = frozenset(
    (
        *("s", "es", "e", "n", "en", "w", "i", "is", "in", "ul", "lar", "ler", "ga", "ka"),
        *("а", "у", "ом", "е", "ы", "и", "ои", "ов", "ам", "ами", "ах", "ю", "еи", "я", "ем"),
        *("ي", "يه", "ين", "ون", "ات", "ا"),
        *("가", "이", "는", "은", "를", "을", "의", "에", "와", "과", "도"),
    )
)
_SHORTEST_WITH_TAIL: Final = 5

Hit = tuple[int, float]  # number of an alias word, similarity 0.0-1.0


class Chunk(NamedTuple):
    """Hold the words of a chunk: which of them may be which alias word, which may be two, which end a sentence.

    A sentence that ends before the first word ends with word -1.
    """

    forms: tuple[str, ...]
    hits: tuple[tuple[int, int, float], ...]
    glued: tuple[int, ...]
    ends: tuple[int, ...]


def edits(length: int) -> int:
    """Return how many letters of a word of this length may be wrong."""
    if length <= 3:
        return 0
    if length <= 6:
        return 1
    return 2 if length < 12 else 3


class Lexicon:
    """Hold alias words by number and answer which of them a word may be."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._near = Neighbourhood()
        self._memo: dict[str, tuple[Hit, ...]] = {}
        self.chunks: dict[str, Chunk] = {}
        self.glued: set[str] = set()
        self.lookups = 0

    def __len__(self) -> int:
        return len(self._words)

    def word(self, number: int) -> str:
        """Return the alias word of a number."""
        return self._words[number]

    def number(self, word: str) -> int | None:
        """Return the number of an alias word, or None when there is no such word."""
        return self._numbers.get(word)

    def add(self, word: str, *, fuzzy: bool = True) -> int:
        """File a word and return its number; the same word keeps its number."""
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self._words)
            self._words.append(word)
            self._clear()
            if fuzzy and len(word) > 3 and word not in FUNCTION_WORDS:
                self._near.add(word, number, taken=_taken(word))
        return number

    def lookup(self, form: str) -> tuple[Hit, ...]:
        """Return the alias words that a folded word may be, each with its similarity."""
        found = self._memo.get(form)
        if found is None:
            if len(self._memo) >= MEMO_WORDS:
                self._clear()
            found = self._memo[form] = self._look(form)
        return found

    def near(self, forms: Sequence[str]) -> list[str]:
        """Return those of many folded words that `lookup` may find: each alias word is laid against all at once.

        Everything that `lookup` forgives leaves a word within a few letters, or one half of it whole. That the others
        are nothing is remembered.
        """
        longest = max(map(len, TAILS))
        known = tuple(word for word in self._words if len(word) >= SHORTEST_HALF)
        worn = {word[:-cut] for word in known for cut in range(1, longest + 1)}
        found = {form for form in forms if form in self._numbers or form in worn or form.startswith(known)}
        found.update(form for form in forms if form.endswith(known))
        for word in known:
            most = edits(len(word))
            if most:
                alike_ones = process.extract(word, forms, scorer=OSA.distance, score_cutoff=most, limit=None)
                found.update(form for form, _, _ in alike_ones)
        if len(forms) < MEMO_WORDS:
            self._memo.update((form, ()) for form in forms if form not in found)
        return sorted(found)

    def chunk(self, chunk: str) -> Chunk:
        """Look up all words of a blank-free chunk; the answers are remembered in `chunks`."""
        parts = pieces(chunk)
        words = [(at, form) for at, token in enumerate(parts) for form in token.forms]
        hits = tuple((at, number, similarity) for at, form in words for number, similarity in self.lookup(form))
        glued = tuple(at for at, form in words if form in self.glued)
        ends = _ends(chunk, parts)
        found = Chunk(tuple(token.forms[0] for token in parts), hits, glued, ends)
        if len(chunk) <= LONGEST_KEPT:
            self.chunks[chunk] = found
        return found

    def _clear(self) -> None:
        self._memo.clear()
        self.chunks.clear()
        self.glued.clear()

    def _look(self, form: str) -> tuple[Hit, ...]:
        self.lookups += 1
        exact = self._numbers.get(form)
        hits = {} if exact is None else {exact: 1.0}
        if _bends(form):
            for number in self._neighbours(form):
                similarity = alike(form, self._words[number])
                if similarity > hits.get(number, 0.0):
                    hits[number] = similarity
            if not hits and len(form) >= 2 * SHORTEST_HALF:
                halves = self._halves(form) or self._worn_halves(form)
                hits.update(halves)
                if halves:
                    self.glued.add(form)
        return tuple(hits.items())

    def _halves(self, form: str) -> dict[int, float]:
        """Return two alias words that a word consists of, with one wrong letter between them at most."""
        for left, right in _cuts(form):
            if left in self._numbers and right in self._numbers and not {left, right} <= FUNCTION_WORDS:
                return {self._numbers[left]: GLUED, self._numbers[right]: GLUED}
        return {}

    def _worn_halves(self, form: str) -> dict[int, float]:
        """Return an alias word that a word begins or ends with, and what the rest may be, misspelt."""
        for sound, worn in (pair for left, right in _cuts(form) for pair in ((left, right), (right, left))):
            number = self._numbers.get(sound)
            if number is not None and len(sound) > SHORTEST_HALF and sound not in FUNCTION_WORDS and _bends(worn):
                best, similarity = self._nearest(worn)
                if similarity:
                    return {number: GLUED, best: similarity * GLUED}
        return {}

    def _nearest(self, worn: str) -> Hit:
        found = [(alike(worn, self._words[near]), -near) for near in self._neighbours(worn)]
        similarity, number = max(found, default=(0.0, 0))
        return -number, similarity

    def _neighbours(self, form: str) -> set[int]:
        return self._near.find(form, taken=_taken(form))


def _ends(chunk: str, parts: Sequence[Token]) -> tuple[int, ...]:
    """List the words of a chunk behind which a sentence or clause ends; the full stop of "gen." ends none."""
    edges = [0, *[token.end for token in parts]]
    starts = [*[token.start for token in parts], len(chunk)]
    return tuple(
        at
        for at, (end, start) in enumerate(zip(edges, starts, strict=True), -1)
        if not PERIODS.isdisjoint(gap := chunk[end:start])
        and not (gap == LOST and 0 <= at < len(parts) - 1)
        and not (at >= 0 and gap.startswith(".") and len(parts[at].raw) <= LONGEST_SHORTENED)
    )


def _cuts(form: str) -> Iterator[tuple[str, str]]:
    """Yield two halves of a word, also without the letter between them."""
    for cut in range(SHORTEST_HALF, len(form) - SHORTEST_HALF + 1):
        yield form[:cut], form[cut:]
        yield form[:cut], form[cut + 1 :]


def alike(form: str, word: str) -> float:
    """Return the similarity of two folded words: 1.0 equal, 0.97 an inflection, 0.0 another word."""
    if form == word:
        return 1.0
    shorter, longer = sorted((form, word), key=len)
    if len(shorter) >= _SHORTEST_WITH_TAIL and longer.startswith(shorter) and longer[len(shorter) :] in TAILS:
        return TAIL
    if form[:-1] == word[:-1] and len(word) >= _SHORTEST_WITH_TAIL and {form[-1], word[-1]} <= TAILS and word[-1] > "z":
        return TAIL
    most = edits(min(len(form), len(word)))
    distance = OSA.distance(form, word, score_cutoff=most)
    return 1.0 - distance / len(longer) if distance <= most else 0.0


def _bends(word: str) -> bool:
    return len(word) > 3 and word not in COMMON_WORDS and word not in FUNCTION_WORDS and not word.isdigit()


def _taken(word: str) -> int:
    """Return how many letters are taken out of a word to file it: its beginning rarely holds all three wrong ones."""
    return min(edits(len(word)), MOST_TAKEN)
