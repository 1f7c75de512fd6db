"""Views of what goes on: sessions, locks, processes, undo and sorts."""

from __future__ import annotations

from pacs_rounds.lab.oracle_views.clock import MB, Now, Row

_BACKGROUND = ("PMON", "VKTM", "GEN0", "DIAG", "DBRM", "DIA0", "MMAN", "DBW0", "LGWR", "CKPT", "SMON", "RECO", "MMON",
               "MMNL",
               "ARC0", "ARC1", "CJQ0", "SMCO")


def _object_id(now: Now, name: str) -> int:
    """The number of a table, one for each name the state mentions."""
    return 70000 + sorted({one["object"] for one in now.state["blocked_sessions"]}).index(name)


def _session(now: Now, sid: int, **more: object) -> Row:
    state = now.state["sessions"]
    return {"SADDR": f"00000000{sid * 4096:08X}", "SID": sid, "SERIAL#": sid * 7 + 3, "AUDSID": 900000 + sid,
            "PADDR": f"00000001{sid * 512:08X}", "USERNAME": state["user"], "STATUS": "INACTIVE", "SERVER": "DEDICATED",
            "SCHEMANAME": state["user"], "OSUSER": "app", "PROCESS": str(4000 + sid), "MACHINE": state["machine"],
            "TERMINAL": "unknown", "PROGRAM": state["program"], "TYPE": "USER", "MODULE": state["program"],
            "LOGON_TIME":
            now.ago(hours=sid % 60 + 1), "LAST_CALL_ET": sid % 47, "ROW_WAIT_OBJ#": -1, "ROW_WAIT_FILE#": 0,
            "ROW_WAIT_BLOCK#": 0, "ROW_WAIT_ROW#": 0, "BLOCKING_SESSION_STATUS": "NO HOLDER", "BLOCKING_INSTANCE": None,
            "BLOCKING_SESSION": None, "FINAL_BLOCKING_SESSION": None, "EVENT": "SQL*Net message from client",
            "WAIT_CLASS": "Idle", "SECONDS_IN_WAIT": sid % 47, "STATE": "WAITING", "WAIT_TIME": 0, "SQL_ID": None,
            "LOCKWAIT": None, "SERVICE_NAME": now.state["unique_name"], **more}


def sessions(now: Now) -> list[Row]:
    """V$SESSION: background processes, the application's sessions, and those that block one another."""
    rows = [_session(now, sid, USERNAME=None, SCHEMANAME="SYS", OSUSER="oracle", STATUS="ACTIVE", TYPE="BACKGROUND",
                     PROGRAM=f"oracle@{now.host} ({name})", MACHINE=now.host, EVENT="rdbms ipc message", MODULE=None)
            for sid, name in enumerate(_BACKGROUND, 1)]
    named = {sid for one in now.state["blocked_sessions"] for sid in (one["blocker"], one["waiter"])}
    user = now.state["sessions"]
    sids = [sid for sid in range(30, 30 + user["count"] * 3, 3) if sid not in named]
    rows += [_session(now, sid, **({"STATUS": "ACTIVE", "EVENT": "db file sequential read", "WAIT_CLASS": "User I/O",
                                    "SECONDS_IN_WAIT": 0} if place < user["active"] else {}))
             for place, sid in enumerate(sids)]
    return rows + _locked(now, named)


def _locked(now: Now, named: set[int]) -> list[Row]:
    waits = {one["waiter"]: one for one in now.state["blocked_sessions"]}
    rows = []
    for sid in sorted(named):
        one = waits.get(sid)
        if one is None:
            idle = max(other["seconds"] for other in now.state["blocked_sessions"] if other["blocker"] == sid)
            rows.append(_session(now, sid, LAST_CALL_ET=idle + 12, SECONDS_IN_WAIT=idle + 12))
            continue
        last = one["blocker"]
        while last in waits and waits[last]["blocker"] != sid:
            last = waits[last]["blocker"]
        rows.append(_session(
            now, sid, STATUS="ACTIVE", EVENT="enq: TX - row lock contention", WAIT_CLASS="Application",
            SECONDS_IN_WAIT=one["seconds"], LAST_CALL_ET=one["seconds"], BLOCKING_SESSION_STATUS="VALID",
            BLOCKING_INSTANCE=1, BLOCKING_SESSION=one["blocker"], FINAL_BLOCKING_SESSION=last, SQL_ID="8f3k2wq7d1xzp",
            LOCKWAIT=f"00000002{sid * 64:08X}", **{"ROW_WAIT_OBJ#": _object_id(now, one["object"]),
                                                   "ROW_WAIT_FILE#": 5}))
    return rows


def locks(now: Now) -> list[Row]:
    """V$LOCK: a transaction lock for each blocker, a request for each waiter."""
    blocked = now.state["blocked_sessions"]
    rows = [{"ADDR": "00000000A0000000", "KADDR": "00000000A0000058", "SID": sid, "TYPE": "TX", "ID1": 655360 + sid,
             "ID2": 4711, "LMODE": 6, "REQUEST": 0, "CTIME": max(one["seconds"] for one in blocked
                                                                 if one["blocker"] == sid) + 9,
             "BLOCK": 1} for sid in sorted({one["blocker"] for one in blocked})]
    rows += [{"ADDR": "00000000A0000100", "KADDR": "00000000A0000158", "SID": one["waiter"], "TYPE": "TX",
              "ID1": 655360 + one["blocker"], "ID2": 4711, "LMODE": 0, "REQUEST": 6, "CTIME": one["seconds"],
              "BLOCK": 0}
             for one in blocked]
    rows.append({"ADDR": "00000000A0000200", "KADDR": "00000000A0000258", "SID": 3, "TYPE": "MR", "ID1": 1, "ID2": 0,
                 "LMODE": 4, "REQUEST": 0, "CTIME": 86400, "BLOCK": 0})
    return rows


def processes(now: Now) -> list[Row]:
    """V$PROCESS."""
    rows = [{"ADDR": f"00000001{pid * 512:08X}", "PID": pid, "SPID": str(2000 + pid), "USERNAME": "oracle",
             "SERIAL#": 1,
             "PROGRAM": f"oracle@{now.host} ({name})", "BACKGROUND": "1", "PGA_USED_MEM": 900000 + pid, "PGA_ALLOC_MEM":
             1400000 + pid, "PGA_MAX_MEM": 2100000 + pid} for pid, name in enumerate(_BACKGROUND, 2)]
    return rows + [{**rows[0], "ADDR": f"00000001{sid * 512:08X}", "PID": sid, "SPID": str(9000 + sid),
                    "BACKGROUND": None,
                    "PROGRAM": f"oracle@{now.host}"} for sid in range(30, 30 + now.state["sessions"]["count"] * 3, 3)]


def undo_statistics(now: Now) -> list[Row]:
    """V$UNDOSTAT: ten minutes a row; the state's errors happened in the last of them."""
    undo = now.state["undo"]
    return [{"BEGIN_TIME": now.ago(minutes=10 * (place + 1)), "END_TIME": now.ago(minutes=10 * place), "UNDOTSN": 2,
             "UNDOBLKS": 900 + place % 80, "TXNCOUNT": 4100 + place % 300, "MAXQUERYLEN": 610, "MAXCONCURRENCY": 4,
             "SSOLDERRCNT": undo["too_old_errors"] if place == 0 else 0,
             "NOSPACEERRCNT": undo["no_space_errors"] if place == 0 else 0, "ACTIVEBLKS": undo["active_mb"] * 128,
             "UNEXPIREDBLKS": undo["unexpired_mb"] * 128, "EXPIREDBLKS": undo["expired_mb"] * 128,
             "TUNED_UNDORETENTION": 1800} for place in range(60)]


def undo_extents(now: Now) -> list[Row]:
    """DBA_UNDO_EXTENTS, one extent for each state of undo."""
    undo, name = now.state["undo"], next(
        (name for name, one in now.state["tablespaces"].items() if one["contents"] == "UNDO"), "UNDOTBS1")
    return [{"OWNER": "SYS", "SEGMENT_NAME": f"_SYSSMU{number}$", "TABLESPACE_NAME": name, "EXTENT_ID": 0, "FILE_ID": 3,
             "BLOCK_ID": 128 * number, "BYTES": undo[key] * MB, "BLOCKS": undo[key] * 128, "RELATIVE_FNO": 3,
             "STATUS": status}
            for number, (key, status) in enumerate(
                (("active_mb", "ACTIVE"), ("unexpired_mb", "UNEXPIRED"), ("expired_mb", "EXPIRED")), 1)]


def sort_segments(now: Now) -> list[Row]:
    """V$SORT_SEGMENT: one a temporary tablespace."""
    rows = []
    for name, one in now.state["tablespaces"].items():
        if one["contents"] == "TEMPORARY":
            files = [file for file in now.state["tempfiles"].values() if file["tablespace"] == name]
            used, total = (int(sum(file[key] for file in files) * 128) for key in ("used_mb", "mb"))
            rows.append({"TABLESPACE_NAME": name, "EXTENT_SIZE": 128, "CURRENT_USERS": 2, "TOTAL_BLOCKS": total,
                         "USED_BLOCKS": used, "FREE_BLOCKS": total - used, "MAX_USED_BLOCKS": used})
    return rows


def locked_objects(now: Now) -> list[Row]:
    """V$LOCKED_OBJECT."""
    return [{"OBJECT_ID": _object_id(now, one["object"]), "SESSION_ID": sid,
             "ORACLE_USERNAME": now.state["sessions"]["user"],
             "LOCKED_MODE": 3} for one in now.state["blocked_sessions"] for sid in (one["blocker"], one["waiter"])]


def object_id(now: Now, name: str) -> int:
    """The number of a table that sessions wait for."""
    return _object_id(now, name)
