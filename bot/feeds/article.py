"""Take the text out of an article's page; runs in a worker process, beside the reader of feeds."""

from __future__ import annotations

import re
from typing import Final

_MOST: Final = 8_000
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def read_article(body: bytes, content_type: str, *, url: str) -> str:
    """Return an article's text without what stands around it, "" when there is none."""
    import trafilatura  # takes half a second to import: only for those who asked for full texts

    found = trafilatura.extract(
        _decoded(body, content_type),
        url=url or None,
        include_comments=False,
        include_tables=False,
        favor_precision=True,
    )
    return " ".join((found or "").split())[:_MOST]


def _decoded(body: bytes, content_type: str) -> bytes | str:
    """Return the page as text when its declared encoding fits; else the library guesses."""
    named = _CHARSET.search(content_type)
    for encoding in ("utf-8", *([named[1]] if named else [])):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body
