"""The words of a simulated Windows host's programs, English and Chinese. Pure."""

from __future__ import annotations

from collections.abc import Mapping

ACCESS_DENIED = {"en": "Node - RIS-WS-07\nERROR:\nDescription = Access denied\n",
                 "zh": "节点 - RIS-WS-07\n错误:\n描述 = 拒绝访问。\n"}
_DISM_HEAD = {"en": "\nDeployment Image Servicing and Management tool\nVersion: 6.1.7600.16385\n\n"
                    "Image Version: 6.1.7601.17514\n\n",
              "zh": "\n部署映像服务和管理工具\n版本: 6.1.7600.16385\n\n映像版本: 6.1.7601.17514\n\n"}
_DONE = {"en": "\nThe operation completed successfully.\n", "zh": "\n操作成功完成。\n"}
_STATES = {"en": {}, "zh": {"Installed": "已安装", "Install Pending": "安装挂起"}}
_COLUMNS = {"en": ("Package Identity", "State", "Release Type", "Install Time"),
            "zh": ("程序包标识", "状态", "版本类型", "安装时间")}


def qfe_values(hotfixes: Mapping[str, str]) -> str:
    """wmic qfe get HotFixID,InstalledOn,ServicePackInEffect /value."""
    return "".join(f"\n\nHotFixID={name}\nInstalledOn={on}\nServicePackInEffect=\n" for name, on in hotfixes.items())


def qfe_table(hotfixes: Mapping[str, str]) -> str:
    """wmic qfe get HotFixID,ServicePackInEffect."""
    return "HotFixID   ServicePackInEffect  \n" + "".join(f"{name}                       \n" for name in hotfixes)


def decoded(before: int, after: int, language: str) -> str:
    """certutil -decode."""
    if language == "zh":
        return f"输入长度 = {before}\n输出长度 = {after}\nCertUtil: -decode 命令成功完成。\n"
    return f"Input Length = {before}\nOutput Length = {after}\nCertUtil: -decode command completed successfully.\n"


def hashed(path: str, digest: str, language: str, new: bool) -> str:
    """certutil -hashfile; before Windows 10 with the bytes apart."""
    value = digest if new else " ".join(digest[at:at + 2] for at in range(0, len(digest), 2))
    if language == "zh":
        return f"SHA256 哈希(文件 {path}):\n{value}\nCertUtil: -hashfile 命令成功完成。\n"
    return f"SHA256 hash of file {path}:\n{value}\nCertUtil: -hashfile command completed successfully.\n"


def packages(rows: Mapping[str, str], language: str) -> str:
    """dism /online /get-packages /format:table."""
    wide = max([len(name) for name in rows] + [20])
    table = [_COLUMNS[language], ("-" * wide, "-" * 15, "-" * 15, "-" * 16)]
    table += [(name, _STATES[language].get(state, state), "Security Update", "11/22/2026 9:00 AM")
              for name, state in rows.items()]
    return _DISM_HEAD[language] + "\n".join(" | ".join(row) for row in table) + "\n" + _DONE[language]


def package_info(identity: str, language: str) -> str:
    """dism /online /get-packageinfo."""
    label = {"en": "Package Identity", "zh": "程序包标识"}[language]
    return f"{_DISM_HEAD[language]}{label} : {identity}\n{_DONE[language]}"


def service(name: str, state: str, language: str) -> str:
    """sc query NAME."""
    number = {"STOPPED": 1, "START_PENDING": 2, "STOP_PENDING": 3, "RUNNING": 4}[state]
    kind, label = {"en": ("TYPE ", "STATE"), "zh": ("类型 ", "状态 ")}[language]
    return (f"\nSERVICE_NAME: {name}\n        {kind}              : 10  WIN32_OWN_PROCESS\n"
            f"        {label}              : {number}  {state}\n"
            "                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)\n"
            "        WIN32_EXIT_CODE    : 0  (0x0)\n")
