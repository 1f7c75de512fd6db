"""crm_mon --output-as=xml (and --as-xml of Pacemaker 1)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime
from typing import Any

from pacs_rounds.parse.oracle_text import date, fail

Fields = dict[str, Any]
_STATES = ("pending", "unclean", "standby", "maintenance", "shutdown")


def _true(element: ET.Element, name: str) -> bool:
    return element.get(name) == "true"


def _state(node: ET.Element) -> str:
    words = [word for word in _STATES if _true(node, word)]
    return ", ".join(["online" if _true(node, "online") else "offline", *words])


def _time(written: str | None) -> str | None:
    try:
        return datetime.fromisoformat(written or "").replace(tzinfo=None).isoformat()
    except ValueError:
        return date(written) if written else None


def _resources(element: ET.Element, parent: str | None) -> list[Fields]:
    found: list[Fields] = []
    for child in element:
        if child.tag in ("clone", "group", "bundle", "replica"):
            found += _resources(child, parent if child.tag == "replica" else child.get("id"))
        elif child.tag == "resource":
            notes = [word for word in ("failed", "blocked", "orphaned", "failure_ignored", "maintenance")
                     if _true(child, word)]
            notes += ["unmanaged"] if child.get("managed") == "false" else []
            nodes = [node.get("name") for node in child.findall("node")]
            if not child.get("id") or not child.get("role"):
                fail("a resource without id or role")
            found += [{"name": child.get("id"), "agent": child.get("resource_agent"), "role": child.get("role"),
                       "node": node, "set": parent, "notes": notes} for node in nodes or [None]]
    return found


def read_xml(text: str) -> Fields:
    """The same shape as crm_mon's text. ParseError for what is no status, and for a document type."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        fail("a document type in the status of a cluster")
    try:
        root = ET.fromstring(text.strip())  # noqa: S314  (a document type, where the dangers are, was refused)
    except ET.ParseError as error:
        fail(f"no whole XML: {error}")
    if root.tag not in ("pacemaker-result", "crm_mon"):
        fail("no status of a cluster", root.tag)
    status = root.find("status")
    if status is not None and status.get("code") not in (None, "0"):
        return {"running": False, "cluster": None, "stack": None, "dc": None, "quorum": None, "updated_at": None,
                "node_count": None, "resource_count": None, "maintenance": False, "nodes": [], "resources": [],
                "failed_actions": [], "failed_fencing": [], "warnings": [status.get("message") or ""], "sections": {}}
    summary, nodes = root.find("summary"), root.find("nodes")
    if summary is None or nodes is None or not len(nodes):
        fail("no summary or no node in the status of the cluster")
    dc, options = summary.find("current_dc"), summary.find("cluster_options")
    counts = [summary.find(name) for name in ("nodes_configured", "resources_configured")]
    updated, resources = summary.find("last_update"), root.find("resources")
    stack = summary.find("stack")
    return {
        "running": True, "cluster": None, "stack": stack.get("type") if stack is not None else None,
        "dc": dc.get("name") if dc is not None and _true(dc, "present") else None,
        "quorum": _true(dc, "with_quorum") if dc is not None and dc.get("with_quorum") else None,
        "updated_at": _time(updated.get("time")) if updated is not None else None,
        "node_count": _number(counts[0]), "resource_count": _number(counts[1]),
        "maintenance": options is not None and _true(options, "maintenance-mode"),
        "nodes": [{"name": node.get("name"), "kind": node.get("type") or "member", "state": _state(node)}
                  for node in nodes],
        "resources": _resources(resources, None) if resources is not None else [],
        "failed_actions": [_words(one) for one in root.findall("failures/failure")],
        "failed_fencing": [_words(one) for one in root.findall("fence_history/fence_event")
                           if one.get("status") == "failed"],
        "warnings": [], "sections": {}}


def _words(element: ET.Element) -> str:
    return " ".join(f"{key}={value}" for key, value in element.attrib.items())


def _number(element: ET.Element | None) -> int | None:
    return int(element.get("number") or "") if element is not None else None
