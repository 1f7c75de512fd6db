"""The shell's side on the database host: the environment, the owner's account, and Oracle's own programs. Pure.

What stands here is a command line, for everybody on that host to see in its list of processes: no secret, no query.
Those come on standard input (script.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pacs_rounds.oracle.site import Instance, Site

NOT_RUNNING = "-- not running"
_ALERT_BYTES = 20_000_000

# TWO_TASK would lead to another host's database, SQLPATH to a login.sql of somebody's.
_ENVIRONMENT = """cd /
ORACLE_HOME={home} ORACLE_SID={sid} NLS_LANG=AMERICAN_AMERICA.AL32UTF8 LD_LIBRARY_PATH={home}/lib
export ORACLE_HOME ORACLE_SID NLS_LANG LD_LIBRARY_PATH
unset TWO_TASK LOCAL SQLPATH ORACLE_PATH TNS_ADMIN
"""

# An instance that does not run is not connected to: even that would leave a file in its audit directory.
# Where not even process 1 is to be seen (hidepid), a process that is missing proves nothing.
_RUNS_HERE = r"""p=`ps -eo pid,ppid,stat,user,args`
printf '%s\n' "$p" | grep '^ *1 ' >/dev/null && {{ printf '%s\n' "$p" |
  grep '[ _][a-z]*_pmon_{sid}$' >/dev/null || {{ echo '{not_running}'; exit 0; }}; }}
"""

# The release is that of the home, which is that of an instance one can reach without a listener. SQL*Plus ends by
# SIGTERM before the probe kills the whole group: what it has answered is kept, and the server process at its side can
# take its leave of the instance.
_SESSION = r"""S=$ORACLE_HOME/bin/sqlplus
test -x "$S" || {{ echo "$S: not found"; exit 127; }}
v=`"$S" -V </dev/null 2>&1`; r=${{v#*elease }}; a=${{r%%.*}}; r=${{r#*.}}; b=${{r%%.*}}
case $a$b in ''|*[!0-9]*) printf '%s\n' "no release of SQL*Plus: $v"; exit 125 ;; esac
n=$((a * 100 + b)); on=1; T=
timeout -k 1 -s TERM 5 true 2>/dev/null && T='timeout -k 1 -s TERM {limit}'
while IFS= read -r l; do
  case $l in
    '--for '*) set -- $l; on=0; test "$n" -ge "$2" && test "$n" -lt "$3" && on=1 ;;
    *) test $on = 1 && printf '%s\n' "$l" ;;
  esac
done | if test -n "$T"; then $T "$S" -S -L -R 3 /nolog; else
  exec 4<&0; "$S" -S -L -R 3 /nolog <&4 4<&- & q=$!
  (i=0; while test $i -lt {limit} && kill -0 $q; do sleep 1; i=$((i + 1)); done; kill $q) >/dev/null 2>&1 4<&- & w=$!
  wait $q; s=$?; kill $w; exit $s
fi
"""

# The log of 11g and later, of 9i and 10g, of a home without ORACLE_BASE. A quarter of it may be long: only the lines
# that tell of trouble leave the host, each under its own time line, and the first time line, which says how far back
# the text goes.
_ALERT = r"""B=${{ORACLE_HOME%/product/*}}; L={given}
test -n "$L" || L=`ls -1t "$B"/diag/rdbms/*/"$ORACLE_SID"/trace/alert_"$ORACLE_SID".log \
  "$ORACLE_HOME"/log/diag/rdbms/*/"$ORACLE_SID"/trace/alert_"$ORACLE_SID".log \
  "$B"/admin/*/bdump/alert_"$ORACLE_SID".log "$ORACLE_HOME"/rdbms/log/alert_"$ORACLE_SID".log 2>/dev/null | head -1`
test -n "$L" || {{ echo "alert_$ORACLE_SID.log: not found"; exit 127; }}
test -r "$L" || {{ echo "$L: permission denied"; exit 126; }}
echo "-- file $L"
tail -c {bytes} "$L" | awk '
  /^[A-Z][a-z][a-z] [A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:/ || /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T/ {{
    t = $0; if (!f) {{ f = 1; print t; t = "" }}; next }}
  f && /ORA-[0-9]|TNS-[0-9]|[Cc]orrupt|terminat|Starting ORACLE|Shutting down|cannot allocate|not complete/ {{
    if (t != "") {{ print t; t = "" }}; print substr($0, 1, 1000) }}
  END {{ if (t != "") print t }}'
"""

_AUDIT = r"""B=${{ORACLE_HOME%/product/*}}
for d in "$B"/admin/*/adump "$ORACLE_HOME"/rdbms/audit; do
  test -d "$d" || continue
  test -r "$d" || {{ echo "- $d"; continue; }}
  echo "`ls -f "$d" | grep -c '\.aud$'` $d"
done
echo "-- end"
"""

# The software of a cluster may lie on the disk that only the active node has.
_HOME = """test -d "$ORACLE_HOME" || { echo '-- no home'; exit 0; }
"""
_LISTENER = '"$ORACLE_HOME/bin/lsnrctl" {verb} {name} </dev/null 2>&1'
_OPATCH = '"$ORACLE_HOME/OPatch/opatch" lsinventory -oh "$ORACLE_HOME" </dev/null 2>&1'


@dataclass(frozen=True, slots=True)
class Program:
    """A command of the catalogue that is asked once per Oracle home or once per instance."""

    per: str
    script: str


PROGRAMS = {
    "lsnrctl status": Program("home", _LISTENER.replace("{verb}", "status")),
    "lsnrctl services": Program("home", _LISTENER.replace("{verb}", "services")),
    "opatch lsinventory": Program("home", _OPATCH),
    "oracle audit_files": Program("home", _AUDIT),
    "oracle alert_log": Program("instance", _ALERT),
}
"""Every command is a look: none writes but `opatch`, which keeps a log of its own, and is asked only when allowed."""


def quote(text: str) -> str:
    """The text as one word of sh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _environment(one: Instance) -> str:
    return _ENVIRONMENT.format(home=quote(one.home), sid=quote(one.sid))


def _as_owner(text: str, one: Instance, become: str) -> str:
    """The text run by the owner of the software; as it is where nobody else is named."""
    if not one.os_user or become == "none":
        return text
    inner, user = quote(text), quote(one.os_user)
    ways = {"sudo": f"sudo -n -u {user} /bin/sh -c {inner}", "su": f"su {user} -s /bin/sh -c {inner}"}
    if become in ways:
        return ways[become]
    return (f"case `id -un` in {user}) /bin/sh -c {inner} ;; root) {ways['su']} ;; *) {ways['sudo']} ;; esac")


def session(site: Site, one: Instance, limit_seconds: int) -> str:
    """The command that reads the script of script.build on its standard input and lets SQL*Plus answer it, or says that
    the instance does not run here."""
    text = _SESSION.format(limit=max(1, limit_seconds - 2))
    return _as_owner(_environment(one) + _runs_here(one) + text, one, site.become)


def _runs_here(one: Instance) -> str:
    return _RUNS_HERE.format(sid=re.escape(one.sid), not_running=NOT_RUNNING)


def program(site: Site, one: Instance, name: str) -> str:
    """The command line for one of PROGRAMS."""
    text = PROGRAMS[name].script
    first = _runs_here(one) if PROGRAMS[name].per == "instance" else _HOME
    if "{{" in text:
        text = text.format(given=quote(one.alert_log), bytes=_ALERT_BYTES)
    else:
        text = text.replace("{name}", quote(site.listener) if site.listener else "").rstrip()
    return _as_owner(_environment(one) + first + text, one, site.become)
