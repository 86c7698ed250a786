#!/bin/sh
# Run the Dockerfile's steps without Docker: an empty folder, only the files that it copies, an unprivileged
# user, and then the program as the image runs it: no home, its root file system not written to.
#   sh deploy/try-image.sh
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/src" "$place/data"

# The COPY lines of the first stage say what there is.
sed -n '/^FROM .* AS build/,/^FROM /p' "$root/deploy/Dockerfile" | grep '^COPY ' | while read -r _ words; do
    into=$place/src/${words##* }
    for each in ${words% *}; do
        case $words in
            *" ./" | *"/") mkdir -p "$into" && cp -R "$root/$each" "$into" ;;
            *) mkdir -p "$(dirname "$into")" && cp -R "$root/$each" "$into" ;;
        esac
    done
done
find "$place/src" -name __pycache__ -type d -prune -exec rm -rf {} +

as_nobody() {
    if [ "$(id -u)" = 0 ]; then
        chown -R 65534:65534 "$place"
        chmod 755 "$place"
        setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 "$@"
    else
        env HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 "$@"
    fi
}

# The operator's own Python may lie where an unprivileged user must not look.
for python in "${PYTHON:-}" python3.13 python3.12 python3.11 /usr/bin/python3 none; do
    if [ "$python" = none ]; then
        echo "skipped: no Python 3.11 or newer with venv that an unprivileged user may run (Debian: apt install python3-venv)"
        exit 0
    fi
    wanted='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'
    as_nobody "$python" -c "$wanted" >"$place/data/tried.txt" 2>&1 && break
done

as_nobody PYTHON="$python" sh "$place/src/deploy/image.sh" "$place/src" "$place/venv"
chmod -R a-w "$place/src" "$place/venv"
cd "$place/data"
as_nobody "$place/venv/bin/tocsin" demo --once >"$place/data/said.txt"
tail -n 3 "$place/data/said.txt"
chmod -R u+w "$place"
echo "The image's steps hold: built and run by an unprivileged user in an empty folder."
