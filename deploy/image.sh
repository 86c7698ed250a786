#!/bin/sh
# What the image is made of, in one script: the Dockerfile runs it, and CI runs it as an unprivileged
# user in an empty folder (deploy/try-image.sh), since CI builds no image.
#   sh deploy/image.sh SOURCE TARGET
# SOURCE holds what the Dockerfile copies; TARGET becomes a virtual environment that needs nothing else.
set -eu
source=$1
target=$2
cd "$source"
"${PYTHON:-python3}" -m venv "$target"
pip() { "$target/bin/python" -m pip --disable-pip-version-check --no-cache-dir --quiet "$@"; }
pip install --no-deps --require-hashes -r deploy/requirements/run.txt
pip install --no-deps --no-build-isolation .
# It must answer, hold its data and find what ships with it, before it is worth an image.
"$target/bin/tocsin" --version
"$target/bin/tocsin" catalogue check >/dev/null
