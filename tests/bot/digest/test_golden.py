"""Show whole editions in three languages, word for word, as the sample archive makes them.

`make golden` writes them anew after a change that is meant; look at what changed before it is committed.
"""

import io
import json
import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.clock import SimulatedClock
from bot.config import Settings
from bot.demonstrating import stage
from bot.digest.editions import Desk, write_now
from bot.digest.previewing import preview_chat
from bot.digest.pulse import take_pulse
from bot.sandbox.demo import READER, Replay
from matchers.types import Field, Match, Mention, Reason
from storage.chats import find_chat, update_chat
from storage.entries import add_entries, add_matches
from storage.feeds import list_feeds
from storage.records import Disposition, NewEntry

GOLD = Path(__file__).parents[2] / "gold" / "editions"
LANGUAGES = ("en", "fr", "ar")
# Mentions a day in the weeks before, of what the samples tell of.
USUAL = {"jnim": 2, "aes": 3, "fla": 1, "fama": 1}


def remember(session, now):
    """Let the archive go back five weeks, with a steady trickle of mentions."""
    feed = list_feeds(session)[0].id
    for day in range(1, 36):
        then = now - timedelta(days=day)
        for entity, count in USUAL.items():
            for number in range(count):
                key = f"past-{day}-{entity}-{number}"
                past = NewEntry(
                    key=key, guid_key=key, url_key=key, title_key=key, url="https://past.example/", title="Chronique", summary="",
                    lang="fr", published=then, effective=then, content_hash=key, disposition=Disposition.BASELINE,
                )  # fmt: skip
                entry = add_entries(session, feed, entries=[past], now=then)[key]
                seen = Mention("x", Field.TITLE, 0, 1, "x", 1.0)
                add_matches(session, entry, matches=[Match(entity, (), 90, (seen,), (Reason("exact"),))])


async def read_all(here, clock):
    """Let the bot read and ring all that the samples tell, each at its time."""
    replay = Replay(here.tocsin, here.newsstand, here.sandbox, clock)
    for entry in list(here.newsstand.waiting):
        clock.advance_to(here.newsstand.planned(entry))
        here.newsstand.publish()
        await replay._take_in(entry)


def plain(page):
    """Return a page without what differs from run to run: the port of the newsstand."""
    return re.sub(r"http://127\.0\.0\.1:\d+/", "https://samples.example/", page.decode())


@pytest.mark.slow
async def test_editions_of_the_sample_archive_read_as_they_were_read_before(
    clean_settings, tmp_path, sqlite_template, clock
):
    (tmp_path / "demo").mkdir()
    shutil.copy(sqlite_template, tmp_path / "demo" / "tocsin.db")
    clock = SimulatedClock(clock.now())
    now_read, pictures = {}, {}
    async with stage(Settings(), clock=clock, data=tmp_path / "demo") as here:
        store, vigil = here.tocsin.store, here.tocsin.vigil
        chat = await store.read(find_chat, READER)
        quiet = {"quiet": [22 * 60, 6 * 60]}
        await store.write(update_chat, chat.id, tz="Africa/Bamako", mode="both", settings=quiet)
        await store.write(remember, clock.now())
        await read_all(here, clock)
        for lang in LANGUAGES:
            await store.write(update_chat, chat.id, lang=lang)
            pages = preview_chat(store.database, READER, vigil=vigil, now=clock.now())
            now_read[f"{lang}.html"] = plain(pages["digest.html"])
            pictures[lang] = pages["digest.png"]
        await store.write(update_chat, chat.id, lang="fr", settings={"light": True, "digest_kind": "weekly"})
        light = preview_chat(store.database, READER, vigil=vigil, now=clock.now())
        now_read["fr-light-weekly.html"] = plain(light["digest.html"])
        drawn = await store.read(drawn_for, chat.id, name=vigil.name, now=clock.now())
    now_read["picture.json"] = json.dumps(drawn, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("RENEW"):
        for name, text in now_read.items():
            (GOLD / name).write_text(text, encoding="utf-8")

    assert {path.name: path.read_text(encoding="utf-8") for path in GOLD.iterdir()} == now_read
    assert all(len(png) < 150_000 and Image.open(io.BytesIO(png)).width == 1080 for png in pictures.values())
    assert ["digest.html"] == list(light)


def drawn_for(session, number, *, name, now):
    """Return what the picture of a chat's edition shows, for a chat that has pictures."""
    from dataclasses import replace

    from storage.chats import chat

    wanted = replace(chat(session, number), lang="ar", settings={})
    pieces = write_now(session, wanted, desk=Desk(name, take_pulse(session, now=now)))
    return next(piece.picture for piece in pieces if piece.picture)
