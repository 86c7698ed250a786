"""Measure how soon news is found, beside a fixed interval and miniflux's rule, each at as many polls as ours.

python -m tests.bench.bench_cadence

Gates: a mean delay of 0.80 times the fixed interval's and 0.45 times miniflux's, on arrivals shaped like the recorded
ones, empty week included, over six such records: at which hour miniflux's rule asks a feed again that it had forgotten
is chance, and moves its mean by half. Without that week it does not forget its feeds, and is nearer; said, not gated.
"""

from __future__ import annotations

import sys
from statistics import mean

from tests.bench.newsrooms import compared, miniflux, newsrooms, seen_by

BUDGETS = (48, 96, 150)
SEEDS = range(9, 15)
FIGURES = ("polls", "mean", "worst")


def main(_arguments):
    failed = False
    print("polls a day asked for; then for each rule: polls made, mean delay in minutes, the worst feed's mean")
    for budget, gap in [(budget, True) for budget in BUDGETS] + [(BUDGETS[0], False)]:
        rules = list(zip(*(compared(budget=budget, gap=gap, seed=seed) for seed in SEEDS), strict=True))
        polls, means, worst = ([mean(getattr(each, name) for each in rule) for rule in rules] for name in FIGURES)
        figures = "   ".join(
            f"{p:4.0f} {m / 60:5.2f} {w / 60:6.1f}" for p, m, w in zip(polls, means, worst, strict=True)
        )
        ratios = means[0] / means[1], means[0] / means[2]
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
