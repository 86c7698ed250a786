"""Answer what a chat teaches: not this meaning, only surer ones, this spelling too; all of it listed and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import naming
from bot.chat.args import Press
from bot.chat.ask import change
from bot.chat.learning import learnt_bar, marking_words, next_bar, tuning_mark
from bot.chat.offering import change_said
from bot.chat.reasons import best_each
from bot.chat.replies import row, text
from bot.delivery.message import Button, Message, Span, bold, compose, lines
from matchers.terms import TermError
from matchers.tuning import Tuning, TuningKind
from storage.entries import matched_texts
from storage.feeds import list_feeds
from storage.stories import story_view
from storage.terms import add_term, remove_term
from storage.tunings import tune, tunings, untune

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.chat.ask import Ask
    from storage.records import TuningRecord
    from storage.story_records import StoryView, TermMention

_ARCHIVE: Final = timedelta(days=30)
_MOST_SHOWN: Final = 30
_MOST_BUTTONS: Final = 12
_MOST_VOTES: Final = 10


async def show_tuning(ask: Ask) -> None:
    """List what this chat changed in its terms, each with a button that takes it back."""
    ask.show(await _card(ask, await ask.read(tunings, ask.chat.id)))


async def _card(ask: Ask, kept: Sequence[TuningRecord]) -> Message:
    say, outlets = ask.say, await _outlets(ask)
    if not kept:
        hint = say("Nothing was tuned yet. 👎 under an alert, or “Why?”, lets you say what was wrong with it.")
        return text(hint)
    shown = kept[-_MOST_SHOWN:]
    said = [_said(ask, each.tuning, outlets=outlets) for each in shown]
    rows = [(Span(f"{number}. {words}"),) for number, words in enumerate(said, 1)]
    backs = [
        Button(f"↩ {number}", Press("tx", (tuning_mark(each.tuning),)).pack())
        for number, each in list(enumerate(shown, 1))[-_MOST_BUTTONS:]
    ]
    keyboard = tuple(tuple(backs[at : at + 4]) for at in range(0, len(backs), 4))
    return Message(
        lines((bold(say("What I learnt from this chat")),), *rows, (Span(say("A button takes it back.")),)),
        keyboard=keyboard,
    )


async def _outlets(ask: Ask) -> Mapping[str, str]:
    return {feed.outlet.key: feed.outlet.name for feed in await ask.read(list_feeds)}


def _said(ask: Ask, tuning: Tuning, *, outlets: Mapping[str, str]) -> str:
    name = naming.term_name(ask.say, tuning.entity, vigil=ask.context.vigil)
    return ask.say.colon(name, change_said(ask.say, tuning, outlets=outlets))


async def take_back(ask: Ask) -> None:
    """Take one change back, with a way to have it again."""
    kept = await ask.read(tunings, ask.chat.id)
    found = next((each.tuning for each in kept if tuning_mark(each.tuning) == ask.arg(0)), None)
    if found is None:
        ask.toast(ask.say("This is taken back already."))
        return
    _unlearn(ask, found)
    undone = {"entity": found.entity, "kind": found.kind.value, "value": found.value}
    change(ask, settings={"untuned": undone})
    left = [each for each in kept if each.tuning != found]
    card = await _card(ask, left)
    again = row(f"↩ {ask.say('Undo')}", Press("ty", (tuning_mark(found),)))
    ask.show(Message(card.spans, keyboard=(*card.keyboard, *again)))


async def have_again(ask: Ask) -> None:
    """Make a change again that was just taken back."""
    undone = ask.chat.settings.get("untuned")
    tuning = Tuning(undone["entity"], TuningKind(undone["kind"]), undone["value"]) if undone else None
    if tuning is None or tuning_mark(tuning) != ask.arg(0):
        ask.toast(ask.say("This button is too old; the command does the same."))
        return
    await _learn(ask, tuning)


async def _learn(ask: Ask, tuning: Tuning, *, also: tuple[tuple[Button, ...], ...] = ()) -> None:
    """Make a change, say it, and offer to take it back."""
    ask.effect(tune, ask.chat.id, tuning, now=ask.now)
    if tuning.kind is TuningKind.SPELLING:
        _watch_spelling(ask, tuning.value)
    said = _said(ask, tuning, outlets=await _outlets(ask))
    undo = row(f"↩ {ask.say('Undo')}", Press("tx", (tuning_mark(tuning),)))
    ask.show(Message(compose(ask.say("Learnt for this chat: {what}."), what=bold(said)), keyboard=(*also, *undo)))


def _unlearn(ask: Ask, tuning: Tuning) -> None:
    ask.effect(untune, ask.chat.id, tuning)
    term = naming.own_words(tuning.value) if tuning.kind is TuningKind.SPELLING else None
    if term is not None and not isinstance(term, TermError):
        ask.effect(remove_term, ask.chat.id, entity=term.id)


def _watch_spelling(ask: Ask, expression: str) -> None:
    term = naming.own_words(expression)
    if not isinstance(term, TermError):
        ask.context.vigil.learn([(term.id, expression)])
        ask.effect(add_term, ask.chat.id, entity=term.id, expression=expression, now=ask.now)


# ── under a story ────────────────────────────────────────────────────────────


async def _match(ask: Ask) -> tuple[StoryView, TermMention] | None:
    """Return the story of a button and the match of the entity that it names."""
    story, entity = ask.number(0), ask.arg(1)
    view = await ask.read(story_view, story, chat=ask.chat.id, narrowed=False) if story is not None else None
    found = [match for match in best_each(view.matches) if match.entity == entity] if view else []
    if view is None or not found:
        ask.toast(ask.say("None of your terms is in this story any more."))
        return None
    return view, found[0]


async def not_this_meaning(ask: Ask) -> None:
    """Learn the word that marks the other meaning; a third argument chooses another word."""
    found = await _match(ask)
    if found is None:
        return
    view, match = found
    words = await _marking(ask, view, match=match)
    chosen = ask.arg(2)
    if chosen and chosen in words:
        for word in words:
            ask.effect(untune, ask.chat.id, Tuning(match.entity, TuningKind.WITHOUT, word))
    if words:
        word = chosen if chosen in words else words[0]
        others = [_instead(ask, view.story, entity=match.entity, word=each) for each in words if each != word]
        also = tuple(each for rows in others for each in rows)
        await _learn(ask, Tuning(match.entity, TuningKind.WITHOUT, word), also=also)
    elif (bar := next_bar(match.score)) is not None:
        await _learn(ask, Tuning(match.entity, TuningKind.LEAST, str(bar)))
    else:
        ask.toast(ask.say("Nothing here tells it apart. /watch with +word keeps a name to a subject."))


def _instead(ask: Ask, story: int, *, entity: str, word: str) -> tuple[tuple[Button, ...], ...]:
    label = ask.say("Rather “{word}”").replace("{word}", word)
    return row(label, Press("nm", (str(story), entity, word)))


async def _marking(ask: Ask, view: StoryView, *, match: TermMention) -> tuple[str, ...]:
    ours = {each.entry for each in view.matches if each.entity == match.entity}
    disliked = [f"{entry.title} {entry.summary}" for entry in view.entries if entry.id in ours]
    told = {entry.title for entry in view.entries}
    archived = await ask.read(matched_texts, match.entity, since=ask.now - _ARCHIVE)
    others = [f"{each.title} {each.summary}" for each in archived if each.title not in told]
    known = ask.context.vigil.watchlist.entity(match.entity)
    names = [alias.text for alias in known.aliases] if known else []
    return marking_words(disliked, others, names=[*names, *(mention.text for mention in match.mentions)])


async def only_surer(ask: Ask) -> None:
    """Let this name ring only where it is surer than here."""
    found = await _match(ask)
    if found is None:
        return
    bar = next_bar(found[1].score)
    if bar is None:
        ask.toast(ask.say("It cannot be surer than this."))
        return
    await _learn(ask, Tuning(found[1].entity, TuningKind.LEAST, str(bar)))


async def add_spelling(ask: Ask) -> None:
    """Let the spelling of this report count as a name of its own from now on."""
    found = await _match(ask)
    if found:
        written = found[1].mentions[0].text.replace('"', "")
        await _learn(ask, Tuning(found[1].entity, TuningKind.SPELLING, f'"{written}"'))


async def learn_from_votes(ask: Ask, view: StoryView) -> Tuning | None:
    """Return the bar that the thumbs of this chat ask for, for the surest name of a story."""
    match = next(iter(best_each(view.matches)), None)
    if match is None:
        return None
    scored = []
    for story, vote in list(ask.chat.settings.get("votes", {}).items())[-_MOST_VOTES:]:
        voted = await ask.read(story_view, int(story), chat=ask.chat.id, narrowed=False)
        scored += [
            (each.score, vote) for each in best_each(voted.matches if voted else ()) if each.entity == match.entity
        ]
    bar = learnt_bar(scored)
    return Tuning(match.entity, TuningKind.LEAST, str(bar)) if bar is not None else None


async def learn_bar(ask: Ask, tuning: Tuning) -> Message:
    """Move a bar that thumbs ask for, and return what is said of it."""
    ask.effect(tune, ask.chat.id, tuning, now=ask.now)
    said = _said(ask, tuning, outlets={})
    undo = row(f"↩ {ask.say('Undo')}", Press("tx", (tuning_mark(tuning),)))
    return Message(compose(ask.say("Learnt for this chat: {what}."), what=bold(said)), keyboard=undo)
