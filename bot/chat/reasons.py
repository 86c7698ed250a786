"""Explain a match in words: what was written, how sure that is, what counted, and whose term it was. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.commands import mark
from bot.chat.naming import term_name
from bot.chat.replies import text
from bot.delivery.message import Message, Span, bold, compose, italic, lines
from matchers.calibration import share_right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.texts import Texts
    from bot.vigil import Vigil
    from matchers.types import Mention, Reason
    from storage.story_records import StoryView, TermMention

_MOST_SHOWN: Final = 5
# code of a reason -> what it says to a reader; a code that is new is shown as it is
WORDS: Final = {
    "exact": mark("written exactly"),
    "fuzzy": mark("nearly written so"),
    "compound": mark("two words that belong together"),
    "topic": mark("a phrase of the subject"),
    "pattern": mark("your pattern fits"),
    "case": mark("in other letters than the name"),
    "all-caps": mark("in a text all in capitals"),
    "title": mark("after a title"),
    "given-name": mark("beside a given name"),
    "expansion": mark("the text says what it stands for"),
    "bare-name": mark("the best-known bearer of the name"),
    "weak": mark("a short form, nothing beside it"),
    "full-name-nearby": mark("the full name stands nearby"),
    "context": mark("context"),
    "names-nearby": mark("named beside it"),
    "feed-scope": mark("the outlet writes about"),
    "negative": mark("speaks against it"),
    "neighbour": mark("next to it"),
}


def best_each(matches: Sequence[TermMention]) -> list[TermMention]:
    """Return the best match of each entity."""
    best: dict[str, TermMention] = {}
    for match in matches:
        best.setdefault(match.entity, match)
    return list(best.values())


def why_page(say: Texts, view: StoryView, *, vigil: Vigil) -> Message:
    """Explain an alert: alias, text as written, score, what counted, which term of theirs."""
    if not view.matches:
        return text(say("None of your terms is in this story any more."))
    rows: list[Sequence[Span]] = [(bold(say("Why this rang")),)]
    shown = best_each(view.matches)[:_MOST_SHOWN]
    for match in shown:
        rows += _one(say, match, vigil=vigil)
    share = str(round(min(share_right(match.score) for match in shown) * 100))
    rows.append((italic(say("Score 80 is the bar; 100 is a full name, exactly written.")),))
    rows.append((italic(say("With such scores at least {share}% of matches are right.").replace("{share}", share)),))
    return Message(lines(*rows))


def _one(say: Texts, match: TermMention, *, vigil: Vigil) -> list[Sequence[Span]]:
    mention = match.mentions[0]
    head = compose(
        say("{entity}: {score} of 100, from your term “{term}”"),
        entity=bold(vigil.name(match.entity, say.lang)),
        score=str(match.score),
        term=term_name(say, match.term, vigil=vigil),
    )
    found = compose(
        say("   written “{text}”, alias “{alias}”, similarity {similarity}%"),
        text=bold(mention.text),
        alias=mention.alias,
        similarity=str(round(mention.similarity * 100)),
    )
    counted = "; ".join(in_words(say, each) for each in match.reasons if (each.code, each.detail) != _said(mention))
    return [head, found, *([(Span(f"   {counted}"),)] if counted else [])]


def _said(mention: Mention) -> tuple[str, str]:
    """Return the reason that the line with text and alias says already."""
    return ("exact", mention.alias)


def in_words(say: Texts, reason: Reason) -> str:
    """Return a reason as a reader reads it."""
    words = say(WORDS[reason.code]) if reason.code in WORDS else reason.code
    return say.colon(words, reason.detail) if reason.detail else words
