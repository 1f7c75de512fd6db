"""The steps of one node, as sh scripts in full: what stands in a signed plan is what runs. Pure.

Phases follow foreman_maintain's vocabulary: checks that change nothing, then procedures, each with its undo, and a
point of no return that a plan must name. Every script is idempotent or has a `done_when` that tells whether it is done.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from pacs_rounds.patch.approved import File, Patch, Product

PHASES = ("stage", "simulate", "keep", "drain", "apply", "reboot", "check", "return", "close")
"""`close` is not part of an application: it removes what a roll-back would need, once the hospital has accepted."""
STAGING = "/var/tmp/rounds-"  # noqa: S108  (on the target: survives a reboot, unlike /tmp; removed at the end)


@dataclass(frozen=True, slots=True)
class Step:
    """One step on one node. `script` goes to /bin/sh on standard input; `limit` seconds. `done_when` exits 0 where the
    step is done already, `undo` takes it back. `send` names a file whose bytes follow the script. `blame` is the node
    to roll back when the step fails (default: its own). After an undo that `undo_judge` says needs it, `undo_restart`
    runs, and `undo_check` must then say that the thing is gone."""

    id: str
    node: str
    phase: str
    title: str
    script: str
    limit: int
    done_when: str = ""
    undo: str = ""
    send: str = ""
    judge: str = ""
    blame: str = ""
    undo_judge: str = ""
    undo_restart: str = ""
    undo_check: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """How the pair's cluster is told to leave a node. `kind` is pacemaker, rgmanager or none; `resource` the group."""

    kind: str
    resource: str = ""


def quote(text: str) -> str:
    """One sh word."""
    return shlex.quote(text)


def folder(plan_id: str) -> str:
    """The staging folder of a plan on a node."""
    return STAGING + plan_id


def stage(node: str, where: str, files: Sequence[File], free_mb: int) -> list[Step]:
    """Copy and verify every file, the roll-back's too: a node is never touched before it can go back."""
    make = f"umask 077; mkdir -p {where} && df -P -m {where} | awk 'END {{ exit !($4 >= {free_mb}) }}'"
    out = [Step(f"{node}/folder", node, "stage", f"a folder with {free_mb} MB free",
                f"{make} || {{ echo 'less than {free_mb} MB free' >&2; exit 1; }}", 30, undo=f"rm -rf {where}")]
    for one in files:
        target = f"{where}/{one.name}"
        verify = f"cd {where} && echo {quote(f'{one.sha256}  {one.name}')} | sha256sum -c"
        out.append(Step(f"{node}/copy/{one.name}", node, "stage", f"copy {one.name}",
                        f"umask 077; cat > {target}.part && mv {target}.part {target}", 1800, done_when=verify,
                        send=one.name))
        out.append(Step(f"{node}/verify/{one.name}", node, "stage", f"SHA-256 of {one.name}", verify, 300))
    return out


def keep(node: str, where: str, config: Sequence[str]) -> list[Step]:
    """A copy of the configuration with its hashes, so that a roll-back is byte for byte."""
    if not config:
        return []
    names = " ".join(quote(path.lstrip("/")) for path in config)
    kept = f"{where}/config.tar"
    script = (f"umask 077; cd / && find {names} -type f -exec sha256sum {{}} + | sort -k2 > {where}/config.sha256 && "
              f"tar -cpf {kept}.part {names} && mv {kept}.part {kept}")
    return [Step(f"{node}/keep-config", node, "keep", "a copy of the configuration", script, 300,
                 done_when=f"test -s {kept}")]


# What a package manager lays beside a configuration that the site had changed: new with the patch, gone with it.
_LEFT_BESIDE = "rpmnew rpmsave rpmorig dpkg-dist dpkg-new dpkg-old"


def restore_config(where: str) -> str:
    """What puts the kept configuration back and proves it."""
    kept = f"{where}/config.sha256"
    tidy = (f"cut -c67- {kept} | while IFS= read -r f; do for s in {_LEFT_BESIDE}; do "
            f"grep -qF \"  $f.$s\" {kept} || rm -f \"$f.$s\"; done; done")
    return (f"if [ -s {where}/config.tar ]; then cd / && tar -xpf {where}/config.tar && {tidy} && "
            f"sha256sum --quiet -c {kept}; fi")


def _apt(node: str, where: str, patch: Patch, product: Product) -> list[Step]:
    new = " ".join(f"{where}/{one.name}" for one in patch.files if one.name.endswith(".deb"))
    old = " ".join(f"{where}/{one.name}" for one in patch.rollback_files if one.name.endswith(".deb"))
    # Only the files at hand: no source list, no network, no recommended package. Another apt is waited for, not fought.
    options = ("-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0 "
               "-o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold --no-install-recommends "
               "--allow-downgrades")
    version = f"dpkg-query -W -f '${{db:Status-Abbrev}}${{Version}}' {product.package}"
    is_new = f'[ "$({version})" = {quote("ii " + patch.target)} ]'
    undo = (f"export DEBIAN_FRONTEND=noninteractive LC_ALL=C; apt-get install -y {options} {old} && "
            f"[ -z \"$(dpkg --audit)\" ] && {restore_config(where)}")
    return [
        Step(f"{node}/simulate", node, "simulate", "what the package manager would do",
             f"LC_ALL=C apt-get install -s {options} {new}", 120, judge="apt"),
        Step(f"{node}/apply", node, "apply", f"install {product.package} {patch.target}",
             f"export DEBIAN_FRONTEND=noninteractive LC_ALL=C; apt-get install -y {options} {new}", 1800,
             done_when=f'{is_new} && [ -z "$(dpkg --audit)" ]', undo=undo),
        Step(f"{node}/installed", node, "check", f"{product.package} {patch.target} is installed whole",
             f"{is_new} && [ -z \"$(dpkg --audit)\" ] || {{ {version}; dpkg --audit; exit 1; }}", 60),
    ]


def _rpm(node: str, where: str, patch: Patch, product: Product) -> list[Step]:
    """rpm itself, not yum or dnf: the same on RHEL 5 and 9, needs no Python and no repository."""
    new = " ".join(f"{where}/{one.name}" for one in patch.files if one.name.endswith(".rpm"))
    old = " ".join(f"{where}/{one.name}" for one in patch.rollback_files if one.name.endswith(".rpm"))
    version = f"rpm -q --qf '%{{VERSION}}-%{{RELEASE}}' {product.package}"
    is_new = f'[ "$({version})" = {quote(patch.target)} ]'
    # rpm ends with 0 when a package's own script failed and does not remember it: only our mark says it went well.
    mark = f"{where}/applied"
    install = (f"said=$(LC_ALL=C rpm -Uvh --replacepkgs {new} 2>&1); status=$?; printf '%s\\n' \"$said\"; "
               "[ $status = 0 ] || exit $status; "
               f"if printf '%s\\n' \"$said\" | grep 'scriptlet failed'; then exit 1; fi; : > {mark}")
    return [
        Step(f"{node}/simulate", node, "simulate", "what the package manager would do",
             f"LC_ALL=C rpm -Uvh --test {new} && rpm -qp --qf '%{{NAME}} %{{VERSION}}-%{{RELEASE}}\\n' {new}", 120,
             judge="rpm"),
        Step(f"{node}/apply", node, "apply", f"install {product.package} {patch.target}",
             install, 1800, done_when=f"{is_new} && test -e {mark}",
             undo=f"rm -f {mark}; LC_ALL=C rpm -Uvh --oldpackage --replacepkgs {old} && {restore_config(where)}"),
        Step(f"{node}/installed", node, "check", f"{product.package} {patch.target} is installed",
             f"{is_new} && rpm -V --nomtime {product.package} | grep -v ' c /' | grep . && exit 1; {is_new}", 120),
    ]


def _bundle(node: str, where: str, patch: Patch, product: Product) -> list[Step]:
    """The release document's own commands, in order, in the staging folder."""
    ask = product.version_command
    out = []
    for number, one in enumerate(patch.steps, start=1):
        undo = one["undo"] or ""
        out.append(Step(f"{node}/apply/{number}", node, "apply", f"{one['title']} ({one['section']})",
                        f"cd {where} && {one['run']}", 1800, done_when=one.get("done_when", ""),
                        undo=f"cd {where} && {undo}" if undo else ""))
    if patch.config:
        last = out[0]
        back = f"{last.undo}\n{restore_config(where)}" if last.undo else restore_config(where)
        out[0] = Step(last.id, last.node, last.phase, last.title, last.script, last.limit, last.done_when, back)
    out.append(Step(f"{node}/installed", node, "check", f"{product.name} says {patch.target}",
                    f'v=$({ask}); [ "$v" = {quote(patch.target)} ] || {{ echo "it says $v"; exit 1; }}', 60))
    return out


def _opatch(node: str, where: str, patch: Patch, product: Product) -> list[Step]:
    """OPatch with its conflict check first. Runs as the home's owner (the connection's user)."""
    archive = next((one.name for one in patch.files if one.name.endswith(".zip")), patch.files[0].name)
    tool, unpacked = f"ORACLE_HOME={product.home} {product.home}/OPatch/opatch", f"{where}/{patch.target}"
    listed = f"{tool} lspatches | grep -q '^{patch.target};'"
    unzip = f"cd {where} && unzip -qo {archive}"
    return [
        Step(f"{node}/unpack", node, "simulate", "unpack", unzip, 600, done_when=f"test -d {unpacked}"),
        Step(f"{node}/simulate", node, "simulate", "conflicts with what is installed",
             f"cd {unpacked} && {tool} prereq CheckConflictAgainstOHWithDetail -ph ./", 600, judge="opatch"),
        Step(f"{node}/apply", node, "apply", f"opatch apply {patch.target}",
             f"cd {unpacked} && {tool} apply -silent", 3600, done_when=listed,
             undo=f"if {listed}; then {tool} rollback -silent -id {patch.target}; fi"),
        Step(f"{node}/installed", node, "check", f"{patch.target} is in the inventory of the home", listed, 120),
    ]


INSTALL = {"apt": _apt, "rpm": _rpm, "bundle": _bundle, "opatch": _opatch}


def _ran(resource: str, node: str) -> str:
    """sh: whether the resource runs on the node, told by the cluster itself."""
    return f"crm_resource --resource {resource} --locate 2>/dev/null | grep -qw {quote(node)}"


def drain(cluster: Cluster, node: str, peer: str) -> list[Step]:
    """Take the node out of service and see the service on its peer."""
    if cluster.kind == "none" or not peer:
        return []
    wait = "i=0; until {test}; do i=$((i+1)); [ $i -lt {n} ] || {{ echo '{words}' >&2; exit 1; }}; sleep 1; done"
    if cluster.kind == "rgmanager":
        there = f"clustat -s {cluster.resource} | grep -w {quote(peer)} | grep -qw started"
        return [Step(f"{node}/drain", node, "drain", f"the service runs on {peer}",
                     f"{there} || clusvcadm -r {cluster.resource} -m {quote(peer)}; "
                     + wait.format(test=there, n=180, words=f"{cluster.resource} did not start on {peer}"), 240,
                     done_when=there)]
    standby = f"crm_attribute --node {quote(node)} --name standby --quiet --query 2>/dev/null | grep -qx on"
    there = _ran(cluster.resource, peer)
    gone = f"{standby} && {there}"
    return [Step(
        f"{node}/drain", node, "drain", f"{node} on standby, the service on {peer}",
        f"crm_attribute --node {quote(node)} --name standby --update on && "
        + wait.format(test=f"{{ {gone}; }}", n=180, words=f"{cluster.resource} did not start on {peer}"), 240,
        done_when=gone, undo=online(node))]


def online(node: str) -> str:
    """sh: the node may run the service again, and the cluster has settled. No wish of the node's past is left."""
    settled = "crm_resource --wait --timeout=120 >/dev/null 2>&1 || true"
    return (f"crm_attribute --node {quote(node)} --name standby --delete >/dev/null 2>&1; "
            f"crm_resource --cleanup --node {quote(node)} >/dev/null 2>&1; {settled}; "
            f"! crm_attribute --node {quote(node)} --name standby --quiet --query 2>/dev/null | grep -qx on")


# A member that waits for the one before it is stopped, too: only with a failure and nothing under way is it given up.
_GIVEN_UP = r"""crm_mon -1 -r 2>/dev/null | awk '/Starting|Stopping/ {{ busy = 1 }}
/Failed .*Actions/ {{ failed = 1; mine = 0 }}
/Resource Group: {name}( |:|$)/ {{ mine = 1; next }} mine && !/^    / {{ mine = 0 }}
/Stopped|blocked/ && (mine || /[* ]{name}[ \t]/) {{ stopped = 1 }} END {{ exit !(failed && stopped && !busy) }}'"""


def given_up(cluster: Cluster) -> str:
    """sh: exits 0 where the cluster has given the service up; empty where there is no cluster to ask."""
    name = cluster.resource.replace(".", r"\.")
    return {"pacemaker": _GIVEN_UP.format(name=name),
            "rgmanager": f"clustat -s {cluster.resource} | grep -Eqw 'failed|stopped|disabled'"}.get(cluster.kind, "")


def give_back(cluster: Cluster, node: str) -> list[Step]:
    """The node joins again; `undo` takes it out, so that an earlier version on it cannot catch the service."""
    if cluster.kind != "pacemaker":
        return []
    return [Step(f"{node}/online", node, "return", f"{node} may carry the service again", online(node), 180,
                 undo=f"crm_attribute --node {quote(node)} --name standby --update on && "
                      "crm_resource --wait --timeout=120")]


def services(node: str, names: Sequence[str]) -> list[Step]:
    """Units that must run on the node whether or not it carries the service."""
    return [Step(f"{node}/service/{name}", node, "check", f"{name} is active",
                 f"systemctl is-active {name} 2>/dev/null || service {name} status", 60) for name in names]


def reboot(node: str, boot_minutes: int = 15) -> list[Step]:
    """Restart and come back with another boot id. The connection drops: the engine waits for the node."""
    mark = "cat /proc/sys/kernel/random/boot_id"
    return [Step(f"{node}/reboot", node, "reboot", "restart and come back",
                 f"{mark}; (sleep 2; reboot) >/dev/null 2>&1 &", boot_minutes * 60, judge="reboot")]
