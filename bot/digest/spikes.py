"""Find entities that are named more often than they use to be. Pure.

The test is the conditional test of two Poisson rates (Przyborowski and Wilenski, 1940):
given the n mentions of the day and its k days of baseline together, the day's share is
binomial with p = 1/(k+1) when nothing has changed. The level, 1 %, is shared by all
entities that are tested (Bonferroni), so that at most one edition in 100 shows a false
spike while mentions come as a Poisson process. News comes in clumps, so a day must
besides exceed every single day of its baseline: days that could be exchanged for each
other pass that at most once in k+1 (1 in 29), whatever law they follow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Chance of a false spike an edition, all its entities together, for Poisson mentions.
LEVEL: Final = 0.01
BASELINE_DAYS: Final = 28
# Days of baseline without which nothing is said, and mentions that nobody would call a wave.
FEWEST_DAYS: Final = 14
FEWEST: Final = 4


@dataclass(frozen=True, slots=True)
class Spike:
    """Hold an entity that stands out: mentions in the period, and what a like period of the baseline has."""

    entity: str
    count: int
    usual: float
    p: float


def spikes(counts: Mapping[str, tuple[int, Sequence[int]]], *, days: int = 1) -> tuple[Spike, ...]:
    """Return what stands out, most surprising first; each entity has its count and its baseline, day by day.

    `days` is how many days the count covers: 1, or 7 in a weekly edition, whose guard
    then is every run of seven days in the baseline.
    """
    found = []
    for entity, (count, baseline) in counts.items():
        if count < FEWEST or len(baseline) < FEWEST_DAYS or count <= _busiest(baseline, days):
            continue
        p = chance(count, sum(baseline), share=days / (len(baseline) + days))
        if p <= LEVEL / len(counts):
            found.append(Spike(entity, count, sum(baseline) / len(baseline) * days, p))
    return tuple(sorted(found, key=lambda spike: (spike.p, spike.entity)))


def _busiest(baseline: Sequence[int], days: int) -> int:
    return max(sum(baseline[start : start + days]) for start in range(len(baseline) - days + 1))


def chance(count: int, before: int, *, share: float) -> float:
    """Return how likely at least `count` of all mentions fall into a `share` of the time by chance."""
    whole = count + before
    terms = (
        math.lgamma(whole + 1)
        - math.lgamma(k + 1)
        - math.lgamma(whole - k + 1)
        + k * math.log(share)
        + (whole - k) * math.log1p(-share)
        for k in range(count, whole + 1)
    )
    return min(1.0, math.fsum(math.exp(term) for term in terms))
