"""Single points of failure in the register: what looks doubled and hangs on one feed, one tray, one switch. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pacs_rounds.cabling import rules
from pacs_rounds.cabling.model import Device, End, Register
from pacs_rounds.cabling.trace import Link, links, walk

DOUBLED = ("lan", "fc")


def findings(register: Register) -> list[rules.Fault]:
    """Findings, never errors: the register may describe truly what should be changed."""
    return [*_power(register), *_paths(register), *_bundles(register), *_trays(register)]


def feeds_of(register: Register, device: Device) -> dict[str, str]:
    """Power inlet -> the source behind the feed of the PDU it ends in; only inlets with a cable that leads to one."""
    found = {}
    for port in device.type.ports.values():
        if port.connector != "power-in":
            continue
        hops = walk(register, End(device.name, port.name))
        far = register.devices.get(hops[-1].far.device) if hops else None
        if far and far.feed in register.feeds:
            found[port.name] = str(register.feeds[far.feed]["source"])
    return found


def _power(register: Register) -> Iterator[rules.Fault]:
    for name, device in register.devices.items():
        inlets = [port.name for port in device.type.ports.values() if port.connector == "power-in"]
        if len(inlets) < 2 or device.role in {"pdu", "ups"}:
            continue
        plugged = [inlet for inlet in inlets if End(name, inlet) in register.plugged]
        feeds = feeds_of(register, device)
        if plugged and len(plugged) < len(inlets):
            missing = ", ".join(sorted(set(inlets) - set(plugged)))
            yield rules.Fault("supply_unplugged", rules.where(register, "devices", name),
                              f"no cable is documented at its supply {missing}",
                              "look whether it is plugged in, and write it down", (name,), error=False)
        elif feeds and len(feeds) == len(inlets) and len(set(feeds.values())) == 1:
            yield rules.Fault("one_feed", rules.where(register, "devices", name),
                              f"all its supplies hang on {next(iter(feeds.values()))}",
                              "move one of them to a PDU of the other feed", (name,), error=False)


def by_device(register: Register) -> dict[tuple[str, str], list[Link]]:
    """(device, lan or fc) -> its whole links."""
    found: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links(register):
        use = rules.use_of(register, link.hops[0].cable)
        if use in DOUBLED and link.whole:
            for name in dict.fromkeys((link.a.device, link.b.device)):
                found[name, use].append(link)
    return found


def far_of(link: Link, device: str) -> End:
    """The end of a link that is not this device's."""
    return link.b if link.a.device == device else link.a


def _paths(register: Register) -> Iterator[rules.Fault]:
    """A server or array with several ports of a kind needs two links, to two switches, in two trays."""
    found = by_device(register)
    for name, device in register.devices.items():
        if device.role not in {"server", "storage", "lan_switch"}:
            continue
        for use in DOUBLED:
            mine = found.get((name, use), [])
            if device.role == "lan_switch":
                mine = [link for link in mine if register.devices[far_of(link, name).device].role == "lan_switch"
                        and not (device.pair and register.devices[far_of(link, name).device].pair == device.pair)]
                if not device.pair and mine:
                    yield from _doubled(register, name, use, mine)
                continue
            possible = [port for port in device.type.ports.values() if port.use == use]
            if len(possible) > 1 and any(End(name, port) in register.plugged for port in device.type.ports):
                yield from _doubled(register, name, use, mine)


def _doubled(register: Register, name: str, use: str, mine: list[Link]) -> Iterator[rules.Fault]:
    ids = tuple(link.name for link in mine)
    if len(mine) < 2:
        has = f"one {use} path ({ids[0]})" if mine else f"no {use} path"
        yield rules.Fault("one_path", rules.where(register, "devices", name),
                          f"has {has} documented, and ports for a second",
                          "plug a second cable to another switch, or write down the one that is there",
                          (name, *ids), error=False)
        return
    far = {far_of(link, name).device for link in mine}
    if len(far) == 1:
        yield rules.Fault("one_switch", rules.where(register, "devices", name),
                          f"all its {len(mine)} {use} links end in {next(iter(far))}",
                          "a failure or restart of that device cuts all of them", (name, *ids), error=False)
    shared = _shared_trays(mine)
    if shared:
        yield rules.Fault("one_tray", rules.where(register, "devices", name),
                          f"all its {len(mine)} {use} links lie in tray {', '.join(shared)}",
                          "lead one of them another way", (name, *ids), error=False)


def _shared_trays(mine: list[Link]) -> list[str]:
    """Trays that every one of the links goes through; none where the route of one is not written down."""
    routes = [{tray for hop in link.hops for tray in hop.cable.route} for link in mine]
    return sorted(set.intersection(*routes)) if routes and all(routes) else []


def _bundles(register: Register) -> Iterator[rules.Fault]:
    """The links between the two halves of a pair."""
    groups: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links(register):
        if link.whole:
            near, far = (register.devices[end.device] for end in (link.a, link.b))
            if near.pair and near.pair == far.pair and near.name != far.name:
                groups[min(near.name, far.name), max(near.name, far.name)].append(link)
    for (one, two), mine in groups.items():
        ids = tuple(link.name for link in mine)
        if len(mine) == 1:
            yield rules.Fault("one_pair_link", rules.where(register, "devices", one),
                              f"one cable ({ids[0]}) joins it with {two}",
                              "lay a second one another way", (one, two, *ids), error=False)
        elif shared := _shared_trays(mine):
            yield rules.Fault("one_tray", rules.where(register, "devices", one),
                              f"all {len(mine)} links to {two} lie in tray {', '.join(shared)}",
                              "lead one of them another way", (one, two, *ids), error=False)


def _trays(register: Register) -> Iterator[rules.Fault]:
    fill: dict[str, int] = defaultdict(int)
    for cable in register.cables.values():
        for tray in dict.fromkeys(cable.route):
            fill[tray] += cable.status != "planned"
    for name, told in register.trays.items():
        if told.get("capacity") and fill[name] > told["capacity"]:
            yield rules.Fault("tray_full", rules.where(register, "trays", name),
                              f"{fill[name]} cables lie in it, agreed are {told['capacity']}",
                              "take out what is no longer used, or lead some another way", (name,), error=False)
