"""Put what is compared of an entry into a few hundred bytes and take it out again, for storage to keep.

An index that is rebuilt takes what was compared at the time: nothing is read anew, which would take
a restart twenty times as long. Bytes of another version are not understood, and the entry is then
read again; so VERSION goes up with every change in what `traits_of` makes of a text.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from matchers.features import Traits
from matchers.meaning import MEANING
from matchers.types import EventKind

VERSION: Final = 2
MEANT: Final = 3  # the same, with what the headline means behind its signs
_EVENTS: Final = tuple(EventKind)
_NUMBER_OF: Final = {kind: number for number, kind in enumerate(_EVENTS)}
# version, event, genre, again, later, signs, language, values, tolls, outlet, hours
_HEAD: Final = struct.Struct("<BBB??B3sH3Hid")
_SIGN: Final = 8
_VALUE: Final = np.dtype("<i4")
_MOST: Final = 65_535


def pack(traits: Traits) -> bytes:
    """Return traits as bytes."""
    tolls = (min(toll, _MOST) for toll in traits.tolls)
    lang = traits.lang[:3].encode("ascii", "ignore")
    version = MEANT if traits.meaning else VERSION
    head = _HEAD.pack(
        version, _NUMBER_OF[traits.event], traits.genre, traits.again, traits.later, len(traits.signs), lang,
        len(traits.values), *tolls, traits.outlet, traits.hours,
    )  # fmt: skip
    signs = struct.pack(f"<{len(traits.signs)}q", *traits.signs)
    return head + signs + traits.meaning + traits.values.astype(_VALUE).tobytes() + traits.text.encode()


def unpack(packed: bytes) -> Traits | None:
    """Return the traits that were packed; None for those of another version."""
    if packed[:1] not in (bytes((VERSION,)), bytes((MEANT,))):
        return None
    version, event, genre, again, later, signs, lang, values, *tolls, outlet, hours = _HEAD.unpack_from(packed)
    meant = _HEAD.size + signs * _SIGN
    at = meant + (MEANING if version == MEANT else 0)
    end = at + values * _VALUE.itemsize
    return Traits(
        lang=lang.rstrip(b"\0").decode(),
        hours=hours,
        text=packed[end:].decode(),
        values=np.frombuffer(packed, dtype=_VALUE, count=values, offset=at),
        event=_EVENTS[event],
        tolls=tuple(tolls),
        outlet=outlet,
        genre=genre,
        again=again,
        later=later,
        signs=struct.unpack_from(f"<{signs}q", packed, _HEAD.size),
        meaning=packed[meant:at],
    )
