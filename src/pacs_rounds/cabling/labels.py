"""What stands on a label: one for each end of a cable, by the site's rule, with a QR code of the cable's id. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import segno

from pacs_rounds.cabling import names
from pacs_rounds.cabling.model import Cable, End, Register
from pacs_rounds.model import BadInput

DEFAULT_RULE = "{near_rack}.{near_u}:{near_port} / {far_rack}.{far_u}:{far_port}"
"""Cabinet, unit and port of both ends, as TIA-606-C names the ends of a link between cabinets."""
PURPOSE = {"uplink": "上联", "lan": "服务器网络", "management": "管理网", "fc": "光纤存储", "modality": "影像设备",
           "client": "客户端", "power": "电源", "console": "串口"}


@dataclass(frozen=True, slots=True)
class Label:
    """One label. `near` and `far` are the two halves of the rule's text; `names` the devices and ports in full."""

    cable: str
    side: str
    near: str
    far: str
    names: tuple[str, str]
    about: str
    qr: str


def fields(register: Register, cable: Cable, near: End, far: End) -> dict[str, str]:
    """What a rule may name."""
    found = {"id": cable.id, "near": str(near) if near.known else "?", "far": str(far) if far.known else "?"}
    for word, end in (("near", near), ("far", far)):
        device = register.devices.get(end.device)
        rack = register.racks.get(device.rack) if device else None
        found |= {
            f"{word}_device": end.device or "?", f"{word}_port": end.port or "?",
            f"{word}_rack": (rack.name if rack else device.place.partition(",")[0] if device else "") or "?",
            f"{word}_u": f"{device.u:02d}" if device and device.u is not None else "--" if device else "?",
            f"{word}_room": rack.room if rack else "?"}
    return found


def rule_text(register: Register, cable: Cable, near: End, far: End) -> str:
    """The label's text by the site's rule. BadInput for a rule with a field that does not exist."""
    rule = str(register.rules.get("label") or DEFAULT_RULE)
    known = fields(register, cable, near, far)
    try:
        return rule.format_map(known)
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise BadInput("rules.label", f"{rule!r}: {type(error).__name__} {error}",
                       "fields: " + " ".join(f"{{{name}}}" for name in known)) from None


def qr(text: str) -> str:
    """The code as an SVG: error correction M, two modules of quiet zone; the label's own margin is the rest."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, border=2, omitsize=True, svgclass=None, lineclass=None)
    return out.getvalue().decode("utf-8").strip()


def labels(register: Register, cables: Iterable[str] | None = None) -> list[Label]:
    """Both ends of each cable (default: all that are in place or planned), in reading order."""
    wanted = sorted(register.cables, key=names.natural) if cables is None else list(cables)
    found = []
    for name in wanted:
        cable = register.cables.get(name)
        if cable is None:
            raise BadInput(f"cable {name!r}", "the register has no such cable", "rounds cabling schedule lists them")
        code = qr(name)
        for side, near, far in (("A", cable.a, cable.b), ("B", cable.b, cable.a)):
            text = rule_text(register, cable, near, far)
            first, _, second = text.partition(" / ")
            length = f"{cable.length_m:g} m" if cable.length_m is not None else ""
            about = " · ".join(word for word in (PURPOSE.get(cable.purpose, cable.purpose), cable.type, length) if word)
            found.append(Label(name, side, first, second, (f"{near.device or '?'} {near.port}".strip(),
                                                           f"{far.device or '?'} {far.port}".strip()), about, code))
    return found
