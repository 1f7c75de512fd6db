"""The PostgreSQL drill as pieces of sh: one look at the drill host, then step by step. Pure.

The restored instance gets a configuration of its own, never production's: no archiving (production's archive would
take its new timeline for its own), no replication, no network, a socket in its own directory. What production's
postgresql.auto.conf says is set aside for the same reason. Each step looks again at what must not have changed since
the preconditions were judged, and nothing is removed that this very drill has not made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pacs_rounds.drill import tables
from pacs_rounds.postgres import session

STEPS = ("verify", "restore", "configure", "open", "read", "check", "stop", "clear")
"""In this order. `stop` and `clear` are done whenever `restore` was begun."""
Drill = Mapping[str, Any]
_CONFIGURATION = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{target}'
hba_file = '{target}/rounds_drill_hba.conf'
cluster_name = 'rounds_drill'
archive_mode = off
hot_standby = off
primary_conninfo = ''
max_wal_senders = 0
shared_buffers = 32MB
logging_collector = off
log_destination = 'stderr'
log_timezone = 'UTC'
lc_messages = 'C'
restore_command = 'cp "{wal}/%f" "%p"'
"""


def _paths(drill: Drill) -> str:
    programs = f"PATH={drill['bin']}:$PATH\n" if drill.get("bin") else \
        'for d in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do [ -d "$d" ] && PATH=$PATH:$d; done\n'
    return (f"LC_ALL=C; export LC_ALL; umask 077\n{programs}export PATH\n"
            f"T='{drill['target']}'; W='{drill.get('wal_archive', '')}'; D='{drill['backup']}'; P='{drill['port']}'\n")


# The newest backup is the newest directory that holds one, or the directory itself.
_FIND = """\
B=
for b in "$D" $(ls -1dt "$D"/*/ 2>/dev/null); do
  b=${b%/}
  if [ -e "$b/backup_label" ] || [ -e "$b/base.tar" ] || [ -e "$b/base.tar.gz" ]; then B=$b; break; fi
done
"""

_LOOK = """\
say() { printf '%s %s\\n' "$1" "$2"; }
say host "$(uname -n)"
say account "$(id -un)"
say moment "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
for a in $(ip -o addr show 2>/dev/null | awk '{sub("/.*", "", $4); print $4}'); do say address "$a"; done
if [ ! -e "$T" ]; then say target absent
elif ! ls -A "$T" >/dev/null 2>&1; then say target unreadable
elif [ -z "$(ls -A "$T")" ]; then say target empty
else say target in_use; fi
p=$T; while [ ! -e "$p" ]; do p=$(dirname "$p"); done
say free_kb "$(df -P -k "$p" | awk 'NR == 2 {print $4}')"
if [ -z "$B" ]; then say backup none; else
  say backup "$B"
  say backup_kb "$(du -sk "$B" | awk '{print $1}')"
  if [ -e "$B/PG_VERSION" ]; then
    say format plain
    say version "$(cat "$B/PG_VERSION")"
    label=$(cat "$B/backup_label")
    say links "$(find "$B" -type l | wc -l)"
    pg_controldata "$B" 2>/dev/null | sed -n \\
      -e 's/^Database system identifier: */system_identifier /p' -e 's/^Bytes per WAL segment: */segment_bytes /p' \\
      -e 's/^Data page checksum version: */checksums /p'
  else
    say format tar
    if [ -e "$B/base.tar.gz" ]; then c='gzip -dc'; t=$B/base.tar.gz; else c=cat; t=$B/base.tar; fi
    say version "$($c "$t" 2>/dev/null | tar -xOf - --occurrence=1 PG_VERSION 2>/dev/null)"
    label=$($c "$t" 2>/dev/null | tar -xOf - --occurrence=1 backup_label 2>/dev/null)
    say links "$(ls -1 "$B" | grep -cE '^[0-9]+\\.tar')"
  fi
  printf '%s\\n' "$label" | sed -n -e 's/^START TIME: */started /p' \\
    -e 's/.*(file \\([0-9A-F]*\\)).*/start_segment \\1/p'
  if [ -s "$B/backup_manifest" ]; then say manifest present; else say manifest absent; fi
fi
say server "$(postgres --version 2>/dev/null | sed 's/^postgres (PostgreSQL) //')"
for t in pg_ctl pg_verifybackup pg_amcheck psql; do
  if command -v $t >/dev/null 2>&1; then say tool "$t"; fi
done
if [ -S "$T/.s.PGSQL.$P" ]; then say port in_use; else say port free; fi
ps -eo args 2>/dev/null | sed -n 's/^[^ ]*post\\(gres\\|master\\) .*-D *\\([^ ]*\\).*/\\2/p' | sort -u |
while read -r d; do
  i=$(pg_controldata "$d" 2>/dev/null | sed -n 's/^Database system identifier: *//p')
  say running "$d ${i:-unknown}"
done
s=$(printf '%s\\n' "${label:-}" | sed -n 's/.*(file \\([0-9A-F]*\\)).*/\\1/p')
if [ -n "$W" ] && [ -d "$W" ]; then
  ls -1 "$W" | grep -E '^[0-9A-F]{24}$' | awk -v s="$s" '$0 >= s {print "wal " $0}' | head -n 20000
  say wal_archive present
else say wal_archive absent; fi
say end look
"""

_BEGIN = """\
[ "$(uname -n)" = '{host}' ] || {{ echo "refused: this is $(uname -n), not {host}"; exit 90; }}
"""

_MINE = """\
[ "$(cat "$T/.rounds-drill" 2>/dev/null)" = '{run}' ] || {{ echo "refused: $T was not made by this drill"; exit 91; }}
"""

_WAL_OPTION = 'w=; ls "$1"/pg_wal/0* >/dev/null 2>&1 || w="-w $W"\n'

_VERIFY = """\
[ -n "$B" ] || { echo "no backup below $D"; exit 92; }
if [ -e "$B/PG_VERSION" ]; then
  set -- "$B"
""" + _WAL_OPTION + """\
  pg_verifybackup $w "$B"
else
  for t in "$B"/*.tar.gz; do [ -e "$t" ] && { gzip -t "$t" || exit; }; done
  for t in "$B"/*.tar; do [ -e "$t" ] && { tar -tf "$t" >/dev/null || exit; }; done
  echo "archives read whole; their files are compared with the manifest once they are unpacked"
fi
"""

_RESTORE = """\
if [ -e "$T" ] && [ -n "$(ls -A "$T")" ]; then echo "refused: $T is not empty"; exit 93; fi
[ -n "$B" ] || { echo "no backup below $D"; exit 92; }
mkdir -p "$T" && chmod 700 "$T" || exit
if [ -e "$B/PG_VERSION" ]; then
  [ -z "$(find "$B" -type l)" ] || { echo "refused: $B holds links that lead out of it"; exit 94; }
  printf '%s\\n' '{run}' > "$T/.rounds-drill" && cp -a "$B"/. "$T"/ || exit
else
  printf '%s\\n' '{run}' > "$T/.rounds-drill" || exit
  if [ -e "$B/base.tar.gz" ]; then gzip -dc "$B/base.tar.gz" | tar -xf - -C "$T"
  else tar -xf "$B/base.tar" -C "$T"; fi || exit
  mkdir -p "$T/pg_wal"
  if [ -e "$B/pg_wal.tar.gz" ]; then gzip -dc "$B/pg_wal.tar.gz" | tar -xf - -C "$T/pg_wal"
  elif [ -e "$B/pg_wal.tar" ]; then tar -xf "$B/pg_wal.tar" -C "$T/pg_wal"; fi || exit
  if [ -s "$B/backup_manifest" ]; then
    set -- "$T"
""" + "    " + _WAL_OPTION + """\
    pg_verifybackup $w -m "$B/backup_manifest" -i .rounds-drill "$T" || exit
  fi
fi
chmod 700 "$T"
du -sk "$T"
"""

_CONFIGURE = """\
i=$(pg_controldata "$T" | sed -n 's/^Database system identifier: *//p')
echo "system identifier $i"
[ -n "$i" ] || {{ echo "refused: $T holds no database"; exit 95; }}
rm -f "$T/standby.signal" "$T/recovery.conf" "$T/postmaster.pid"
if [ -e "$T/postgresql.auto.conf" ]; then mv "$T/postgresql.auto.conf" "$T/production.auto.conf"; fi
: > "$T/postgresql.auto.conf"
echo 'local all all trust' > "$T/rounds_drill_hba.conf"
cat > "$T/rounds_drill.conf" <<'{end}_CONF'
{configuration}{end}_CONF
if [ "$(cat "$T/PG_VERSION" | cut -d. -f1)" -ge 12 ]; then : > "$T/recovery.signal"
else
  grep '^restore_command' "$T/rounds_drill.conf" > "$T/recovery.conf"
  grep -v '^restore_command\\|^primary_conninfo' "$T/rounds_drill.conf" > "$T/rounds_drill.new"
  mv "$T/rounds_drill.new" "$T/rounds_drill.conf"
fi
echo "configuration of its own written"
"""

# `pg_ctl -w` comes back before recovery has ended where hot_standby is off, as it must be: the copy may have fewer
# connections than production had, and would refuse to recover.
_OPEN = """\
pg_ctl -D "$T" -o "-c config_file=$T/rounds_drill.conf" -l "$T/rounds_drill.log" -W start >/dev/null
s=1; n=0
while [ $n -lt {seconds} ]; do
  pg_isready -q -h "$T" -p "$P" && {{ s=0; break; }}
  [ $n -lt 5 ] || pg_ctl -D "$T" status >/dev/null || break
  sleep 1; n=$((n + 1))
done
echo "-- log"
grep -v '^cp: ' "$T/rounds_drill.log" | tail -n 60
[ $s = 0 ] || {{ echo "the instance did not open"; exit 1; }}
"""

OPENED = {"opened": """
select pg_is_in_recovery() as in_recovery,
       (select system_identifier from pg_control_system()) as system_identifier,
       (select timeline_id from pg_control_checkpoint()) as timeline,
       pg_last_wal_replay_lsn() as replayed_lsn,
       to_char(pg_last_xact_replay_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last_commit,
       current_setting('archive_mode') as archive_mode;
"""}

_CHECK = """\
if command -v pg_amcheck >/dev/null 2>&1; then
  pg_amcheck -h "$T" -p "$P" -U '{owner}' --all --install-missing --heapallindexed || exit
  echo "every table and index checked by pg_amcheck"
else
  pg_dumpall -h "$T" -p "$P" -U '{owner}' > /dev/null || exit
  echo "every row read by pg_dumpall; pg_amcheck is not here"
fi
"""

_STOP = """\
if [ -e "$T/postmaster.pid" ]; then pg_ctl -D "$T" -m fast -w -t 120 stop; else echo "it does not run"; fi
"""

_CLEAR = """\
[ ! -e "$T/postmaster.pid" ] || { echo "refused: an instance runs in $T"; exit 96; }
rm -rf "$T" && echo "$T removed"
"""


def look(drill: Drill) -> str:
    """The sh text that looks at the drill host, as the account that will restore: backup, target, space, programs."""
    return session.as_user(_account(drill), _paths(drill) + _FIND + _LOOK)


def _account(drill: Drill) -> str:
    return str(drill.get("os_user", "postgres"))


def _instance(drill: Drill) -> dict[str, Any]:
    """The restored instance, for psql."""
    program = f"{drill['bin']}/psql" if drill.get("bin") else "psql"
    owner = drill.get("owner", "postgres")
    return {"socket": drill["target"], "port": drill["port"], "user": owner, "program": program}


def steps(drill: Drill, host: str, run: str, cutoff: str) -> dict[str, str]:
    """Step -> sh text. `host` is what the drill host calls itself, `run` marks what this drill makes."""
    owner = str(drill.get("owner", "postgres"))
    mine = _MINE.format(run=run)
    configuration = _CONFIGURATION.format(port=drill["port"], target=drill["target"], wal=drill.get("wal_archive", ""))
    ask = f"{session.psql(_instance(drill))} 2>&1 <<'{session.END}'\n"
    opened = f"{ask}{session.script(OPENED)}{session.END}\n"
    bodies = {
        "verify": _FIND + _VERIFY,
        "restore": _FIND + _RESTORE.replace("{run}", run),
        "configure": mine + _CONFIGURE.format(configuration=configuration, end=session.END),
        "open": mine + _OPEN.format(seconds=round(limit_seconds(drill))) + opened,
        "read": mine + tables.read(_instance(drill), drill["tables"], cutoff, limit_seconds(drill)),
        "check": mine + _CHECK.format(owner=owner),
        "stop": mine + _STOP,
        "clear": mine + _CLEAR,
    }
    begin = _BEGIN.format(host=host)
    return {name: _framed(name, session.as_user(_account(drill), _paths(drill) + begin + bodies[name]))
            for name in STEPS if name != "clear" or not drill.get("keep")}


def limit_seconds(drill: Drill) -> float:
    """How long one step may take."""
    return float(drill.get("step_hours", 4)) * 3600


def _framed(name: str, script: str) -> str:
    """The step between two lines that tell when it began and how it ended, by the drill host's own clock."""
    clock = "date -u +%Y-%m-%dT%H:%M:%SZ"
    return (f"echo \"-- step {name} began $({clock})\"\n({script}) 2>&1\ns=$?\n"
            f"echo \"-- step {name} ended $({clock}) status $s\"\n")


PRODUCTION = {"production": """
select (select system_identifier from pg_control_system()) as system_identifier,
       pg_is_in_recovery() as in_recovery,
       to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as moment,
       (select last_archived_wal from pg_stat_archiver) as last_archived_wal,
       current_setting('data_directory', true) as data_directory,
       current_setting('server_version') as version;
"""}


def production(drill: Drill, instance: Mapping[str, Any], cutoff: str) -> tuple[str, str]:
    """The two sh texts that ask production, in sessions that cannot write: who it is, and its named tables."""
    account = str(instance.get("os_user", "postgres"))
    counts = tables.read(instance, drill["tables"], cutoff, limit_seconds(drill))
    name = "echo \"-- host $(uname -n)\"\n"
    return name + session.ask(instance, PRODUCTION), session.as_user(account, counts)
