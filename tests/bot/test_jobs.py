"""Show that jobs only nudge, that a bad round ends nothing, and that stopping is prompt."""

import asyncio
from datetime import UTC, datetime

from bot.jobs import Bell, all_jobs, build_scheduler, next_runs

NOW = datetime(2026, 3, 1, 6, 0, 30, tzinfo=UTC)


async def test_each_job_tells_the_library_what_to_do_when_it_is_late():
    scheduler = build_scheduler([Bell(job.name) for job in all_jobs()])
    scheduler.start(paused=True)
    told = {job.id: (job.coalesce, job.max_instances, job.misfire_grace_time) for job in scheduler.get_jobs()}
    scheduler.shutdown(wait=False)

    assert {job.name: (True, 1, None) for job in all_jobs()} == told


async def test_a_role_schedules_only_the_bells_it_has():
    scheduler = build_scheduler([Bell("poll")])
    scheduler.start(paused=True)
    names = [job.id for job in scheduler.get_jobs()]
    scheduler.shutdown(wait=False)

    assert ["poll"] == names


def test_the_next_run_of_every_job_can_be_told():
    runs = {name: moment for name, moment, _ in next_runs(NOW)}

    assert {job.name for job in all_jobs()} == set(runs)
    assert datetime(2026, 3, 1, 6, 17, tzinfo=UTC) == runs["prune"]


async def test_nudges_that_come_during_a_round_become_one_more_round():
    bell, stopping, rounds = Bell("poll"), asyncio.Event(), []
    began, gate = asyncio.Event(), asyncio.Event()

    async def work():
        rounds.append(len(rounds))
        began.set()
        if len(rounds) == 1:
            await gate.wait()
        else:
            stopping.set()

    bell.nudge()
    loop = asyncio.create_task(bell.loop(work, stopping))
    await began.wait()
    for _ in range(3):
        bell.nudge()
    gate.set()
    await asyncio.wait_for(loop, 5)

    assert [0, 1] == rounds


async def test_a_failed_round_is_logged_and_the_next_one_comes(capsys):
    bell, stopping, rounds = Bell("poll"), asyncio.Event(), []

    async def work():
        rounds.append(1)
        bell.nudge()
        if len(rounds) == 2:
            stopping.set()
        raise ValueError("broken feed")

    bell.nudge()
    await asyncio.wait_for(bell.loop(work, stopping), 5)

    assert 2 == len(rounds)


async def test_a_waiting_loop_stops_at_once():
    bell, stopping = Bell("poll"), asyncio.Event()

    async def work():
        raise AssertionError("nobody nudged")

    loop = asyncio.create_task(bell.loop(work, stopping))
    await asyncio.sleep(0)
    stopping.set()

    assert await asyncio.wait_for(loop, 5) is None
