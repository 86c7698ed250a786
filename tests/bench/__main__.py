"""Run the benches one after another; exit 1 when one is below what it is asked.

python -m tests.bench [NAME…]      a bench is a module bench_NAME.py with main(arguments) -> exit code
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(names):
    found = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    failed = 0
    for module in [f"bench_{name}" for name in names] or found:
        print(f"== {module}")
        failed |= int(importlib.import_module(f"tests.bench.{module}").main([]) or 0)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
