"""A rack from the front and from the rear as one SVG. Pure; the same rack, the same text."""

from __future__ import annotations

from html import escape

from pacs_rounds.cabling.model import Device, Register

U, WIDE, LEFT, GAP, TOP = 20, 250, 34, 70, 56
COLOURS = {"server": "#dce9f7", "storage": "#e7def3", "san_switch": "#fbe3cf", "lan_switch": "#d9efdd",
           "panel": "#f1f1ea", "pdu": "#f6dcdc", "ups": "#f6dcdc"}
FONT = "font-family='Noto Sans SC, Microsoft YaHei, PingFang SC, sans-serif'"


def text(x: float, y: float, said: str, size: float = 11, anchor: str = "start", fill: str = "#1c2733",
         weight: str = "") -> str:
    """A line of text; its content is escaped."""
    bold = f" font-weight='{weight}'" if weight else ""
    return (f"<text x='{x:g}' y='{y:g}' font-size='{size:g}' text-anchor='{anchor}' fill='{fill}'{bold}>"
            f"{escape(said)}</text>")


def box(x: float, y: float, width: float, height: float, fill: str, stroke: str = "#52606d", dash: str = "") -> str:
    """A rectangle."""
    broken = f" stroke-dasharray='{dash}'" if dash else ""
    return (f"<rect x='{x:g}' y='{y:g}' width='{width:g}' height='{height:g}' fill='{fill}' stroke='{stroke}' "
            f"stroke-width='1'{broken}/>")


def frame(width: float, height: float, parts: list[str]) -> str:
    """The whole drawing."""
    return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' width='{width:g}' "
            f"height='{height:g}' {FONT}>" + box(0, 0, width, height, "#ffffff", "none") + "".join(parts) + "</svg>\n")


def elevation(register: Register, rack: str) -> str:
    """Front and rear side by side; what has no known unit stands below."""
    told = register.racks[rack]
    devices = list(register.in_rack(rack))
    mounted = [one for one in devices if one.u is not None and one.type.height_u]
    height_u = told.height_u or max([42, *((one.u or 0) + one.type.height_u for one in mounted)])
    loose = [one for one in devices if one not in mounted]
    height = TOP + height_u * U + 30 + 16 * len(loose) + (18 if loose else 0)
    width = 2 * (LEFT + WIDE) + GAP
    title = " ".join(word for word in (rack, told.title.get("zh", ""), told.title.get("en", "")) if word)
    parts = [text(LEFT, 20, title, 14, weight="bold")]
    for number, face in enumerate(("front", "rear")):
        x = LEFT + number * (WIDE + GAP)
        parts.append(text(x + WIDE / 2, 44, {"front": "正面 front", "rear": "背面 rear"}[face], 11, "middle"))
        parts += _side(mounted, face, x, height_u)
    y = TOP + height_u * U + 30
    if loose:
        parts.append(text(LEFT, y, "机柜内位置未登记或不占 U 位 (no unit):", 10, fill="#555f6b"))
        parts += [text(LEFT + 12, y + 16 * (number + 1), f"{one.name}  {one.type.manufacturer} {one.type.model}", 10)
                  for number, one in enumerate(loose)]
    return frame(width, height, parts)


def _side(mounted: list[Device], face: str, x: float, height_u: int) -> list[str]:
    parts = [box(x, TOP, WIDE, height_u * U, "#fbfcfd", "#1c2733")]
    for unit in range(1, height_u + 1):
        y = TOP + (height_u - unit) * U
        parts.append(text(x - 6, y + U - 6, str(unit), 8.5, "end", "#7b8794"))
        parts.append(f"<line x1='{x:g}' y1='{y:g}' x2='{x + WIDE:g}' y2='{y:g}' stroke='#e4e9ee' stroke-width='0.6'/>")
    for one in mounted:
        if one.face != face and not one.type.full_depth:
            continue
        top = TOP + (height_u - (one.u or 1) - one.type.height_u + 1) * U
        here = one.face == face
        fill = COLOURS.get(one.role, "#eceff2")
        parts.append(box(x + 1, top + 1, WIDE - 2, one.type.height_u * U - 2, fill if here else "#f3f5f7",
                         dash="" if here else "4 3"))
        middle = top + one.type.height_u * U / 2
        name = one.name if here else f"{one.name} （背面）"
        if one.type.height_u == 1:
            parts.append(text(x + 8, middle + 4, name, 11, weight="bold"))
            parts.append(text(x + WIDE - 8, middle + 3.5, one.type.model[:26], 8.5, "end", "#52606d"))
        else:
            chinese = one.title.get("zh", "")
            parts.append(text(x + 8, middle - 1, name, 12, weight="bold"))
            model = f"{one.type.manufacturer} {one.type.model}"[:44]
            parts.append(text(x + 8, middle + 13, model, 8.5, fill="#52606d"))
            parts.append(text(x + WIDE - 8, middle - 1, chinese[:12], 10, "end"))
    return parts
