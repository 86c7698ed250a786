#!/bin/sh
# Build wheel and sdist, install the wheel in an empty environment and replay the sample feeds from it.
set -eu
venv=$1
rm -rf dist
"$venv/bin/python" -m hatchling build
try=$(mktemp -d)
trap 'rm -rf "$try"' EXIT
"$venv/bin/python" -m venv "$try/venv"
"$try/venv/bin/python" -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r deploy/requirements/run.txt
"$try/venv/bin/python" -m pip --disable-pip-version-check --quiet install --no-deps dist/*.whl
cd "$try"
"$try/venv/bin/tocsin" demo --once
