"""Write matched entries as JSON Lines and as CSV. Pure."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.exports import Exported

COLUMNS: Final = (
    *("id", "story", "placement", "published", "first_seen", "outlet", "outlet_name", "lang", "title", "url"),
    *("entities", "score"),
)
# A cell that begins so is a formula to spreadsheets; a feed's headline must not be one.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_object(exported: Exported) -> dict[str, Any]:
    """Return an entry with its story and matches as a value that JSON can hold."""
    entry = exported.entry
    return {
        "id": entry.id,
        "story": exported.story or None,
        "placement": exported.placement or None,
        "published": entry.published.isoformat() if entry.published else None,
        "first_seen": entry.first_seen.isoformat(),
        "outlet": {
            "key": entry.outlet.key,
            "name": entry.outlet.name,
            "kind": entry.outlet.kind,
            "country": entry.outlet.country,
        },
        "lang": entry.lang,
        "title": entry.title,
        "summary": entry.summary,
        "url": entry.url,
        "matches": [
            {
                "entity": match.entity,
                "families": list(match.families),
                "score": match.score,
                "alias": match.best.alias,
                "text": match.best.text,
            }
            for match in exported.matches
        ],
    }


def json_lines(entries: Iterable[Exported]) -> Iterator[str]:
    """Give a line an entry."""
    for each in entries:
        yield json.dumps(as_object(each), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(entries: Iterable[Exported]) -> Iterator[str]:
    """Give the head and a line an entry; what a spreadsheet would take for a formula has an apostrophe before it."""
    yield _line(COLUMNS)
    for each in entries:
        entry = each.entry
        yield _line(
            (
                str(entry.id),
                str(each.story or ""),
                each.placement,
                entry.published.isoformat() if entry.published else "",
                entry.first_seen.isoformat(),
                entry.outlet.key,
                entry.outlet.name,
                entry.lang,
                entry.title,
                entry.url,
                ";".join(match.entity for match in each.matches),
                str(max((match.score for match in each.matches), default=0)),
            )
        )


def _line(cells: Iterable[str]) -> str:
    target = io.StringIO()
    csv.writer(target).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return target.getvalue()
