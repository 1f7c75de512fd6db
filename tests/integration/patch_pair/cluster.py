"""Two containers with systemd, pacemaker and corosync in a network namespace of their own, by podman and runc.

Each node is a copy of image.tree(), furnished before it boots: cluster, resources, key, version 1.0. Everything runs
inside the namespace of a process that only holds it; when that process ends, bridge, links and addresses are gone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

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
# dc-deadtime: how long the first node waits for an elder one; the default of 20 s is for racks that start at a time.
OPTIONS = """<crm_config><cluster_property_set id="options">
<nvpair id="o1" name="stonith-enabled" value="false"/><nvpair id="o2" name="no-quorum-policy" value="ignore"/>
<nvpair id="o3" name="cluster-recheck-interval" value="60s"/><nvpair id="o4" name="dc-deadtime" value="2s"/>
</cluster_property_set></crm_config>"""
STICKY = """<rsc_defaults><meta_attributes id="sticky"><nvpair id="s1" name="resource-stickiness" value="100"/>
<nvpair id="s2" name="migration-threshold" value="1"/></meta_attributes></rsc_defaults>"""
# Each node says every second whether it could carry the service, as it sees itself, where both nodes' words are kept.
WATCHED = "watch.{node}"
WATCH = """[Unit]
Description=tells whether this node is up
[Service]
ExecStart=/bin/sh /root/watch.sh
[Install]
WantedBy=multi-user.target
"""
WATCH_SH = """me=$(uname -n)
while :; do
  if crm_mon -1 2>/dev/null | grep Online: | grep -q " $me "; then word=up; else word=down; fi
  echo "$(date +%s.%N) $word" >> /images/watch.$me
  sleep 1
done
"""
CIB = f"""<cib crm_feature_set="3.0.14" validate-with="pacemaker-3.0" epoch="1" num_updates="0" admin_epoch="0">
<configuration>{OPTIONS}<nodes/>{RESOURCES}<constraints/>{STICKY}</configuration><status/></cib>
"""


class Pair:
    """The two nodes. `folder` holds their roots and `images`, which both see; podman's own folders have short names, as
    it demands."""

    def __init__(self, folder: Path, image: Path) -> None:
        self.folder, self._image = folder, image
        self.images = folder / "images"
        self.key = folder / "key"
        self._conf = folder / "containers.conf"
        self._holder: subprocess.Popen[bytes] | None = None
        self._podman: Path | None = None

    @property
    def sockets(self) -> Path:
        """A folder whose name is short enough for SSH's sockets."""
        assert self._podman
        return self._podman

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
        return self.inside("podman", "--root", f"{self._podman}/s", "--runroot", f"{self._podman}/r", *words,
                           timeout=timeout, check=check, env=environment)

    def on(self, node: str, script: str, timeout: float = 60, check: bool = True) -> str:
        """A shell script in a container."""
        return self.podman("exec", node, "/bin/sh", "-c", script, timeout=timeout, check=check)

    # -- life -------------------------------------------------------------------------------------------------------
    def prepare(self, package: Path) -> None:
        """The network, and both nodes' roots with everything on them, the application included."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._podman = Path(tempfile.mkdtemp(prefix="pp-", dir="/tmp"))
        self._conf.write_text(CONTAINERS_CONF)
        self._holder = subprocess.Popen(["unshare", "-n", "sleep", "7200"])
        time.sleep(0.2)
        for words in ("link set lo up", "link add br0 type bridge", f"addr add {CONTROL}/24 dev br0",
                      "link set br0 up"):
            self.inside("ip", *words.split())
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True, timeout=20)
        self.images.mkdir()
        for node in NODES:
            self._furnish(self.folder / node, package)

    def _furnish(self, root: Path, package: Path) -> None:
        self._copy(root)
        nodes = "\n".join(f"  node {{\n    ring0_addr: {address}\n    name: {name}\n    nodeid: {number}\n  }}"
                          for number, (name, address) in enumerate(NODES.items(), start=1))
        files = {"etc/corosync/corosync.conf": COROSYNC.format(nodes=nodes), "var/lib/pacemaker/cib/cib.xml": CIB,
                 "etc/systemd/system/watch.service": WATCH, "root/watch.sh": WATCH_SH,
                 "root/.ssh/authorized_keys": self.key.with_suffix(".pub").read_text()}
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o600)
        shutil.copy(package, root / "root")
        for words in ("chown -R hacluster:haclient /var/lib/pacemaker/cib", "chmod 700 /root/.ssh",
                      "systemctl enable watch",
                      f"dpkg --force-unsafe-io -i /root/{package.name}"):
            subprocess.run(["chroot", str(root), *words.split()], check=True, timeout=60, capture_output=True)

    def _copy(self, root: Path) -> None:
        """A node's own root: an overlay where the kernel lets us, for it costs nothing, else all files."""
        parts = {name: self.folder / f"{root.name}.{name}" for name in ("upper", "work")}
        for path in (root, *parts.values()):
            path.mkdir()
        options = f"lowerdir={self._image},upperdir={parts['upper']},workdir={parts['work']}"
        done = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(root)], check=False, timeout=20,
                              capture_output=True)
        if done.returncode:
            subprocess.run(["cp", "-a", f"{self._image}/.", str(root)], check=True, timeout=300)

    def run(self) -> None:
        """Both containers, on their network."""
        for node in NODES:
            self.podman("run", "-d", "--name", node, "--hostname", node, "--network=none", "--systemd=always",
                        "--cap-add", "NET_ADMIN,NET_RAW,SYS_NICE,IPC_LOCK", "--tmpfs", "/run", "--tmpfs", "/tmp",
                        "-v", f"{self.images}:/images", "--rootfs", str(self.folder / node), "/sbin/init")
            self._plug(node)

    def form(self) -> None:
        """A cluster of both, with the service on one of them."""
        for node in NODES:
            self._cluster(node)
        self.whole()

    def whole(self) -> None:
        """Both nodes online, nothing failed, the service on one of them; waits for it."""
        if "standby" in self.on("node-1", "crm_mon -1 -r", check=False):
            self.on("node-1", "; ".join(f"crm_attribute --node {node} --name standby --delete" for node in NODES))
        self.until("node-1", "crm_mon -1 | grep -q 'Online: \\[ node-1 node-2 \\]'", 90)
        if "Failed Resource Actions" in self.on("node-1", "crm_mon -1 -r"):
            self.on("node-1", "crm_resource --cleanup; crm_resource --wait --timeout=60", check=False)
        self.until("node-1", "[ $(crm_mon -1 -r | tee /tmp/now | grep -c 'Started node-[12]$') = 2 ] && "
                             "! grep -Eq 'Failed|Starting|Stopping|Stopped' /tmp/now", 60)

    def set_back(self, package: str) -> None:
        """An installed version again, by hand, so that a case does not pay for a roll-back that another one tries."""
        for node in NODES:
            self.on(node, f"dpkg --force-downgrade --force-confnew --force-unsafe-io -i {package}; "
                          "rm -rf /var/tmp/rounds-*")

    def _cluster(self, node: str) -> None:
        self.until(node, "systemctl is-system-running | grep -Eq 'running|degraded'", 60)
        self.on(node, "systemctl start corosync pacemaker")

    def _plug(self, node: str) -> None:
        pid = self.podman("inspect", "-f", "{{.State.Pid}}", node).strip()
        outside = f"v-{node}"
        self.inside("ip", "link", "del", outside, check=False)
        self.inside("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", pid)
        self.inside("ip", "link", "set", outside, "master", "br0", "up")
        # The same hardware address after a restart, else the others' ARP tables lie for some seconds.
        for words in (f"link set eth0 address 02:00:00:00:00:0{node[-1]}", f"addr add {NODES[node]}/24 dev eth0",
                      "link set eth0 up", "link set lo up"):
            subprocess.run(["nsenter", "-t", pid, "-n", "ip", *words.split()], check=True, timeout=20)

    def kill(self, node: str) -> None:
        """What a power cut does."""
        self.podman("kill", node)
        with (self.images / WATCHED.format(node=node)).open("a") as file:
            file.write(f"{time.time():.3f} killed\n")

    def restart(self, node: str) -> None:
        """A killed container again, on its network, with its cluster."""
        self.podman("start", node)
        self._plug(node)
        self._cluster(node)

    def until(self, node: str, test: str, seconds: float) -> None:
        """Wait for a shell test to succeed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done = self.on(node, f"({test}) >/dev/null 2>&1 && echo yes || echo no", check=False)
            if done.strip() == "yes":
                return
            time.sleep(0.3)
        raise AssertionError(f"{node}: not within {seconds} s: {test}\n" + self.on(node, "crm_mon -1 -r", check=False))

    def carrier(self, node: str = "node-1") -> str:
        """Who carries the service, as this node sees it."""
        said = self.on(node, "crm_resource --resource core --locate 2>/dev/null", check=False)
        return said.rpartition("running on: ")[2].strip() if "running on" in said else ""

    def down(self) -> None:
        """End containers and network."""
        if self._holder:
            self.podman("rm", "-f", "-t", "0", *NODES, check=False)
            self._holder.kill()
            self._holder.wait(10)
        for mounted in (*(self.folder / node for node in NODES), f"{self._podman}/s/overlay"):
            subprocess.run(["umount", str(mounted)], check=False, timeout=20, capture_output=True)
        for path in (self._podman, self.folder):
            if path:
                shutil.rmtree(path, ignore_errors=True)
