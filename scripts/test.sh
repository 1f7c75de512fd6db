#!/bin/sh
# Everything CI runs. As root it installs what the scenarios need from Debian; otherwise those skip and say so.
set -eu
cd "$(dirname "$0")/.."
sh scripts/system-packages.sh
# The nodes of the patch tests take most of a minute to make: beside the linters that is free. Whoever needs them waits.
.venv/bin/python tests/integration/patch_pair/image.py >/dev/null 2>&1 &
sh scripts/lint.sh
PATH=$PWD/.venv/bin:$PATH
# A state of its own: no test touches a running lab's keys, a site's evidence or its reports.
state=$(mktemp -d)
trap 'rounds lab down >/dev/null 2>&1 || true; rm -rf "$state"' EXIT INT TERM
export ROUNDS_STATE="$state/state" ROUNDS_EVIDENCE="$state/evidence" ROUNDS_REPORTS="$state/reports"
echo '== unit and integration'
# The same examples on every machine: a change is judged by what it changes. New ones are looked for by `make unit`.
pytest -q --hypothesis-seed=0 tests
echo '== molecule'
sh scripts/molecule.sh
echo 'all passed'
