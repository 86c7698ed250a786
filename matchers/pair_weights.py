"""Weigh what two entries share; fitted by tests/fit_stories.py on labelled pairs, then read through.

Log-odds that two entries tell one event, for each unit of a feature (matchers/window.py says what
each is). SAME is for a pair in one language, ACROSS for one in two.
"""

from __future__ import annotations

from typing import Final

import numpy as np

SAME: Final = np.array(
    [
        -3.324,  # bias
        1.636,  # grams
        -3.543,  # words
        0.228,  # rarest
        -0.236,  # alone
        6.329,  # token_set
        -0.248,  # names
        0.942,  # names_count
        -1.043,  # names_differ
        2.171,  # things
        0.206,  # numbers
        -0.353,  # numbers_differ
        -0.682,  # hours
        1.415,  # same_kind
        -1.391,  # other_kind
        -0.298,  # deeds
        0.124,  # deeds_differ
        -0.193,  # other_genre
        -0.168,  # length
        -0.674,  # known
        -2.879,  # known_hours
        -0.557,  # known_token_set
        -3.506,  # known_grams
        -0.783,  # known_things
        1.382,  # known_names_differ
        0.289,  # known_numbers
        0.183,  # known_numbers_differ
        -0.653,  # known_same_kind
        2.000,  # known_other_kind
        0.047,  # known_rarest
        0.681,  # known_deeds
        -0.675,  # known_deeds_differ
        -8.359,  # known_other_genre
        1.458,  # again
        -1.072,  # again_hours
        -1.253,  # who
        -1.925,  # who_differ
        7.521,  # where
        -2.846,  # where_differ
        -0.496,  # rarest_where
        3.572,  # things_head
        -4.188,  # body
        -0.412,  # bodies
        -3.073,  # title_in_body
        -0.718,  # same_toll
        -0.161,  # other_toll
        -3.109,  # same_outlet
    ],
    dtype=np.float32,
)
ACROSS: Final = np.array(
    [
        1.420,  # bias
        4.930,  # grams
        12.179,  # words
        -0.147,  # rarest
        -0.503,  # alone
        1.383,  # token_set
        0.023,  # names
        0.779,  # names_count
        -0.468,  # names_differ
        3.065,  # things
        -0.403,  # numbers
        -0.240,  # numbers_differ
        -0.707,  # hours
        1.032,  # same_kind
        -0.948,  # other_kind
        -0.023,  # deeds
        -0.606,  # deeds_differ
        0.165,  # other_genre
        -0.394,  # length
        0.455,  # known
        -2.328,  # known_hours
        -0.643,  # known_token_set
        -9.347,  # known_grams
        -2.542,  # known_things
        1.005,  # known_names_differ
        0.796,  # known_numbers
        -0.091,  # known_numbers_differ
        -0.278,  # known_same_kind
        1.406,  # known_other_kind
        -0.185,  # known_rarest
        0.570,  # known_deeds
        -0.167,  # known_deeds_differ
        -6.220,  # known_other_genre
        0.963,  # again
        -0.656,  # again_hours
        -0.934,  # who
        -0.164,  # who_differ
        3.327,  # where
        -2.193,  # where_differ
        0.334,  # rarest_where
        2.863,  # things_head
        -0.673,  # body
        -0.145,  # bodies
        -3.828,  # title_in_body
        -0.966,  # same_toll
        -0.117,  # other_toll
        -0.533,  # same_outlet
    ],
    dtype=np.float32,
)
