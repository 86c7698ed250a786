"""Plant names of the catalogue, changed in known ways, in texts that do not hold them, and count what is found.

python -m tests.bench.planted
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections import Counter

from matchers.entities import AliasKind
from matchers.types import EntryText
from matchers.watchlist import Watchlist
from tests.bench.bench_matching import GOLD, entity, texts, watched
from tests.eval_mentions import entities, entry_of, read

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FILLERS = ("new", "great", "young", "local", "grand", "ancien", "petit")


def edited(text, chooser, times):
    """Insert, delete, replace or swap a letter, anywhere."""
    letters = list(text)
    for _ in range(times):
        at = chooser.randrange(len(letters))
        sort = chooser.choice(("insert", "delete", "replace", "swap"))
        if sort == "insert":
            letters.insert(at, chooser.choice(LETTERS))
        elif sort == "delete" and len(letters) > 1:
            del letters[at]
        elif sort == "replace":
            letters[at] = chooser.choice(LETTERS)
        elif at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def without_marks(text):
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def with_marks(text, chooser):
    return "".join(
        unicodedata.normalize("NFC", c + "\u0301") if c in "aeiou" and chooser.random() < 0.5 else c for c in text
    )


def hyphened(text, chooser):
    gaps = [at for at, char in enumerate(text) if char in " -'’"]
    if not gaps:
        return text
    at = chooser.choice(gaps)
    return text[:at] + chooser.choice((" ", "-", "", "’")) + text[at + 1 :]


def swapped(text, chooser):
    words = text.split()
    if len(words) > 1:
        at = chooser.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def widened(text, chooser):
    words = text.split()
    if len(words) > 1:
        words.insert(chooser.randrange(1, len(words)), chooser.choice(FILLERS))
    return " ".join(words)


SAME = 0.97  # an inflection of the name itself is no false alarm
MOST_ALARMS = 2
CHANGES = {
    "exact": lambda text, _: text,
    "case": lambda text, chooser: chooser.choice((text.upper(), text.lower(), text.title())),
    "diacritics": lambda text, chooser: chooser.choice((without_marks(text), with_marks(text, chooser))),
    "order": swapped,
    "extra word": widened,
    "hyphen": hyphened,
    "one edit a name": lambda text, chooser: edited(text, chooser, 1),
    "one edit in six": lambda text, chooser: edited(text, chooser, max(1, len(text) // 6)),
}
TARGETS = {"exact": 0.99, "case": 0.99, "diacritics": 0.99, "order": 0.99, "extra word": 0.99, "hyphen": 0.98}
TARGETS |= {"one edit a name": 0.97, "one edit in six": 0.75}


def planted(count=300, a_change=500, seed=11):
    """Return the share found by kind of change, and the false alarms in a thousand texts."""
    chooser = random.Random(seed)
    aliases = watched(count)
    known = [entity(i, text) for i, text in enumerate(aliases)]
    watchlist = Watchlist.compile(known)
    plain = [
        text
        for text in texts(GOLD / "mentions-dev.jsonl", 4000, share_named=1.0)
        if not watchlist.match(EntryText(text))
    ]
    found, misses = Counter(), []
    for change, apply in CHANGES.items():
        for _ in range(a_change):
            number = chooser.randrange(count)
            acronym = known[number].aliases[0].kind is AliasKind.ACRONYM
            written = aliases[number] if acronym else apply(aliases[number], chooser)
            words = chooser.choice(plain).split()
            words.insert(chooser.randrange(len(words)), written)
            hit = any(match.entity == f"e{number}" for match in watchlist.match(EntryText(" ".join(words))))
            found[change] += hit
            if not hit:
                misses.append((change, aliases[number], written))
    return {change: found[change] / a_change for change in CHANGES}, misses


def alarms(count=300):
    """Return how often in a thousand labelled sentences a name rings that does not stand there, and which.

    What the catalogue with its evidence finds as well does stand there; nearly half of the sentences are traps.
    """
    known = entities()
    owners = {alias.text: one.id for one in known for alias in one.aliases[:1]}
    catalogue = Watchlist.compile(known)
    watchlist = Watchlist.compile(entity(i, text) for i, text in enumerate(watched(count)))
    rows = [row for name in ("dev", "heldout") for row in read(GOLD / f"mentions-{name}.jsonl")]
    wrong = []
    for text in map(entry_of, rows):
        found = [match for match in watchlist.match(text) if match.best.similarity < SAME]
        meant = {match.entity for match in catalogue.match(text, min_score=1)} if found else set()
        wrong += [(m.best.alias, m.best.text) for m in found if owners.get(m.best.alias) not in meant]
    return 1000 * len(wrong) / len(rows), sorted(wrong)


def main():
    shares, misses = planted()
    for change, share in shares.items():
        print(f"{change:18s} {share:.3f}  (target {TARGETS[change]:.2f})")
    rate, rung = alarms()
    print(f"false alarms       {rate:.2f} in 1,000 sentences (at most {MOST_ALARMS})")
    for alias, text in rung:
        print(f"    {alias} <- {text}")
    if "--misses" in sys.argv:
        for miss in misses:
            print(*miss, sep=" | ")


if __name__ == "__main__":
    main()
