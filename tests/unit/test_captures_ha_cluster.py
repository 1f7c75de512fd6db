"""The readers of clusters over real output that nobody here wrote: $ROUNDS_CAPTURES/ha_cluster.

Every file is either read by its parser with a few values read from it by eye, or refused for a reason listed here, or
meant for no parser of ours. A file nobody listed fails the test, so that a new capture is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacs_rounds import parse
from pacs_rounds.model import ParseError

CAPTURES = Path(os.environ["ROUNDS_CAPTURES"]) / "ha_cluster" if os.environ.get("ROUNDS_CAPTURES") else None
PLATFORMS = ("rhcs.", "mscs.", "pacemaker.")

pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(CAPTURES is None, reason="ROUNDS_CAPTURES is not set: real cluster output was NOT tested"),
]
Holds = Callable[[Any], bool]


def _rgmanager(members: list[str], services: dict[str, str]) -> Holds:
    def holds(data: dict[str, Any]) -> bool:
        return (data["quorate"] and all(one["online"] for one in data["members"])
                and [one["name"] for one in data["members"]] == members
                and {one["name"]: one["owner"] for one in data["services"]} == services
                and {one["state"] for one in data["services"]} == {"started"})
    return holds


def _cluster(nodes: int, resources: int, **more: Any) -> Holds:
    """A running cluster with this many nodes and resource rows, and these facts."""
    def holds(data: dict[str, Any]) -> bool:
        return (data["running"] and data["quorum"] and data["dc"] is not None and len(data["nodes"]) == nodes
                and len(data["resources"]) == resources and all(data[key] == value for key, value in more.items()))
    return holds


def _partly(data: dict[str, Any]) -> bool:
    rows = {(one["name"], one["role"], one["node"]) for one in data["resources"]}
    return (("httpd", "FAILED", "httpd-bundle-1") in rows and ("dummy-2", "FAILED", "cluster02") in rows
            and len(data["failed_actions"]) == 1 and len(data["warnings"]) == 2)


def _partly_xml(data: dict[str, Any]) -> bool:
    failed = {one["name"] for one in data["resources"] if "failed" in one["notes"]}
    return failed == {"httpd", "dummy-2"} and len(data["warnings"]) == 2 and len(data["failed_actions"]) == 1


def _triple(data: dict[str, Any]) -> bool:
    masters = {one["node"] for one in data["resources"] if one["name"] == "redis" and one["role"] == "Master"}
    return (masters == {"overcloud-controller-0"} and data["daemons"]["pcsd"] == "active/enabled"
            and data["resource_count"] == 112 and data["updated_at"] == "2017-05-02T03:08:03")


def _fencing(data: dict[str, Any]) -> bool:
    return (len(data["failed_actions"]) == 2 and len(data["failed_fencing"]) == 2 and data["cluster"] == "test0304"
            and data["pcsd"] == {"test-host1": "Online", "test-host2": "Online"})


def _table(key: str, values: list[str]) -> Holds:
    return lambda rows: [row[key] for row in rows] == values


P = "pacemaker_cts/crm_mon"
PARSED: dict[str, tuple[str, Holds]] = {
    "clustat/cluster1_apache.txt": ("rhcs.clustat", _rgmanager(
        ["node2.deimos.fr", "node1.deimos.fr"], {"service:apache": "node2.deimos.fr"})),
    "clustat/gfs_two_services.txt": ("rhcs.clustat", _rgmanager(
        ["ecs-share-001", "ecs-share-002"],
        {"service:GFS_SG_VBD_1": "ecs-share-001", "service:GFS_SG_VBD_2": "ecs-share-002"})),
    "clustat/mysql_clus.txt": ("rhcs.clustat", _rgmanager(
        ["c80216-db1", "c80217-db2"], {"service:mysql-svc": "c80216-db1"})),
    "clustat/qpid_ha_three_nodes.txt": ("rhcs.clustat", _rgmanager(
        [f"node{number}.example.com" for number in (1, 2, 3)],
        {"service:qpidd-primary-service": "node3.example.com",
         **{f"service:mrg{number}-qpidd-service": f"node{number}.example.com" for number in (1, 2, 3)}})),
    "mscs/cluster_node_bjmsapg1.txt": ("mscs.cluster_node", _table("status", ["Up", "Up"])),
    "mscs/cluster_res_bjmsapg1.txt": ("mscs.cluster_res", _table("resource", [
        "Disks K:", "DHCP Service", "Share K", "Images", "stsprov", "stsconv", "stsopcf", "stsmain"])),
    f"{P}_00_Basic_output.txt": ("pacemaker.crm_mon", _cluster(4, 13, resource_count=32, maintenance=False)),
    f"{P}_01_Basic_output_XML.xml": ("pacemaker.crm_mon", _cluster(5, 32, resource_count=32, maintenance=False)),
    f"{P}_05_Complete_text_output.txt": ("pacemaker.crm_mon", _cluster(4, 13, node_count=5)),
    f"{P}_08_Complete_text_output_grouped_by_node.txt": ("pacemaker.crm_mon", _cluster(5, 16, node_count=5)),
    f"{P}_19_Basic_text_output_with_inactive_resources.txt": ("pacemaker.crm_mon", _cluster(4, 17, node_count=5)),
    f"{P}_57_Output_of_partially_active_resources.txt": ("pacemaker.crm_mon", _partly),
    f"{P}_58_Output_of_partially_active_resources_XML.xml": ("pacemaker.crm_mon", _partly_xml),
    f"{P}_68_Output_of_active_unmanaged_resource_on_offline_node.txt": (
        "pacemaker.crm_mon", _cluster(2, 3, maintenance=True)),
    f"{P}_72_Output_of_all_resources_with_maintenance_mode_enabled.txt": (
        "pacemaker.crm_mon", _cluster(4, 17, maintenance=True)),
    "rhinsights/pcs_status_CLUSTER_NODES_AND_RESOURCES.txt": ("pacemaker.pcs_status", _triple),
    "rhinsights/pcs_status_CLUSTER_OUTPUT_PACEMAKER_VERSION_1.txt": ("pacemaker.pcs_status", _fencing),
}

# A fragment: two warnings without a status.
REFUSED = {"rhinsights/pcs_status_CLUSTER_WARNINGS.txt": ("pacemaker.pcs_status", "no node in the status")}

NOT_OURS = {"rhinsights/corosync_cmapctl_COROSYNC_CONTENT_1.txt", "rhinsights/pacemaker_log_PACEMAKER_LOG.txt"}


def _text(name: str) -> str:
    assert CAPTURES is not None
    return (CAPTURES / name).read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("name", sorted(PARSED))
def test_real_output_is_read_with_its_real_values(name: str) -> None:
    parser, holds = PARSED[name]
    parsed = parse.parse(parser, _text(name))
    assert holds(parsed), str(parsed)[:1500]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_fragment_is_refused(name: str) -> None:
    parser, reason = REFUSED[name]
    with pytest.raises(ParseError) as refusal:
        parse.parse(parser, _text(name))
    assert reason in str(refusal.value)


def test_every_capture_is_listed_here() -> None:
    assert CAPTURES is not None
    found = {str(path.relative_to(CAPTURES)) for path in CAPTURES.rglob("*.*")}
    assert found, f"no capture below {CAPTURES}"
    assert found ^ {*PARSED, *REFUSED, *NOT_OURS} == set()


@pytest.mark.parametrize("name", sorted({*PARSED, *REFUSED, *NOT_OURS}))
def test_another_products_reader_refuses_it(name: str) -> None:
    own = PARSED[name][0].partition(".")[0] if name in PARSED else ""
    understood, said = [], []
    for parser in (one for one in parse.names() if one.startswith(PLATFORMS)):
        try:
            parse.parse(parser, _text(name))
            understood.append(parser)
        except ParseError as error:
            said.append(str(error))
    assert {parser.partition(".")[0] for parser in understood} <= {own}
    assert [one for one in said if "\n" in one or any(f"Error in {platform}" in one for platform in PLATFORMS)] == []
