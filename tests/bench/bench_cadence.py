"""Measure how soon news is found, beside a fixed interval and miniflux's rule, each at as many polls as ours.

python -m tests.bench.bench_cadence

Gates: a mean delay of 0.80 times the fixed interval's and 0.45 times miniflux's, on arrivals shaped like the recorded
ones, empty week included. Without that week miniflux's rule does not forget its feeds, and is nearer; said, not gated.
"""

from __future__ import annotations

import sys

from tests.bench.newsrooms import compared, miniflux, newsrooms, seen_by

BUDGETS = (48, 96, 150)


def main(_arguments):
    failed = False
    print("polls a day asked for; then for each rule: polls made, mean delay in minutes, the worst feed's mean")
    for budget, gap in [(budget, True) for budget in BUDGETS] + [(BUDGETS[0], False)]:
        own, even, peer = found = compared(budget=budget, gap=gap)
        figures = "   ".join(f"{each.polls:4.0f} {each.mean / 60:5.2f} {each.worst / 60:6.1f}" for each in found)
        ratios = own.mean / even.mean, own.mean / peer.mean
        held = ratios[0] <= 0.80 and (ratios[1] <= 0.45 or not gap)
        failed |= not held
        print(
            f"{'held' if held else 'MISSED'}: {budget:4}{'' if gap else ' without the empty week'}   ours, fixed, miniflux: "
            f"{figures}   ours beside fixed {ratios[0]:.2f} (<= 0.80), beside miniflux {ratios[1]:.2f} (<= 0.45)"
        )
    shipped = seen_by(miniflux(1, days=81), newsrooms(), days=81)
    print(f"miniflux's rule as it ships: {shipped.polls:.0f} polls a day, mean delay {shipped.mean / 60:.1f} minutes")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
