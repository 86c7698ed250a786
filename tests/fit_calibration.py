"""Fit the table from score to share right on one half of the labelled sentences; the other half checks it.

python -m tests.fit_calibration

Isotonic: neighbouring scores are pooled until the share never falls as the score grows. What is
stated of a pool is the lower end of Wilson's interval (95 %), so that few cases claim no certainty.
Prints the table for matchers/calibration.py.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from matchers.watchlist import Watchlist
from tests.eval_mentions import entities, predictions, read

GOLD = Path(__file__).parent / "gold"
WILSON = 1.96  # standard deviations on either side
EDGES = (0, 30, 55, 65, 75, 80, 84, 90, 95, 98, 100)


def halves():
    """Return the labelled sentences in two halves: to fit on, and to check on."""
    rows = [row for name in ("dev", "heldout") for row in read(GOLD / f"mentions-{name}.jsonl")]
    rows.sort(key=lambda row: row["id"])
    return rows[::2], rows[1::2]


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
    """Pool neighbours until shares never fall; return (score, share that one may count on)."""
    pools = []
    for edge, right, of in counted:
        pools.append([edge, right, of])
        while len(pools) > 1 and pools[-2][1] * pools[-1][2] > pools[-1][1] * pools[-2][2]:
            _, right_above, of_above = pools.pop()
            pools[-1][1] += right_above
            pools[-1][2] += of_above
    table = []
    for edge, right, of in pools:
        stated = round(lower_end(right, of), 3)
        if not table or stated > table[-1][1]:
            table.append((edge if table else 0, stated))
    return tuple(table)


def lower_end(right, of):
    """Return the lower end of Wilson's interval of a share."""
    share, z = right / of, WILSON**2 / of
    return max(0.0, (share + z / 2 - (z * (share * (1 - share) + z / 4)) ** 0.5) / (1 + z))


def main():
    counted = bands(halves()[0], Watchlist.compile(entities()))
    for edge, right, of in counted:
        print(f"from {edge:3d}: {right} of {of}")
    print(f"TABLE: Final = {isotonic(counted)}")


if __name__ == "__main__":
    main()
