"""Read bodies from standard input, write feeds to standard output: the parser's process."""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.feeds.article import read_article
from bot.feeds.parsed import NotAFeed
from bot.feeds.reading import read_feed
from bot.pipes import framed, objects

if TYPE_CHECKING:
    from bot.feeds.parse import Task
    from bot.feeds.parsed import ParsedFeed

_STATM: Final = Path("/proc/self/statm")


def main() -> None:
    """Answer until the pipe ends, which it does when the bot ends, however that ends.

    Each answer is what was read, or why nothing was, and how much memory this process holds, in bytes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes the pipe
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    answers = sys.stdout.buffer
    for task in objects(sys.stdin.buffer):
        answers.write(framed((_read(task), _held())))
        answers.flush()


def _read(task: Task) -> ParsedFeed | str:
    if task.kind == "article":
        return read_article(task.body, task.content_type, url=task.url)
    try:
        return read_feed(task.body, task.content_type, lang=task.lang, url=task.url, known=task.known)
    except NotAFeed as error:
        return str(error)


def _held() -> int:
    """Return the resident bytes of this process; 0 where the system has no /proc."""
    try:
        with _STATM.open() as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
