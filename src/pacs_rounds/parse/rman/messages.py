"""RMAN's messages, in the words of its releases (9i to 21c) and in Chinese: which line says what.

Only what moves the reading of a session has a name; what merely accompanies it is `noise`. The Chinese forms are those
met in real sessions of 11.1, 11.2 and 12.2 (the latter says many things in other words).
"""

from __future__ import annotations

import re

_WHEN = r"(?P<when>\S.*?)"
_TIME = r"(?P<elapsed>\d+:\d\d:\d\d)"
_STAMPED = r"(?:\s+RECID\s*=\s*(?P<recid>\d+))?(?:\s+STAMP\s*=\s*(?P<stamp>\d+))?"
_SET = r"(?:backup ?set|备份集)"

_CHANNEL = re.compile(r"^\s*(?:channel|通道)\s+(?P<channel>[^\s:]+)\s*[:：]\s*(?P<rest>.*)$", re.IGNORECASE)
_CODE = re.compile(r"^RMAN-\d{5}:\s+(?=\S)")
_ON_CHANNEL = (
    ("channel_ready", r"(?:sid|SID)\s*=\s*\d+ .*?(?:device type|devtype|设备类型)\s*=\s*(?P<device>\S+)"),
    ("copy_start", r"starting (?P<kind>datafile|archived? ?log|control ?file|proxy datafile) copy"),
    ("copy_start", r"正在启动(?P<kind>数据文件|归档日志)副本"),
    ("copy_end", rf"(?:datafile|archived? ?log|control ?file) copy complete, elapsed time: {_TIME}"),
    ("copy_end", rf"(?:数据文件|归档日志)副本(?:已完成|完成), (?:经过时间|用时)\s*[:：]\s*{_TIME}"),
    ("restore_start", rf"starting (?P<kind>.*?){_SET} restore"),
    ("restore_start", r"starting (?P<kind>archived? ?log) restore to .*"),
    ("restore_start", r"正在开始还原(?P<kind>.*?)备份集"),
    ("restore_control", r"(?:restoring control ?file|正在还原控制文件|control ?file restore from AUTOBACKUP complete)"),
    ("restore_spfile", r"(?:restoring spfile.*|SPFILE restore from AUTOBACKUP complete)"),
    ("validate_start", r"starting validation of (?P<kind>.+)"),
    ("validate_start", r"正在开始验证(?P<kind>.+)"),
    ("validate_end", rf"(?:validation complete|验证完成), (?:elapsed time|用时)\s*[:：]\s*{_TIME}"),
    ("set_start", rf"starting (?P<kind>.*?){_SET}"),
    ("set_start", r"正在启动(?P<kind>.*?)备份集"),
    ("piece_start", rf"starting piece (?P<number>\d+) at {_WHEN}"),
    ("piece_start", rf"正在启动段 (?P<number>\d+) 于 {_WHEN}"),
    ("piece_start", rf"正于 {_WHEN} 启动段 (?P<number>\d+)"),
    ("piece_end", rf"finished piece (?P<number>\d+) at {_WHEN}(?: with \d+ cop(?:y|ies).*)?"),
    ("piece_end", rf"已完成段 (?P<number>\d+) 于 {_WHEN}"),
    ("piece_end", rf"完成了于 {_WHEN} 启动段 (?P<number>\d+)"),
    ("set_end", rf"{_SET}(?: complete|已完成|完成), (?:elapsed time|经过时间|用时)\s*[:：]\s*{_TIME}"),
    ("restore_file", r"restoring datafile (?P<number>\d+)(?: to (?P<name>.+))?"),
    ("restore_file", r"将数据文件 (?P<number>\d+) 还原到 (?P<name>.+)"),
    ("reading", r"(?:reading from backup piece|正在读取备份片段) (?P<name>.+)"),
    ("reading", r"scanning archived? ?log (?P<name>.+)"),
    ("reading", r"AUTOBACKUP found: (?P<name>.+)"),
    ("reading", r"restoring (?:control ?file|spfile) from AUTOBACKUP (?P<name>.+)"),
    ("set_read", r"(?:restored backup piece|已还原备份片段) \d+"),
    ("restore_end", rf"(?:restore complete|还原完成), (?:elapsed time|用时)\s*[:：]\s*{_TIME}"),
    ("restore_end", r"restore complete"),
    ("delete_logs", r"(?:deleting archived? ?log\(s\)|正在删除归档日志)"),
    ("copied", r"copied datafile copy of datafile (?P<number>\d+)"),
    ("cancelled", r"backup cancelled because .*"),
    ("noise", r"specifying (?:datafile|archived? ?log)\(?s?\)?.*|正在指定.*|throttle time: .*|"
              r"looking for AUTOBACKUP on day: \d+|restoring archived? ?log|no AUTOBACKUP in \d+ days found|"
              r"restoring section \d+ of \d+|backing up blocks .*|input backup ?set:? .*|"
              r"backup piece \S+|specifying (?:control file|backup set)\S*.*"),
)
_PLAIN = (
    ("banner", r"(?:Recovery Manager|恢复管理器)\s*[:：]\s*(?:Release|版本) (?P<release>[\d.]+)"
               r"(?: - (?P<edition>.+?))?(?: on (?P<when>.+))?"),
    ("target", r"(?:connected to target database|已?连接到目标数据库)(?:\s*[:：]\s*(?P<name>[^\s(]+))?"
               r"\s*(?:\((?P<inside>[^)]*)\))?"),
    ("catalog", r"connected to recovery catalog database|(?:已)?连接到恢复目录数据库"),
    ("no_catalog", r"using target database control ?file instead of recovery catalog|"
                   r"使用目标数据库控制文件替代恢复目录"),
    ("started", rf"Starting (?P<what>(?!full resync).+?) at {_WHEN}"),
    ("started", rf"启动 (?P<what>.+?) 于 {_WHEN}"),
    ("started", rf"从位于 {_WHEN} 的 (?P<what>.+?) 开始"),
    ("finished", rf"Finished (?P<what>.+?) at {_WHEN}"),
    ("finished", rf"完成 (?P<what>.+?) 于 {_WHEN}"),
    ("finished", rf"在 {_WHEN} 完成了 (?P<what>.+)"),
    ("input_file", r"input datafile (?:file number|fno)\s*=\s*(?P<number>\d+) name\s*=\s*(?P<name>.+)"),
    ("input_file", r"输入数据文件\s*[:,：，]?\s*(?:文件号|fno)\s*=\s*(?P<number>\d+) (?:名称|name)\s*=\s*(?P<name>.+)"),
    ("input_log", rf"input archived? ?log thread\s*=\s*(?P<thread>\d+) sequence\s*=\s*(?P<sequence>\d+){_STAMPED}"),
    ("input_log", rf"输入(?:归档|存档)日志[:,]?\s*线程\s*=\s*(?P<thread>\d+) 序列\s*=\s*(?P<sequence>\d+){_STAMPED}"),
    ("input_copy", rf"input datafile ?copy(?: fno=\d+)?{_STAMPED} (?:file ?)?name\s*=\s*(?P<name>.+)"),
    ("with_control", r"including (?P<kind>current|standby|backup) control ?file(?: copy)? "
                     r"(?:in backup ?set|for validation)"),
    ("with_control", r"备份集内包括(?P<kind>当前)的?\s*控制文件"),
    ("with_spfile", r"including current SPFILE (?:in backup ?set|for validation)|备份集内包括当前的?\s*SPFILE"),
    ("piece", r"(?:piece|段|片段)\s?(?:handle|句柄)\s*=\s*(?P<name>.+?)(?:\s*(?:tag|标记)\s*=\s*(?P<tag>.+?))?"
              r"(?:\s+(?:comment|params|注释)\s*=\s*(?P<comment>.*))?"),
    ("output_file", r"(?:output (?:file ?)?(?:datafile ?copy )?(?:file ?)?name|输出文件名|output filename)\s*=\s*"
                    rf"(?P<name>.+?)(?:\s+(?:tag|标记)\s*=\s*(?P<tag>.+?))?{_STAMPED}"),
    ("output_control", r"output control ?file name\s*=\s*(?P<name>.+)"),
    ("destination", r"destination for restore of datafile (?P<number>\d+): (?P<name>.+)"),
    ("destination", r"数据文件 (?P<number>\d+) 的还原目标[:：]\s*(?P<name>.+)"),
    ("restore_file", r"restoring datafile (?P<number>\d+) to (?P<name>.+)"),
    ("crosschecked", r"crosschecked (?P<kind>.+?): found to be '(?P<status>\w+)'(?: recid=\d+ stamp=\d+)?"),
    ("crosschecked", r"交叉校验(?P<kind>.+?)\s*[:：]\s*找到为 '(?P<status>\w+)'"),
    ("log_checked", r"validation (?P<status>succeeded|failed) for archived? ?log"),
    ("crosscheck_count", r"Crosschecked (?P<count>\d+) objects?"),
    ("crosscheck_count", r"已交叉检验的 (?P<count>\d+) 对象"),
    ("checked_handle", rf"(?:backup piece handle|备份片段句柄)\s*=\s*(?P<name>.+?){_STAMPED}"),
    ("checked_handle", rf"proxy (?:datafile )?handle\s*=\s*(?P<name>.+?){_STAMPED}"),
    ("log_file", r"(?:archived? ?log file ?name|归档日志文件名|archive log filename)\s*=\s*(?P<name>.+?)"
                 rf"(?:\s+(?:thread|线程)\s*=\s*(?P<thread>\d+) (?:sequence|序列)\s*=\s*(?P<sequence>\d+))?{_STAMPED}"),
    ("copy_file", rf"(?:datafile|control ?file) ?copy (?:file ?)?name\s*=\s*(?P<name>.+?){_STAMPED}"),
    ("deleted", r"deleted (?P<kind>backup piece|archived? ?log|datafile copy|control file copy|backup set|proxy copy)"),
    ("deleted", r"已删除(?P<kind>备份片段|归档日志|数据文件副本|控制文件副本)"),
    ("deleted_count", r"Deleted (?P<count>\d+)(?: EXPIRED)? objects?"),
    ("deleted_count", r"(?P<count>\d+) 对象已删除"),
    ("skipped", r"(?P<text>skipping .+|skipping archived? ?log.*|正在?跳过.+)"),
    ("no_base", r"(?P<text>no (?:parent backup or copy|copy) of datafile \d+ found.*)"),
    ("media_start", r"starting media recovery|正在开始介质的?恢复"),
    ("media_end", rf"(?:media recovery complete|介质恢复完成)(?:, (?:elapsed time|用时)\s*[:：]\s*{_TIME})?"),
    ("media_failed", r"media recovery failed|介质恢复失败"),
    ("applied_log", r"archived? ?log for thread (?P<thread>\d+) with sequence (?P<sequence>\d+) is already on disk as "
                    r"file (?P<name>.+)"),
    ("applied_log", r"archived? ?log thread\s*=\s*(?P<thread>\d+) sequence\s*=\s*(?P<sequence>\d+)"),
    ("state", r"database (?P<state>mounted|opened|closed|dismounted)|数据库(?P<state_zh>已装载|已打开|已关闭|已卸装)"),
    ("instance", r"Oracle instance (?P<state>started|shut down)|Oracle 实例(?P<state_zh>已启动|已关闭)"),
    ("retention", r"RMAN retention policy is set to (?P<policy>.+)|将 RMAN 保留策略设置为\s*(?P<policy_zh>.+)"),
    ("none_obsolete", r"no obsolete backups found|未找到已废弃的备份"),
    ("file_name", r"(?:File Name|文件名): (?P<name>\S.*)"),
    ("corrupt", r"(?P<text>validate found one or more corrupt blocks)"),
    ("trace", r"See trace file (?P<name>.+?) for details"),
    ("none_matching", r"specification does not match any .+|说明与.*(?:任何|不匹配).*"),
    ("end", r"Recovery Manager complete\.|恢复管理器完成。"),
    ("noise", r"(?:allocated|released|using) channel:? \S+|(?:分配的|释放的|使用)通道:? ?\S+|current log archived|"
              r"当前日志已存档|Version [\d.]+|Copyright \(c\) .*|\(c\) Copyright .*|版权.*|All rights reserved\.|"
              r"(?:executing command|sql statement|正在执行命令|sql 语句)\s*[:：] .*|Statement processed|已处理语句|"
              r"(?:old|new) RMAN configuration parameters.*|(?:旧的|新的) RMAN 配置参数.*|已成功存储新的 RMAN 配置参数|"
              r"CONFIGURE .+;.*|(?:starting|正在启动)(?: full|全部).*resync.*|full resync complete|完成全部 resync|"
              r"RMAN retention policy will be applied to the command|RMAN 保留策略将应用于该命令|"
              r"searching for all files in the recovery area|搜索恢复区中的所有文件|cataloging (?:files\.\.\.|done)|"
              r"正在编制文件目录\.*|目录编制完毕|Total System Global Area .*|(?:Fixed|Variable) Size .*|"
              r"(?:Database|Redo) Buffers .*|connected to auxiliary database.*|executing global script: .*|"
              r"(?:created|replaced) (?:global )?script .*|host command complete|=+|-[- ]*|"
              r"List of (?:Cataloged Files|Files Unknown to the Database|Files Which Where Not Cataloged)|"
              r"已列入目录的文件的列表|"
              r"printing stored (?:global )?script: .*|restore not done; .*|Executing command:.*|"
              r"recovery area destination: .*|database name \(or database unique name\) used for search: .*|"
              r"RMAN configuration parameters .*:|deleting .*"),
)


def _compiled(table: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"\s*(?:{pattern})\s*", re.IGNORECASE)) for name, pattern in table)


_CHANNEL_TABLE, _PLAIN_TABLE = _compiled(_ON_CHANNEL), _compiled(_PLAIN)
Said = tuple[str, str | None, re.Match[str] | None]
"""What a line says: the event's name ("" for none we know), the channel, and the match with the details."""


def understand(line: str) -> Said:
    """What the line says. With `msgno` RMAN writes its message numbers before its ordinary messages too."""
    shown = _CODE.sub("", line)
    on_channel = _CHANNEL.match(shown)
    table = _CHANNEL_TABLE if on_channel else _PLAIN_TABLE
    rest, channel = (on_channel["rest"], on_channel["channel"]) if on_channel else (shown, None)
    for name, pattern in table:
        if match := pattern.fullmatch(rest):
            return name, channel, match
    if on_channel:
        for name, pattern in _PLAIN_TABLE:
            if name in ("piece", "destination", "output_file") and (match := pattern.fullmatch(rest)):
                return name, channel, match
    return "", channel, None
