"""Tell how often a score has proved right; the table is fitted by tests/fit_calibration.py."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

# From a score on -> share of mentions with it that were right, on one half of the labelled sentences.
TABLE: Final = ((0, 0.032), (30, 0.053), (55, 0.056), (65, 0.167), (80, 0.889), (84, 0.941), (90, 0.991), (100, 0.993))


def share_right(score: int) -> float:
    """Return the share of mentions of this score that are right, 0.0-1.0."""
    at = bisect_right(TABLE, (score, 1.1)) - 1
    return TABLE[max(0, at)][1]
