"""Show a chat's terms as a file, and taken over from one."""

import json

import pytest

from bot.chat.files import read_file
from bot.sandbox.demo import READER
from bot.sandbox.media import Upload
from bot.vigil import Vigil
from storage.chats import find_chat
from storage.terms import terms
from storage.tunings import tunings

OTHER = 55


async def watched(talk, user):
    chat = await talk.store.read(find_chat, user)
    return chat, {term.entity: (term.expression, term.urgency) for term in await talk.store.read(terms, chat.id)}


async def test_terms_travel_from_one_chat_to_another_with_what_was_learnt(talk):
    await talk.say("/watch gsim !urgent +Gao")
    await talk.say('/watch "salt caravan"')
    await talk.tap("Add")
    await talk.say("/export")
    caption = talk.accepted()[-1].message["caption"]
    file_id = talk.accepted()[-1].message["document"]["file_id"]
    content = talk.sandbox.ledger.file(file_id)[1]
    talk.sandbox.add_private(OTHER)
    await talk.say("/start", user=OTHER)
    talk.sandbox.hand_in(OTHER, Upload("terms.json", "application/json", content))
    await talk.settle()
    other, theirs = await watched(talk, OTHER)

    assert "Send me this file" in caption
    assert {"tocsin", "terms", "tunings"} == set(json.loads(content))
    assert (await watched(talk, READER))[1] == theirs
    assert ("", "critical") == theirs["jnim"]
    assert [("with", "Gao")] == [
        (each.tuning.kind.value, each.tuning.value) for each in await talk.store.read(tunings, other.id)
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"tocsin": 2, "terms": []}', b'{"tocsin": 1, "terms": 7}', b"[" * 100_000],
)
def test_another_kind_of_file_is_no_file_of_ours(content, watchlist):
    assert read_file(content, Vigil(watchlist)) is None


def test_rows_that_cannot_be_used_are_counted_and_left_out(watchlist):
    rows = [
        {"entity": "jnim", "urgency": "loud"}, {"entity": "nobody"}, {"entity": "x", "expression": "the"}, 7,
        {"entity": 7}, {"entity": "w:0", "expression": "salt caravan", "urgency": "low"},
    ]  # fmt: skip
    changes = [{"entity": "jnim", "kind": "least", "value": "x"}, {"kind": "with"}, None]
    content = json.dumps({"tocsin": 1, "terms": rows, "tunings": changes}).encode()
    wanted, tuned, unusable = read_file(content, Vigil(watchlist))

    assert [("jnim", "normal"), (wanted[1].entity, "low")] == [(each.entity, each.urgency) for each in wanted]
    assert ([], 7) == (tuned, unusable)


async def test_import_without_a_file_or_with_another_says_so(talk):
    (empty,) = await talk.say("/import")
    talk.sandbox.hand_in(READER, Upload("x.txt", "text/plain", b"hello"))
    await talk.settle()

    assert empty.startswith("Send me the file")
    assert talk.accepted()[-1].message["text"].startswith("I cannot read that file.")
