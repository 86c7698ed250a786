"""Answer /export and /import: a chat's terms as a file, to keep, to hand on, to take along."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.chat import naming
from bot.chat.replies import text
from bot.chat.terms import URGENCIES
from bot.delivery.message import Attachment, Message, Span, compose
from matchers.terms import TermError
from matchers.tuning import Tuning, TuningKind
from storage.terms import add_term, set_urgency, terms
from storage.tunings import tune, tunings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.chat.ask import Ask
    from bot.vigil import Vigil
    from storage.records import TermRecord, TuningRecord

_FORMAT: Final = 1
_MOST_BYTES: Final = 256 * 1024
_MOST_TUNINGS: Final = 500
_LONGEST_VALUE: Final = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold one term of a file: an entity, the words of an own one, and how urgent it is."""

    entity: str
    expression: str
    urgency: str


def to_file(mine: Iterable[TermRecord], changed: Iterable[TuningRecord]) -> str:
    """Return a chat's terms and what it changed in them as JSON; nothing of the chat itself."""
    return json.dumps(
        {
            "tocsin": _FORMAT,
            "terms": [{"entity": each.entity, "expression": each.expression, "urgency": each.urgency} for each in mine],
            "tunings": [
                {"entity": each.tuning.entity, "kind": each.tuning.kind.value, "value": each.tuning.value}
                for each in changed
            ],
        },
        ensure_ascii=False,
        indent=1,
    )


def read_file(content: bytes, vigil: Vigil) -> tuple[list[Wanted], list[Tuning], int] | None:
    """Return the terms and changes of a file, and how many rows cannot be used; None for another kind of file."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or given.get("tocsin") != _FORMAT or not isinstance(given.get("terms"), list):
        return None
    read = [_wanted(each, vigil) for each in given["terms"]]
    changed = given.get("tunings")
    tuned = [_tuning(each) for each in changed[:_MOST_TUNINGS]] if isinstance(changed, list) else []
    unusable = sum(each is None for each in (*read, *tuned))
    return [each for each in read if each], [each for each in tuned if each], unusable


def _wanted(row: Any, vigil: Vigil) -> Wanted | None:
    if not isinstance(row, dict):
        return None
    entity, expression, urgency = (row.get(name, "") for name in ("entity", "expression", "urgency"))
    if not (isinstance(entity, str) and isinstance(expression, str)):
        return None
    urgency = urgency if urgency in URGENCIES else "normal"
    if expression:
        term = naming.own_words(" ".join(expression.split()))
        return None if isinstance(term, TermError) else Wanted(term.id, term.name, urgency)
    return Wanted(entity, "", urgency) if naming.restored(entity, vigil) == "" else None


def _tuning(row: Any) -> Tuning | None:
    try:
        entity, kind, value = str(row["entity"]), TuningKind(row["kind"]), str(row["value"])
    except (KeyError, TypeError, ValueError):
        return None
    if len(entity) + len(value) > _LONGEST_VALUE or not value.strip():
        return None
    if kind is TuningKind.LEAST and not (value.isascii() and value.isdecimal() and len(value) <= 3):
        return None
    return Tuning(entity, kind, value)


async def export(ask: Ask) -> None:
    """Send the chat's terms as a file."""
    mine = await ask.read(terms, ask.chat.id)
    if not mine:
        ask.reply(text(ask.say("This chat watches nothing yet. Try /start, or /watch and a name.")))
        return
    content = to_file(mine, await ask.read(tunings, ask.chat.id))
    words = Span(ask.say("The terms of this chat. Send me this file, or answer it with /import, to take them over."))
    ask.reply(Message((words,), attachment=Attachment("tocsin-terms.json", content)))


async def import_file(ask: Ask) -> None:
    """Take the terms of a file over; what is watched already stays as it is."""
    if not ask.file:
        ask.reply(text(ask.say("Send me the file that /export made, or answer it with /import.")))
        return
    content = await ask.context.messenger.file(ask.file, most=_MOST_BYTES)
    found = read_file(content, ask.context.vigil) if content is not None else None
    if found is None:
        ask.reply(text(ask.say("I cannot read that file. It must be one that /export made.")))
        return
    wanted, changed, unusable = found
    known = {term.entity for term in await ask.read(terms, ask.chat.id)}
    fresh = [each for each in {each.entity: each for each in wanted}.values() if each.entity not in known]
    taken = fresh[: max(0, ask.context.limits.terms - len(known))]
    _take(ask, taken)
    for each in changed:
        ask.effect(tune, ask.chat.id, each, now=ask.now)
    left = unusable + len(fresh) - len(taken)
    sentence = ask.say("Taken over: {taken}. Watched already: {known}. Left out: {left}.")
    numbers = {"taken": len(taken), "known": len(wanted) - len(fresh), "left": left}
    ask.reply(Message(compose(sentence, **{name: str(number) for name, number in numbers.items()})))


def _take(ask: Ask, taken: Iterable[Wanted]) -> None:
    for each in taken:
        if each.expression:
            ask.context.vigil.learn([(each.entity, each.expression)])
        ask.effect(add_term, ask.chat.id, entity=each.entity, expression=each.expression, now=ask.now)
        ask.effect(set_urgency, ask.chat.id, entity=each.entity, urgency=each.urgency)
