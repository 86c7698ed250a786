"""Show that what headlines mean finds entries that share no word, decides the same after a restart, and is not needed."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from matchers.features import traits_of
from matchers.meaning import MEANING, NEAREST, Meanings, headline_of, packed
from matchers.packing import MEANT, pack, unpack
from matchers.stories import StoryIndex, place_read, read, understood
from matchers.types import Filed, StoryEntry

START = datetime(2025, 3, 3, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
# One event in words that nothing joins, and another event.
CONVOY = ("Ambush kills twelve soldiers near Tessit", "Une colonne militaire anéantie au sud d'Ansongo")
OTHER = "Minister opens dairy plant in Sikasso"


def vector_of(subject):
    """Return a direction of its own for a subject."""
    return np.random.default_rng(zlib.crc32(subject.encode())).normal(size=MEANING)


def meaning_of(subject, *, less=0.0):
    """Return the meaning of a subject, with so much of another thing in it."""
    return packed(vector_of(subject) + less * vector_of(f"{subject} and more"))


def cosine(one, other):
    one, other = (np.frombuffer(each, np.int8).astype(float) for each in (one, other))
    return one @ other / np.sqrt((one @ one) * (other @ other))


def entry(number, title, *, lang="en"):
    return StoryEntry(str(number), title, seen=START + number * HOUR, published=START + number * HOUR, lang=lang)


def placed(entries, meanings, *, index=None):
    index = StoryIndex() if index is None else index
    found = []
    for each, meaning in zip(entries, meanings, strict=True):
        index.expire(each.seen)
        placement = place_read(understood(read(each, ()), meaning), index=index, now=each.seen)
        index.apply(placement)
        found.append(placement)
    return found


def stories(placements):
    return [each.story for each in placements]


def test_a_vector_keeps_its_direction_in_384_bytes_whatever_its_length():
    vector = vector_of("x")

    assert packed(vector) == packed(vector * 0.01)
    assert len(packed(vector)) == MEANING
    kept = np.frombuffer(packed(vector), np.int8).astype(float)
    assert kept @ vector / np.linalg.norm(kept) / np.linalg.norm(vector) > 0.999
    assert packed(np.zeros(MEANING)) == b""


def test_cosines_are_those_of_the_vectors_and_unknown_where_one_is_missing():
    meanings = Meanings()
    held = {3: meaning_of("raid"), 4: meaning_of("vote"), 9: meaning_of("raid", less=0.5)}
    for slot, meaning in held.items():
        meanings.add(slot, meaning)

    found, is_known = meanings.cosines(held[3], np.array([9, 5, 3, 4, 12]))

    assert [pytest.approx(cosine(held[3], held[9]), abs=1e-6), 1.0] == [found[0], pytest.approx(found[2], abs=1e-6)]
    assert found[3] == pytest.approx(cosine(held[3], held[4]), abs=1e-6)
    assert [True, False, True, True, False] == is_known.tolist()
    assert [0, 0] == found[~is_known].tolist()
    assert not meanings.cosines(b"", np.array([3, 4]))[1].any()
    assert not Meanings().cosines(held[3], np.array([3, 4]))[1].any()


def test_the_nearest_come_best_first_the_newer_of_equals_and_are_gone_with_their_entries():
    meanings = Meanings()
    for slot in range(3 * NEAREST):
        meanings.add(slot, meaning_of("raid", less=slot % 3))

    nearest = meanings.nearest(meaning_of("raid")).tolist()
    assert sorted(range(0, 3 * NEAREST, 3), reverse=True) == nearest

    meanings.drop_before(3 * NEAREST - 4)
    assert [117, 118, 119, 116] == meanings.nearest(meaning_of("raid")).tolist()
    assert [False, True] == meanings.cosines(meaning_of("raid"), np.array([3, 117]))[1].tolist()
    assert [] == Meanings().nearest(meaning_of("raid")).tolist()
    assert [] == meanings.nearest(b"").tolist()


def test_a_report_that_shares_no_word_is_found_by_what_it_means():
    entries = [entry(0, CONVOY[0]), entry(1, OTHER), entry(2, CONVOY[1], lang="fr")]
    convoy, other = meaning_of("convoy", less=0.1), meaning_of("dairy")

    assert ["0", "1", "0"] == stories(placed(entries, [convoy, other, meaning_of("convoy")]))
    assert ["0", "1", "2"] == stories(placed(entries, [b"", b"", b""]))


def test_where_one_of_two_has_no_meaning_words_alone_decide():
    entries = [entry(0, CONVOY[0]), entry(1, CONVOY[0].replace("twelve", "12")), entry(2, CONVOY[1], lang="fr")]
    convoy = meaning_of("convoy")

    by_words = placed(entries[:2], [b"", b""])
    mixed = placed(entries, [b"", convoy, b""])

    assert [each.similarity for each in by_words] == [each.similarity for each in mixed[:2]]
    assert ["0", "0", "2"] == stories(mixed)


def many():
    subjects = [f"event {number % 17}" for number in range(90)]
    titles = [f"{word} {number} w{number % 5} w{number % 7}" for number, word in enumerate(subjects)]
    entries = [entry(number, title) for number, title in enumerate(titles)]
    # Every fourth came while there was no encoder.
    meanings = [b"" if at % 4 == 3 else meaning_of(subject, less=at % 5 / 4) for at, subject in enumerate(subjects)]
    return entries, meanings


def test_a_restart_in_mid_stream_changes_no_placement_of_entries_with_and_without_meaning():
    entries, meanings = many()
    whole = placed(entries, meanings)
    open_then = [each for each in whole[:80] if entries[79].seen - each.entry.seen <= timedelta(hours=72)]
    kept = [Filed(p.entry.seen, p.story, p.development, p.merges, unpack(pack(p.traits))) for p in open_then]
    index = StoryIndex()
    index.restore(kept)

    again = placed(entries[80:], meanings[80:], index=index)

    assert [(p.story, p.development, p.similarity) for p in whole[80:]] == [
        (p.story, p.development, p.similarity) for p in again
    ]
    assert stories(whole) != stories(placed(entries, [b""] * len(entries)))


def test_a_meaning_survives_packing_and_bytes_of_a_later_version_are_read_anew():
    traits = replace(traits_of(entry(1, CONVOY[0]), ()), meaning=meaning_of("convoy"))

    assert traits.meaning == unpack(pack(traits)).meaning
    assert (traits.text, traits.values.tolist()) == (unpack(pack(traits)).text, unpack(pack(traits)).values.tolist())
    assert pack(traits)[0] == MEANT
    assert unpack(bytes((MEANT + 1,)) + pack(traits)[1:]) is None


def test_headlines_without_a_word_to_compare_are_placed_alone_whatever_they_mean():
    reports = [entry(number, title) for number, title in enumerate((CONVOY[0], "Who are they?", "Why?", CONVOY[1]))]
    found = placed(reports, [meaning_of("raid")] * 4)

    assert ["0", "1", "2", "0"] == stories(found)


def test_words_place_a_copy_and_a_hardly_changed_headline_for_sure_and_nothing_else():
    first = "Twelve soldiers killed in an ambush near Tessit, says the Malian army command"
    index = StoryIndex()
    others = [entry(0, f"Market of town {number} opens plant {number} again") for number in range(200)]
    placed([*others, entry(0, first)], [b""] * 201, index=index)

    def is_sure(title):
        return index.is_sure(read(entry(2, title), ()).traits, now=START)

    assert [True, True] == [is_sure(first), is_sure(first.removesuffix(" command"))]
    assert [False, False] == [is_sure(CONVOY[1]), is_sure("Malian army command says")]
    assert not StoryIndex().is_sure(read(entry(2, first), ()).traits, now=START)


def test_an_encoder_is_given_a_headline_without_what_outlets_add_and_no_more_than_words_are_read_from():
    assert headline_of("LIVE: Raid near Tessit - Desert Wire") == "Raid near Tessit"
    assert len(headline_of("long " * 100)) <= 160
