"""Weigh what two entries share; fitted by tests/fit_stories.py on labelled pairs, then read through.

Log-odds that two entries tell one event, for each unit of a feature (matchers/window.py says what
each is). SAME is for a pair in one language, ACROSS for one in two.
"""

from __future__ import annotations

from typing import Final

import numpy as np

SAME: Final = np.array(
    [
        -3.361,  # bias
        1.693,  # grams
        -3.762,  # words
        0.229,  # rarest
        -0.242,  # alone
        6.408,  # token_set
        -0.109,  # names
        0.904,  # names_count
        -1.058,  # names_differ
        2.192,  # things
        0.196,  # numbers
        -0.306,  # numbers_differ
        -0.670,  # hours
        1.162,  # same_kind
        -1.375,  # other_kind
        -0.102,  # deeds
        0.406,  # deeds_differ
        -0.208,  # other_genre
        -0.170,  # length
        -2.071,  # known
        -2.759,  # known_hours
        -2.392,  # known_token_set
        -2.927,  # known_grams
        -0.514,  # known_things
        0.878,  # known_names_differ
        -0.395,  # known_numbers
        -0.227,  # known_numbers_differ
        -0.886,  # known_same_kind
        1.264,  # known_other_kind
        0.184,  # known_rarest
        0.917,  # known_deeds
        -0.919,  # known_deeds_differ
        -7.516,  # known_other_genre
        0.154,  # again
        -0.414,  # again_hours
        -0.686,  # who
        -1.784,  # who_differ
        8.302,  # where
        -1.295,  # where_differ
        -0.203,  # rarest_where
        2.608,  # things_head
        -3.987,  # body
        -0.284,  # bodies
        -1.257,  # title_in_body
        0.146,  # same_toll
        0.582,  # other_toll
        -2.858,  # same_outlet
    ],
    dtype=np.float32,
)
ACROSS: Final = np.array(
    [
        1.193,  # bias
        5.463,  # grams
        11.482,  # words
        -0.172,  # rarest
        -0.501,  # alone
        1.979,  # token_set
        0.313,  # names
        0.706,  # names_count
        -0.496,  # names_differ
        3.056,  # things
        -0.418,  # numbers
        -0.101,  # numbers_differ
        -0.675,  # hours
        0.640,  # same_kind
        -0.761,  # other_kind
        0.310,  # deeds
        -0.129,  # deeds_differ
        0.160,  # other_genre
        -0.436,  # length
        -0.184,  # known
        -2.319,  # known_hours
        -2.493,  # known_token_set
        -8.492,  # known_grams
        -2.183,  # known_things
        0.750,  # known_names_differ
        0.286,  # known_numbers
        -0.893,  # known_numbers_differ
        -0.262,  # known_same_kind
        0.918,  # known_other_kind
        -0.148,  # known_rarest
        0.497,  # known_deeds
        -0.866,  # known_deeds_differ
        -5.813,  # known_other_genre
        0.326,  # again
        -0.301,  # again_hours
        -0.525,  # who
        -0.570,  # who_differ
        4.236,  # where
        -1.391,  # where_differ
        0.384,  # rarest_where
        2.117,  # things_head
        -0.411,  # body
        0.132,  # bodies
        -5.052,  # title_in_body
        0.475,  # same_toll
        1.514,  # other_toll
        -0.358,  # same_outlet
    ],
    dtype=np.float32,
)
