"""Show that the archive is searched from the terminal."""

import csv
import io
import json

import feedparser
import pytest
import stix2
from typer.testing import CliRunner

from bot.cli.main import application
from bot.outputs.rows import COLUMNS, _line
from storage.chats import chats as all_chats

PERIOD = ("--since", "2026-02-28", "--until", "2026-03-20")


@pytest.fixture
async def archive(talk, monkeypatch):
    """Give the sample news as they are stored, and a way to call commands on them."""
    await talk.publish(14)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", f"sqlite:///{talk.store.database.path}")

    def call(*words):
        return CliRunner().invoke(application, list(words))

    return call


@pytest.mark.slow
async def test_entries_are_found_newest_first_as_lines_and_as_objects(archive):
    lines = archive("search", "gsim", "--limit", "3").stdout.splitlines()
    objects = [json.loads(line) for line in archive("search", "gsim", "--limit", "3", "--json").stdout.splitlines()]
    nobody = archive("search", "outlet:nobody")

    assert [3, 3] == [len(lines), len(objects)]
    assert [line.split("\t")[3] for line in lines] == [each["url"] for each in objects]
    assert sorted((each["id"] for each in objects), reverse=True) == [each["id"] for each in objects]
    assert nobody.exit_code != 0


@pytest.mark.slow
async def test_a_term_is_tried_on_the_archive_by_name_or_by_words(archive):
    named, worded = (
        json.loads(archive("backtest", "--days", "3650", "--json", *words).stdout)
        for words in (["gsim"], ["Diafarabé", "+soldats"])
    )
    wrong = archive("backtest", "+only")

    assert named["found"] > worded["found"] >= 1
    assert "Diafarabé" in worded["examples"][0]["title"]
    assert (True, "UsageError") == (wrong.exit_code != 0, type(wrong.exception).__name__)


def test_a_term_is_tried_on_the_outlets_that_shall_count_alone(archive):
    tried = ["--days", "3650", "--json", "gsim"]
    every, one = (json.loads(archive("backtest", *tried, *more).stdout) for more in ([], ["from:west-africa-desk"]))
    unknown = archive("backtest", "gsim", "from:nowhere")

    assert (1, True) == (one["outlets"], one["outlets"] < every["outlets"])
    assert "no outlet or feed is called nowhere" in str(unknown.exception)


@pytest.mark.slow
async def test_a_digest_is_written_to_look_at_and_nothing_of_it_is_kept(archive, talk, tmp_path):
    chats = len(await talk.store.read(all_chats))
    done = archive(
        "digest", "--terms", "jnim", "--terms", "family:alliance", "--lang", "fr", "--out", str(tmp_path / "out")
    )
    page = (tmp_path / "out" / "digest.html").read_text(encoding="utf-8")
    unknown = [archive("digest", "--preview", "12345").exit_code, archive("digest").exit_code]

    assert (0, [1, 1], chats) == (done.exit_code, unknown, len(await talk.store.read(all_chats)))
    assert page.count("<article>") == page.count("</article>") >= 1


@pytest.mark.slow
async def test_what_is_exported_opens_with_each_formats_own_library_and_is_the_same(archive):
    lines = [json.loads(line) for line in archive("export", "--format", "jsonl", *PERIOD).stdout.splitlines()]
    rows = list(csv.DictReader(io.StringIO(archive("export", "--format", "csv", *PERIOD).stdout, newline="")))
    feed = feedparser.parse(archive("export", "--format", "atom", *PERIOD).stdout.encode())
    once, twice = (archive("export", "--format", "stix", *PERIOD).stdout for _ in range(2))
    bundle = stix2.parse(once, allow_custom=False)
    reports = [each for each in bundle.objects if each.type == "report"]
    ids = {each.id for each in bundle.objects}

    assert len(lines) >= 10
    assert not feed.bozo
    assert [(each["url"], each["title"]) for each in lines] == [(row["url"], row["title"]) for row in rows]
    assert [(each["url"], each["title"]) for each in lines] == [(each.link, each.title) for each in feed.entries]
    assert [[m["entity"] for m in each["matches"]] for each in lines] == [row["entities"].split(";") for row in rows]
    assert {each["url"] for each in lines} == {link.url for report in reports for link in report.external_references}
    assert [] == [ref for report in reports for ref in report.object_refs if ref not in ids]
    assert {"identity", "location", "report", "sighting"} == {each.type for each in bundle.objects}
    assert sorted(ids) == sorted(each.id for each in stix2.parse(twice).objects)


def test_a_headline_that_looks_like_a_formula_is_text_to_a_spreadsheet():
    assert '"\'=HYPERLINK(""x"")"\r\n' == _line(['=HYPERLINK("x")'])


async def test_a_wrong_day_is_said(archive):
    assert archive("export", "--format", "csv", "--since", "whenever").exit_code != 0
    assert [",".join(COLUMNS)] == archive(
        "export", "--format", "csv", "--since", "2020-01-01", "--until", "2020-01-02"
    ).stdout.split()
