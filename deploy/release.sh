#!/bin/sh
# Build wheel and sdist, try both in empty environments, write the SBOM and the changelog's section.
#   sh deploy/release.sh VENV
# In dist/: the wheel, the sdist, tocsin-VERSION.cdx.json (CycloneDX) and CHANGES-VERSION.md.
set -eu
venv=$(cd "$1" && pwd)
rm -rf dist
"$venv/bin/python" -m hatchling build
version=$("$venv/bin/python" -m hatchling version)
try=$(mktemp -d)
trap 'rm -rf "$try"' EXIT
pip() { "$try/venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

echo "Trying the wheel in an empty environment ..."
"$venv/bin/python" -m venv "$try/venv"
pip install --no-deps --require-hashes -r deploy/requirements/run.txt
pip install --no-deps dist/*.whl
(cd "$try" && "$try/venv/bin/tocsin" demo --once | tail -n 3)

echo "Writing the SBOM of that environment ..."
"$venv/bin/cyclonedx-py" environment --pyproject pyproject.toml --output-reproducible --of JSON \
    -o "dist/tocsin-$version.cdx.json" "$try/venv/bin/python"

echo "Trying the sdist: what it builds is the same wheel ..."
mkdir "$try/sdist" && tar -xzf dist/*.tar.gz -C "$try/sdist" --strip-components=1
(cd "$try/sdist" && "$venv/bin/python" -m hatchling build -t wheel -d "$try/again" >/dev/null)
"$venv/bin/python" - dist/*.whl "$try"/again/*.whl <<'PY'
import sys, zipfile

first, second = (zipfile.ZipFile(path) for path in sys.argv[1:])
contents = [{i.filename: i.CRC for i in each.infolist() if not i.filename.endswith("RECORD")} for each in (first, second)]
if contents[0] != contents[1]:
    sys.exit(f"the wheels differ: {sorted(set(contents[0].items()) ^ set(contents[1].items()))[:5]}")
PY

"$venv/bin/python" deploy/changes.py "$version" CHANGELOG.md >"dist/CHANGES-$version.md"
ls -l dist
