"""The inventory's `rounds_oracle` of one host: which instances it may run, out of which home, and who may ask them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "unknown"
BECOME = ("auto", "none", "sudo", "su")


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. Without `user` it is asked as SYSDBA by the operating system's account `os_user`; `pair` is the
    name of its HA pair, empty for a single server. `alert_log` only where it is not in its usual place."""

    sid: str
    home: str
    os_user: str = ""
    pair: str = ""
    container: str = ""
    alert_log: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def connect(self) -> str:
        """What follows CONNECT; may hold the password."""
        return f'{self.user}/"{self.password}"' if self.user else "/ as sysdba"


@dataclass(frozen=True, slots=True)
class Site:
    """All of one host. `gap` says what the inventory still lacks, in words; `session_seconds` how long one session may
    take where the queries' own limits are not meant to decide."""

    instances: tuple[Instance, ...] = ()
    become: str = "auto"
    listener: str = ""
    opatch: bool = False
    session_seconds: float = 0.0
    gap: str = ""

    @property
    def homes(self) -> dict[str, Instance]:
        """Each Oracle home once, with the first instance that runs out of it."""
        found: dict[str, Instance] = {}
        for one in self.instances:
            found.setdefault(one.home, one)
        return found


def read(settings: dict[str, Any] | None) -> Site:
    """From the variable as Ansible renders it; its shape was checked against schemas/inventory.json."""
    if not settings or not settings.get("instances"):
        return Site(gap="rounds_oracle is missing in the inventory: write which instances this host may run")
    account = settings.get("account") or {}
    instances = []
    for one in settings["instances"]:
        own = one.get("account") or account
        instances.append(Instance(
            sid=str(one["sid"]), home=str(one["oracle_home"]).rstrip("/\\"), os_user=str(one.get("os_user") or ""),
            pair=str(one.get("pair") or ""), container=str(one.get("container") or ""),
            alert_log=str(one.get("alert_log") or ""), user=str(own.get("user") or ""),
            password=str(own.get("password") or "")))
    for one in instances:
        for name, value in (("sid", one.sid), ("oracle_home", one.home), ("os_user", one.os_user),
                            ("account.user", one.user), ("account.password", one.password)):
            if value == UNKNOWN:
                return Site(gap=f"rounds_oracle: {name} is still 'unknown': fill it in in the inventory")
        if one.user and not one.password:
            return Site(gap=f"rounds_oracle: the account of {one.sid} has no password in the vault")
        if '"' in one.password or "\n" in one.password:
            return Site(gap=f"rounds_oracle: SQL*Plus takes no password with quotation marks or line ends ({one.sid})")
    become = str(settings.get("become") or "auto")
    return Site(tuple(instances), become, str(settings.get("listener") or ""), bool(settings.get("opatch")),
                float(settings.get("session_seconds") or 0))


def without_secrets(settings: dict[str, Any]) -> dict[str, Any]:
    """What a run's inputs may keep of `rounds_oracle`: everything but passwords."""
    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(one) for key, one in value.items() if key != "password"}
        return [clean(one) for one in value] if isinstance(value, list) else value

    cleaned: dict[str, Any] = clean(settings)
    return cleaned
