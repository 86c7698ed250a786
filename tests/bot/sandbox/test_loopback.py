"""Show that answers over loopback leave at once."""

import asyncio
import socket

from bot.sandbox.loopback import LOOPBACK, listen


async def test_no_answer_waits_for_an_acknowledgement():
    accepted = asyncio.Queue()
    bound = listen(LOOPBACK, 0)
    async with await asyncio.start_server(lambda _reader, writer: accepted.put_nowait(writer), sock=bound):
        _, caller = await asyncio.open_connection(*bound.getsockname())
        answering = await accepted.get()

        assert answering.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1

        for writer in (caller, answering):
            writer.close()
