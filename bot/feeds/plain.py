"""Make plain text of HTML, of twice-escaped text, and of bytes whose encoding is declared wrongly."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\u2060]")
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_BLOCKS: Final = re.compile(r"<(?:br|/p|/div|/li|/h\d)[^>]*>", re.IGNORECASE)
_DECLARED: Final = re.compile(rb'^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*["\']([^"\']*)["\']', re.IGNORECASE)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_LANGUAGE: Final = re.compile(rb"<language>\s*([a-zA-Z]{2})|xml:lang\s*=\s*[\"']([a-zA-Z]{2})")
# The one-byte encoding of a language's older publishing systems, for bodies that declare none.
_BY_LANGUAGE: Final = {"ar": "windows-1256", "fa": "windows-1256"}
_UTF8_NAMES: Final = frozenset({"", "utf-8", "utf8"})


def plain(markup: str, most: int) -> str:
    """Return the text of HTML: tags gone, references read, also doubly escaped ones, spaces folded."""
    text = markup[: most * 8]
    if "<" in text:
        tree = LexborHTMLParser(_BLOCKS.sub(" ", text))
        tree.strip_tags(["script", "style", "iframe"], recursive=True)
        text = tree.body.text() if tree.body else ""
    if _REFERENCE.search(text):
        text = unescape(text)
        text = unescape(text) if _REFERENCE.search(text) else text
    return " ".join(_CONTROLS.sub("", text).split())[:most]


def in_known_encoding(body: bytes, content_type: str, *, lang: str) -> tuple[bytes, str]:
    """Return a body and the content type to read it by.

    Bytes that are valid UTF-8 are UTF-8, whatever is declared; so are those with a few
    broken letters among many good ones (a text that was cut in the middle of a letter).
    What declares nothing, or UTF-8 wrongly, is read by the one-byte encoding of its language.
    """
    bare = content_type.partition(";")[0].strip() or "application/xml"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in body[:4]:
        return body, bare  # UTF-16 and 32 say so themselves
    declared = _declared(body, content_type)
    healed = _as_utf8(body, trusted=declared in _UTF8_NAMES)
    if healed is not None:
        return _DECLARED.sub(rb"\1", healed, count=1), f"{bare}; charset=utf-8"
    if declared not in _UTF8_NAMES:
        return body, content_type or bare
    found = _LANGUAGE.search(body[:20_000])
    own = (found[1] or found[2]).decode().lower() if found else lang
    return _DECLARED.sub(rb"\1", body, count=1), f"{bare}; charset={_BY_LANGUAGE.get(own, 'windows-1252')}"


def _declared(body: bytes, content_type: str) -> str:
    if found := _CHARSET.search(content_type):
        return found[1].lower()
    in_xml = _DECLARED.match(body[:400])
    return in_xml[2].decode("ascii", "replace").lower() if in_xml else ""


def _as_utf8(body: bytes, *, trusted: bool) -> bytes | None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        if not trusted:
            return None
    else:
        return body
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(letter > "\x7f" for letter in text) - broken
    return text.encode() if good >= 10 * broken else None
