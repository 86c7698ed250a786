"""Show that the archive is searched from the terminal."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli.main import application
from storage.chats import chats as all_chats


@pytest.fixture
async def archive(talk, monkeypatch):
    """Give the sample news as they are stored, and a way to call commands on them."""
    await talk.publish(14)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", f"sqlite:///{talk.store.database.path}")

    def call(*words):
        return CliRunner().invoke(application, list(words))

    return call


async def test_entries_are_found_newest_first_as_lines_and_as_objects(archive):
    lines = archive("search", "gsim", "--limit", "3").stdout.splitlines()
    objects = [json.loads(line) for line in archive("search", "gsim", "--limit", "3", "--json").stdout.splitlines()]
    nobody = archive("search", "outlet:nobody")

    assert [3, 3] == [len(lines), len(objects)]
    assert [line.split("\t")[3] for line in lines] == [each["url"] for each in objects]
    assert sorted((each["id"] for each in objects), reverse=True) == [each["id"] for each in objects]
    assert nobody.exit_code != 0


async def test_a_digest_is_written_to_look_at_and_nothing_of_it_is_kept(archive, talk, tmp_path):
    chats = len(await talk.store.read(all_chats))
    done = archive(
        "digest", "--terms", "jnim", "--terms", "family:alliance", "--lang", "fr", "--out", str(tmp_path / "out")
    )
    page = (tmp_path / "out" / "digest.html").read_text(encoding="utf-8")
    unknown = [archive("digest", "--preview", "12345").exit_code, archive("digest").exit_code]

    assert (0, [1, 1], chats) == (done.exit_code, unknown, len(await talk.store.read(all_chats)))
    assert page.count("<article>") == page.count("</article>") >= 1
