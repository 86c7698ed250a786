"""Read bodies from standard input, write feeds to standard output: the parser's process."""

from __future__ import annotations

import pickle
import resource
import signal
import struct
import sys
from typing import BinaryIO, Final

from bot.feeds.reading import NotAFeed, ParsedFeed, read_feed

_HEAD: Final = struct.Struct(">I")


def main() -> None:
    """Answer until the pipe ends, which it does when the bot ends, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes the pipe
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    while (content_type := _block(given)) is not None:
        body = _block(given) or b""
        answer = pickle.dumps(_read(body, content_type.decode(errors="replace")))
        answers.write(_HEAD.pack(len(answer)) + answer)
        answers.flush()


def _read(body: bytes, content_type: str) -> ParsedFeed | str:
    try:
        return read_feed(body, content_type)
    except NotAFeed as error:
        return str(error)


def _block(given: BinaryIO) -> bytes | None:
    head = given.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    (length,) = _HEAD.unpack(head)
    return given.read(length)


if __name__ == "__main__":
    main()
