"""Examine a set-up: what is wrong, and how to mend it. Each subject's checks stand in `bot/checks/`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.checks.data import check_data, is_running
from bot.checks.machine import check_machine
from bot.checks.reach import check_reach
from bot.checks.settings import check_settings

if TYPE_CHECKING:
    from bot.checks.finding import Finding
    from bot.clock import Clock
    from bot.config import Settings


async def examine(settings: Settings, clock: Clock) -> list[Finding]:
    """Run every check and return what they found, in the order of a set-up."""
    findings = await asyncio.to_thread(_examine_here, settings, clock)
    if settings.telegram.token:
        findings += await check_reach(settings, clock)
    return findings


def _examine_here(settings: Settings, clock: Clock) -> list[Finding]:
    running = is_running(settings)
    return [
        *check_settings(settings),
        *check_machine(settings, running=running),
        *check_data(settings, clock, running=running),
    ]
