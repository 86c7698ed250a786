"""Show that objects come through a pipe as they were, and that one cut short is none."""

import asyncio
from io import BytesIO

import pytest

from bot.pipes import framed, next_object, objects

SENT = ["Kidal", ("ménaka", 7), b"", None]
WRITTEN = b"".join(map(framed, SENT))


async def received(written):
    reader = asyncio.StreamReader()
    reader.feed_data(written)
    reader.feed_eof()
    return [await next_object(reader) for _ in SENT]


async def test_objects_arrive_in_their_order_on_either_kind_of_pipe():
    assert [SENT, SENT] == [list(objects(BytesIO(WRITTEN))), await received(WRITTEN)]


@pytest.mark.parametrize("lost", [1, len(framed(None)) - 2, len(framed(None))])
async def test_a_pipe_that_ends_within_an_object_has_given_those_before_it(lost):
    cut = WRITTEN[:-lost]

    assert SENT[:-1] == list(objects(BytesIO(cut)))
    with pytest.raises(EOFError):
        await received(cut)
