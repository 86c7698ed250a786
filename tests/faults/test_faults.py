"""Run the laboratory's trials in their short form: what is published is received, whatever breaks."""

import pytest

from tests.faults.__main__ import run
from tests.faults.trials import TRIALS

CHOSEN = [
    ("kill -9 at random moments", "sqlite"),
    ("kill -9 at random moments", "postgres"),
    ("kill -9 at every named step", "sqlite"),
    ("kill -9 of one of two bots and two workers", "postgres"),
    ("sixteen feeds that misbehave", "sqlite"),
    ("429 for all chats, 3 s", "sqlite"),
    ("reset after the message was taken", "sqlite"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "database"), CHOSEN)
async def test_nothing_is_lost_and_each_repeat_is_counted(name, database):
    (trial,) = [each for each in TRIALS if each.name == name]
    result = await run(trial, database, trial.short)

    assert result["owed"] > 0
    assert (0, 0, True) == (result["lost"], result["wrong_chat"], result["kept"]), result["missing"]
