"""Read what stands behind /watch: the words, how urgent they are, which outlets count, what must stand beside. Pure.

"fuel convoy" | "fuel tanker" +Mali -football !urgent from:"Studio Tamani"
└──────── what to watch ────────────────────┘ └urgency┘└──── scope ─────┘
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.text import tokens
from matchers.tuning import Tuning, TuningKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import FeedRecord

# What a reader may write after the exclamation mark, in any of our languages.
_URGENCIES: Final = {
    "urgent": "critical", "critical": "critical", "critique": "critical", "عاجل": "critical",
    "normal": "normal", "عادي": "normal",
    "low": "low", "faible": "low", "bas": "low", "منخفض": "low",
}  # fmt: skip
_URGENCY: Final = re.compile(rf"(?<!\S)!({'|'.join(_URGENCIES)})(?!\S)", re.IGNORECASE)
_SOURCE: Final = re.compile(r"(?<!\S)(?:from|de|من):\s*(?:[\"“«]\s*([^\"”»]+?)\s*[\"”»]|(\S+))", re.IGNORECASE)
_SIGNED: Final = re.compile(r"(?<!\S)([+-])(?:[\"“«]\s*([^\"”»]+?)\s*[\"”»]|([^\s\"“«|]+))")
_MOST_ALIKE: Final = 4


@dataclass(frozen=True, slots=True)
class Wording:
    """Hold what was asked for: the words alone, an urgency ("" for none), and the names of outlets or feeds."""

    words: str
    urgency: str = ""
    sources: tuple[str, ...] = ()


def read_wording(words: str) -> Wording:
    """Return what stands behind /watch, with urgency and scope taken out of the words."""
    urgency = [_URGENCIES[found.lower()] for found in _URGENCY.findall(words)]
    sources = tuple(quoted or bare for quoted, bare in _SOURCE.findall(words))
    rest = _SOURCE.sub(" ", _URGENCY.sub(" ", words))
    return Wording(" ".join(rest.split()), urgency[-1] if urgency else "", sources)


def signed(words: str, entity: str) -> tuple[str, tuple[Tuning, ...]]:
    """Return words without their +required and -forbidden ones, and those as changes to an entity."""
    kinds = {"+": TuningKind.WITH, "-": TuningKind.WITHOUT}
    found = tuple(Tuning(entity, kinds[sign], quoted or bare) for sign, quoted, bare in _SIGNED.findall(words))
    return " ".join(_SIGNED.sub(" ", words).split()), found


def find_source(name: str, feeds: Sequence[FeedRecord]) -> tuple[TuningKind, str] | None:
    """Return an outlet by its name or key, or a feed by its title or address."""
    wanted, address = _plain(name), _address(name)
    for feed in feeds:
        if wanted and wanted in {_plain(feed.outlet.name), _plain(feed.outlet.key)}:
            return TuningKind.OUTLET, feed.outlet.key
    for feed in feeds:
        if address == _address(feed.url) or (wanted and wanted == _plain(feed.title)):
            return TuningKind.FEED, feed.url
    return None


def _address(url: str) -> str:
    """Return what a person types of an address: without scheme, www and a slash at the end."""
    return re.sub(r"^(?:https?://)?(?:www\.)?|/+$", "", url.strip().lower())


def sources_alike(name: str, feeds: Sequence[FeedRecord]) -> tuple[str, ...]:
    """Return the names of a few outlets that look like a name, else of the first ones."""
    wanted = _plain(name)
    names = list(dict.fromkeys(feed.outlet.name for feed in feeds))
    near = [each for each in names if wanted and (wanted in _plain(each) or _plain(each) in wanted)]
    return tuple((near or names)[:_MOST_ALIKE])


def _plain(words: str) -> str:
    return " ".join(token.form for token in tokens(words))
