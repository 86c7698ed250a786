"""Answer /privacy and /wipe: what is kept, and forgetting all of it, with the messages that Telegram lets us delete.

Deleting comes first, then every row goes in one transaction, then the log of the database
is emptied, so that no byte of it names the chat. The last words are an edit of the question
itself and go past the outbox: they must leave no row.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.hooking import host_of
from bot.chat.replies import text
from bot.delivery.message import Button, Message, Span, bold, lines
from bot.delivery.policy import Sent, TargetGone, Throttled, Unmodified
from storage.chats import sent_messages, wipe_chat
from storage.hooks import hook_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.chat.ask import Ask
    from bot.delivery.policy import SendResult

# Telegram lets a bot delete what it sent within this time.
DELETABLE: Final = timedelta(hours=48)
# Telegram deletes so many at once.
_AT_ONCE: Final = 100
# A wipe that takes longer would keep others waiting; what is left is counted and told.
_MOST_DELETED: Final = 1000
BACKUP_DAYS: Final = 7
_PATIENCE_S: Final = 5.0
# What Telegram answers when a message is gone: deleted now, or before.
_GONE: Final = (Sent, Unmodified, TargetGone)


async def privacy(ask: Ask) -> None:
    """Say what is kept, for how long, and what is not."""
    say, keep = ask.say, ask.context.keep
    hook = await ask.read(hook_of, ask.chat.id)
    posted = say("Posted elsewhere: the stories that this chat watches, to {host}; /webhook says more.")
    rows = (
        *((posted.replace("{host}", host_of(hook.url)),) if hook else ()),
        say(
            "Kept: this chat's number, its language, zone, rhythm and terms, and what you taught me about them; as long as you use me."
        ),
        _lasting(say("Kept for {days} days: which stories this chat was sent, and when."), keep.deliveries),
        say(
            "Kept in groups: who took or stamped a story, by number, and the notes; names are asked of Telegram when they are shown."
        ),
        _lasting(say("Kept for {days} days: what those who run me did, by number."), keep.audit),
        _lasting(say("Kept for {days} days: stories of the press, which tell nothing of you."), keep.stories),
        say(
            "Kept until handled, 24 hours at most: your commands and files. A shared location is used once and not written down."
        ),
        say("Not kept: names, phone numbers, what you write beside commands, my answers once they are sent."),
        say("Nightly backups hold the same for {days} days.").replace("{days}", str(BACKUP_DAYS)),
        say("/wipe removes all of it."),
    )
    ask.reply(Message(lines((bold(say("What is kept about this chat")),), *((Span(f"• {each}"),) for each in rows))))


def _lasting(sentence: str, span: timedelta) -> str:
    return sentence.replace("{days}", str(span.days))


async def wipe(ask: Ask) -> None:
    """Ask before forgetting everything."""
    button = Button(ask.say("Yes, forget everything"), Press("wipe", ("yes",)).pack())
    ask.reply(Message((bold(ask.say("Forget this chat, its terms and its history?")),), keyboard=((button,),)))


async def wipe_now(ask: Ask) -> None:
    """Forget everything about this chat, and say what could not be deleted."""
    if ask.arg(0) != "yes":
        return
    chat, asked, say = ask.turn.chat_telegram_id, ask.turn.update_id, ask.say
    question = ask.message_id
    messages = await ask.read(sent_messages, chat)
    fresh = [number for number, sent in messages if ask.now - sent < DELETABLE and number != question]
    deleted = await _delete(ask, fresh[-_MOST_DELETED:])
    ask.turn.effects.clear()
    ask.turn.messages.clear()
    await ask.context.store.write(wipe_chat, chat, asked=asked)
    await ask.context.store.settle_log()
    ask.effect(wipe_chat, chat, asked=asked)
    ask.context.forget(chat)
    left = len({number for number, _ in messages} - {question}) - deleted
    last = _last_words(ask, deleted=deleted, left=left)
    if question is not None:
        await _edit(ask, Message(last.spans, edits=question))
    ask.toast(say("Forgotten."))


async def _edit(ask: Ask, message: Message) -> None:
    """Change the question into the last words."""
    send = partial(ask.context.messenger.send, message, telegram_id=ask.turn.chat_telegram_id)
    await _patiently(ask, send)


async def _delete(ask: Ask, messages: Sequence[int]) -> int:
    """Delete messages and count them."""
    deleted = 0
    for start in range(0, len(messages), _AT_ONCE):
        some = messages[start : start + _AT_ONCE]
        delete = partial(ask.context.messenger.delete_all, some, telegram_id=ask.turn.chat_telegram_id)
        deleted += len(some) if isinstance(await _patiently(ask, delete), _GONE) else 0
    return deleted


async def _patiently(ask: Ask, call: Callable[[], Awaitable[SendResult]]) -> SendResult:
    """Call Telegram; where it asks for a little patience, have it and call again."""
    result = await call()
    if isinstance(result, Throttled) and result.retry_after_s <= _PATIENCE_S:
        await ask.context.clock.sleep(result.retry_after_s)
        result = await call()
    return result


def _last_words(ask: Ask, *, deleted: int, left: int) -> Message:
    say = ask.say
    done = say.plural("{n} message of mine is deleted.", "{n} messages of mine are deleted.", count=deleted)
    more = say.plural(
        "{n} message remains that Telegram does not let me delete: open this chat's menu and choose “Clear history”.",
        "{n} messages remain that Telegram does not let me delete: open this chat's menu and choose “Clear history”.",
        count=left,
    )
    backups = say("Backups made before hold this chat for {days} more days at most.").replace(
        "{days}", str(BACKUP_DAYS)
    )
    return text("\n".join((say("Forgotten."), done, *((more,) if left > 0 else ()), backups)))
