#!/bin/sh
# The lab up, a quarterly inspection of the whole simulated site, the lab down. Needs no root and no container.
set -eu
cd "$(dirname "$0")/.."
for program in ssh ssh-keygen; do
    if ! command -v "$program" >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            { apt-get update -q && apt-get install -qy --no-install-recommends openssh-client; } >&2
        else
            echo "rounds: $program is missing. Install: apt-get install openssh-client" >&2
            exit 2
        fi
    fi
done
PATH=$PWD/.venv/bin:$PATH
was_up=$(rounds lab status >/dev/null 2>&1 && echo yes || echo no)
rounds lab up
trap '[ "$was_up" = yes ] || rounds lab down' EXIT INT TERM
rounds inspect --site lab --engineer "${USER:-demo}" > .rounds/demo.out || { cat .rounds/demo.out; exit 1; }
[ "$was_up" = yes ] || rounds lab down
trap - EXIT
cat .rounds/demo.out
