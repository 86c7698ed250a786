"""Answer /watch and /unwatch: names of the catalogue at once, own words after a look into the archive."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import naming
from bot.chat.args import Press
from bot.chat.backtest import DAYS, Trial, try_term
from bot.chat.replies import row, text
from bot.chat.settings import change
from bot.chat.terms import show_terms_page
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines, link
from matchers.entities import EntityKind
from matchers.terms import Advice, TermError, advise
from storage.entries import archive_texts
from storage.terms import add_term, remove_term, terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.chat.ask import Ask
    from bot.texts import Texts
    from matchers.entities import Entity
    from storage.database import Session

_MOST_TERMS: Final = 200


async def watch(ask: Ask) -> None:
    """Watch an entity by any of its spellings, a family, or own words after a trial."""
    if not ask.words:
        hint = ask.say('Say what: /watch jnim, /watch "fuel convoy", /watch Gao +mine -football.')
        ask.reply(text(hint))
        return
    if await _is_full(ask):
        return
    named = naming.find_named(ask.words, ask.context.vigil)
    if named:
        _watch_named(ask, named)
    else:
        await offer(ask)


async def _is_full(ask: Ask) -> bool:
    full = len(await ask.read(terms, ask.chat.id)) >= _MOST_TERMS
    if full:
        ask.reply(text(ask.say("This chat watches 200 terms already; /terms lets you drop some.")))
    return full


def _watch_named(ask: Ask, entity: str) -> None:
    ask.effect(add_term, ask.chat.id, entity=entity, now=ask.now)
    ask.show(_watching(ask, entity, name=naming.term_name(ask.say, entity, vigil=ask.context.vigil)))


def _watching(ask: Ask, entity: str, *, name: str) -> Message:
    known = ask.context.vigil.watchlist.entity(entity)
    forms = naming.spellings(known) if known and known.kind is not EntityKind.WORDS else ()
    return Message(
        lines(
            compose(ask.say("Watching from now on: {names}"), names=bold(name)),
            compose(ask.say("In any spelling: {names}…"), names=italic(", ".join(forms))) if forms else (),
            (Span(ask.say("This chat is stopped; /start goes on.")),) if ask.chat.status == "stopped" else (),
        ),
        keyboard=row(ask.say("Undo"), Press("ux", (entity,))),
    )


async def watch_known(ask: Ask) -> None:
    """Watch the entity of a button."""
    entity = ":".join(ask.press)
    if naming.restored(entity, ask.context.vigil) is not None and not await _is_full(ask):
        _watch_named(ask, entity)


async def offer(ask: Ask) -> None:
    """Show what own words would have found, with buttons to watch them; names that are alike come first."""
    named = naming.exact(ask.words, ask.context.vigil) or naming.alike(ask.words, ask.context.vigil)
    term = naming.own_words(ask.words)
    if isinstance(term, TermError):
        ask.reply(text(str(term)))
        return
    trial = await ask.read(_trial, term, since=ask.now - timedelta(days=DAYS))
    change(ask, settings={"draft": {"words": ask.words, "with": trial.word}})
    advice = advise(term, ask.context.vigil.watchlist.entities())
    ask.reply(_offer(ask, trial, named=named, advice=advice))


def _trial(session: Session, term: Entity, *, since: datetime) -> Trial:
    return try_term(term, archive_texts(session, since=since))


def _offer(ask: Ask, trial: Trial, *, named: Sequence[Entity], advice: Sequence[Advice]) -> Message:
    say = ask.say
    meant = [each for entity in named for each in row(f"★ {entity.name_in(say.lang)}", Press("wt", (entity.id,)))]
    draft = draft_mark(ask.words)
    adds = [Button(say("Add"), Press("wk", (draft,)).pack())]
    if trial.word:
        label = say("Add with “{word}”").replace("{word}", trial.word)
        adds.append(Button(label[:40], Press("wk", (draft, "with")).pack()))
    cancel = Button(say("Cancel"), Press("wx", (draft,)).pack())
    body = [(bold(f"“{ask.words}”"),), *trial_lines(say, trial), *(_advice(say, each) for each in advice)]
    if named:
        body.append((italic(say("Or do you mean one of these, in every spelling?")),))
    return Message(lines(*body), keyboard=(tuple(adds), *meant, (cancel,)))


def trial_lines(say: Texts, trial: Trial) -> list[Sequence[Span]]:
    """Say what a term would have found in the archive."""
    if not trial.read:
        return [(Span(say("The archive is still empty, so I cannot say how often this would have rung.")),)]
    if not trial.found:
        return [(Span(say("Nothing in the last 30 days of the archive fits.")),)]
    count = say.plural("{n} report", "{n} reports", count=trial.found)
    outlets = say.plural("{n} outlet", "{n} outlets", count=trial.outlets)
    told = compose(
        say("In the last 30 days it would have found {count} in {outlets}:"), count=bold(count), outlets=outlets
    )
    rows: list[Sequence[Span]] = [told]
    rows += [(Span("• "), link(each.title, each.url), Span(f" · {each.outlet_name}")) for each in trial.examples]
    if trial.word:
        sentence = say("{strangers} of them name nobody whom I know; with “{word}” it would have been {left}.")
        numbers = {"strangers": str(trial.strangers), "left": str(trial.found_with_word)}
        rows.append(compose(sentence, word=bold(trial.word), **numbers))
    return rows


def _advice(say: Texts, advice: Advice) -> Sequence[Span]:
    sentences = {
        "common": say("“{word}” is a common word: expect much."),
        "short": say("“{word}” is short: other words may look like it."),
        "ambiguous": say("“{word}” means other things too: {senses}."),
    }
    if advice.code not in sentences or (advice.code == "ambiguous" and not advice.senses):
        return ()
    return compose(sentences[advice.code], word=advice.word, senses=", ".join(advice.senses[:3]))


def draft_mark(words: str) -> str:
    """Return a short hash by which a button knows the words that it was made for."""
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _draft(ask: Ask) -> dict[str, str] | None:
    draft = ask.chat.settings.get("draft")
    return draft if draft and draft_mark(draft["words"]) == ask.arg(0) else None


async def watch_draft(ask: Ask) -> None:
    """Watch the own words that were tried, alone or together with the word that keeps them to the subject."""
    draft = _draft(ask)
    if draft is None:
        ask.toast(ask.say("This button is too old; the command does the same."))
        return
    words = f"{draft['words']} +{draft['with']}" if ask.arg(1) == "with" and draft["with"] else draft["words"]
    term = naming.own_words(words)
    if isinstance(term, TermError):
        ask.toast(str(term))
        return
    if await _is_full(ask):
        return
    ask.context.vigil.learn([(term.id, words)])
    ask.effect(add_term, ask.chat.id, entity=term.id, expression=words, now=ask.now)
    change(ask, settings={"draft": None})
    ask.show(_watching(ask, term.id, name=words))


async def cancel(ask: Ask) -> None:
    """Forget the words that were tried."""
    change(ask, settings={"draft": None})
    ask.show(text(ask.say("Not watched.")))


async def unwatch(ask: Ask) -> None:
    """Stop watching what the words name; without words, show the list."""
    mine = await ask.read(terms, ask.chat.id)
    named = naming.find_named(ask.words, ask.context.vigil) if ask.words else None
    hits = [term for term in mine if term.entity == named or (ask.words and _is_written(term.expression, ask.words))]
    if not hits:
        await show_terms_page(ask)
        return
    for term in hits:
        ask.effect(remove_term, ask.chat.id, entity=term.entity)
    names = ", ".join(
        naming.term_name(ask.say, term.entity, vigil=ask.context.vigil, expression=term.expression) for term in hits
    )
    undo = row(ask.say("Undo"), Press("ua", (hits[0].entity,)))
    ask.reply(Message(compose(ask.say("No longer watched: {names}"), names=bold(names)), keyboard=undo))


def _is_written(expression: str, words: str) -> bool:
    return bool(expression) and " ".join(expression.lower().split()) == words.lower()
