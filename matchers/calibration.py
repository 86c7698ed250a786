"""Tell how often a score has proved right; the table is fitted by tests/fit_calibration.py."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

# From a score on -> share of mentions with it that one may count on to be right: the lower end of the interval
# (Wilson, 95 %) on one half of the labelled sentences. All that rang was right there; few cases claim no certainty.
TABLE: Final = ((0, 0.0), (55, 0.052), (80, 0.832), (84, 0.875), (90, 0.974), (100, 0.982))


def share_right(score: int) -> float:
    """Return the share of mentions of this score that are right, 0.0-1.0."""
    at = bisect_right(TABLE, (score, 1.1)) - 1
    return TABLE[max(0, at)][1]
