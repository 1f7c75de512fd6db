#!/bin/sh
# Everything that reads the code without running it. Stops at the first complaint.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
echo '== ruff'; ruff check .
echo '== mypy'; mypy
echo '== yamllint'; yamllint -s .
echo '== ansible-lint'; ANSIBLE_HOME=$PWD/.cache/ansible ansible-lint --offline -q
echo '== shell'; for script in scripts/*.sh .ci/run; do sh -n "$script"; done
