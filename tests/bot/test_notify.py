"""Show what systemd is told, over a real socket of its kind."""

import asyncio
import socket

import pytest

from bot.notify import supervised, tell


@pytest.fixture
def systemd(monkeypatch, tmp_path):
    """Listen as systemd does; a sign of life is expected every 20 ms."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "20000")
        yield listening


async def heard(listening):
    words = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(listening, 1000), 5)
    return words.decode()


async def test_systemd_hears_ready_then_signs_of_life_then_stopping(systemd):
    async with supervised(list):
        said = [await heard(systemd) for _ in range(3)]
    while (last := await heard(systemd)) == "WATCHDOG=1":
        pass

    assert ["READY=1\nSTATUS=Watching.", "WATCHDOG=1", "WATCHDOG=1"] == said
    assert last.startswith("STOPPING=1")


async def test_a_loop_that_hangs_ends_the_signs_of_life(systemd):
    async with supervised(lambda: ["poll"]):
        said = [await heard(systemd) for _ in range(3)]

    assert ["READY=1\nSTATUS=Watching.", "STATUS=Stuck: poll.", "STATUS=Stuck: poll."] == said


def test_without_systemd_nothing_is_said(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    without = tell("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "@tocsin-nobody-listens-here")

    assert (False, False) == (without, tell("READY=1"))
