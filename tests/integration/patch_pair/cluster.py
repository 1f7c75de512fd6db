"""Two containers with systemd, pacemaker and corosync in a network namespace of their own, by podman and runc.

Nothing is pulled: mmdebstrap makes the image from Debian. Everything runs inside the namespace of a process that only
holds it; when that process ends, bridge, links and addresses are gone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

PACKAGES = ("systemd,systemd-sysv,dbus,pacemaker,corosync,pacemaker-cli-utils,resource-agents,iproute2,openssh-server,"
            "dcmtk,procps,psmisc")
# Debian's packages would start a cluster of one before ours has its configuration.
QUIET = '--customize-hook=chroot "$1" systemctl disable corosync pacemaker'
NET, VIP, CONTROL = "10.99.0.", "10.99.0.100", "10.99.0.254"
NODES = {"node-1": NET + "1", "node-2": NET + "2"}
CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
COROSYNC = """totem {{
  version: 2
  cluster_name: pacs
  transport: knet
  crypto_cipher: none
  crypto_hash: none
  token: 2000
}}
nodelist {{
{nodes}
}}
quorum {{
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}}
logging {{
  to_syslog: yes
}}
"""
RESOURCES = f"""<resources><group id="pacs">
<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="vip-a">
<nvpair id="vip-ip" name="ip" value="{VIP}"/><nvpair id="vip-mask" name="cidr_netmask" value="24"/>
</instance_attributes><operations><op id="vip-m" name="monitor" interval="5s"/></operations></primitive>
<primitive id="core" class="systemd" type="pacs-core"><operations>
<op id="core-m" name="monitor" interval="2s" timeout="20s"/><op id="core-s" name="start" interval="0" timeout="20s"/>
<op id="core-e" name="stop" interval="0" timeout="20s"/></operations></primitive></group></resources>"""
OPTIONS = """<crm_config><cluster_property_set id="options">
<nvpair id="o1" name="stonith-enabled" value="false"/><nvpair id="o2" name="no-quorum-policy" value="ignore"/>
<nvpair id="o3" name="cluster-recheck-interval" value="60s"/></cluster_property_set></crm_config>"""
STICKY = """<rsc_defaults><meta_attributes id="sticky"><nvpair id="s1" name="resource-stickiness" value="100"/>
<nvpair id="s2" name="migration-threshold" value="1"/></meta_attributes></rsc_defaults>"""


def missing() -> str:
    """Why the pair cannot be had here; empty when it can."""
    if os.geteuid() != 0:
        return "containers with systemd need root"
    absent = [name for name in ("podman", "runc", "mmdebstrap", "nsenter", "unshare") if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


class Pair:
    """The two nodes. `folder` holds containers, image store and shared images; `cache` the image's tar."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache
        self.images = folder / "images"
        self.key = folder / "key"
        self._conf = folder / "containers.conf"
        self._holder: subprocess.Popen[bytes] | None = None

    # -- commands ---------------------------------------------------------------------------------------------------
    def inside(self, *words: str, timeout: float = 120, check: bool = True, **more: object) -> str:
        """A command of the control node, in the pair's network."""
        done = subprocess.run(self.words(*words), timeout=timeout, check=False, capture_output=True, text=True,
                              **more)  # type: ignore[call-overload]
        if check and done.returncode:
            raise AssertionError(f"{words}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return str(done.stdout)

    def words(self, *words: str) -> list[str]:
        """The argv that runs a command in the pair's network."""
        assert self._holder
        return ["nsenter", "-t", str(self._holder.pid), "-n", *words]

    def podman(self, *words: str, timeout: float = 120, check: bool = True) -> str:
        """One podman call on the pair's own store."""
        environment = dict(os.environ, CONTAINERS_CONF=str(self._conf))
        return self.inside("podman", "--root", str(self.folder / "store"), "--runroot", str(self.folder / "run"),
                           *words, timeout=timeout, check=check, env=environment)

    def on(self, node: str, script: str, timeout: float = 60, check: bool = True) -> str:
        """A shell script in a container."""
        return self.podman("exec", node, "/bin/sh", "-c", script, timeout=timeout, check=check)

    # -- life -------------------------------------------------------------------------------------------------------
    def start_containers(self) -> None:
        """Image, network, containers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._conf.write_text(CONTAINERS_CONF)
        self._holder = subprocess.Popen(["unshare", "-n", "sleep", "7200"])
        time.sleep(0.2)
        for words in ("link set lo up", "link add br0 type bridge", f"addr add {CONTROL}/24 dev br0",
                      "link set br0 up"):
            self.inside("ip", *words.split())
        tar = self.cache / "patch-pair.tar"
        if not tar.exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", QUIET, "bookworm",
                            f"{tar}.part.tar"],
                           check=True, timeout=600, capture_output=True)
            Path(f"{tar}.part.tar").rename(tar)
        self.podman("import", "-q", str(tar), "pacs-node", timeout=300)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True, timeout=20)
        self.images.mkdir()
        for node in NODES:
            self.start(node)

    def start(self, node: str) -> None:
        """One container, plugged into the bridge."""
        self.podman("run", "-d", "--name", node, "--hostname", node, "--network=none", "--systemd=always",
                    "--cap-add", "NET_ADMIN,NET_RAW,SYS_NICE,IPC_LOCK", "--tmpfs", "/run", "--tmpfs", "/tmp",
                    "-v", f"{self.images}:/images", "pacs-node", "/sbin/init")
        self._plug(node)

    def _plug(self, node: str) -> None:
        pid = self.podman("inspect", "-f", "{{.State.Pid}}", node).strip()
        outside = f"v-{node}"
        self.inside("ip", "link", "del", outside, check=False)
        self.inside("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", pid)
        self.inside("ip", "link", "set", outside, "master", "br0", "up")
        for words in (f"addr add {NODES[node]}/24 dev eth0", "link set eth0 up", "link set lo up"):
            subprocess.run(["nsenter", "-t", pid, "-n", "ip", *words.split()], check=True, timeout=20)

    def restart(self, node: str) -> None:
        """A killed container again, on its network, with its cluster."""
        self.podman("start", node)
        self._plug(node)
        self.until(node, "systemctl is-system-running | grep -Eq 'running|degraded'", 60)
        self.on(node, "systemctl start ssh; systemctl start corosync pacemaker")

    def _prepare(self, node: str) -> None:
        public = self.key.with_suffix(".pub").read_text()
        nodes = "\n".join(f"  node {{\n    ring0_addr: {address}\n    name: {name}\n    nodeid: {number}\n  }}"
                          for number, (name, address) in enumerate(NODES.items(), start=1))
        files = {"/etc/corosync/corosync.conf": COROSYNC.format(nodes=nodes), "/root/.ssh/authorized_keys": public}
        for path, text in files.items():
            file = self.folder / "file"
            file.write_text(text)
            self.on(node, f"mkdir -p {Path(path).parent} && chmod 700 /root/.ssh 2>/dev/null; true")
            self.podman("cp", str(file), f"{node}:{path}")
        self.on(node, "chown root:root /root/.ssh/authorized_keys; chmod 600 /root/.ssh/authorized_keys; "
                      "systemctl restart ssh; systemctl start corosync pacemaker")

    def install(self, node: str, package: Path) -> None:
        """Install a package by hand, before anything is tested."""
        self.podman("cp", str(package), f"{node}:/root/{package.name}")
        self.on(node, f"dpkg -i /root/{package.name}")

    def form(self) -> None:
        """SSH and a cluster of both, without resources yet."""
        for node in NODES:
            self._prepare(node)
        self.until("node-1", "crm_mon -1 | grep -q 'Online: \\[ node-1 node-2 \\]'", 90)
        for scope, text in (("crm_config", OPTIONS), ("rsc_defaults", STICKY)):
            self.on("node-1", f"cibadmin --replace --scope {scope} --xml-text '{text}' || "
                              f"cibadmin --create --scope configuration --xml-text '{text}'")

    def serve(self) -> None:
        """Give the cluster its resources and wait for the service."""
        self.on("node-1", f"cibadmin --replace --scope resources --xml-text '{RESOURCES}'")
        self.until("node-1", "crm_resource --resource core --locate 2>&1 | grep -q node-", 60)

    def until(self, node: str, test: str, seconds: float) -> None:
        """Wait for a shell test to succeed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done = self.on(node, f"({test}) >/dev/null 2>&1 && echo yes || echo no", check=False)
            if done.strip() == "yes":
                return
            time.sleep(0.5)
        raise AssertionError(f"{node}: not within {seconds} s: {test}\n" + self.on(node, "crm_mon -1 -r", check=False))

    def carrier(self, node: str = "node-1") -> str:
        """Who carries the service, as this node sees it."""
        said = self.on(node, "crm_resource --resource core --locate 2>/dev/null", check=False)
        return said.rpartition("running on: ")[2].strip() if "running on" in said else ""

    def down(self) -> None:
        """End containers and network."""
        if self._holder:
            self.podman("rm", "-f", "-t", "0", *NODES, check=False)
            self.podman("rmi", "-f", "pacs-node", check=False)
            self._holder.kill()
            self._holder.wait(10)
