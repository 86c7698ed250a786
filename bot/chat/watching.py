"""Answer /watch and /unwatch: names of the catalogue at once, own words after a look into the archive.

words ─wording→ Wording ─named?→ watched at once, with what it would have found
                        └─own words→ trial on the archive ─a button→ watched
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import naming
from bot.chat.args import Press
from bot.chat.ask import change
from bot.chat.backtest import DAYS, EXAMPLES, Trial
from bot.chat.offering import advice_line, change_said, trial_lines, wrong
from bot.chat.replies import row, text
from bot.chat.terms import URGENCIES, show_terms_page
from bot.chat.trying import try_in_archive
from bot.chat.wording import find_source, read_wording, signed, sources_alike
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines
from matchers.entities import EntityKind
from matchers.terms import TermError, advise
from matchers.tuning import Tuning, TuningKind
from storage.entries import matched_texts
from storage.feeds import list_feeds
from storage.terms import add_term, remove_term, set_urgency, terms
from storage.tunings import tune, tunings, untune

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.chat.ask import Ask
    from matchers.entities import Entity
    from matchers.terms import Advice
    from storage.database import Session
    from storage.records import FeedRecord

_SCOPES: Final = frozenset({TuningKind.OUTLET, TuningKind.FEED})
_PATTERN: Final = "re:"
# Somebody waits, and so does everybody whose command comes after.
_PATIENCE: Final = timedelta(seconds=1.5)


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold what is to be watched: the words left of what was said, an urgency, and what narrows it."""

    words: str
    urgency: str = ""
    narrows: tuple[tuple[TuningKind, str], ...] = ()

    def tunings(self, entity: str) -> tuple[Tuning, ...]:
        """Return what narrows it, as changes to an entity."""
        return tuple(Tuning(entity, kind, value) for kind, value in self.narrows)


async def watch(ask: Ask) -> None:
    """Watch an entity by any of its spellings, a family, or own words after a trial."""
    if not ask.words:
        hint = ask.say('Say what: /watch jnim, /watch "fuel convoy", /watch Gao +mine -football.')
        ask.reply(text(hint))
        return
    plan = await _plan(ask, ask.words)
    if plan is None or await _is_full(ask):
        return
    named = naming.find_named(plan.words, ask.context.vigil)
    bare, narrows = signed(plan.words, "")
    if named is None and narrows:
        named = naming.find_named(bare, ask.context.vigil)
        if named:
            plan = Plan(bare, plan.urgency, (*plan.narrows, *((each.kind, each.value) for each in narrows)))
    if named:
        await _watch_named(ask, named, plan=plan)
    else:
        await _offer(ask, plan)


async def _plan(ask: Ask, words: str) -> Plan | None:
    """Read what was said; say so when it names an outlet that is not known."""
    wording = read_wording(words)
    feeds = await ask.read(list_feeds) if wording.sources else ()
    narrows = []
    for name in wording.sources:
        found = find_source(name, feeds)
        if found is None:
            sentence = ask.say("I read no outlet called “{name}”. Some that I read: {names}.")
            ask.reply(Message(compose(sentence, name=name, names=", ".join(sources_alike(name, feeds)) or "—")))
            return None
        narrows.append(found)
    return Plan(wording.words, wording.urgency, tuple(narrows))


async def _is_full(ask: Ask) -> bool:
    most = ask.context.limits.terms
    full = len(await ask.read(terms, ask.chat.id)) >= most
    if full:
        sentence = ask.say("This chat watches {n} terms already, the most it may; /terms lets you drop some.")
        ask.reply(text(sentence.replace("{n}", str(most))))
    return full


async def _watch_named(ask: Ask, entity: str, *, plan: Plan) -> None:
    _start_watching(ask, entity, expression="", plan=plan)
    changed = await _changed(ask, entity, plan=plan)
    trial = await ask.read(_known_trial, entity, since=ask.now - timedelta(days=DAYS), changed=changed)
    name = naming.term_name(ask.say, entity, vigil=ask.context.vigil)
    ask.show(await _watching(ask, entity, name=name, plan=plan, trial=trial))


def _known_trial(session: Session, entity: str, *, since: datetime, changed: Sequence[Tuning]) -> Trial:
    found = matched_texts(session, entity, since=since, changed=changed)
    return Trial(
        read=len(found),
        found=len(found),
        outlets=len({each.outlet for each in found}),
        examples=tuple(found[:EXAMPLES]),
    )


def _start_watching(ask: Ask, entity: str, *, expression: str, plan: Plan) -> None:
    """Write a term down, with its urgency and what narrows it; a new scope takes the place of the old one."""
    ask.effect(add_term, ask.chat.id, entity=entity, expression=expression, now=ask.now)
    if plan.urgency:
        ask.effect(set_urgency, ask.chat.id, entity=entity, urgency=plan.urgency)
    if any(kind in _SCOPES for kind, _ in plan.narrows):
        ask.effect(_end_scope, ask.chat.id, entity=entity)
    for each in plan.tunings(entity):
        ask.effect(tune, ask.chat.id, each, now=ask.now)


def _end_scope(session: Session, chat: int, *, entity: str) -> None:
    for each in tunings(session, chat):
        if each.tuning.entity == entity and each.tuning.kind in _SCOPES:
            untune(session, chat, each.tuning)


async def _watching(ask: Ask, entity: str, *, name: str, plan: Plan, trial: Trial | None = None) -> Message:
    say = ask.say
    known = ask.context.vigil.watchlist.entity(entity)
    forms = naming.spellings(known) if known and known.kind is not EntityKind.WORDS else ()
    return Message(
        lines(
            compose(say("Watching from now on: {names}"), names=bold(name)),
            compose(say("In any spelling: {names}…"), names=italic(", ".join(forms))) if forms else (),
            (Span(say(URGENCIES[plan.urgency])),) if plan.urgency else (),
            *await _narrowed(ask, entity, plan=plan),
            *(trial_lines(say, trial) if trial and trial.found else ()),
            (Span(say("This chat is stopped; /start goes on.")),) if ask.chat.status == "stopped" else (),
        ),
        keyboard=row(say("Undo"), Press("ux", (entity,))),
    )


async def _narrowed(ask: Ask, entity: str, *, plan: Plan) -> list[Sequence[Span]]:
    """Say what narrows a term, now and from before."""
    shown = await _changed(ask, entity, plan=plan)
    if not shown:
        return []
    outlets = outlet_names(await ask.read(list_feeds))
    said = "; ".join(change_said(ask.say, each, outlets=outlets) for each in shown)
    return [compose(ask.say("Narrowed: {changes}. /tuning takes it back."), changes=italic(said))]


async def _changed(ask: Ask, entity: str, *, plan: Plan) -> tuple[Tuning, ...]:
    """Return what narrows a term once it is watched so: what did before, and the plan; a new scope replaces the old."""
    rescoped = any(kind in _SCOPES for kind, _ in plan.narrows)
    before = [each.tuning for each in await ask.read(tunings, ask.chat.id) if each.tuning.entity == entity]
    kept = [each for each in before if not (rescoped and each.kind in _SCOPES)]
    return tuple(dict.fromkeys([*kept, *plan.tunings(entity)]))


def outlet_names(feeds: Sequence[FeedRecord]) -> dict[str, str]:
    """Return the name of each outlet by its key."""
    return {feed.outlet.key: feed.outlet.name for feed in feeds}


async def watch_known(ask: Ask) -> None:
    """Watch the entity of a button."""
    entity = ":".join(ask.press)
    if naming.restored(entity, ask.context.vigil) is not None and not await _is_full(ask):
        await _watch_named(ask, entity, plan=Plan(""))


async def offer(ask: Ask) -> None:
    """Show what own words would have found, with buttons to watch them; names that are alike come first."""
    plan = await _plan(ask, ask.words)
    if plan:
        await _offer(ask, plan)


async def _offer(ask: Ask, plan: Plan) -> None:
    named = naming.exact(plan.words, ask.context.vigil) or naming.alike(plan.words, ask.context.vigil)
    term = naming.own_words(plan.words)
    if isinstance(term, TermError):
        ask.reply(wrong(ask.say, term))
        return
    clock, until = ask.context.clock, ask.now + _PATIENCE
    trial = await ask.read(
        try_in_archive,
        term,
        since=ask.now - timedelta(days=DAYS),
        changed=await _changed(ask, term.id, plan=plan),
        is_late=lambda: clock.now() > until,
    )
    change(ask, settings={"draft": {"words": ask.words, "with": trial.word}})
    advice = advise(term, ask.context.vigil.watchlist.entities())
    ask.reply(_offered(ask, trial, named=named, advice=advice))


def _offered(ask: Ask, trial: Trial, *, named: Sequence[Entity], advice: Sequence[Advice]) -> Message:
    say = ask.say
    meant = [each for entity in named for each in row(f"★ {entity.name_in(say.lang)}", Press("wt", (entity.id,)))]
    draft = draft_mark(ask.words)
    adds = [Button(say("Add"), Press("wk", (draft,)).pack())]
    if trial.word:
        label = say("Add with “{word}”").replace("{word}", trial.word)
        adds.append(Button(label[:40], Press("wk", (draft, "with")).pack()))
    cancel = Button(say("Cancel"), Press("wx", (draft,)).pack())
    body = [
        (bold(f"“{ask.words}”"),),
        *trial_lines(say, trial),
        _how_far(ask, trial),
        *(advice_line(say, each) for each in advice),
    ]
    if named:
        body.append((italic(say("Or do you mean one of these, in every spelling?")),))
    return Message(lines(*body), keyboard=(tuple(adds), *meant, (cancel,)))


def _how_far(ask: Ask, trial: Trial) -> Sequence[Span]:
    """Say how far back was read, where time ran out before the archive did."""
    if trial.since is None:
        return ()
    sentence = ask.say("To answer at once I went back to {when} only.")
    return (italic(sentence.replace("{when}", ask.say.day_time(trial.since, ask.chat.tz))),)


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
    plan = await _plan(ask, draft["words"])
    if plan is None or await _is_full(ask):
        return
    if ask.arg(1) == "with" and draft["with"]:
        plan = _beside(plan, draft["with"])
    term = naming.own_words(plan.words)
    if isinstance(term, TermError):
        ask.reply(wrong(ask.say, term))
        return
    ask.context.vigil.learn([(term.id, plan.words)])
    _start_watching(ask, term.id, expression=plan.words, plan=plan)
    change(ask, settings={"draft": None})
    ask.show(await _watching(ask, term.id, name=plan.words, plan=plan))


def _beside(plan: Plan, word: str) -> Plan:
    """Ask for a word beside what is watched; in a pattern it would be part of the pattern."""
    if plan.words.lower().startswith(_PATTERN):
        return Plan(plan.words, plan.urgency, (*plan.narrows, (TuningKind.WITH, word)))
    return Plan(f"{plan.words} +{word}", plan.urgency, plan.narrows)


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
