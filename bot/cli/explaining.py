"""Say in words what was matched and why, for a person who does not know the code."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

import typer

from matchers.calibration import share_right
from matchers.scoring import BAR
from matchers.types import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchers.entities import Entity
    from matchers.types import EntryText, Match, Reason
    from matchers.watchlist import Watchlist

_SENTENCES: Final = {
    "exact": "written exactly as “{}”",
    "fuzzy": "written almost like “{}”",
    "compound": "a people's or a region's name and an armed word in one phrase",
    "topic": "the words are meant in their armed sense",
    "context": "beside it: {}",
    "names-nearby": "other names of the same world: {}",
    "full-name-nearby": "its full name stands in the text too",
    "feed-scope": "the feed writes about {}",
    "negative": "but “{}” speaks for another meaning",
    "neighbour": "but the word next to it, “{}”, belongs to another meaning",
    "expansion": "but the text says that it stands for “{}”",
    "given-name": "but “{}” beside it says that somebody else is meant",
    "title": "the title “{}” before it",
    "case": "but the letters “{}” are not written as the acronym is",
    "all-caps": "the text is in capitals, so short acronyms prove little",
    "bare-name": "a surname without anybody's given name: so one writes of who is well known",
    "weak": "“{}” has other meanings, and nothing here says which",
    "pattern": "the expression {} fits",
}

_LIKENESS: Final = re.compile(r"(.+) \((\d+%)\)")


def sentence(reason: Reason) -> str:
    """Return one reason as words."""
    likeness = _LIKENESS.fullmatch(reason.detail) if reason.code == "fuzzy" else None
    if likeness:
        return f"{_SENTENCES['fuzzy'].format(likeness[1])}: {likeness[2]} of the letters agree"
    return _SENTENCES.get(reason.code, reason.code + ": {}").format(reason.detail)


def show(entry: EntryText, matches: Sequence[Match], *, watched: Watchlist) -> None:
    """Print a text with its matches marked, then each match and near miss with its reasons."""
    rung = [match for match in matches if match.score >= BAR]
    typer.echo(_marked(entry.title, rung))
    for heading, group in (("", rung), ("Near misses, kept for review:", [m for m in matches if m.score < BAR])):
        if group and heading:
            typer.echo(f"\n{heading}")
        for match in group:
            typer.echo("\n" + _paragraph(match, watched))
    if not matches:
        typer.echo("\nNothing that is watched stands in this text.")


def _paragraph(match: Match, watched: Watchlist) -> str:
    entity = watched.entity(match.entity)
    name = entity.name if entity else match.entity
    head = f"{name} ({match.entity})  {match.score} of 100"
    share = f"; at this score at least {share_right(match.score):.0%} are right" if match.score >= BAR else ""
    body = [f"  “{match.best.text}” {sentence(match.reasons[0])}"]
    body += [f"  {sentence(reason)}" for reason in match.reasons[1:]]
    return "\n".join([head + share, *body])


def _marked(text: str, matches: Sequence[Match]) -> str:
    """Mark what matched: underlined on a terminal, in brackets elsewhere."""
    mentions = {(m.start, m.end) for match in matches for m in match.mentions if m.field is Field.TITLE}
    spans = sorted(mentions, key=lambda span: (span[0], -span[1]))
    opened, closed = ("\x1b[1;4m", "\x1b[0m") if sys.stdout.isatty() else ("[", "]")
    parts, at = [], 0
    for start, end in spans:
        if start >= at:
            parts += [text[at:start], opened, text[start:end], closed]
            at = end
    return "".join([*parts, text[at:]])


def portrait(entity: Entity) -> str:
    """Return what is known of an entity, in lines."""
    rows = [f"{entity.name} ({entity.id})", f"kind: {entity.kind.value}; families: {', '.join(entity.families)}"]
    rows += [f"{lang}: {name}" for lang, name in entity.names.items()]
    rows += [entity.note] if entity.note else []
    rows += [f"designated by {d.by} since {d.since:%Y-%m-%d} ({d.source})" for d in entity.designated]
    rows += [f"not: {sense}" for sense in entity.senses]
    rows.append("written:")
    for alias in entity.aliases:
        marks = [
            alias.kind.value,
            alias.lang,
            "needs context" if alias.weak else "",
            "" if alias.verified else "unverified",
        ]
        rows.append(f"  {alias.text}  ({', '.join(mark for mark in marks if mark)})")
    return "\n".join(rows)
