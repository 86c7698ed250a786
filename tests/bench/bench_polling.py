"""Measure polling beside lemon24/reader: feeds per CPU-second, in one run, from one loopback server, half of them 304.

python -m tests.bench.bench_polling [FEEDS [ROUNDS [PEER_PYTHON]]]

Gates: 2.5 times the peer's feeds per CPU-second on a cold round, 3 times on warm ones; the loop's own thread never
computes for more than 100 ms without a pause; at 10,000 feeds every five minutes less than 60 % of one core in the
bot's process; memory flat, and 200 MB at most in it. PEER_PYTHON is an interpreter that can import `reader`
(deploy/requirements/peers.txt); without one only our own gates are held.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(arguments):
    feeds = int(arguments[0]) if arguments else 300
    rounds = int(arguments[1]) if len(arguments) > 1 else 3
    peer = arguments[2] if len(arguments) > 2 else sys.executable
    (start, *ours), theirs = _rounds(sys.executable, "ours", feeds, rounds), []
    if subprocess.run([peer, "-c", "import reader, sgmllib"], capture_output=True, check=False).returncode == 0:
        theirs = _rounds(peer, "reader", feeds, min(rounds, 3))
    for name, measured in (("ours", ours), ("reader", theirs)):
        for number, each in enumerate(measured):
            print(f"{name:7} round {number}: {json.dumps(each)}")
    return _judged(feeds, start, ours, theirs)


def _rounds(python, who, feeds, rounds):
    stand = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stand", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        port = stand.stdout.readline().strip()
        command = [python, "-m", "tests.bench.rounds", who, port, str(feeds), str(rounds)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    finally:
        stand.terminate()
        stand.wait()
    return [json.loads(line) for line in done.stdout.splitlines()]


def _judged(feeds, start, ours, theirs):
    def cost(each):
        return (each["own"] + each["children"]) / feeds * 1000

    warm = statistics.median(each["own"] for each in ours[1:]) / feeds
    held = [
        ("share of one core at 10,000 feeds in 5 min", warm * 10_000 / 300, "<", 0.60),
        ("longest computing without a pause, ms", max(each["stall_ms"] for each in ours), "<", 100),
        ("memory of the bot's process, MB", max(each["mb"] for each in ours), "<", 200),
        ("growth over the warm rounds, MB", ours[-1]["mb"] - ours[1]["mb"], "<", 10),
    ]
    if theirs:
        ratio = statistics.median(map(cost, theirs[1:])) / statistics.median(map(cost, ours[1:]))
        held += [
            ("feeds per CPU-second beside reader, cold", cost(theirs[0]) / cost(ours[0]), ">", 2.5),
            ("feeds per CPU-second beside reader, warm", ratio, ">", 3.0),
        ]
    failed = 0
    print(
        f"before the first round: {start['mb']:.0f} MB; ms of CPU a feed: {', '.join(f'{cost(each):.1f}' for each in ours)}"
    )
    for name, value, sign, bound in held:
        good = value < bound if sign == "<" else value > bound
        failed |= not good
        print(f"{'held' if good else 'MISSED'}: {name}: {value:.2f} ({sign} {bound})")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
