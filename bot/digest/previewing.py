"""Write an edition to look at: a page and its picture, for a chat or for terms that nobody watches yet."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from bot.chat.naming import find_named
from bot.delivery.render import to_html
from bot.digest.chart import RTL_LANGUAGES, draw_stored
from bot.digest.choose import KIND, WEEKLY
from bot.digest.editions import Desk, write_now
from bot.digest.pulse import take_pulse
from bot.errors import UserError
from storage.chats import chat as chat_record
from storage.chats import find_chat, open_chat, update_chat
from storage.terms import add_term

if TYPE_CHECKING:
    from datetime import datetime

    from bot.delivery.message import Message
    from bot.vigil import Vigil
    from storage.database import Database, Session

# No chat of Telegram has this id.
_NOBODY: Final = 2**60
_PAGE: Final = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tocsin</title>
<style>
body {{ background: #dfe6ec; font: 16px/1.4 sans-serif; margin: 0; padding: 8px; }}
article {{ background: #fff; border-radius: 12px; margin: 0 auto 8px; max-width: 480px; padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }}
img {{ border-radius: 8px; display: block; margin-bottom: 8px; width: 100%; }}
button {{ display: block; margin-top: 8px; width: 100%; }}
</style></head>
<body>
{body}
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold what to watch for a look, and how it is to be written."""

    terms: tuple[str, ...]
    lang: str = "en"
    tz: str = "UTC"
    weekly: bool = False


class _TakenBack(Exception):
    """End a transaction whose changes nobody is to keep."""


def preview_chat(database: Database, telegram_id: int, *, vigil: Vigil, now: datetime) -> dict[str, bytes]:
    """Return the files of a chat's edition by name; raise UserError for a chat that is not there."""
    with database.reading() as session:
        chat = find_chat(session, telegram_id)
        if chat is None:
            raise UserError(f"There is no chat {telegram_id}.", "Name it by its Telegram id, or use --terms.")
        desk = Desk(vigil.name, take_pulse(session, now=now))
        return _files(write_now(session, chat, desk=desk), chat.lang)


def preview_terms(database: Database, wanted: Preview, *, vigil: Vigil, now: datetime) -> dict[str, bytes]:
    """Return the files of an edition about terms, as a chat that watched them would read it."""
    pieces: tuple[Message, ...] = ()
    entities = [_entity(term, vigil) for term in wanted.terms]
    try:
        with database.transaction() as session:
            chat = _lent_chat(session, wanted, entities, now=now)
            record = chat_record(session, chat)
            assert record is not None, "a chat that was just made is there"
            pieces = write_now(session, record, desk=Desk(vigil.name, take_pulse(session, now=now)))
            raise _TakenBack  # noqa: TRY301 - the way to end a transaction without its changes
    except _TakenBack:
        return _files(pieces, wanted.lang)


def _lent_chat(session: Session, wanted: Preview, entities: list[str], *, now: datetime) -> int:
    chat = open_chat(session, _NOBODY, kind="private", now=now, lang=wanted.lang)
    settings = {KIND: WEEKLY} if wanted.weekly else {}
    update_chat(session, chat.id, tz=wanted.tz, settings=settings)
    for entity in entities:
        add_term(session, chat.id, entity=entity, now=now)
    return chat.id


def _entity(term: str, vigil: Vigil) -> str:
    found = find_named(term, vigil)
    if found is None:
        raise UserError(f"The catalogue knows no {term!r}.", "`tocsin catalogue list` shows what it knows.")
    return found


def _files(pieces: tuple[Message, ...], lang: str) -> dict[str, bytes]:
    """Return a page with all parts, and the picture beside it."""
    files: dict[str, bytes] = {}
    articles = []
    for piece in pieces:
        shown = ""
        if piece.picture is not None:
            files["digest.png"] = draw_stored(piece.picture)
            shown = f'<img src="digest.png" alt="{escape(piece.text)}">'
        buttons = "".join(f"<button>{escape(button.label)}</button>" for row in piece.keyboard for button in row)
        articles.append(f"<article>{shown}{to_html(piece)[0]}{buttons}</article>")
    direction = "rtl" if lang in RTL_LANGUAGES else "ltr"
    page = _PAGE.format(lang=lang, dir=direction, body="\n".join(articles))
    return {"digest.html": page.encode(), **files}
