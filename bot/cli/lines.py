"""Read and write JSON Lines, one at a time: memory is bounded by the longest line allowed."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from bot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LINE: Final = 16 << 20  # bytes; the longest article seen in a feed had 2 MB


@dataclass(frozen=True, slots=True)
class BadLine:
    """Hold why a line could not be read, and its id when it had one."""

    id: Any
    reason: str


def read(files: Sequence[Path]) -> Iterator[dict[str, Any] | BadLine]:
    """Yield the objects of the files in order, or of standard input; blank lines are skipped."""
    for path in files or [Path("-")]:
        if str(path) == "-":
            yield from _objects(sys.stdin.buffer)
            continue
        try:
            stream = path.open("rb")
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from error
        with stream:
            yield from _objects(stream)


def write(value: dict[str, Any]) -> None:
    """Write one object as a line to standard output, at once."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        data = line.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair, written as \ud83d in the input
        data = json.dumps(value, separators=(",", ":")).encode("ascii")
    try:
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader (`| head`) has gone: nothing more to say, and nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _objects(stream: IO[bytes]) -> Iterator[dict[str, Any] | BadLine]:
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield BadLine(None, f"the line is longer than {MAX_LINE} bytes")
        elif line.strip():
            yield _object(line)


def _object(line: bytes) -> dict[str, Any] | BadLine:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return BadLine(None, f"not UTF-8: {error.reason} at byte {error.start}")
    except (json.JSONDecodeError, RecursionError) as error:
        return BadLine(None, f"not JSON: {error}")
    return value if isinstance(value, dict) else BadLine(None, "not an object")
