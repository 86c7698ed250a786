"""Take off a headline what outlets add to it: labels, a rubric before it, their own name behind it."""

from __future__ import annotations

import re
from typing import Final

# Their name behind a bar or a dash, a rubric before one.
_BEHIND: Final = re.compile(r"\s+(?:[|–—-]|::)\s+[^|–—]{2,40}$")
_BEFORE: Final = re.compile(r"^[^|]{2,24}\s+\|\s+")
_LABEL: Final = re.compile(
    r"^\[?(?:update\s*\d*|refile|en direct|direct|live|vid[ée]os?|breaking|urgent|alerte|exclusi[fv]e?|explainer|photos?|watch"
    r"|(?:\w+ )?latest|(?:\w+ )?headlines|عاجل|فيديو)(?:\]\s*|\s*[-:.|–—]\s*)",
    re.IGNORECASE,
)


def cleaned(title: str) -> str:
    """Return a headline without labels, rubric and the outlet's name."""
    short = _LABEL.sub("", title.strip())
    for pattern in (_BEHIND, _BEHIND, _BEFORE):
        rest = pattern.sub("", short)
        # A headline keeps most of itself: "Mali - Niger" is no outlet's name.
        if len(rest) >= len(short) / 2:
            short = rest
    return short
