"""Answer a team: who has a story, what it was found to be, notes, hand-over, and which stories are one or two events.

Each act is written down; who did it is known by number and named by Telegram when it is shown.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press, read_duration
from bot.chat.ask import change
from bot.chat.explaining import reader_of, story_message
from bot.chat.replies import row, text
from bot.delivery.alert import veiled_alert
from bot.delivery.desk import STAMPED, STAMPS, TAKEN, stamped, state_of
from bot.delivery.excerpt import headline
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines, person
from storage.delivery_records import DeliveryKind
from storage.desk import act, acts_of, acts_since, message_of_story
from storage.outbox import story_of_message
from storage.records import DeskRecord
from storage.stories import latest_stories, story_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.ask import Ask
    from bot.texts import Texts
    from storage.story_records import StoryView

_SHIFT: Final = timedelta(hours=12)
_MOST_NOTES: Final = 5
_MOST_STORIES: Final = 15
_MOST_ALIKE: Final = 5
_LONGEST_NOTE: Final = 500
_WEEK: Final = timedelta(days=7)


def card(say: Texts, view: StoryView, *, acts: Sequence[DeskRecord], tz: str) -> Message:
    """Show what the team knows of a story, with its buttons."""
    taken, stamp, notes = state_of(acts)
    rows: list[Sequence[Span]] = [(bold(headline(view.entries[0].title)),), *_told(say, taken, stamp=stamp, tz=tz)]
    rows += [_noted(say, each, tz=tz) for each in notes[-_MOST_NOTES:]]
    if len(rows) == 1:
        rows.append((italic(say("Nobody has taken it yet.")),))
    rows.append((italic(say("A note: answer the alert with /note and your words.")),))
    return Message(lines(*rows), keyboard=_buttons(say, view.story, taken=taken, stamp=stamp))


def _noted(say: Texts, note: DeskRecord, *, tz: str) -> Sequence[Span]:
    return compose("📝 {when} {who}: {note}", when=say.time(note.at, tz), who=person(note.user), note=note.note)


def _told(say: Texts, taken: DeskRecord | None, *, stamp: DeskRecord | None, tz: str) -> list[Sequence[Span]]:
    rows: list[Sequence[Span]] = []
    if taken:
        sentence = say("👤 Taken by {who}, {when}")
        rows.append(compose(sentence, who=person(taken.user), when=say.day_time(taken.at, tz)))
    if stamp:
        head, when = bold(stamped(stamp.kind, say)), say.day_time(stamp.at, tz)
        rows.append(compose("{stamp} · {who}, {when}", stamp=head, who=person(stamp.user), when=when))
    return rows


def _buttons(
    say: Texts, story: int, *, taken: DeskRecord | None, stamp: DeskRecord | None
) -> tuple[tuple[Button, ...], ...]:
    number = str(story)
    take = Button(f"👤 {say('Release')}", Press("dk", (number, "release")).pack()) if taken else None
    stamps = tuple(
        Button(
            f"{'● ' if stamp and stamp.kind == kind else ''}{stamped(kind, say)}",
            Press("dk", (number, "open" if stamp and stamp.kind == kind else kind)).pack(),
        )
        for kind in STAMPS
    )
    return (
        (take or Button(f"👤 {say('Take')}", Press("dk", (number, "take")).pack()),),
        stamps[:2],
        stamps[2:],
        (Button(f"= {say('Same event as…')}", Press("dj", (number,)).pack()),),
        (Button(f"✂ {say('Two events')}", Press("ds", (number,)).pack()),),
        (Button(f"‹ {say('Back')}", Press("st", (number,)).pack()),),
    )


async def _view(ask: Ask, story: int | None) -> StoryView | None:
    view = await ask.read(story_view, story, chat=ask.chat.id) if story is not None else None
    if view is None or not view.entries:
        ask.toast(ask.say("This story is no longer kept."))
        return None
    return view


async def show_desk(ask: Ask) -> None:
    """Show the desk of a story: by its button, or by /desk in answer to an alert."""
    story = ask.number(0)
    if not ask.press:
        story = await ask.read(story_of_message, ask.chat.id, message_id=ask.answers)
    view = await _view(ask, story)
    if view:
        ask.show(card(ask.say, view, acts=await ask.read(acts_of, ask.chat.id, story=view.story), tz=ask.chat.tz))
    elif not ask.press:
        ask.reply(text(ask.say("Answer an alert with /desk.")))


async def do(ask: Ask) -> None:
    """Take a story, let it go, stamp it, or take the stamp off."""
    view, kind = await _view(ask, ask.number(0)), ask.arg(1)
    if view is None or kind not in TAKEN | STAMPED:
        return
    made = _record(ask, view.story, kind=kind)
    acts = (*await ask.read(acts_of, ask.chat.id, story=view.story), made)
    ask.effect(act, ask.chat.id, made)
    await _restamp(ask, view, acts=acts)
    ask.show(card(ask.say, view, acts=acts, tz=ask.chat.tz))


def _record(ask: Ask, story: int, *, kind: str, note: str = "", other: int | None = None) -> DeskRecord:
    return DeskRecord(story, ask.turn.user_id, kind, at=ask.now, note=note, other=other)


async def _restamp(ask: Ask, view: StoryView, *, acts: Sequence[DeskRecord]) -> None:
    """Show the new state on the story's own message, unless that is the one with the buttons."""
    message = await ask.read(message_of_story, ask.chat.id, story=view.story)
    if message is not None and message != ask.message_id:
        told, reader = replace(view, desk=tuple(acts)), reader_of(ask, [view])
        veils = reader.is_discreet
        shown = veiled_alert(told, kind=DeliveryKind.ALERT, reader=reader) if veils else story_message(ask, told)
        ask.turn.edit(message, shown)


async def note(ask: Ask) -> None:
    """Keep a note on the story whose alert it answers."""
    view = await _view(ask, await ask.read(story_of_message, ask.chat.id, message_id=ask.answers))
    if view is None or not ask.words or ask.answers is None:
        ask.reply(text(ask.say("Answer an alert with /note and what the others should know.")))
        return
    made = _record(ask, view.story, kind="note", note=ask.words[:_LONGEST_NOTE])
    ask.effect(act, ask.chat.id, made)
    acts = (*await ask.read(acts_of, ask.chat.id, story=view.story), made)
    await _restamp(ask, view, acts=acts)
    ask.reply(card(ask.say, view, acts=acts, tz=ask.chat.tz))


async def hand_over(ask: Ask) -> None:
    """Say what the team did since the last hand-over, or in a time that is named: what is open comes first."""
    asked = read_duration(ask.words) if ask.words else None
    last = ask.chat.settings.get("handover")
    since = ask.now - (asked or _SHIFT)
    if asked is None and last:
        since = max(datetime.fromisoformat(last), ask.now - _WEEK)
    by_story: dict[int, list[DeskRecord]] = {}
    for each in await ask.read(acts_since, ask.chat.id, since=since):
        by_story.setdefault(each.story, []).append(each)
    rows = [await _handed(ask, story) for story in list(by_story)[-_MOST_STORIES:]]
    shown = [cells for _, cells in sorted(rows, key=lambda each: each[0])]
    head = compose(ask.say("Hand-over since {when}"), when=ask.say.day_time(since, ask.chat.tz))
    nothing = (italic(ask.say("Nobody took or stamped anything.")),)
    ask.reply(Message(lines((bold("".join(span.text for span in head)),), *(shown or [nothing]))))
    change(ask, settings={"handover": ask.now.isoformat()})


async def _handed(ask: Ask, story: int) -> tuple[bool, Sequence[Span]]:
    """Return whether a story is settled, and its lines."""
    view = await ask.read(story_view, story, chat=ask.chat.id)
    taken, stamp, notes = state_of(await ask.read(acts_of, ask.chat.id, story=story))
    title = headline(view.entries[0].title) if view and view.entries else ask.say("A story")
    cells = [(Span("• "), bold(title)), *_told(ask.say, taken, stamp=stamp, tz=ask.chat.tz)]
    cells += [compose("📝 {who}: {note}", who=person(each.user), note=each.note) for each in notes[-2:]]
    return stamp is not None, lines(*cells)


# ── labels: one event or two ─────────────────────────────────────────────────


async def choose_same(ask: Ask) -> None:
    """Ask which other story tells the same event."""
    view = await _view(ask, ask.number(0))
    if view is None:
        return
    others = await ask.read(latest_stories, ask.chat.id, since=ask.now - _WEEK, limit=_MOST_ALIKE + 1)
    rows = [
        each
        for other in others
        if other.story != view.story
        for each in row(f"= {other.entries[0].title}", Press("dl", (str(view.story), "same", str(other.story))))
    ]
    back = row(f"‹ {ask.say('Back')}", Press("de", (str(view.story),)))
    ask.show(Message((bold(ask.say("Which story tells the same event?")),), keyboard=(*rows[:_MOST_ALIKE], *back)))


async def choose_split(ask: Ask) -> None:
    """Ask which report tells another event."""
    view = await _view(ask, ask.number(0))
    if view is None:
        return
    rows = [
        each
        for entry in view.entries[1 : _MOST_ALIKE + 1]
        for each in row(f"✂ {entry.outlet.name}: {entry.title}", Press("dl", (str(view.story), "split", str(entry.id))))
    ]
    back = row(f"‹ {ask.say('Back')}", Press("de", (str(view.story),)))
    ask.show(Message((bold(ask.say("Which report tells another event?")),), keyboard=(*rows, *back)))


async def label(ask: Ask) -> None:
    """Keep what a reader says of how a story was put together; nothing is sent again for it."""
    view, kind, other = await _view(ask, ask.number(0)), ask.arg(1), ask.number(2)
    if view is None or kind not in {"same", "split"} or other is None:
        return
    ask.effect(act, ask.chat.id, _record(ask, view.story, kind=kind, other=other))
    ask.toast(ask.say("Noted, thank you. It will teach how stories are put together."))
    ask.show(card(ask.say, view, acts=await ask.read(acts_of, ask.chat.id, story=view.story), tz=ask.chat.tz))
