"""Say on an alert what a team knows of its story: what it was found to be, who has it, how many notes there are. Pure.

✖ **False**, Awa · 👤 Ben · 📝 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.delivery.message import Span, bold, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.texts import Texts
    from storage.records import DeskRecord

# kind of a stamp -> its mark; its word stands beside it, so that no mark must be known
STAMPS: Final = {"verified": "✔", "false": "✖", "duplicate": "⧉"}
TAKEN: Final = frozenset({"take", "release"})
STAMPED: Final = frozenset({*STAMPS, "open"})


def state_of(acts: Iterable[DeskRecord]) -> tuple[DeskRecord | None, DeskRecord | None, tuple[DeskRecord, ...]]:
    """Return who has a story, its stamp, and its notes, as what was done adds up."""
    taken = stamp = None
    notes = []
    for each in acts:
        if each.kind in TAKEN:
            taken = each if each.kind == "take" else None
        elif each.kind in STAMPED:
            stamp = each if each.kind in STAMPS else None
        elif each.kind == "note":
            notes.append(each)
    return taken, stamp, tuple(notes)


def stamped(kind: str, say: Texts) -> str:
    """Return a stamp's mark and word."""
    words = {"verified": say("Verified"), "false": say("False"), "duplicate": say("Duplicate")}
    return f"{STAMPS[kind]} {words[kind]}"


def desk_line(acts: Iterable[DeskRecord], say: Texts) -> Sequence[Span]:
    """Return the line of a story's alert; nothing when nobody did anything."""
    taken, stamp, notes = state_of(acts)
    parts: list[Sequence[Span]] = []
    if stamp:
        parts.append((bold(stamped(stamp.kind, say)), Span(", "), person(stamp.user)))
    if taken:
        parts.append((Span("👤 "), person(taken.user)))
    if notes:
        parts.append((Span(f"📝 {len(notes)}"),))
    return tuple(span for place, part in enumerate(parts) for span in ((Span(" · "),) if place else ()) + tuple(part))
