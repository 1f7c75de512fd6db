"""Lists of backups: LIST BACKUP and LIST BACKUP SUMMARY."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import DATE, Fields, fail, seconds, size, stamp
from pacs_rounds.parse.rman.logs import whole
from pacs_rounds.parse.rman.session import Session

_STATUS = {"A": "AVAILABLE", "X": "EXPIRED", "U": "UNAVAILABLE", "*": "MIXED", "P": "PARTLY", "D": "DELETED"}
_TYPES = {"B": "backup set", "P": "proxy copy", "I": "image copy"}
_SUMMARY_HEADING = re.compile(r"^\s*(?:List of Backups|备份列表|(?:Key|关键字)\s+TY LV S .*)\s*$", re.IGNORECASE)
_SUMMARY = re.compile(rf"^\s*(?P<key>\d+)\s+(?P<type>[BPI])\s+(?P<level>[FA0-9*])\s+(?P<status>[AXUPD*])\s+"
                      rf"(?P<device>\S+)\s+(?P<done>{DATE})\s+(?P<pieces>\d+)\s+(?P<copies>\d+)"
                      r"(?:\s+(?P<compressed>YES|NO))?(?:\s+(?P<tag>\S.*))?$", re.IGNORECASE)


# List of Backups
# ===============
# Key     TY LV S Device Type Completion Time     #Pieces #Copies Compressed Tag
# ------- -- -- - ----------- ------------------- ------- ------- ---------- ---
# 214     B  F  A DISK        2026-11-20 22:12:40 1       1       YES        NIGHTLY
@parser("rman.list_backup_summary")
def list_backup_summary(text: str) -> Fields:
    """LIST BACKUP SUMMARY: `whole` and {"backups": [{"key", "type", "level": full, 0 to 9 or archived logs, "status":
    AVAILABLE, EXPIRED, UNAVAILABLE…, "device", "completed_at", "completed_as_written", "pieces", "copies",
    "compressed" (None before 10g), "tag"}]}. [] when RMAN says that nothing matches."""
    found: list[Fields] = []
    seen: list[str] = []

    def offer(line: str) -> bool:
        if match := _SUMMARY.match(line):
            level = match["level"].upper()
            found.append({
                "key": int(match["key"]), "type": _TYPES[match["type"].upper()],
                "level": {"F": "full", "A": "archived logs", "*": "mixed"}.get(level, level),
                "status": _STATUS[match["status"].upper()], "device": match["device"],
                **stamp("completed", match["done"]), "pieces": int(match["pieces"]), "copies": int(match["copies"]),
                "compressed": match["compressed"].upper() == "YES" if match["compressed"] else None,
                "tag": match["tag"]})
            return True
        if _SUMMARY_HEADING.match(line):
            seen.append(line)
            return True
        return _unread(line, seen)

    session = Session(offer).read(text)
    return {**_told(session, bool(found or seen)), "backups": found}


def _unread(line: str, seen: list[str]) -> bool:
    """A line that begins with a key number under a heading must be a row."""
    if seen and re.match(r"^\s*\d+\s+\S", line):
        fail("no row of this list", line)
    return False


def _told(session: Session, seen: bool) -> Fields:
    none = any(re.match(r"specification does not match|说明与", note, re.IGNORECASE) for note in session.notes)
    if not seen and not none and not session.errors:
        fail("no list of backups and no error in the text")
    return whole(session)


_SET_HEADING = re.compile(r"^\s*(?:BS Key|BS 关键字)\s+.*$")
_SET = re.compile(rf"^\s*(?P<key>\d+)\s+(?:(?P<type>Full|Incr)(?:\s+(?P<level>\d))?\s+)?(?P<size>\d[\d.]*[KMGTPE]?)"
                  rf"(?:\s+(?P<device>\S+)\s+(?P<elapsed>\d+:\d\d:\d\d)\s+(?P<done>{DATE}))?\s*$", re.IGNORECASE)
_PIECE = re.compile(r"^\s*(?:BP Key|BP 关键字)\s*[:：]\s*(?P<key>\d+)\s+(?:Status|状态)\s*[:：]\s*(?P<status>\w+)"
                    r"(?:\s+(?:Compressed|已压缩)\s*[:：]\s*(?P<compressed>YES|NO))?"
                    r"(?:\s+(?:Tag|标记)\s*[:：]\s*(?P<tag>.*?))?\s*$", re.IGNORECASE)
_PIECE_NAME = re.compile(r"^\s*(?:Piece Name|段名|Handle|句柄)\s*[:：]\s*(?P<name>\S.*?)"
                         r"(?:\s+(?:Media|介质)\s*[:：]\s*(?P<media>.*))?$", re.IGNORECASE)
_COPY = re.compile(rf"^\s*(?P<device>[A-Z_]+)\s+(?P<elapsed>\d+:\d\d:\d\d)\s+(?P<done>{DATE})\s+(?P<compressed>YES|NO)"
                   r"(?:\s+(?P<tag>\S.*))?$", re.IGNORECASE)
_COPY_PIECE = re.compile(r"^\s*(?P<key>\d+)\s+(?P<number>\d+)\s+(?P<status>AVAILABLE|EXPIRED|UNAVAILABLE|DELETED)\s+"
                         r"(?P<name>\S.*)$", re.IGNORECASE)
_FILE = re.compile(rf"^\s*(?P<number>\d+)\s+(?:(?P<level>\d)\s+)?(?P<type>Full|Incr)\s+(?P<scn>\d+)\s+(?P<time>{DATE})"
                   r"(?:\s+(?P<abs_scn>\d+))?(?:\s+(?P<sparse>YES|NO))?\s+(?P<name>[^\s\d].*)$", re.IGNORECASE)
_LOG = re.compile(rf"^\s*(?P<thread>\d+)\s+(?P<sequence>\d+)\s+(?P<low>\d+)\s+(?P<low_time>{DATE})\s+(?P<next>\d+)\s+"
                  rf"(?P<next_time>{DATE})\s*$", re.IGNORECASE)
_CONTROL = re.compile(r"^\s*(?P<standby>Standby )?(?:Control ?File Included|包括的控制文件|包含的控制文件)\s*[:：]\s*"
                      r"Ckp SCN\s*[:：]\s*(?P<scn>\d+)\s+Ckp (?:time|时间)\s*[:：]\s*(?P<time>\S.*?)\s*$",
                      re.IGNORECASE)
_SPFILE = re.compile(r"^\s*(?:SPFILE Included|包含的 ?SPFILE|包括的 ?SPFILE)\s*[:：]\s*(?:Modification time|修改时间)"
                     r"\s*[:：]\s*(?P<time>\S.*?)\s*$", re.IGNORECASE)
_ASIDE = re.compile(r"^\s*(?:List of Backup Sets|备份集列表|List of (?:Datafiles|Archived Logs) in backup set \d+.*|"
                    r"备份集 \d+ 中的(?:已存档日志|归档日志|数据文件)列表|File\s+LV Type .*|文件 LV 类型 .*|"
                    r"Thrd Seq .*|线程序列 .*|"
                    r"SPFILE db_unique_name: .*|(?:Container ID|容器 ID)\s*[:：] .*|Keep: .*|保留: .*|"
                    r"Backup Set Copy #\d+ of backup set \d+|Device Type Elapsed Time Completion Time .*|"
                    r"List of Backup Pieces for backup set \d+ Copy #\d+|BP Key +Pc# Status .*)\s*$", re.IGNORECASE)


class _Sets:
    """Takes the lines of LIST BACKUP out of a session."""

    def __init__(self) -> None:
        self.sets: list[Fields] = []
        self.seen = False
        self._rule = False

    def offer(self, line: str) -> bool:
        """Whether the line belonged to the list."""
        if _SET_HEADING.match(line) and not re.match(r"^\s*BP", line):
            self.seen = self._rule = True
        elif self._rule and (match := _SET.match(line)):
            self._begin(match)
        elif _ASIDE.match(line):
            self.seen = True
        elif self.sets and self._inside(line):
            return True
        elif self.seen and re.match(r"^\s*\d+\s+\S", line):
            fail("no row of this list", line)
        else:
            return False
        return True

    def _begin(self, match: re.Match[str]) -> None:
        self._rule = False
        self.sets.append({
            "key": int(match["key"]), "type": match["type"].lower() if match["type"] else "archived logs",
            "level": int(match["level"]) if match["level"] else None, "size_bytes": size(match["size"]),
            "device": match["device"], "elapsed_seconds": seconds(match["elapsed"]) if match["elapsed"] else None,
            **stamp("completed", match["done"]),
            "pieces": []})

    def _inside(self, line: str) -> bool:
        one = self.sets[-1]
        if match := _PIECE.match(line):
            one["pieces"].append({"key": int(match["key"]), "status": match["status"].upper(),
                                  "compressed": (match["compressed"] or "").upper() == "YES", "tag": match["tag"],
                                  "name": None})
        elif one["pieces"] and one["pieces"][-1]["name"] is None and (match := _PIECE_NAME.match(line)):
            one["pieces"][-1] |= {"name": match["name"], **({"media": match["media"]} if match["media"] else {})}
        elif match := _COPY.match(line):
            one |= {"device": match["device"], "elapsed_seconds": seconds(match["elapsed"]),
                    **stamp("completed", match["done"])}
            one["_copy"] = {"compressed": match["compressed"].upper() == "YES", "tag": match["tag"]}
        elif match := _COPY_PIECE.match(line):
            one["pieces"].append({"key": int(match["key"]), "status": match["status"].upper(),
                                  **one.get("_copy", {"compressed": None, "tag": None}), "name": match["name"]})
        else:
            return self._contents(one, line)
        return True

    @staticmethod
    def _contents(one: Fields, line: str) -> bool:
        if match := _FILE.match(line):
            one.setdefault("datafiles", []).append({
                "number": int(match["number"]), "checkpoint_scn": int(match["scn"]),
                **stamp("checkpoint", match["time"]), "name": match["name"].strip()})
        elif match := _LOG.match(line):
            one.setdefault("archived_logs", []).append({
                "thread": int(match["thread"]), "sequence": int(match["sequence"]), "low_scn": int(match["low"]),
                **stamp("low", match["low_time"]), "next_scn": int(match["next"]), **stamp("next", match["next_time"])})
        elif match := _CONTROL.match(line):
            one["control_file"] = {"standby": bool(match["standby"]), "checkpoint_scn": int(match["scn"]),
                                   **stamp("checkpoint", match["time"])}
        elif match := _SPFILE.match(line):
            one["spfile"] = stamp("modified", match["time"])
        else:
            return False
        return True


# BS Key  Type LV Size       Device Type Elapsed Time Completion Time
# ------- ---- -- ---------- ----------- ------------ -------------------
# 6       Full    365.34M    DISK        00:00:35     2026-11-20 22:12:40
#         BP Key: 6   Status: AVAILABLE  Compressed: NO  Tag: NIGHTLY
#         Piece Name: /backup/PACS/0a2h1k3f_1_1
#   List of Datafiles in backup set 6
#   File LV Type Ckp SCN    Ckp Time            Name
#   1       Full 847342     2026-11-20 22:00:05 /u02/oradata/PACS/system01.dbf
@parser("rman.list_backup")
def list_backup(text: str) -> Fields:
    """LIST BACKUP (of sets): `whole` and {"sets": [{"key", "type": full, incr or archived logs, "level", "size_bytes",
    "device", "elapsed_seconds", "completed_at", …, "pieces": [{"key", "status", "compressed", "tag", "name"}],
    "datafiles": [{"number", "checkpoint_scn", "checkpoint_at", …, "name"}], "archived_logs": [{"thread", "sequence",
    "low_scn", "low_at", "next_scn", "next_at", …}], "control_file", "spfile"}]}. A row of another shape is refused."""
    sets = _Sets()
    session = Session(sets.offer).read(text)
    for one in sets.sets:
        one.pop("_copy", None)
        if any(piece["name"] is None for piece in one["pieces"]):
            fail(f"backup set {one['key']} has a piece without its name: the list is cut off")
    return {**_told(session, sets.seen), "sets": sets.sets}
