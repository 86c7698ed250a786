"""Let two stories be one: the later keeps its entries and its messages, and points at the earlier.

A story that was merged into points nowhere itself: whoever pointed at it then points where it points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, or_, select, update

from storage.tables import PlacementRow, Story

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session
    from sqlmodel.sql.expression import SelectOfScalar


def merge_stories(session: Session, earlier: int, *, later: int) -> None:
    """Point a later story, and those that point at it, at the earlier one; nothing is sent again."""
    kept = current(session, earlier)
    if kept != later:
        kin = or_(col(Story.id) == later, col(Story.merged_into) == later)
        session.exec(update(Story).where(kin).values(merged_into=kept))


def current(session: Session, story: int) -> int:
    """Return the story that a story was merged into, or itself."""
    return session.exec(select(Story.merged_into).where(Story.id == story)).first() or story


def members(story: int) -> SelectOfScalar[int]:
    """Return the query of a story's id and of those that were merged into it."""
    return select(Story.id).where(or_(col(Story.id) == story, col(Story.merged_into) == story))


def merges_since(session: Session, moment: datetime) -> tuple[tuple[int, int], ...]:
    """Return (later, earlier) of stories that were merged, by an entry or by a reader, and were told since."""
    told = select(PlacementRow.story_id).where(PlacementRow.at >= moment)
    rows = session.exec(
        select(Story.id, Story.merged_into)
        .where(col(Story.merged_into).is_not(None), col(Story.id).in_(told))
        .order_by(col(Story.id))
    )
    return tuple((later, earlier) for later, earlier in rows if earlier is not None)
