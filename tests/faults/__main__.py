"""Break things on purpose, compare what was published with what was received, and print a table.

python -m tests.faults [--short] [--only WORDS] [--results FILE] [--tries N]

Resumable: a trial that stands in the results file is not run again. Exits 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from bot.clock import SystemClock
from tests.faults.laboratory import laboratory
from tests.faults.servers import Server
from tests.faults.trials import TRIALS

RESULTS = Path(".faults.json")
_HEAD = ("fault", "database", "tries", "owed", "lost", "repeated", "counted", "429s", "worst delay", "kept")


def main() -> int:
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # feeds that break off are meant to
    given = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    given.add_argument("--short", action="store_true", help="few tries of each, as continuous integration runs it")
    given.add_argument("--only", default="", help="trials whose name holds these words")
    given.add_argument("--database", default="", help="sqlite or postgres")
    given.add_argument("--results", type=Path, default=RESULTS)
    given.add_argument("--tries", type=int, default=0, help="this many tries instead of the usual number")
    asked = given.parse_args()
    results = json.loads(asked.results.read_text()) if asked.results.exists() else {}
    for trial, kind in wanted(asked):
        key = f"{trial.name} | {kind}"
        if key in results:
            continue
        tries = asked.tries or (trial.short if asked.short else trial.tries)
        results[key] = asyncio.run(run(trial, kind, tries))
        asked.results.write_text(json.dumps(results, indent=1))
        print(row(results[key]), file=sys.stderr, flush=True)
    show(results)
    return 0 if all(result["kept"] for result in results.values()) else 1


def wanted(asked):
    """List the trials that were asked for, each with a database."""
    return [
        (trial, kind)
        for trial in TRIALS
        for kind in trial.databases
        if asked.only in trial.name and asked.database in ("", kind) and (trial.short or not asked.short)
    ]


async def run(trial, kind, tries):
    """Run one trial in a laboratory of its own and judge it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tocsin-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        with Server(kind, folder, disk_mb=trial.disk_mb) as server:
            async with laboratory(server, folder, bots=trial.bots, gone=trial.gone, rogue=trial.rogue) as lab:
                await lab.begin()
                done = await trial.run(lab, tries)
                verdict = lab.verdict()
                if not verdict.holds(crashes=done if trial.crashes else None):
                    keep_logs(folder, trial.name, kind)
    return {
        "fault": trial.name, "database": kind, "tries": done, "on": SystemClock().now().date().isoformat(),
        "took_s": round(time.monotonic() - began), **asdict(verdict),
        "kept": verdict.holds(crashes=done if trial.crashes else None),
    }  # fmt: skip


def keep_logs(folder: Path, name: str, kind: str) -> None:
    """Keep what the bots logged in a trial that broke a promise."""
    target = Path(tempfile.gettempdir()) / f"tocsin-faults-{name.replace(' ', '-')[:40]}-{kind}"
    subprocess.run(["cp", "-r", str(folder), str(target)], check=False)
    print(f"Logs are kept in {target}", file=sys.stderr)


def row(result) -> str:
    """Return one line of the table."""
    return (
        f"| {result['fault']} | {result['database']} | {result['tries']} | {result['owed']} | {result['lost']} "
        f"| {result['repeated']} | {result['repeats_counted']} | {result['flood_refusals']} "
        f"| {result['worst_delay_s']:.0f} s | {'yes' if result['kept'] else 'NO'} |"
    )


def show(results) -> None:
    """Print the table."""
    print("| " + " | ".join(_HEAD) + " |")
    print("|" + " --- |" * len(_HEAD))
    for result in results.values():
        print(row(result))


if __name__ == "__main__":
    sys.exit(main())
