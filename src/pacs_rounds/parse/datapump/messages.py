"""The messages of expdp, impdp, exp and imp, in English and in the Chinese forms met in logs of 8i to 12.2."""

from __future__ import annotations

import re

_JOB = r'(?P<job>"[^"]+"\."[^"]+")'
_SIZE = r"(?P<size>[\d.,]+ ?[KMGT]?B(?:ytes)?)"
_TABLE = r'(?P<table>"(?:[^"]|"")+"(?:[.:]"(?:[^"]|"")+")*)'
ANNOUNCED = re.compile(r"(?:(?P<program>Export|Import) terminated unsuccessfully|未成功终止(?P<program_zh>导出|导入))")
"""The end of exp and imp that failed; it carries a message number."""

_MESSAGES = (
    ("banner", r"(?P<program>Export|Import): (?:Release|版本) (?P<release>[\d.]+)(?: - (?:\w+ )??Production)?"
               r"(?: on (?P<when>\S.*))?"),
    ("connected", r"(?:Connected to|连接到)\s*[:：]\s*(?P<database>.*)"),
    ("starting", rf"(?:Starting|启动) {_JOB}:?\s*(?P<parameters>.*)"),
    ("estimating", r"Estimate in progress using (?P<method>\w+) method\.*|正在使用 (?P<method_zh>\w+) 方法进行估计\.*"),
    ("estimate", rf"Total estimation using (?P<method>\w+) method: {_SIZE}"),
    ("estimate", rf"使用 (?P<method>\w+) 方法的总估计: {_SIZE}"),
    ("object_type", r"(?:Processing object type|处理对象类型) (?P<step>\S+)"),
    ("table", rf"\. \. (?:exported|imported|导出了|导入了) {_TABLE}\s+{_SIZE}\s+(?P<rows>\d+)"
              r"(?: out of (?P<of>\d+))? (?:rows|行)(?: in \d+ seconds.*)?"),
    ("table", rf"\.\s+(?:estimated|预计|预计为) {_TABLE}\s+{_SIZE}"),
    ("old_table", r"\. \. exporting table\s+(?P<table>\S+)(?:\s+(?P<rows>\d+) rows exported)?"),
    ("old_table", r"\. \. importing table\s+(?P<table>\S+)(?:\s+(?P<rows>\d+) rows imported)?"),
    ("old_table", r"\. \. (?:正在)?导(?:出|入)表\s+(?P<table>\S+?)\s*导(?:出|入)了\s*(?P<rows>\d+) ?行"),
    ("old_table", r"\. \. 正在导(?:出|入)表\s+(?P<table>\S+)\s+(?P<rows>\d+) ?行被导(?:出|入)"),
    ("old_table", r"\. \. 正在导(?:出|入)表\s+(?P<table>\S+)"),
    ("old_partition", r"\. \. (?:exporting|importing) (?:sub)?partition\s+(?P<table>\S+)"
                      r"(?:\s+(?P<rows>\d+) rows (?:exported|imported))?"),
    ("old_rows", r"(?P<rows>\d+) rows (?:exported|imported)"),
    ("files", r"Dump file set for \S+ is:|\S+ 的转储文件集为:"),
    ("legacy", r"Legacy Mode .+"),
    ("done", rf"Job {_JOB} successfully completed at (?P<when>.+)"),
    ("done", rf"Job {_JOB} completed with (?P<errors>\d+) error\(s\) at (?P<when>.+)"),
    ("done", rf"作业 {_JOB} 已于 (?P<when>.+?) 成功完成"),
    ("done", rf"作业 {_JOB} 已经完成, 但是有 (?P<errors>\d+) 个错误 \(于 (?P<when>.+?) 完成\)"),
    ("stopped", rf"Job {_JOB} stopped (?:due to fatal error|by user request|) ?at (?P<when>.+)"),
    ("stopped", rf"Job {_JOB} stopped by user request(?P<when>)"),
    ("stopped", rf"作业 {_JOB} 因致命错误于 (?P<when>.+?) 停止"),
    ("old_done", r"(?P<program>Export|Import) terminated successfully (?:(?P<clean>without)|with) warnings\.?"),
    ("old_done", r"成功终止(?P<program>导出|导入)[,，] ?(?:(?P<clean>没有出现警告)|但出现警告)。?"),
    ("note", r"Master table .+ successfully loaded/unloaded|已成功加载/卸载了主表 .+|"
             r"(?:EXP|IMP)-WARNING.*|Warning: .+|警告: .+|FLASHBACK automatically enabled .*|自动启用 FLASHBACK .*|"
             r"Export done in .+|import done in .+|已导出 .+ 字符集.*|已经完成 ?.+字符集.*的导入|"
             r"Export file created by EXPORT:\S+ via .+|经由(?:常规|直接)路径.*EXPORT:\S+ ?创建的.*|"
             r"(?:import|export) server uses .+|server uses .+|导出服务器使用.+|"
             r"About to (?:export|import) .+|即将导(?:出|入).+|about to .+|Export Extension .*|"
             r"Note: .+|注: .+|Job .+ has been reopened at .+|Startup took .+ seconds|"
             r"\.{0,2} ?Completed \d+ .+ objects in \d+ seconds|Completed .+ in \d+ seconds"),
    ("noise", r"Copyright \(c\) .*|\(c\) Copyright .*|Version [\d.]+|\*{10,}|(?:Username|用户名)\s*[:：].*|"
              r"(?:Password|口令)\s*[:：].*|JServer Release .*|With the .+ options?|and .+ options?"),
)
STEP = re.compile(r"\s*\. (?P<step>(?:exporting|importing|about to|正在导|导出|即将|正在将).*)")
"""A step of exp or imp that names no table."""
_TABLE_OF_MESSAGES = tuple((name, re.compile(rf"\s*(?:{pattern})\s*")) for name, pattern in _MESSAGES)


def understand(line: str) -> tuple[str, re.Match[str] | None]:
    """(name of the message, match with the details); ("", None) for a line that is none."""
    for name, pattern in _TABLE_OF_MESSAGES:
        if match := pattern.fullmatch(line):
            return name, match
    if match := STEP.fullmatch(line):
        return "step", match
    return "", None
