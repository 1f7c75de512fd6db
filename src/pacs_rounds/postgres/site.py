"""What is really sent to a PostgreSQL host for the catalogue's words, as its inventory says (`rounds_postgres`). Pure.

`psql health` is one session per instance, all queries in it, and one text.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pacs_rounds.postgres import session

HEALTH, BACKUPS = "psql health", "postgres backups"
_QUERIES = Path(__file__).with_name("queries")
_NOTHING = "echo 'rounds_postgres: no instance'"
_MOST_BACKUPS = 40

# $1 a directory of backups, $2 of archived log. Reads names, sizes, and the few lines that say what a backup is.
_LOOK = """\
say() { printf '%s %s\\n' "$1" "$2"; }
one() {
  b=$1; f=
  if [ -e "$b/PG_VERSION" ]; then f=plain; elif [ -e "$b/base.tar" ] || [ -e "$b/base.tar.gz" ]; then f=tar; fi
  [ -n "$f" ] || return 0
  echo "-- backup $b"
  say format $f
  say kb "$(du -sk "$b" | awk '{print $1}')"
  m=$b/backup_manifest
  if [ ! -s "$m" ]; then say manifest absent
  elif tail -c 300 "$m" | grep -q '"Manifest-Checksum"'; then say manifest whole
  else say manifest cut_off; fi
  for x in "$m" "$b/backup_label" "$b/base.tar" "$b/base.tar.gz"; do
    [ -e "$x" ] && { say made "$(date -u -r "$x" +%Y-%m-%dT%H:%M:%SZ)"; break; }
  done
  say start_segment "$(sed -n 's/.*(file \\([0-9A-F]*\\)).*/\\1/p' "$b/backup_label" 2>/dev/null)"
  v=$b.verify.log
  if [ -s "$v" ]; then
    say verified_at "$(date -u -r "$v" +%Y-%m-%dT%H:%M:%SZ)"
    say verified "$(tail -n 1 "$v" | cut -c 1-200)"
  fi
}
look() {
  if [ ! -d "$1" ]; then say directory absent; return; fi
  if ! ls "$1" >/dev/null 2>&1; then say directory refused; return; fi
  say directory "$1"
  say clock "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  one "$1"
  ls -1dt "$1"/*/ 2>/dev/null | head -n MOST | while read -r d; do one "${d%/}"; done
  echo "-- wal"
  if [ -n "$2" ] && [ -d "$2" ]; then
    ls -1 "$2" | grep -E '^[0-9A-F]{24}$' | tail -n 20000 | sed 's/^/segment /'
    say archive present
  else say archive absent; fi
}
"""


@functools.cache
def queries() -> dict[str, str]:
    """The queries of `psql health` by name, in the files' order."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_QUERIES.glob("*.sql"))}


def words(settings: Mapping[str, Any] | None) -> dict[str, str]:
    """What to send for each word of the catalogue that speaks of PostgreSQL."""
    instances = (settings or {}).get("instances") or []
    health = [f"echo '-- instance {one['name']}'\n{session.ask(one, queries())}" for one in instances]
    backups = [f"echo '-- instance {one['name']}'\n{_backups(one)}echo '-- end {one['name']}'\n"
               for one in instances if one.get("backups")]
    return {HEALTH: _all(health), BACKUPS: _all(backups)}


def _all(scripts: list[str]) -> str:
    """Each in a shell of its own. psql ends with 2 where nobody answers; its words say so better."""
    return "\n".join([*(f"( {one} ) 2>&1" for one in scripts), "true"]) if scripts else _NOTHING


def _backups(instance: Mapping[str, Any]) -> str:
    look = _LOOK.replace("MOST", str(_MOST_BACKUPS))
    body = f"LC_ALL=C; export LC_ALL\n{look}look '{instance['backups']}' '{instance.get('wal_archive', '')}'\n"
    return session.as_user(str(instance.get("os_user", "postgres")), body)
