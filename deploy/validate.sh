#!/bin/sh
# Let each file for operators be judged by its own tool, where that tool is installed.
#   sh deploy/validate.sh
# What is missing is said; what fails ends this with an error.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

judge() { # judge WHAT COMMAND...
    what=$1
    shift
    if "$@" >"$work/says" 2>&1; then
        echo "ok       $what"
    else
        echo "FAILED   $what"
        sed 's/^/         /' "$work/says"
        failed=1
    fi
}
skip() { echo "skipped  $1: $2 is not installed"; }

# shellcheck disable=SC2317 # it is called by judge
compose() {
    if docker compose version >/dev/null 2>&1; then
        docker compose "$@"
    else
        docker-compose "$@"
    fi
}
if docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null 2>&1; then
    for file in compose.yaml compose.postgres.yaml; do
        cp "deploy/$file" "$work/$file"
        : >"$work/tocsin.env"
        echo "POSTGRES_PASSWORD=for-this-check-only" >"$work/.env"
        judge "$file" compose --project-directory "$work" -f "$work/$file" config -q
    done
else
    skip "compose.yaml, compose.postgres.yaml" "docker compose"
fi

if command -v systemd-analyze >/dev/null 2>&1; then
    for unit in tocsin.service tocsin-backup.service tocsin-backup.timer; do
        sed 's|/opt/tocsin/venv/bin/tocsin|/bin/true|' "deploy/$unit" >"$work/$unit"
    done
    judge tocsin.service systemd-analyze verify "$work/tocsin.service"
    judge "tocsin-backup.service, .timer" systemd-analyze verify "$work/tocsin-backup.timer"
    judge "tocsin.service: exposure below 1.5 of 10" \
        systemd-analyze security --offline=true --threshold=15 "deploy/tocsin.service"
else
    skip "tocsin.service" systemd-analyze
fi

if command -v promtool >/dev/null 2>&1; then
    judge "prometheus/tocsin.rules.yml" promtool check rules deploy/prometheus/tocsin.rules.yml
else
    skip "prometheus/tocsin.rules.yml" promtool
fi

if command -v hadolint >/dev/null 2>&1; then
    judge Dockerfile hadolint deploy/Dockerfile
else
    skip Dockerfile hadolint
fi

if command -v shellcheck >/dev/null 2>&1; then
    judge "deploy/*.sh" shellcheck deploy/*.sh
else
    skip "deploy/*.sh" shellcheck
fi

# Known weaknesses of what is pinned are asked of a service on the network.
if command -v pip-audit >/dev/null 2>&1; then
    pip-audit --no-deps --disable-pip --require-hashes -r deploy/requirements/run.txt >"$work/says" 2>&1 && audited=0 || audited=1
    if [ "$audited" = 0 ] && ! grep -q "could not be audited" "$work/says"; then
        echo "ok       pins of run.txt: no weakness is known"
    elif grep -qE 'Found [0-9]+ known vulnerabilit' "$work/says"; then
        echo "FAILED   pins of run.txt"
        sed 's/^/         /' "$work/says"
        failed=1
    else
        echo "skipped  pins of run.txt: the list of known weaknesses cannot be reached"
    fi
else
    skip "pins of run.txt" pip-audit
fi
exit "$failed"
