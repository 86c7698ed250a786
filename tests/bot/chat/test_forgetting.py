"""Show that nothing of a chat is left when it asks to be forgotten: no row, no byte, no line of the log."""

import sqlite3

import pytest

from bot.sandbox.demo import READER
from storage.tables import Table

GUEST = 7_123_456_789_012
GROUP = -8_123_456_789_012


def rows_naming(session, number):
    everything = {
        table.name: session.connection().execute(table.select()).all() for table in Table.metadata.tables.values()
    }
    return sorted(name for name, rows in everything.items() if any(str(number) in str(row) for row in rows))


def bytes_naming(path, number):
    """Return the files beside a database in which a number stands: as digits, or as SQLite keeps an integer."""
    patterns = (str(number).encode(), number.to_bytes(6, "big", signed=True), number.to_bytes(8, "big", signed=True))
    found = sorted(path.parent.glob(f"{path.name}*")) + sorted(path.parent.glob(f"{path.stem}-*.backup"))
    return sorted({each.name for each in found if any(pattern in each.read_bytes() for pattern in patterns)})


async def use_everything(talk):
    """Let a guest do what leaves a trace: terms, silences, thumbs, a desk in a group, an invitation."""
    talk.sandbox.add_private(GUEST)
    talk.sandbox.add_group(GROUP, title="Desk", admins=(GUEST, READER))
    for words in ("/start sahel-en", "/watch gsim +Gao", "/mute jnim 1d", "/quiet 22:00-07:00", "/digest 07:30"):
        await talk.say(words, user=GUEST)
    await talk.say("/start sahel-en", user=GUEST, chat=GROUP)
    await talk.publish(1)
    await talk.tap("👎", user=GUEST)
    await talk.tap("⋯", user=GUEST, chat=GROUP)
    await talk.tap("👥", user=GUEST, chat=GROUP)
    await talk.tap("👤 Take", user=GUEST, chat=GROUP)


@pytest.mark.slow
async def test_a_wipe_leaves_no_row_no_byte_and_no_line_and_deletes_what_it_may(talk, capsys):
    await use_everything(talk)
    path = talk.store.database.path
    before, on_disk = await talk.store.read(rows_naming, GUEST), bytes_naming(path, GUEST)
    old = len(talk.sandbox.messages(GUEST))
    await talk.say("/wipe", user=GUEST)
    await talk.tap("Yes, forget everything", user=GUEST)
    left = [each["text"] for each in talk.sandbox.messages(GUEST) if each["from"]["is_bot"]]
    after = await talk.store.read(rows_naming, GUEST)
    await talk.here.tocsin.upkeep.back_up()
    bytes_after = bytes_naming(path, GUEST)
    log = capsys.readouterr()

    assert {"chats", "deliveries", "desk_acts"} <= set(before)
    assert on_disk
    assert old > 3
    assert ([], []) == (after, bytes_after)
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


async def test_a_backup_that_was_made_holds_no_update(talk):
    path = await talk.here.tocsin.upkeep.back_up()
    with sqlite3.connect(path) as copy:
        (count,) = copy.execute("SELECT count(*) FROM inbox").fetchone()
    copy.close()

    assert 0 == count
