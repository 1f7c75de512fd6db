"""The same facts with stock modules: twenty tasks per server, 50 forks, pipelining, ControlPersist."""

from __future__ import annotations

import json
import re

from inspection import inspect
from measure import CommandFailedError, Cost, alternate, median
from setting import LAB, PLAYBOOKS, Setting
from table import Row, Section

SERVERS = 9
TASKS = 20
PEER = {"ANSIBLE_FORKS": "50", "ANSIBLE_PIPELINING": "1", "ANSIBLE_STDOUT_CALLBACK": "default"}
CONTROL = "-F none -o ControlMaster=auto -o ControlPersist=5s"


def _stock(setting: Setting, limit: str) -> Cost:
    """One run of the stock playbook, and a look at whether every host did all its tasks."""
    more = {"ansible_ssh_args": CONTROL, "ansible_control_path_dir": f"{setting.folder}/cp"}
    cost, said = setting.play(PLAYBOOKS / "stock.yml", LAB, "--limit", limit, "-e", json.dumps(more), env=PEER,
                              aside=setting.lab, accept=(0, 2))
    recap = re.findall(r"^(\S+)\s+: ok=(\d+) .*?unreachable=(\d+) .*?ignored=(\d+)", said, re.MULTILINE)
    done = [host for host, ok, away, _ in recap if int(ok) and not int(away)]
    if not done or len(done) != len(recap):
        raise CommandFailedError(f"stock modules: not every host was reached:\n{said[-2000:]}")
    return cost


def _ours_linux(setting: Setting) -> Cost:
    return setting.play(PLAYBOOKS / "linux.yml", LAB, "--limit", "linux_servers", aside=setting.lab)[0]


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    setting.need_lab()
    repeat = max(1, setting.repeat - 1)
    servers = alternate(
        repeat, stock=lambda: _stock(setting, "linux_servers"), ours=lambda: _ours_linux(setting),
        empty=setting.empty_play)
    whole = alternate(repeat, stock=lambda: _stock(setting, "linux_servers:modalities"),
                      ours=lambda: inspect(setting)[0])
    empty = median(servers["empty"])
    stock, ours = median(servers["stock"]), median(servers["ours"])
    per_stock = (stock.cpu - empty.cpu) / SERVERS
    per_ours = (ours.cpu - empty.cpu) / SERVERS
    all_stock, all_ours = median(whole["stock"]), median(whole["ours"])
    section.rows += [
        Row(f"stock modules, {SERVERS} servers × {TASKS} tasks", "", f"{stock.wall:.1f} s wall, {stock.cpu:.1f} s CPU, "
            f"{per_stock * 1000:.0f} ms per server above the empty play"),
        Row("ours, the same servers, opened to sealed", "", f"{ours.wall:.1f} s wall, {ours.cpu:.1f} s CPU, "
            f"{per_ours * 1000:.0f} ms per server above the empty play", f"{stock.wall / ours.wall:.1f} × faster"),
        Row("CPU per server above the empty play, stock : ours", "≥ 10", f"{per_stock * 1000:.0f} : "
            f"{per_ours * 1000:.0f} ms", f"{per_stock / per_ours:.1f} ×", per_stock >= 10 * per_ours),
        Row("CPU of everything: stock modules for servers and modalities only : the whole inspection", "",
            f"{all_stock.cpu:.1f} : {all_ours.cpu:.1f} s", f"{all_stock.cpu / all_ours.cpu:.1f} ×"),
    ]
    section.notes += [
        f"Stock: bench/playbooks/stock.yml, {TASKS} module tasks per server (setup, service_facts, getent, slurp, "
        "stat, find, command), 50 forks, pipelining, ControlPersist. The modules' own work runs on the servers and is "
        "counted to the simulation on both sides.",
        "It gathers facts only. What ours does besides (forty checks per server, redaction, records, seal) is in "
        "our figure and not in the peer's; stock `assert` and `set_fact` tasks would add 25-50 ms each.",
        "The last row is not like with like, so it has no target: the peer leaves out the switches, the array and the "
        "management controllers (their collections are not installed here) and asks each modality with one wait_for "
        "task, which says less than a C-ECHO; our side is the whole `rounds inspect` with its report.",
    ]
