"""Take from an outlet's text what a small message can show: marked, cut at words, without addresses. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.delivery.message import Span, Style, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.types import Mention

# Telegram turns bare addresses and @names into links by itself; an alert links to outlets alone,
# so that no armed group's channel is one tap away.
_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b(?:t|telegram)\.(?:me|dog)/\S+|\S+\.onion\S*|(?<!\w)@\w{5,}", re.IGNORECASE
)
# Where armed groups publish themselves: messengers' channels, hidden services, and the names of their media houses.
# A feed that an operator adds from there is told by name, never linked.
_SHUNNED_HOSTS: Final = re.compile(
    r"(?:^|\.)(?:t\.me|telegram\.(?:me|dog)|telegra\.ph|chirpwire\.net|[^.]+\.onion)$", re.IGNORECASE
)
_SHUNNED_NAMES: Final = re.compile(r"a[sz]?-?zallaq|(?<![a-z])a['’]?maq(?![a-z])|nashir-?news", re.IGNORECASE)
# A headline in a list, in characters: two or three lines on a phone.
_HEADLINE: Final = 120
_SPACE: Final = re.compile(r"[\r\n\t\v\f]")
_SENTENCE_END: Final = re.compile(r"[.!?؟。…]+[»”\"')\]]*(?=\s|$)")
_ELLIPSIS: Final = "…"
_RTL: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
_ISOLATE: Final = ("\u2068", "\u2069")


def cut(text: str, most: int) -> int:
    """Return how many characters of a text to keep: all that fit, else whole words with room for an ellipsis."""
    if len(text) <= most:
        return len(text)
    space = text.rfind(" ", max(0, most // 2), most)
    return space if space > 0 else max(0, most - 1)


def isolated(text: str) -> str:
    """Set a text with Arabic or Hebrew letters apart, so that what stands after it keeps its place."""
    return f"{_ISOLATE[0]}{text}{_ISOLATE[1]}" if _RTL.search(text) else text


def name_apart(text: str, *, lang: str) -> str:
    """Set a name apart that runs against the language around it: a Latin one among Arabic words, or the reverse."""
    if lang != "ar":
        return isolated(text)
    return f"{_ISOLATE[0]}{text}{_ISOLATE[1]}" if _LATIN.search(text) else text


def sentences(text: str, *, most: int, count: int = 3) -> int:
    """Return how many characters to keep for whole sentences within a limit; words when the first is too long."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)][:count]
    fitting = [end for end in ends if end <= most]
    if len(text) <= most and len(ends) < count:
        return len(text)
    return fitting[-1] if fitting else cut(text, most)


def is_shunned(url: str) -> bool:
    """Say whether an address leads to an armed group's own channel or media; such links are never shown."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        return True  # it leads nowhere
    return bool(_SHUNNED_HOSTS.search(host) or _SHUNNED_NAMES.search(f"{host}{address.path}"))


def headline(title: str, *, most: int = _HEADLINE) -> str:
    """Return an outlet's headline for a list: on one line, without addresses, cut at a word."""
    shown = " ".join(_ADDRESS.sub("", title).split()) or _ELLIPSIS
    keep = cut(shown, most)
    return shown if keep == len(shown) else f"{shown[:keep]}{_ELLIPSIS}"


def headline_link(title: str, url: str) -> Span:
    """Return a headline that leads to its report; not where that is an armed group's own channel or media."""
    return Span(headline(title)) if is_shunned(url) else link(headline(title), url)


def marked(text: str, mentions: Iterable[Mention], *, keep: int) -> tuple[Span, ...]:
    """Return the beginning of a text with what was matched in bold, and an ellipsis where it breaks off."""
    shown = _SPACE.sub(" ", text)
    spans: list[Span] = []
    position = 0
    for start, end in _disjoint([(mention.start, min(mention.end, keep)) for mention in mentions]):
        spans += [Span(shown[position:start]), Span(shown[start:end], Style.BOLD)]
        position = end
    spans.append(Span(shown[position:keep]))
    broken = keep < len(text) and not _SENTENCE_END.search(shown[max(0, keep - 3) : keep])
    if broken:
        spans.append(Span(_ELLIPSIS))
    return tuple(Span(_ADDRESS.sub("", span.text), span.style) for span in spans if span.text)


def _disjoint(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if start < end and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return kept


def set_apart(spans: Sequence[Span], *, rtl: bool) -> tuple[Span, ...]:
    """Isolate a text that runs against the direction of the words around it, so that neither turns the other."""
    against = (_LATIN if rtl else _RTL).search("".join(span.text for span in spans))
    return (Span(_ISOLATE[0]), *spans, Span(_ISOLATE[1])) if against else tuple(spans)
