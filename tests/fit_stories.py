"""Fit the weights by which two entries are judged to tell one event.

python -m tests.fit_stories HEADLINES.jsonl [--write]

Reads labelled headlines (rows of tests/eval_stories.py) and the project's own development gold
(composed and written by hand, tests/gold/stories.md), replays each with its true stories, and fits
a logistic rule on the pairs that the window offers, one for a pair in one language, one across: in
two steps, what holds of any headlines and what names and places add. Then the same again with what
headlines mean, for pairs that the encoder has read.
Prints the weights; --write puts them into matchers/pair_weights.py, which is then read through
like any change.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from matchers.features import traits_of
from matchers.meaning import headline_of
from matchers.sharing import FEATURES, MEANT_FEATURES
from matchers.stories import WINDOW, named
from matchers.window import Window
from tests.eval_stories import Remembering, entry_of, found_in, read, read_written

GOLD = Path(__file__).parent / "gold"
# What each set weighs, however many pairs it has: headlines, composed, written by hand. What is composed repeats
# itself, and teaches that whoever shares a place shares an event.
ANY = (2.0, 0.2, 0.4)
TOLD = (1.0, 1.25)
# What only pairs with names or places can tell.
NAMED = [
    number
    for number, feature in enumerate(FEATURES)
    if feature.startswith(("known", "who", "where", "area", "rarest_wh", "again", "things_head"))
]
TARGET = Path(__file__).parents[1] / "matchers/pair_weights.py"
RIDGE = 20.0  # of standardised features: as if twenty pairs said nothing
# Log-odds asked on top where places and entities are known: there a swallowed event is the greater harm.
CAUTION = 1.3
HEADER = '''"""Weigh what two entries share; fitted by tests/fit_stories.py on labelled pairs, then read through.

Log-odds that two entries tell one event, for each unit of a feature (matchers/sharing.py says what
each is). SAME is for a pair in one language, ACROSS for one in two; MEANT_ are for pairs whose
headlines an encoder has read.
"""

from __future__ import annotations

from typing import Final

'''


def pairs(rows, *, matched, meanings=()):
    """Replay rows and return (features, across?, same story?) of the pairs that the window offers."""
    window, stories, hours, found = Window(), [], [], []
    for number, row in enumerate(rows):
        entry = entry_of(row)
        by_words = traits_of(entry, named(*found_in(row)) if matched else ())
        traits = replace(by_words, meaning=meanings[number]) if meanings else by_words
        while len(window) and traits.hours - hours[window.first] > WINDOW.total_seconds() / 3600:
            window.remove_oldest()
        slots = window.candidates(by_words)
        if len(slots):
            same = np.array([stories[slot] == row["gold"] for slot in slots.tolist()], dtype=float)
            compared = window.compare(traits, slots)
            columns = slice(len(MEANT_FEATURES) if meanings else len(FEATURES))
            features = compared.features(window.token_sets(traits, slots))[:, columns]
            found.append((features, compared.across, same))
        window.add(traits)
        stories.append(row["gold"])
        hours.append(traits.hours)
    return tuple(np.concatenate([each[part] for each in found]) for part in range(3))


def meanings_of(rows):
    """Return the vector of each headline."""
    return Remembering().vectors([headline_of(row["title"]) for row in rows])


def fit(sets):
    """Return the weights of a rule: first what holds of any headlines, then, on top, what names and places add.

    Headlines without names weigh most in the first step, so that what is composed or chosen to be
    hard does not bend what is learnt of the press; they say nothing in the second.
    """
    width = sets[0][0].shape[1]
    plain = solve(sets, ANY, columns=range(width), given=np.zeros(width))
    plain[NAMED] = 0.0
    added = solve(sets[1:], TOLD, columns=NAMED, given=plain)
    added[FEATURES.index("known")] -= CAUTION
    return plain + added


def solve(sets, shares, *, columns, given):
    """Return weights of some columns by a logistic rule, on top of given weights, by Newton's steps; 0 for the others."""
    features = np.concatenate([each[0] for each in sets]).astype(float)
    same = np.concatenate([each[1] for each in sets])
    total = len(same) / len(sets)
    weight = np.concatenate(
        [np.full(len(each[1]), share * total / max(1, len(each[1]))) for each, share in zip(sets, shares, strict=True)]
    )
    before = features @ given
    columns = np.array(columns)
    spread = features[:, columns].std(axis=0)
    spread[spread < 1e-6] = 1.0
    scaled = features[:, columns] / spread
    ridge = np.diag(np.where(columns == FEATURES.index("bias"), 1e-6, RIDGE))
    found = np.zeros(len(columns))
    for _ in range(50):
        guess = 1 / (1 + np.exp(-np.clip(before + scaled @ found, -30, 30)))
        slope = scaled.T @ (weight * (same - guess)) - ridge @ found
        curve = (scaled * (weight * guess * (1 - guess))[:, None]).T @ scaled + ridge
        step = np.linalg.solve(curve, slope)
        found += step
        if np.abs(step).max() < 1e-6:
            break
    weights = np.zeros(features.shape[1])
    weights[columns] = found / spread
    return weights


def by_language(pairs_found, across):
    features, foreign, same = pairs_found
    return features[foreign == across], same[foreign == across]


def written(tables):
    lines = [HEADER]
    for name, features, weights in tables:
        table = "\n".join(f'    "{feature}": {weight:.3f},' for feature, weight in zip(features, weights, strict=True))
        lines.append(f"{name}: Final = {{\n{table}\n}}\n")
    return "".join(lines)


def main(arguments):
    sets = [
        (read(arguments[0]), False),
        (read(GOLD / "stories-dev.jsonl"), True),
        (read_written(sorted(GOLD.glob("written/dev-*.toml"))), True),
    ]
    tables = []
    for prefix, features in (("", FEATURES), ("MEANT_", MEANT_FEATURES)):
        found = [pairs(rows, matched=matched, meanings=meanings_of(rows) if prefix else ()) for rows, matched in sets]
        for each in found:
            print(
                f"{len(each[2]):,} pairs, {int(each[2].sum()):,} of one story, {Counter(each[1].tolist())[True]:,} across"
            )
        for across in (False, True):
            name = f"{prefix}{'ACROSS' if across else 'SAME'}"
            tables.append((name, features, fit([by_language(each, across) for each in found])))
    text = written(tables)
    print(text)
    if "--write" in arguments:
        TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
