"""Hold what keeps open entries to a plain model of it: the same is found however it is packed, grown and squeezed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.postings import POSTINGS, Postings
from matchers.shelf import RaggedShelf

WORDS = 6
COMMON, RARE = 0, 5


def model_of(filed, word):
    """Return the newest slots of a word that are still open, oldest first."""
    return [slot for slot, words in filed.items() if word in words][-POSTINGS:]


@given(st.lists(st.sets(st.integers(COMMON, RARE), min_size=1), max_size=60), st.data())
def test_a_words_newest_slots_are_found_while_older_entries_leave(entries, data):
    postings, filed = Postings(WORDS), {}
    for slot, words in enumerate(entries):
        postings.add(words, slot)
        filed[slot] = words
        for oldest in list(filed)[: data.draw(st.integers(0, 2))]:
            postings.remove(filed.pop(oldest), oldest)
        for word in range(WORDS):
            assert model_of(filed, word) == (list(postings.newest(word, POSTINGS)) if word in postings else [])
            assert model_of(filed, word)[-2:] == (list(postings.newest(word, 2)) if word in postings else [])


def test_a_common_word_keeps_its_newest_slots_and_gives_its_room_back():
    postings = Postings(WORDS)
    for slot in range(500):
        postings.add([COMMON], slot)
    assert list(range(500 - POSTINGS, 500)) == list(postings.newest(COMMON, POSTINGS))

    for slot in range(500):
        postings.remove([COMMON], slot)
    assert COMMON not in postings
    room = len(postings._pool)
    for slot in range(500, 700):
        postings.add([RARE], slot)
    assert room == len(postings._pool)


@given(st.lists(st.lists(st.integers(0, 65_535), max_size=9), min_size=1, max_size=400), st.integers(0, 9))
def test_rows_of_any_length_are_found_by_their_numbers_while_the_oldest_leave(rows, kept):
    shelf, first = RaggedShelf(np.uint16), 0
    for number, row in enumerate(rows):
        shelf.extend([np.array(row, dtype=np.uint16)])
        first = max(first, number - kept)
        shelf.drop(first)
    numbers = np.arange(first, len(rows))[::-1]
    found, lengths, starts = shelf.beside(numbers, np.array([7, 7], dtype=np.uint16))

    expected = [*(rows[number] for number in numbers.tolist()), [7, 7]]
    assert [each for row in expected for each in row] == found.tolist()
    assert [len(row) for row in expected] == lengths.tolist()
    assert [sum(lengths[:at]) for at in range(len(expected))] == starts.tolist()
    assert [rows[number] for number in numbers.tolist()] == [shelf[number].tolist() for number in numbers.tolist()]
