r"""What a host is asked of its backup files, as sh: `backup logs`, `backup copies`, `backup images`. Pure.

Which directories those are stands in the inventory (`rounds_backup`), so the catalogue's words are turned into sh here.
Everything is bounded: how many files, how many bytes, how many days. What is printed::

    == log rman PACS 1795000000.5 5120 /backup/PACS/logs/nightly.log
    | Recovery Manager: Release 11.2.0.4.0 - Production on Fri Nov 20 22:00:01 2026
    == end 1

Lines of files begin with `| `, so no file can forge a line of ours. Only names below the agreed directories are told of
backups; of images not even these: a path may hold a patient's name, and goes through a hash.
"""

from __future__ import annotations

import contextlib
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOGS_PER_DIRECTORY = 6
LARGEST_LOG_BYTES = 300_000
LOG_DAYS = 100
MOST_FILES = 20_000
IMAGE_DAYS = 7
IMAGE_SAMPLE = 8

# A hospital's logs may be written in a Chinese encoding: what is no UTF-8 is read as GB18030, which holds GBK too.
# $1 kind, $2 name, $3 directory. Data Pump's logs quote failing statements with their values: these stay on the host.
_LOGS = r"""
t() { if iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1; then cat "$1"
  elif iconv -f GB18030 -t UTF-8 "$1" >/dev/null 2>&1; then iconv -f GB18030 -t UTF-8 "$1"; else cat "$1"; fi; }
v() { if [ "$1" = datapump ]; then sed "s/'[^']*'/'?'/g"; else cat; fi; }
n=0
l() { if [ ! -d "$3" ]; then echo "== absent $1 $2 $3"; return; fi
  if [ ! -r "$3" ] || [ ! -x "$3" ]; then echo "== refused $1 $2 $3"; return; fi
  echo "== directory $1 $2 $3"
  find "$3" -maxdepth 1 -type f \( -name '*.log' -o -name '*.LOG' -o -name '*.out' \) -mtime -%(days)d \
    -printf '%%T@ %%s %%p\n' 2>/dev/null |
    sort -rn | head -n %(count)d | while read -r a s p; do
    if [ ! -r "$p" ]; then echo "== unreadable $1 $2 $a $s $p"; continue; fi
    echo "== log $1 $2 $a $s $p"
    t "$p" | head -c %(size)d | v "$1" | tr -d '\r' | sed 's/^/| /'; echo
  done; }
"""
_COPIES = r"""
c() { if [ ! -d "$2" ]; then echo "== absent copy $1 $2"; return; fi
  if [ ! -r "$2" ] || [ ! -x "$2" ]; then echo "== refused copy $1 $2"; return; fi
  echo "== copy $1 $2"
  find "$2" -type f -printf '%%T@ %%s %%f\n' 2>/dev/null | sort -rn | head -n %(most)d; }
"""
# The sample is the files whose paths have the smallest hashes: both ends choose the same ones, whatever else they hold,
# and nobody knows beforehand which (the seed is the day's). $1 root, then the days' directories below it.
_IMAGES = r"""
s=; for x in sha256sum sha1sum md5sum; do if $x </dev/null >/dev/null 2>&1; then s=$x; break; fi; done
h() { $s | cut -d ' ' -f 1; }
i() { r=$1; shift
  if [ ! -d "$r" ]; then echo "== absent images $r"; return; fi
  if [ ! -r "$r" ] || [ ! -x "$r" ]; then echo "== refused images $r"; return; fi
  echo "== images $r %(seed)s ${s:-none}"
  for y; do if [ -d "$r/$y" ]; then find "$r/$y" -type f -printf "$y"' %%s %%T@ %%P\n' 2>/dev/null || echo "$y failed"
    else echo "$y absent"; fi; done | awk -v seed=%(seed)s -v k=%(sample)d '
    BEGIN { for (b = 1; b < 256; b++) ord[sprintf("%%c", b)] = b; m = 2147483647 }
    $2 == "absent" || $2 == "failed" { print "day " $1 " " $2; next }
    { if (!($1 in n)) order[++days] = $1
      n[$1]++; bytes[$1] += $2; if ($3 > new[$1]) new[$1] = $3
      p = $0; for (f = 1; f < 4; f++) sub(/^[^ ]* /, "", p)
      q = seed "/" $1 "/" p; v = 7
      for (b = 1; b <= length(q); b++) v = (v * 1000003 + ord[substr(q, b, 1)]) %% m
      at = 0
      if (have < k) at = ++have; else { for (b = 1; b <= k; b++) if (!at || val[b] > val[at]) at = b
        if (val[at] <= v) at = 0 }
      if (at) { val[at] = v; path[at] = $1 "/" p } }
    END { for (b = 1; b <= days; b++) { d = order[b]; printf "day %%s %%.0f %%.0f %%.0f\n", d, n[d], bytes[d], new[d] }
      for (b = 1; b <= have; b++) print "pick " path[b] }' | while IFS= read -r line; do
    case $line in
    pick\ *) p=${line#pick }
      if [ -n "$s" ]; then z=$(head -c 200000000 "$r/$p" 2>/dev/null | h); w=$( (wc -c <"$r/$p") 2>/dev/null)
        echo "sample $(printf %%s "$p" | h) ${w:-unreadable} $z"; fi ;;
    *) echo "$line" ;;
    esac
  done | LC_ALL=C sort; }
"""


def _quote(text: Any) -> str:
    return "'" + str(text).replace("'", "'\\''") + "'"


def _word(text: str) -> str:
    """A name as one word of our lines: names with spaces would shift what follows."""
    return re.sub(r"\s+", "_", str(text))


def logs(agreed: dict[str, Any]) -> str:
    """sh for the newest logs of every agreed directory: RMAN's by database, Data Pump's and exp's."""
    lines = [_LOGS % {"days": LOG_DAYS, "count": LOGS_PER_DIRECTORY, "size": LARGEST_LOG_BYTES}]
    for kind, key in (("rman", "rman_logs"), ("datapump", "dump_logs")):
        for name, one in (agreed.get("databases") or {}).items():
            lines += [f"l {kind} {_quote(_word(name))} {_quote(folder)}" for folder in one.get(key) or []]
    return "\n".join([*lines, 'echo "== end"'])


def copies(agreed: dict[str, Any]) -> str:
    """sh for the files of every directory on this host that holds copies of another host's backups."""
    lines = [_COPIES % {"most": MOST_FILES}]
    for name, one in (agreed.get("copies") or {}).items():
        lines += [f"c {_quote(_word(name))} {_quote(folder)}" for folder in one["directories"]]
    return "\n".join([*lines, 'echo "== end"'])


def images(agreed: dict[str, Any], today: date) -> str:
    """sh for the image store or its copy: counts and bytes by day, and a sample read to its end and hashed."""
    one = agreed.get("images")
    if not one:
        return 'echo "== end"'
    layout = one.get("layout", "%Y/%m/%d")
    days = [(today - timedelta(days=back)).strftime(layout) for back in range(int(one.get("days", IMAGE_DAYS)))]
    script = _IMAGES % {"seed": f"{today:%Y%m%d}", "sample": int(one.get("sample", IMAGE_SAMPLE))}
    asked = " ".join(_quote(day) for day in dict.fromkeys(days))
    return f'{script}\ni {_quote(one["root"])} {asked}\necho "== end"'


def site_day(run: dict[str, Any]) -> date:
    """The day on which a run was begun, by the site's own clock; by UTC where this machine has no data of its zone."""
    began = datetime.fromisoformat(run["started"])
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        began = began.astimezone(ZoneInfo(run["timezone"]))
    return began.date()


def words(settings: dict[str, Any], today: date) -> dict[str, str]:
    """What is really sent for each of the catalogue's words. `today` is the site's own day: both ends of a copy are
    asked for the same days, whatever their clocks say."""
    agreed = settings.get("rounds_backup") or {}
    return {"backup logs": logs(agreed), "backup copies": copies(agreed), "backup images": images(agreed, today)}
