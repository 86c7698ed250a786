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

VERSION: Final = 8
MEANT: Final = 9  # the same, with what the headline means behind its signs
_EVENTS: Final = tuple(EventKind)
_NUMBER_OF: Final = {kind: number for number, kind in enumerate(_EVENTS)}
# version, event, genre, again, later, signs, language, values, grams, tolls, outlet, hours
_HEAD: Final = struct.Struct("<BBB??B3sBB3Hid")
_SIGN: Final = 8
_VALUE: Final = np.dtype("<i4")
_GRAM: Final = np.dtype("<u2")


def pack(traits: Traits) -> bytes:
    """Return traits as bytes."""
    lang = traits.lang[:3].encode("ascii", "ignore")
    version = MEANT if traits.meaning else VERSION
    head = _HEAD.pack(
        version, _NUMBER_OF[traits.event], traits.genre, traits.again, traits.later, len(traits.signs), lang,
        len(traits.values), len(traits.grams), *traits.tolls, traits.outlet, traits.hours,
    )  # fmt: skip
    signs = struct.pack(f"<{len(traits.signs)}q", *traits.signs)
    numbers = traits.values.astype(_VALUE).tobytes() + traits.grams.astype(_GRAM).tobytes()
    return head + signs + traits.meaning + numbers + traits.text.encode()


def unpack(packed: bytes) -> Traits | None:
    """Return the traits that were packed; None for those of another version."""
    if packed[:1] not in (bytes((VERSION,)), bytes((MEANT,))):
        return None
    version, event, genre, again, later, signs, lang, values, grams, *tolls, outlet, hours = _HEAD.unpack_from(packed)
    meant = _HEAD.size + signs * _SIGN
    at = meant + (MEANING if version == MEANT else 0)
    behind = at + values * _VALUE.itemsize
    end = behind + grams * _GRAM.itemsize
    return Traits(
        lang=lang.rstrip(b"\0").decode(),
        hours=hours,
        text=packed[end:].decode(),
        values=np.frombuffer(packed, dtype=_VALUE, count=values, offset=at),
        grams=np.frombuffer(packed, dtype=_GRAM, count=grams, offset=behind),
        event=_EVENTS[event],
        tolls=tuple(tolls),
        outlet=outlet,
        genre=genre,
        again=again,
        later=later,
        signs=struct.unpack_from(f"<{signs}q", packed, _HEAD.size),
        meaning=packed[meant:at],
    )
