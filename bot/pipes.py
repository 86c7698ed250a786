"""Hand objects to a process that we started and take its answers: the length of each, then its pickle.

Only between us and our own children: what others could write is never read so.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

_HEAD: Final = struct.Struct(">I")


def framed(thing: object) -> bytes:
    """Return what is written to a pipe for an object."""
    block = pickle.dumps(thing)
    return _HEAD.pack(len(block)) + block


def objects(pipe: IO[bytes]) -> Iterator[Any]:
    """Return the objects that come through a pipe, until it ends, be it within one of them."""
    while len(head := pipe.read(_HEAD.size)) == _HEAD.size:
        (length,) = _HEAD.unpack(head)
        block = pipe.read(length)
        if len(block) < length:
            return
        yield pickle.loads(block)  # noqa: S301 - from our own parent or child


async def next_object(pipe: asyncio.StreamReader) -> Any:
    """Return the next object that comes through a pipe; raise IncompleteReadError when it ends before."""
    (length,) = _HEAD.unpack(await pipe.readexactly(_HEAD.size))
    return pickle.loads(await pipe.readexactly(length))  # noqa: S301 - from our own child
