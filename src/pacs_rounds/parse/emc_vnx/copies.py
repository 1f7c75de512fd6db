"""Mirrors and snapshots: mirror, snap."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.emc_vnx.text import Fields, blocks, lines_of, need, read, says_none, split, typed

_MISSING = re.compile(r"^Request failed\. +.*Mirror.* (?:software|feature) is not installed or unavailable",
                      re.IGNORECASE)
_MIRROR = re.compile(r"^\s*MirrorView Name:\s*(\S.*?)\s*$")
_GROUP = re.compile(r"^\s*Group Name:\s*(\S.*?)\s*$")
_IMAGE = re.compile(r"^\s*Image UID:\s*(\S+)\s*$")
_MEMBER = re.compile(r"^\s*Mirror Name:\s*(\S.*?)\s*$")
_TITLE = re.compile(r"^\s*(?:Images|Mirrors can be added to group)\s*:\s*$")
_FLAGS = r"mirrorview_(?:faulted|transitioning)|is_image_primary|image_(?:faulted|transitioning)|write_intent_log_used"
_NUMBERS = (r"image_(?:size|count)|quiesce_threshold|minimum_number_of_images_required|synchronizing_progress_percent|"
            r"update_period\w*|time_in_minutes\w*|local_lun_number|maximum_number_\w+")


# MirrorView Name:  pacs_mirror
# MirrorView State:  Active
# MirrorView Faulted:  NO
# Images:
# Image UID:  50:06:01:60:B6:E0:1C:F4
# Image State:  Synchronized
@parser("emc_vnx.mirror")
def mirror(text: str) -> dict[str, Any]:
    """mirror -sync|-async -list or -listgroups: {"installed": bool, "mirrors": [{"mirrorview_name", "mirrorview_state",
    "mirrorview_faulted", …, "images": [{"image_uid", "image_state", "image_condition", …}]}], "groups": [{"group_name",
    "state", "condition", …, "members": [{"mirror_name", …}]}], "limits": {…}}."""
    lines = lines_of(text, _MISSING)
    found: dict[str, Any] = {"installed": True, "mirrors": [], "groups": [], "limits": {}}
    if all(not line or _MISSING.match(line) for line in lines):
        return found | {"installed": False}
    if says_none(lines):
        return found
    if any(_MIRROR.match(line) for line in lines):
        found["mirrors"] = [_with_parts("mirrorview_name", match, body, _IMAGE, "image_uid", "images")
                            for match, body in blocks(lines, _MIRROR)]
        return found
    head, groups = split(lines, _GROUP)
    found["limits"] = typed(read(head), _NUMBERS)
    if not groups:
        need(found["limits"], "maximum_number_of_groups_allowed")
    elif found["limits"]:
        need(found["limits"], "maximum_number_of_groups_allowed", "maximum_number_of_mirrors_per_group")
    found["groups"] = [_with_parts("group_name", match, body, _MEMBER, "mirror_name", "members")
                       for match, body in groups]
    return found


@parser("emc_vnx.mirrorview")
def mirrorview(text: str) -> dict[str, Any]:
    """mirrorview -list, the older name of mirror -sync -list: see mirror."""
    found: dict[str, Any] = mirror(text)
    return found


def _with_parts(key: str, match: re.Match[str], body: list[str], start: re.Pattern[str], part_key: str,
                name: str) -> Fields:
    own, parts = split(body, start)
    return {key: match[1], **typed(read(own, skip=_TITLE), _NUMBERS, _FLAGS), name: [
        {part_key: one[1], **typed(read(lines, skip=_TITLE), _NUMBERS, _FLAGS)} for one, lines in parts]}


# Name:  nightly
# Creation time:  11/19/26 20:33:28
# Source LUN(s):  1
# State:  Ready
# Status:  OK(0x0)
@parser("emc_vnx.snap")
def snap(text: str) -> list[Fields]:
    """snap -list and snap -group -list: [{"name", "state", "status", "creation_time", "source_lun_s", …}] by the
    array's own names; [] when there is none."""
    lines = lines_of(text)
    if says_none(lines):
        return []
    found = []
    for match, body in blocks(lines, re.compile(r"^\s*Name:\s*(\S.*?)\s*$")):
        fields = typed(read(body), flags=r"allow_\w+|modified")
        need(fields, "state", "creation_time", "member_lun_id_s", "source_lun_s")
        found.append({"name": match[1], **fields})
    return found
