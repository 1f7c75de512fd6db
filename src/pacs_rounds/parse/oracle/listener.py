"""The listener as `lsnrctl status` and `lsnrctl services` tell of it, in English and Chinese."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import Fields, error_in, fail, lines_of, stamp

_BANNER = re.compile(r"^\s*LSNRCTL for (?P<system>.+?): Version (?P<release>[\d.]+)(?: - (?P<edition>\S+(?: \S+)?))? "
                     r"(?:on (?P<when>\S.*))?$")
_STATUS = re.compile(r"^\s*(?:STATUS of the (?P<name>\S+)|(?P<name_zh>\S+) 的 STATUS)\s*$")
_KEYS = {
    "alias": ("Alias", "别名"), "version": ("Version", "版本"), "start_date": ("Start Date", "启动日期"),
    "uptime": ("Uptime", "正常运行时间"), "trace_level": ("Trace Level", "跟踪级别"),
    "security": ("Security", "安全性"),
    "snmp": ("SNMP",), "default_service": ("Default Service", "默认服务"),
    "parameter_file": ("Listener Parameter File", "监听程序参数文件"),
    "log_file": ("Listener Log File", "监听程序日志文件"), "trace_file": ("Listener Trace File", "监听程序跟踪文件")}
_WORDS = "|".join(word for words in _KEYS.values() for word in words)
_KEY = re.compile(rf"^\s*(?P<key>{_WORDS})(?:\s+(?P<value>\S.*?))?\s*$")
_NAMES = {word: key for key, words in _KEYS.items() for word in words}
_UPTIME = re.compile(r"^(?P<d>\d+) (?:days?|天) (?P<h>\d+) (?:hr\.?|小时) (?P<m>\d+) (?:min\.?|分) "
                     r"(?P<s>\d+) (?:sec|秒)$")
_ENDPOINTS = re.compile(r"^\s*(?:Listening Endpoints Summary|监听端点概要)\.*\s*$")
_SERVICES = re.compile(r"^\s*(?:Services Summary|服务摘要)\.*\s*$")
_ENDPOINT = re.compile(r"^\s*(?P<text>\(DESCRIPTION=.*|\(ADDRESS=.*)$", re.IGNORECASE)
_SERVICE = re.compile(r'^\s*(?:Service "(?P<name>[^"]*)" has (?P<count>\d+) instance\(s\)\.?|'
                      r'服务 "(?P<name_zh>[^"]*)" 包含 (?P<count_zh>\d+) 个(?:例程|实例)。?)\s*$')
_INSTANCE = re.compile(
    r'^\s*(?:Instance "(?P<name>[^"]*)", status (?P<status>\w+), has (?P<count>\d+) handler\(s\) for this service\.*|'
    r'(?:例程|实例) "(?P<name_zh>[^"]*)", 状态 (?P<status_zh>\w+), 包含此服务的 (?P<count_zh>\d+) 个处理程序\.*)\s*$')
_HANDLERS = re.compile(r"^\s*(?:Handler\(s\)|处理程序):\s*$")
_HANDLER = re.compile(r'^\s*"(?P<name>[^"]+)" (?:established|已建立):(?P<established>\d+) '
                      r"(?:refused|已(?:被)?拒绝):(?P<refused>\d+)"
                      r"(?: (?:current|当前):(?P<current>\d+))?(?: (?:max|最大):(?P<maximum>\d+))?"
                      r"(?: (?:state|状态):(?P<state>\S+))?\s*$")
_NO_SERVICES = re.compile(r"^\s*(?:The listener supports no services|监听程序不支持服务)\s*$")
_END = re.compile(r"^\s*(?:The command completed successfully\.?|命令执行成功)\s*$")
_CONNECTING = re.compile(r"^\s*(?:Connecting to|正在连接到) ?(?P<address>.*)$")
_NOISE = re.compile(r"^\s*(?:Copyright \(c\).*|\(c\) Copyright .*|-{5,}|Welcome to LSNRCTL.*|欢迎来到 ?LSNRCTL.*|"
                    r"(?:Starting|启动) ?\S*tnslsnr\S*: .*|TNSLSNR for .*|"
                    r"(?:System parameter file is|系统参数文件为).*|"
                    r"(?:Log messages written to|写入) ?.*|(?:Listening on|监听): \(.*|"
                    r"Current Listener is .*|当前监听程序.*|日志信息)\s*$")
_SYSTEM_ERROR = re.compile(r"^\s*\S+(?: \S+){0,3} Error: \d+(?:: .*)?$")
_DOWN = {"TNS-12541", "TNS-00511"}


def _uptime(written: str) -> int | None:
    match = _UPTIME.match(" ".join(written.split()))
    if not match:
        return None
    return ((int(match["d"]) * 24 + int(match["h"])) * 60 + int(match["m"])) * 60 + int(match["s"])


class _Listener:
    def __init__(self) -> None:
        self.facts: Fields = {"release": None, "system": None, "running": None, "alias": None}
        self.values: dict[str, str] = {}
        self.asked: list[str] = []
        self.endpoints: list[str] = []
        self.services: list[Fields] = []
        self.errors: list[Fields] = []
        self.ended = False
        self.seen = False
        self._in = ""
        self._last = ""

    def read(self, text: str) -> None:
        for line in lines_of(text):
            if line.strip() and not line.lstrip().startswith("LSNRCTL>"):
                self._line(line)

    def _line(self, line: str) -> None:
        error = error_in(line)
        if error:
            self.errors.append(error)
        elif match := _BANNER.match(line):
            self.facts |= {"release": match["release"], "system": match["system"]}
        elif match := _CONNECTING.match(line):
            self.asked.append(match["address"].strip())
        elif match := _STATUS.match(line):
            self.facts |= {"alias": match["name"] or match["name_zh"], "running": True}
            self._in, self.seen = "values", True
        elif _ENDPOINTS.match(line):
            self._in = "endpoints"
        elif _SERVICES.match(line):
            self._in, self.seen = "services", True
            self.facts["running"] = True
        elif _NO_SERVICES.match(line):
            self._in, self.seen = "", True
            self.facts["running"] = True
        elif _END.match(line):
            self.ended = True
        elif not self._part(line) and not self._system_error(line) and not _NOISE.match(line):
            self._continue(line)

    def _system_error(self, line: str) -> bool:
        if not self.errors or not _SYSTEM_ERROR.match(line):
            return False
        self.errors[-1]["message"] = f"{self.errors[-1]['message']} ({line.strip()})".strip()
        return True

    def _part(self, line: str) -> bool:
        if self._in == "values" and (match := _KEY.match(line)):
            self._last = _NAMES[match["key"]]
            self.values[self._last] = match["value"] or ""
            return True
        if self._in == "endpoints" and (match := _ENDPOINT.match(line)):
            self.endpoints.append(match["text"])
            return True
        return self._in == "services" and self._service(line)

    def _service(self, line: str) -> bool:
        if match := _SERVICE.match(line):
            self.services.append({"name": match["name"] or match["name_zh"],
                                  "instance_count": int(match["count"] or match["count_zh"]), "instances": []})
        elif self.services and (match := _INSTANCE.match(line)):
            self.services[-1]["instances"].append({
                "name": match["name"] or match["name_zh"], "status": match["status"] or match["status_zh"],
                "handler_count": int(match["count"] or match["count_zh"])})
        elif self.services and self.services[-1]["instances"] and (match := _HANDLER.match(line)):
            self.services[-1]["instances"][-1].setdefault("handlers", []).append({
                "name": match["name"], "established": int(match["established"]), "refused": int(match["refused"]),
                "current": int(match["current"]) if match["current"] else None,
                "maximum": int(match["maximum"]) if match["maximum"] else None, "state": match["state"], "details": []})
        elif not _HANDLERS.match(line):
            handlers = self.services[-1]["instances"][-1].get("handlers") if self.services and \
                self.services[-1]["instances"] else None
            if not handlers or not line.startswith(" "):
                return False
            handlers[-1]["details"].append(line.strip())
        return True

    def _continue(self, line: str) -> None:
        """A narrow Windows console breaks long values in their middle."""
        if self._in == "values" and self._last and not line.startswith(" "):
            self.values[self._last] += line.strip()
        else:
            fail("no line of lsnrctl", line)

    def answer(self) -> Fields:
        """What both commands say. ParseError for a text that is cut off or no answer of lsnrctl."""
        if not self.seen and not any(error["code"].startswith(("TNS-", "NL-")) for error in self.errors):
            fail("no status of a listener and no error in the text")
        if self.seen and not self.ended:
            fail("cut off: no 'The command completed successfully'")
        for service in self.services:
            if len(service["instances"]) != service["instance_count"]:
                fail(f"service {service['name']} has {service['instance_count']} instances, "
                     f"{len(service['instances'])} listed")
        if self.facts["running"] is None and {error["code"] for error in self.errors} & _DOWN:
            self.facts["running"] = False
        return {**self.facts, "asked": self.asked, "services": self.services, "errors": self.errors}


# LSNRCTL for Linux: Version 11.2.0.4.0 - Production on 20-NOV-2026 08:10:00
# STATUS of the LISTENER
# Alias                     LISTENER
# Start Date                01-NOV-2026 02:00:11
# Uptime                    19 days 6 hr. 9 min. 49 sec
# Listening Endpoints Summary...
#   (DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=pacs-a)(PORT=1521)))
# Services Summary...
# Service "PACS" has 1 instance(s).
#   Instance "PACS", status READY, has 1 handler(s) for this service...
# The command completed successfully
@parser("oracle.lsnrctl_status")
def lsnrctl_status(text: str) -> Fields:
    """lsnrctl status: {"running": True, False (TNS-12541, no listener: an answer, not an error of reading) or None
    (asked in vain, reason in errors), "release", "system", "alias", "asked": addresses, "version", "started_at",
    "started_as_written", "uptime_seconds", "security", "parameter_file", "log_file", …, "endpoints": [text],
    "services": [{"name", "instance_count", "instances": [{"name", "status": READY, UNKNOWN (static), BLOCKED,
    RESTRICTED, "handler_count"}]}], "errors": [{"code", "message"}]}. An answer without its end mark is refused."""
    one = _Listener()
    one.read(text)
    found = one.answer()
    values = one.values
    if found["running"] and not values and not one.endpoints:
        fail("services without the status of a listener: the answer of lsnrctl services?")
    began = values.pop("start_date", None)
    uptime = values.pop("uptime", None)
    if uptime is not None and _uptime(uptime) is None:
        fail("an uptime expected", uptime)
    return {**found, **values, **stamp("started", began), "uptime_seconds": _uptime(uptime) if uptime else None,
            "endpoints": one.endpoints}


# Services Summary...
# Service "PACS" has 1 instance(s).
#   Instance "PACS", status READY, has 1 handler(s) for this service...
#     Handler(s):
#       "DEDICATED" established:120 refused:0 state:ready
#          LOCAL SERVER
# The command completed successfully
@parser("oracle.lsnrctl_services")
def lsnrctl_services(text: str) -> Fields:
    """lsnrctl services: as the status, without the listener's own values, with "handlers" in each instance: [{"name",
    "established", "refused", "current", "maximum", "state", "details"}]."""
    one = _Listener()
    one.read(text)
    found = one.answer()
    handled = any("handlers" in instance for service in found["services"] for instance in service["instances"])
    if one.values or (found["services"] and not handled):
        fail("no handlers in the text: the answer of lsnrctl status?")
    return found
