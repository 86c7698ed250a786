"""Show how our own line being down is told from a publisher's silence."""

from datetime import UTC, datetime, timedelta

from bot.feeds.line import Line

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


def after(*tries, start=NOW):
    line = Line()
    for number, reached in enumerate(tries):
        line.note(f"host{number}", reached=reached, now=start + timedelta(seconds=number))
    return line


def test_one_host_in_three_may_fail_and_the_line_is_up():
    assert not after(*[True] * 8, *[False] * 4).is_down()


def test_when_half_the_hosts_fail_the_line_is_down():
    assert after(*[True] * 6, *[False] * 6).is_down()


def test_few_hosts_say_nothing_of_the_line():
    assert not after(*[False] * 9).is_down()


def test_only_the_newest_try_of_a_host_counts_and_old_ones_are_forgotten():
    line = after(*[False] * 12)
    for number in range(12):
        line.note(f"host{number}", reached=True, now=NOW + timedelta(minutes=1))
    up_again = line.is_down()
    line.note("other", reached=False, now=NOW + timedelta(minutes=30))

    assert (False, False) == (up_again, line.is_down())
