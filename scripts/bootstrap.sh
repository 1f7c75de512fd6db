#!/bin/sh
# Makes .venv from requirements.lock. Needs: any python3 with venv, or uv; a Python >= 3.12 is looked for on PATH,
# under pyenv, and at last asked of `uv python install`.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/.complete
if [ -e "$stamp" ] && [ "$stamp" -nt requirements.lock ] && [ "$stamp" -nt pyproject.toml ]; then
    exit 0
fi

say() { printf 'rounds: %s\n' "$*" >&2; }
die() { say "$*"; exit 2; }

modern() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }

find_python() {
    for name in python3.13 python3.12 python3.14 python3; do
        if path=$(command -v "$name") && modern "$path"; then echo "$path"; return; fi
    done
    for path in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do
        if [ -x "$path" ] && modern "$path"; then found=$path; fi
    done
    [ -z "${found:-}" ] || echo "$found"
}

find_uv() {
    if command -v uv >/dev/null 2>&1; then command -v uv; return; fi
    boot=.cache/uv
    if [ ! -x "$boot/bin/uv" ]; then
        seed=${1:-python3}
        command -v "$seed" >/dev/null 2>&1 || die "no python3 on PATH. Install it: apt-get install python3 python3-venv"
        if ! "$seed" -c 'import ensurepip, venv' 2>/dev/null; then
            if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
                say "installing python3-venv (Debian splits it from python3)"
                { apt-get update -q && apt-get install -qy --no-install-recommends python3-venv; } >&2
            else
                die "$seed cannot make a virtual environment. Install: apt-get install python3-venv   (or put uv on PATH)"
            fi
        fi
        "$seed" -m venv "$boot" >&2
        pin=$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)
        "$boot/bin/python" -m pip install -q "$pin" >&2
    fi
    echo "$PWD/$boot/bin/uv"
}

python=$(find_python)
uv=$(find_uv "$python")
if [ -z "$python" ]; then
    say "no Python >= 3.12 on PATH or under pyenv; asking uv for one"
    "$uv" python install 3.13 >&2 || die "no Python >= 3.12 can be had here. Install one of: a distribution's python3.12/3.13 package, 'pyenv install 3.13', or a python.org build, then run make again"
    python=3.13
fi
say "making .venv with $("$python" --version 2>/dev/null || echo "Python $python")"
"$uv" venv -q --clear --python "$python" .venv
VIRTUAL_ENV=$PWD/.venv
export VIRTUAL_ENV
# Compiled now: where PYTHONDONTWRITEBYTECODE is set, or .venv is read-only, every start would compile Ansible anew
# (an empty play 1.0 s instead of 0.5 s).
"$uv" pip install -q --compile-bytecode --require-hashes -r requirements.lock
"$uv" pip install -q --no-deps --no-build-isolation -e .
touch "$stamp"
