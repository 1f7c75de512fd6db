#!/bin/sh
# Every molecule scenario, one after the other, or those named: sh scripts/molecule.sh [scenario]...
# Stops at the first that fails. Each starts a lab of its own; nothing is fetched and no running lab is touched.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
# Molecule keeps what it needs while it works below Ansible's home: inside the checkout, not in the user's.
ANSIBLE_HOME=$PWD/.cache/ansible
MOLECULE_PROJECT_DIRECTORY=$PWD
export PATH ANSIBLE_HOME MOLECULE_PROJECT_DIRECTORY
command -v molecule >/dev/null 2>&1 || { echo 'molecule is not in .venv: run make env' >&2; exit 2; }

if [ $# -eq 0 ]; then
    for file in molecule/*/molecule.yml; do
        [ -e "$file" ] || { echo 'no scenario found below molecule/' >&2; exit 1; }
        name=${file%/*}
        set -- "$@" "${name#molecule/}"
    done
fi

log=$(mktemp)
running=
ended() {
    status=$?
    trap - EXIT
    rm -f "$log"
    # An interrupted scenario leaves its lab running; one that failed by itself has ended it already.
    [ -z "$running" ] || molecule destroy -s "$running" >/dev/null 2>&1 || true
    exit "$status"
}
trap ended EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for name in "$@"; do
    [ -e "molecule/$name/molecule.yml" ] || { echo "no scenario molecule/$name" >&2; exit 1; }
    printf '== molecule %s: ' "$name"
    running=$name
    began=$(date +%s)
    if ! molecule test --no-command-borders -s "$name" >"$log" 2>&1; then
        echo 'FAILED'
        cat "$log"
        echo "molecule scenario $name failed; again by itself: sh scripts/molecule.sh $name" >&2
        exit 1
    fi
    running=
    # A scenario whose tests were not found would pass: the verifier only says that it skipped.
    passed=$(sed -n 's/^=\{2,\}.* \([1-9][0-9]*\) passed.*/\1/p' "$log")
    if [ -z "$passed" ] && grep -q '^SKIPPED' "$log"; then
        echo 'SKIPPED'
    elif [ -z "$passed" ]; then
        echo 'FAILED'
        cat "$log"
        echo "molecule scenario $name ran no test" >&2
        exit 1
    else
        echo "$passed tests passed in $(($(date +%s) - began)) s"
    fi
    grep '^SKIPPED' "$log" || true
done
