"""The chassis of a Fabric OS switch: health report, sensors, fans, power supplies, temperatures, parts."""

from __future__ import annotations

from pacs_rounds.lab.fos_device import FosDevice, answers


@answers("switchstatusshow")
def switch_status(device: FosDevice, _argument: str) -> str:
    """The status policy's verdict and the monitors behind it; 5.x has no monitor of ports with errors."""
    minutes = int(device.uptime // 60)
    lines = [f"Switch Health Report                        Report time: {device.local():%m/%d/%Y %I:%M:%S %p}",
             f"Switch Name: \t{device.switch_name}", f"IP address:\t{device.address}", f"SwitchState:\t{device.status}",
             f"Duration:\t{minutes // 60}:{minutes % 60:02d}", ""]
    for monitor, word in device.monitors.items():
        if monitor == "Error ports" and device.release < (6, 0):
            continue
        title = f"{monitor} monitor"
        lines.append(f"{title:<24}{word}" if device.release >= (7, 0) else f"{title:<22}\t{word}")
    lines += ["", "Fabric Watch is not licensed", "Detailed port information is not included", ""]
    return "\n".join(lines) + ("\n\t" if device.release >= (7, 0) else "\n")


@answers("sensorshow")
def sensors(device: FosDevice, _argument: str) -> str:
    """Temperatures, fans and power supplies in one list."""
    wide, space = (f"{'Fan':<12}", "") if device.release >= (6, 0) else ("Fan", " ")
    said = [f"(Temperature) is {one['state']}, value is {one['celsius']} C"
            for one in device.state["temperatures"].values()]
    said += [f"({wide}) is {one['state']},{space}speed is {one['rpm']} RPM" if one["state"] != "Absent"
             else f"({wide}) is Absent" for one in device.state["fans"].values()]
    said += [f"(Power Supply) is {one['state'].capitalize() if one['state'] != 'OK' else 'Ok'}"
             for one in device.state["power_supplies"].values()]
    return "".join(f"sensor {number:2d}: {text}\n" for number, text in enumerate(said, 1))


@answers("fanshow")
def fans(device: FosDevice, _argument: str) -> str:
    """5.x names the state only, later releases the speed, too."""
    lines = []
    for number, one in device.state["fans"].items():
        speed = f", speed is {one['rpm']} RPM" if device.release >= (6, 0) and one["state"] != "Absent" else ""
        lines.append(f"Fan {number} is {one['state']}{speed}\n")
    return "".join(lines)


@answers("psshow")
def power_supplies(device: FosDevice, _argument: str) -> str:
    """One line per supply, after an empty one."""
    return "\n" + "".join(f"Power Supply #{number} is {one['state']}\n"
                          for number, one in device.state["power_supplies"].items())


@answers("tempshow")
def temperatures(device: FosDevice, _argument: str) -> str:
    """Each sensor in both units."""
    lines = ["Sensor\tState\tCentigrade     Fahrenheit", "  ID", "=" * 46]
    for number, one in device.state["temperatures"].items():
        lines.append(f"  {number}\t{one['state']}\t    {one['celsius']}\t\t   {round(one['celsius'] * 9 / 5 + 32)}")
    return "\n".join(lines) + "\n"


@answers("chassisshow")
def chassis(device: FosDevice, _argument: str) -> str:
    """The field-replaceable parts; the serial number is the one on the label."""
    hardware, days = device.state["hardware"], int(device.uptime // 86400)
    lines: list[str] = []
    if device.release >= (6, 0):
        lines += [f"Chassis Family: {hardware['family']}", "Chassis Backplane Revision: 1", ""]
    for part, count in (("FAN", len(device.state["fans"])), ("POWER SUPPLY", len(device.state["power_supplies"]))):
        for unit in range(1, count + 1):
            lines += [f"{part}  Unit: {unit}", f"Time Awake:             {days} days", ""]
    now = device.local()
    lines += [
        f"{'CHASSIS/WWN' if device.release >= (7, 0) else 'WWN'}  Unit: 1", "Header Version:         2",
        "Power Consume Factor:   0", f"Factory Part Num:       {hardware['factory_part']}",
        f"Factory Serial Num:     {hardware['factory_serial']}",
        "Manufacture:            Day: 22  Month:  2  Year: 2006",
        f"Update:                 Day: {now.day:2d}  Month: {now.month:2d}  Year: {now.year}",
        f"Time Alive:             {hardware['alive_days'] + days} days", f"Time Awake:             {days} days",
        f"ID:                     {hardware['id']}", f"Part Num:               {hardware['part']}",
        f"Serial Num:             {device.state['serial']}"]
    if device.release >= (6, 0):
        lines += ["", f"Chassis Factory Serial Num: {hardware['factory_serial']}"]
    return "\n".join(lines) + "\n"
