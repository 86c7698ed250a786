"""Give the sandbox's tests a sandbox on loopback and python-telegram-bot's client for it."""

import struct
import zlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from bot.clock import SimulatedClock
from bot.delivery.telegram import build_application
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
READER, GROUP = 7, -100


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture
async def sandbox(clock):
    async with Sandbox(clock).open() as opened:
        opened.add_private(READER, lang="fr")
        opened.add_group(GROUP, title="Desk", admins=(READER,), topics=("Mali",))
        yield opened


@pytest.fixture
async def bot(sandbox):
    async with build_application(SANDBOX_TOKEN, base_url=sandbox.base_url) as application:
        yield application.bot


@pytest.fixture(scope="session")
def png():
    """Give what makes a grey PNG of the wanted sides."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def make(width, height):
        head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        rows = zlib.compress((b"\0" + b"\x80" * width) * height)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

    return make


class BareClient:
    """Call the Bot API without a library; None stands for a connection that broke."""

    def __init__(self, client):
        self._client = client

    async def get(self, method, **params):
        try:
            return (await self._client.get(method, params=params)).json()
        except httpx.RemoteProtocolError:
            return None


@pytest.fixture
def bot_of():
    """Give what opens a bare client of a sandbox."""

    @asynccontextmanager
    async def open_client(sandbox):
        async with httpx.AsyncClient(base_url=f"{sandbox.base_url}/bot{sandbox.token}/") as client:
            yield BareClient(client)

    return open_client
