"""Find who claims an act, where an outlet's own words say so beyond doubt. Pure.

Only two shapes count: the group's name straight before the verb ("JNIM claims", "le GSIM a revendiqué")
and straight behind "claimed by", "revendiquée par". Everything else ("the army claims to have killed JNIM
fighters") names nobody: a wrong author is worse than none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from matchers.types import Field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.story_records import TermMention

_CLAIMS: Final = re.compile(
    r"[\s,)»”\"]{1,3}(?:has |have |a |ont |avait )?(?:claim(?:s|ed)?\b|revendiqu\w+|تبن\w*)", re.IGNORECASE
)
_CLAIMED_BY: Final = re.compile(
    r"(?:claimed by|claimed .{0,30} by|revendiqu\w+ (?:\w+ )?par)\s+(?:the |le |la |les |l['’])?[«“\"]?\s?$",
    re.IGNORECASE,
)
_BEFORE: Final = 60


def claimant(title: str, summary: str, *, matches: Iterable[TermMention]) -> str:
    """Return the entity whose claim an entry reports, "" when its words do not name one; `matches` are armed groups."""
    texts = {Field.TITLE: title, Field.SUMMARY: summary}
    for match in matches:
        for mention in match.mentions:
            text = texts[mention.field]
            if _CLAIMS.match(text[mention.end :]) or _CLAIMED_BY.search(
                text[max(0, mention.start - _BEFORE) : mention.start]
            ):
                return match.entity
    return ""
