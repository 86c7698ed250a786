"""Fit the table from score to share right on the labelled sentences that rules are worked on.

python -m tests.fit_calibration

Isotonic: neighbouring scores are pooled until the share never falls as the score grows. One
right and one wrong mention are added to each pool, so that a few cases claim no certainty.
Prints the table for matchers/calibration.py.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from matchers.watchlist import Watchlist
from tests.eval_mentions import entities, predictions, read

GOLD = Path(__file__).parent / "gold/mentions-dev.jsonl"
EDGES = (0, 30, 55, 65, 75, 80, 84, 90, 95, 98, 100)


def bands(rows, watchlist):
    """Count right and wrong mentions by band of scores."""
    right, of = Counter(), Counter()
    for row in rows:
        for label, value in predictions(watchlist, row, min_score=1).items():
            band = max(edge for edge in EDGES if edge <= value)
            of[band] += 1
            right[band] += label in row["entities"]
    return [(edge, right[edge], of[edge]) for edge in EDGES if of[edge]]


def isotonic(counted):
    """Pool neighbours until shares never fall; return (score, share)."""
    pools = []
    for edge, right, of in counted:
        pools.append([edge, right, of])
        while len(pools) > 1 and share(pools[-2]) >= share(pools[-1]):
            _, right_above, of_above = pools.pop()
            pools[-1][1] += right_above
            pools[-1][2] += of_above
    return tuple((edge if i else 0, round(share((edge, right, of)), 3)) for i, (edge, right, of) in enumerate(pools))


def share(pool):
    _, right, of = pool
    return (right + 1) / (of + 2)


def main():
    counted = bands(read(GOLD), Watchlist.compile(entities()))
    for edge, right, of in counted:
        print(f"from {edge:3d}: {right} of {of}")
    print(f"TABLE: Final = {isotonic(counted)}")


if __name__ == "__main__":
    main()
