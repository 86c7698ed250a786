"""Read when a chat wants its digest: `07:00 mon-fri`, `weekly`, `lun-ven 18h`, `hebdo sam 8h`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.chat.args import read_clock
from bot.digest.choose import DAILY, WEEKLY

# The first three letters of weekdays in English and French, and the Arabic names; ISO numbers.
_DAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "lun", "الاثنين", "الإثنين"),
            ("tue", "mar", "الثلاثاء"),
            ("wed", "mer", "الأربعاء", "الاربعاء"),
            ("thu", "jeu", "الخميس"),
            ("fri", "ven", "الجمعة"),
            ("sat", "sam", "السبت"),
            ("sun", "dim", "الأحد", "الاحد"),
        ),
        1,
    )
    for name in names
}
_KINDS: Final = {
    **dict.fromkeys(("daily", "quotidien", "jour", "يومي"), DAILY),
    **dict.fromkeys(("weekly", "hebdo", "hebdomadaire", "semaine", "أسبوعي", "اسبوعي"), WEEKLY),
}
_ALL: Final = "1234567"
_MONDAY: Final = "1"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Hold a digest's rhythm as it was asked for: minute of the day, days as ISO digits ("": all); None: as before."""

    minute: int | None = None
    days: str | None = None
    kind: str | None = None


def read_rhythm(words: str) -> Rhythm | None:
    """Return what words ask for; None for words that are no rhythm."""
    minute, days, kind = None, "", ""
    for word in words.lower().split():
        if word in _KINDS:
            kind = _KINDS[word]
        elif (read := read_clock(word)) is not None:
            minute = read
        elif found := _read_days(word):
            days += found
        else:
            return None
    if not kind and not days:
        return Rhythm(minute) if minute is not None else None
    if kind == WEEKLY:
        return Rhythm(minute, days[:1] or _MONDAY, WEEKLY)
    chosen = "".join(day for day in _ALL if day in days)
    return Rhythm(minute, "" if chosen == _ALL else chosen, DAILY)


def _read_days(word: str) -> str:
    """Return the days of `fri`, `mon-fri`, `sam-dim`, `mon,wed`; a range may pass Sunday."""
    found = ""
    for part in word.replace(",", " ").split():
        ends = [_day(end) for end in part.replace("–", "-").split("-")]
        if not all(ends) or len(ends) > 2:
            return ""
        first, last = ends[0], ends[-1]
        span = (last - first) % 7 + 1
        found += "".join(str((first - 1 + step) % 7 + 1) for step in range(span))
    return found


def _day(word: str) -> int:
    return _DAYS.get(word) or (_DAYS.get(word[:3], 0) if word.isalpha() and word.isascii() else 0)
