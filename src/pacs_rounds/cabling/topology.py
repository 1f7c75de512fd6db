"""The network and the storage network as pictures: SVG to print, draw.io to edit. One layout for both. Pure.

Layers from the top: servers, core switches, other switches; modalities and workstations are one box per switch, with
their number. Every link is a line of its own, its ports written at both ends. The colours of the lines are the grades
of a survey, where there is one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import escape

from pacs_rounds.cabling import names, rules
from pacs_rounds.cabling.elevation import COLOURS, box, frame, text
from pacs_rounds.cabling.model import Device, Register
from pacs_rounds.cabling.survey import Survey
from pacs_rounds.cabling.trace import Link, links

WIDE, HIGH, GAP, SLOT, STEP = 118, 46, 22, 42, 118
GRADES = {"proven_both": "#1c6b34", "proven_one": "#2f9e5b", "consistent": "#5b7fa6", "documented": "#98a2ad",
          "contradicted": "#c01828", "undocumented": "#8a5a00"}
CHINESE = {"proven_both": "两端互证", "proven_one": "一端证实", "consistent": "与登记相符", "documented": "仅有登记",
           "contradicted": "与登记不符"}
KINDS = ("lan", "san")
_END = frozenset({"modality", "client"})


@dataclass(slots=True)
class Node:
    """One box. `x` and `y` are its upper left corner."""

    name: str
    title: str
    role: str
    x: float = 0.0
    y: float = 0.0
    wide: float = WIDE


@dataclass(slots=True)
class Line:
    """One link, or one group of end devices: boxes, ports, and where it is drawn."""

    a: str
    b: str
    port_a: str = ""
    port_b: str = ""
    colour: str = "#5b6b7b"
    at: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawing:
    """What both formats draw."""

    title: str
    nodes: dict[str, Node]
    lines: list[Line]
    width: float
    height: float
    legend: bool


def layout(register: Register, kind: str, survey: Survey | None = None) -> Drawing:
    """Boxes and lines of the lan or the san."""
    use = {"lan": {"lan"}, "san": {"fc"}}[kind]
    mine = [link for link in links(register) if link.whole and rules.use_of(register, link.hops[0].cable) in use | (
        {"lan"} if kind == "lan" else set())]
    grades = {one.link.name: one.grade for one in survey.links} if survey else {}
    nodes: dict[str, Node] = {}
    lines: list[Line] = []
    groups: dict[str, list[str]] = defaultdict(list)
    for link in mine:
        ends = [register.devices[end.device] for end in (link.a, link.b)]
        if any(one.role in _END for one in ends):
            switch, end = (ends[0], ends[1]) if ends[1].role in _END else (ends[1], ends[0])
            groups[f"{switch.name}/{end.role}"].append(end.name)
            continue
        for one in ends:
            nodes.setdefault(one.name, Node(one.name, one.title.get("zh", ""), one.role))
        lines.append(_line(link, grades))
    for group, members in groups.items():
        name, _, role = group.partition("/")
        nodes.setdefault(name, Node(name, register.devices[name].title.get("zh", ""), "lan_switch"))
        word = {"modality": "影像设备", "client": "工作站"}[role]
        nodes[group] = Node(group, f"{word} {len(members)} 台", role)
        lines.append(Line(name, group))
    width, height = _place(register, nodes, lines, kind)
    title = {"lan": "局域网拓扑", "san": "存储网络拓扑"}[kind]
    return Drawing(f"{title} {kind.upper()} · {register.site}", nodes, lines, width, height, bool(grades))


def _line(link: Link, grades: dict[str, str]) -> Line:
    a, b = sorted((link.a, link.b), key=lambda end: names.natural(str(end)))
    return Line(a.device, b.device, a.port, b.port, GRADES.get(grades.get(link.name, ""), "#5b6b7b"))


def _layer(register: Register, node: Node, kind: str) -> int:
    device: Device | None = register.devices.get(node.name)
    if node.role in _END:
        return 3
    if kind == "san":
        return {"server": 0, "san_switch": 1}.get(node.role, 2)
    if node.role == "lan_switch":
        return 1 if device and device.pair else 2
    return 0


def _place(register: Register, nodes: dict[str, Node], lines: list[Line], kind: str) -> tuple[float, float]:
    """Rows by layer, centred; a box is as wide as the lines at its busier side need."""
    rows: dict[int, list[Node]] = defaultdict(list)
    layers = {name: _layer(register, node, kind) for name, node in nodes.items()}
    for name, node in nodes.items():
        rows[layers[name]].append(node)
        ends = [line for line in lines if name in (line.a, line.b)]
        above = sum(layers[line.a if line.b == name else line.b] < layers[name] for line in ends)
        below = sum(layers[line.a if line.b == name else line.b] > layers[name] for line in ends)
        node.wide = max(WIDE, SLOT * max(above, below))
    width = max([760.0, *(sum(node.wide + GAP for node in row) + GAP for row in rows.values())])
    height = 64.0
    for layer in sorted(rows):
        row = sorted(rows[layer], key=lambda node: names.natural(node.name))
        spare = (width - sum(node.wide for node in row)) / (len(row) + 1)
        x = spare
        for node in row:
            node.x, node.y = x, height
            x += node.wide + spare
        height += HIGH + STEP
    _slots(nodes, lines)
    return width, height - STEP + 20


def _slots(nodes: dict[str, Node], lines: list[Line]) -> None:
    """Where each line touches its boxes: side by side, in the order of what they lead to."""
    found: dict[tuple[int, str], tuple[float, float]] = {}
    for name, node in nodes.items():
        sides: dict[str, list[tuple[float, str, int]]] = defaultdict(list)
        for number, line in enumerate(lines):
            if name in (line.a, line.b):
                other = nodes[line.b if line.a == name else line.a]
                side = "level" if other.y == node.y else "top" if other.y < node.y else "bottom"
                port = line.port_b if line.a == name else line.port_a
                sides[side].append((other.x + other.wide / 2, port, number))
        for side, ends in sides.items():
            for place, (to, _, number) in enumerate(sorted(ends, key=lambda one: (one[0], names.natural(one[1])))):
                share = (place + 1) / (len(ends) + 1)
                if side == "level":
                    found[number, name] = node.x + (node.wide if to > node.x else 0.0), node.y + HIGH * share
                else:
                    found[number, name] = node.x + node.wide * share, node.y + (HIGH if side == "bottom" else 0.0)
    for number, line in enumerate(lines):
        line.at = (*found[number, line.a], *found[number, line.b])


def svg(drawing: Drawing) -> str:
    """The picture."""
    parts = [text(20, 28, drawing.title, 16, weight="bold")]
    for line in drawing.lines:
        x1, y1, x2, y2 = line.at
        parts.append(f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{line.colour}' "
                     "stroke-width='1.6'/>")
    for line in drawing.lines:
        parts += _ports(line)
    for node in drawing.nodes.values():
        parts.append(box(node.x, node.y, node.wide, HIGH, COLOURS.get(node.role, "#eceff2")))
        name = node.name if "/" not in node.name else node.title
        below = node.title if "/" not in node.name else node.name.partition("/")[0]
        parts.append(text(node.x + node.wide / 2, node.y + 20, name, 12, "middle", weight="bold"))
        parts.append(text(node.x + node.wide / 2, node.y + 36, below[:14], 9.5, "middle", "#52606d"))
    if drawing.legend:
        x = 20.0
        for grade, word in CHINESE.items():
            parts.append(f"<line x1='{x:g}' y1='46' x2='{x + 24:g}' y2='46' stroke='{GRADES[grade]}' "
                         "stroke-width='2.4'/>")
            parts.append(text(x + 30, 50, word, 10))
            x += 104
    return frame(drawing.width, drawing.height, parts)


def _ports(line: Line) -> list[str]:
    """The ports' names beside their boxes."""
    x1, y1, x2, y2 = line.at
    if y1 == y2 or abs(y1 - y2) < HIGH:
        far = 34.0 if x2 > x1 else -34.0
        ends = [(x1 + far, y1 + 3, line.port_a), (x2 - far, y2 + 3, line.port_b)]
    else:
        share = 15 / abs(y2 - y1)
        ends = [(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share + 3, line.port_a),
                (x2 - (x2 - x1) * share, y2 - (y2 - y1) * share + 3, line.port_b)]
    return [_halo(x, y, said) for x, y, said in ends if said]


def _halo(x: float, y: float, said: str) -> str:
    wide = 5.6 * len(said) + 4
    return (f"<rect x='{x - wide / 2:g}' y='{y - 9:g}' width='{wide:g}' height='12' fill='#ffffff' opacity='0.86'/>"
            + text(x, y, said, 10, "middle", "#3c4855"))


def drawio(drawing: Drawing) -> str:
    """An editable draw.io file. Written here and not by a library, whose ids differ from run to run."""
    ids = {name: f"n{number}" for number, name in enumerate(drawing.nodes, start=2)}
    cells = ['<mxCell id="0"/>', '<mxCell id="1" parent="0"/>']
    for name, node in drawing.nodes.items():
        shown = name if "/" not in name else node.title
        label = escape(f"<b>{escape(shown)}</b><br>{escape(node.title if '/' not in name else '')}", quote=True)
        style = f"rounded=1;whiteSpace=wrap;html=1;fillColor={COLOURS.get(node.role, '#eceff2')};strokeColor=#52606d;"
        cells.append(f'<mxCell id="{ids[name]}" value="{label}" style="{style}" vertex="1" parent="1"><mxGeometry '
                     f'x="{node.x:g}" y="{node.y:g}" width="{node.wide:g}" height="{HIGH}" as="geometry"/></mxCell>')
    for number, line in enumerate(drawing.lines):
        label = escape(f"{line.port_a} - {line.port_b}" if line.port_a else "", quote=True)
        style = f"endArrow=none;html=1;strokeColor={line.colour};strokeWidth=2;fontSize=9;"
        cells.append(f'<mxCell id="e{number}" value="{label}" style="{style}" edge="1" parent="1" '
                     f'source="{ids[line.a]}" target="{ids[line.b]}"><mxGeometry relative="1" as="geometry"/></mxCell>')
    title = escape(drawing.title, quote=True)
    return (f'<mxfile host="rounds"><diagram id="d1" name="{title}"><mxGraphModel dx="0" dy="0" grid="1" page="1" '
            f'pageWidth="1169" pageHeight="827"><root>{"".join(cells)}</root></mxGraphModel></diagram></mxfile>\n')
