"""Take photos and documents as Telegram takes them: its sizes, its limits, its words.

Sources: the Bot API's "Sending files" and "sendPhoto"; a photo is 10 MB at most, its sides
together at most 10,000 pixels and at most 20 to 1; other files 50 MB up and 20 MB down.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.limits import Refused, bad

if TYPE_CHECKING:
    from bot.sandbox.ledger import Ledger

_MOST_PHOTO: Final = 10_000_000
_MOST_FILE: Final = 50_000_000
MOST_DOWNLOAD: Final = 20_000_000
_MOST_SIDES: Final = 10_000
_MOST_RATIO: Final = 20
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
# Start-of-frame markers of JPEG: the sides stand behind them.
_FRAMES: Final = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold a file as it came in a form."""

    name: str
    mime: str
    content: bytes


def photo(ledger: Ledger, given: Any) -> list[dict[str, Any]]:
    """Return the sizes of a photo that is uploaded or known by its id; refuse what Telegram refuses."""
    if not isinstance(given, Upload):
        kept = _known(ledger, given)
        if "width" not in kept:
            raise bad("can't use file of type Document as Photo")
        return [_size(kept)]
    if len(given.content) > _MOST_PHOTO:
        raise Refused(413, "Request Entity Too Large")
    width, height = _sides(given.content)
    if width + height > _MOST_SIDES or max(width, height) > _MOST_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    mime = "image/png" if given.content.startswith(_PNG) else "image/jpeg"
    return [_size(_keep(ledger, given, mime=mime, width=width, height=height))]


def document(ledger: Ledger, given: Any) -> dict[str, Any]:
    """Return a document that is uploaded or known by its id."""
    if not isinstance(given, Upload):
        kept = _known(ledger, given)
    elif not given.content:
        raise bad("file must be non-empty")
    elif len(given.content) > _MOST_FILE:
        raise Refused(413, "Request Entity Too Large")
    else:
        kept = _keep(ledger, given, mime=given.mime)
    names = ("file_id", "file_unique_id", "file_name", "mime_type", "file_size")
    return {name: kept[name] for name in names}


def file_path(ledger: Ledger, file_id: str) -> dict[str, Any]:
    """Return what getFile says of a file: where it can be fetched."""
    kept = _known(ledger, file_id, words="invalid file_id")
    if kept["file_size"] > MOST_DOWNLOAD:
        raise bad("file is too big")
    return {name: kept[name] for name in ("file_id", "file_unique_id", "file_size")} | {
        "file_path": f"files/{kept['file_id']}"
    }


def _known(ledger: Ledger, given: Any, *, words: str = "wrong file identifier/HTTP URL specified") -> dict[str, Any]:
    kept = ledger.file(str(given or ""))
    if kept is None:
        raise bad(words)
    return kept[0]


def _keep(ledger: Ledger, given: Upload, *, mime: str, **sides: int) -> dict[str, Any]:
    described = {
        "file_id": f"file-{ledger.count('file_id')}",
        "file_unique_id": hashlib.sha256(given.content).hexdigest()[:16],
        "file_name": given.name,
        "mime_type": mime,
        "file_size": len(given.content),
        **sides,
    }
    ledger.keep_file(described, given.content)
    return described


def _size(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: kept[name] for name in ("file_id", "file_unique_id", "width", "height", "file_size")}


def _sides(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or JPEG; anything else is no photo."""
    found = None
    if content.startswith(_PNG) and len(content) > 24:
        found = struct.unpack(">II", content[16:24])
    elif content.startswith(_JPEG):
        found = _jpeg_sides(content)
    if found is None or not all(found):
        raise bad("IMAGE_PROCESS_FAILED")
    return int(found[0]), int(found[1])


def _jpeg_sides(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        length = struct.unpack(">H", content[position + 2 : position + 4])[0]
        if content[position + 1] in _FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width), int(height)
        position += 2 + length
    return None
