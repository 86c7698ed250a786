"""Show that what is shipped for operators agrees with the code."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_settings_example_is_made_from_the_settings():
    made = runpy.run_path(str(ROOT / "deploy/make_env_example.py"))["env_example"]()

    assert made == (ROOT / "deploy/env.example").read_text(encoding="utf-8")


def test_no_pin_file_names_where_packages_came_from():
    named = [
        path.name
        for path in (ROOT / "deploy/requirements").glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "index-url" in line or "find-links" in line or "http://" in line or "https://" in line
    ]

    assert [] == named


def test_every_run_requirement_is_pinned_with_hashes_and_declared_by_the_project():
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = [
        line.split(">=")[0].split("[")[0]
        for line in (ROOT / "deploy/requirements/run.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    # What builds the project is declared under [build-system], not among what it needs to run.
    declared += '"editables"'
    pinned = (ROOT / "deploy/requirements/run.txt").read_text(encoding="utf-8")

    assert [] == [name for name in wanted if f'"{name}' not in declared]
    assert [] == [name for name in wanted if f"\n{name}==" not in f"\n{pinned}" and f"\n{name}[" not in f"\n{pinned}"]
