"""Single questions to a Windows host: a file's hash and a service's state, English or Chinese."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.windows.text import fail, lines_of

_HEX = re.compile(r"(?:[0-9a-fA-F]{2} ?)+")
_ALGORITHMS = {32: "MD5", 40: "SHA1", 64: "SHA256", 96: "SHA384", 128: "SHA512"}


# SHA256 hash of file hotfix.msu:
# 9f 86 d0 81 88 4c 7d 65 9a 2f ea a0 c5 5a d0 15 a3 bf 4f 1b 2b 0b 82 2c d1 5d 6c 15 b0 f0 0a 08
# CertUtil: -hashfile command completed successfully.
@parser("windows.certutil_hashfile")
def certutil_hashfile(text: str) -> dict[str, Any]:
    """certutil -hashfile FILE [ALGORITHM]: {"algorithm", "hash": hex, small letters}. Windows before 10 writes the
    bytes apart. The algorithm is told by the length; a first line that names another one is refused."""
    lines = [line.strip() for line in lines_of(text) if line.strip()]
    failed = next((line for line in lines if re.search("command FAILED|命令失败", line)), None)
    if failed:
        fail("certutil failed", failed)
    hashes = [line for line in lines if _HEX.fullmatch(line) and len(line.replace(" ", "")) in _ALGORITHMS]
    if len(hashes) != 1:
        fail(f"{len(hashes)} hashes where one was expected", lines[0])
    if not re.match(r"CertUtil: -hashfile ", lines[-1]):
        fail("certutil's last words are missing: cut off", lines[-1])
    value = hashes[0].replace(" ", "").lower()
    algorithm = _ALGORITHMS[len(value)]
    named = re.search(r"\b(MD5|SHA1|SHA256|SHA384|SHA512)\b", lines[0], re.IGNORECASE)
    if named and named[1].upper() != algorithm:
        fail(f"a {algorithm} under the name of {named[1]}", lines[0])
    return {"algorithm": algorithm, "hash": value}


_STATE = re.compile(r"\d\s+(?P<state>STOPPED|START_PENDING|STOP_PENDING|RUNNING|CONTINUE_PENDING|PAUSE_PENDING|PAUSED)")
_NAME = re.compile(r"(?:SERVICE_NAME|服务名称|服务名)\s*[:：]\s*(?P<name>\S.*)")
_LINE = re.compile(r"(?:\(.*\)|[^:：]+[:：].*)")


# SERVICE_NAME: OracleServicePACS
#         TYPE               : 10  WIN32_OWN_PROCESS
#         STATE              : 4  RUNNING
@parser("windows.sc_query")
def sc_query(text: str) -> dict[str, Any]:
    """sc query [NAME]: {"services": [{name, state (small letters)}]}. The words of the state are English on every
    Windows, their labels are not."""
    services: list[dict[str, Any]] = []
    for line in (line.strip() for line in lines_of(text) if line.strip()):
        if line.startswith("[SC]"):
            fail("sc refused", line)
        if name := _NAME.fullmatch(line):
            services.append({"name": name["name"].strip(), "state": None})
        elif not services or not _LINE.fullmatch(line):
            fail("no line of sc", line)
        elif (state := _STATE.search(line)) and services[-1]["state"] is None:
            services[-1]["state"] = state["state"].lower()
    if any(one["state"] is None for one in services):
        fail("a service without a state: cut off")
    return {"services": services}
