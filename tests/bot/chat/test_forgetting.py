"""Show that nothing of a chat is left when it asks to be forgotten: no row, no byte, no line of the log."""

import sqlite3
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from bot.chat.context import code_hash
from bot.digest.editions import open_due_editions
from bot.sandbox.demo import READER
from storage.chats import add_invite, set_member
from storage.tables import Inbox, Parked, Table

GUEST = 7_123_456_789_012
HOOK = "desk.example.org"
GROUP = -8_123_456_789_012


def rows_naming(session, number):
    everything = {
        table.name: session.connection().execute(table.select()).all() for table in Table.metadata.tables.values()
    }
    return sorted(name for name, rows in everything.items() if any(str(number) in str(row) for row in rows))


# What can name a person or a chat: by its number at Telegram, by ours, or through a row that does.
NAMING = {"telegram_id", "user_id", "used_by", "chat_id", "hook_id", "area_id"}
# A chat's own part of these holds nothing of it.
PARTS = {"hook_id": "hooks", "area_id": "areas"}


def tables_of_people():
    return {name for name, table in Table.metadata.tables.items() if NAMING & set(table.columns.keys())}


def rows_of(session, number):
    """Return how many rows of each table belong to a chat, by our own numbers."""
    everything = {
        name: session.connection().execute(each.select()).mappings().all()
        for name, each in Table.metadata.tables.items()
    }
    chats = {row["id"] for row in everything["chats"] if row["telegram_id"] == number}
    ours = {"chat_id": chats}
    for column, table in PARTS.items():
        ours[column] = {row["id"] for row in everything[table] if row["chat_id"] in chats}
    return {
        name: count
        for name, rows in everything.items()
        if (count := sum(any(row.get(column) in ids for column, ids in ours.items()) for row in rows))
    }


def orphans(session):
    """Return the tables whose rows belong to a chat, a hook or an area that is gone."""
    everything = {
        name: session.connection().execute(each.select()).mappings().all()
        for name, each in Table.metadata.tables.items()
    }
    known = {
        column: {row["id"] for row in everything[table]} for column, table in {**PARTS, "chat_id": "chats"}.items()
    }
    return [
        name
        for name, rows in everything.items()
        if any(
            row.get(column) is not None and row[column] not in ids
            for row in rows
            for column, ids in known.items()
            if column in row
        )
    ]


def bytes_naming(path, number):
    """Return the files beside a database in which a number stands: as digits, or as SQLite keeps an integer."""
    patterns = (str(number).encode(), number.to_bytes(6, "big", signed=True), number.to_bytes(8, "big", signed=True))
    found = sorted(path.parent.glob(f"{path.name}*")) + sorted(path.parent.glob(f"{path.stem}-*.backup"))
    return sorted({each.name for each in found if any(pattern in each.read_bytes() for pattern in patterns)})


async def use_everything(talk):
    """Let a guest do what leaves a trace in every table that can hold one."""
    talk.sandbox.add_private(GUEST)
    talk.sandbox.add_private(READER)
    talk.sandbox.add_group(GROUP, title="Desk", admins=(GUEST, READER))
    day = talk.clock.now() + timedelta(days=1)
    await talk.store.write(add_invite, code_hash("right"), role="owner", expires=day)
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    talk.here.tocsin.chat.open = False
    await talk.say("/start claim-right", user=GUEST)
    for words in (
        "/start sahel-en", "/watch gsim +Gao", "/mute jnim 1d", "/quiet 22:00-07:00", "/digest 07:30", "/link", f"/webhook https://{HOOK}/in", "/invite admin", "/people 61 member", "/digest now",
    ):  # fmt: skip
        await talk.say(words, user=GUEST)
    await talk.say(f"/people {GUEST} admin")
    await talk.say("/start sahel-en", user=GUEST, chat=GROUP)
    await talk.publish(1)
    await talk.tap("👎", user=GUEST)
    await talk.tap("⋯", user=GUEST, chat=GROUP)
    await talk.tap("👥", user=GUEST, chat=GROUP)
    await talk.tap("👤 Take", user=GUEST, chat=GROUP)
    await talk.say("/near Gao 100", user=GUEST)
    talk.clock.advance_to(talk.clock.now().replace(hour=7, minute=40))
    await open_due_editions(talk.store, talk.clock, name=talk.here.tocsin.vigil.name)
    await talk.settle()
    await talk.store.write(lambda session: session.add(Parked(telegram_id=GUEST, until=talk.clock.now())))


@pytest.mark.slow
async def test_a_wipe_leaves_no_row_no_byte_and_no_line_and_deletes_what_it_may(talk, capsys):
    await use_everything(talk)
    path = talk.store.database.path
    before, on_disk = await talk.store.read(rows_naming, GUEST), bytes_naming(path, GUEST)
    ours = await talk.store.read(rows_of, GUEST)
    old = len(talk.sandbox.messages(GUEST))
    await talk.say("/wipe", user=GUEST)
    await talk.tap("Yes, forget everything", user=GUEST)
    left = [each["text"] for each in talk.sandbox.messages(GUEST) if each["from"]["is_bot"]]
    after, lost = await talk.store.read(rows_naming, GUEST), await talk.store.read(orphans)
    after += await talk.store.read(rows_naming, HOOK)
    await talk.here.tocsin.upkeep.back_up()
    bytes_after = bytes_naming(path, GUEST)
    log = capsys.readouterr()

    assert tables_of_people() == {*before, *ours}
    assert on_disk
    assert old > 3
    assert ([], [], []) == (after, bytes_after, lost)
    assert 1 == len(left)
    assert left[0].startswith("Forgotten.\n")
    assert "messages of mine are deleted" in left[0]
    assert "Backups made before hold this chat for 7 more days at most." in left[0]
    assert str(GUEST) not in log.out + log.err


async def test_what_is_older_than_telegram_lets_us_delete_is_counted_and_told(talk):
    await talk.publish(1)
    talk.clock.advance(49 * 3600)
    await talk.say("/wipe")
    await talk.tap("Yes, forget everything")
    (last,) = [each["text"] for each in talk.sandbox.messages(READER) if each["text"].startswith("Forgotten")]

    assert "1 message remains that Telegram does not let me delete" in last


async def test_a_wiped_chat_begins_anew(talk):
    await talk.say("/wipe")
    await talk.tap("Yes, forget everything")
    (again,) = await talk.say("/start")

    assert "Which language shall we speak?" in again


async def test_what_is_said_after_a_wipe_is_handled_however_much_waits(talk):
    await talk.say("/wipe")
    question = talk.sandbox.messages(READER)[-1]["message_id"]
    talk.sandbox.tap(READER, question, data="1:wipe:yes")
    for _ in range(70):  # more than are handled at once, fewer than Telegram hands over at once
        talk.sandbox.say(READER, "/privacy")
    while await talk.here.tocsin.converse_once():
        pass
    unhandled = await talk.store.read(
        lambda session: session.exec(select(func.count()).where(col(Inbox.handled).is_(None))).one()
    )

    assert 0 == unhandled


async def test_a_backup_that_was_made_holds_no_update(talk):
    path = await talk.here.tocsin.upkeep.back_up()
    with sqlite3.connect(path) as copy:
        (count,) = copy.execute("SELECT count(*) FROM inbox").fetchone()
    copy.close()

    assert 0 == count
