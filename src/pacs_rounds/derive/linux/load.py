"""CPU and memory."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import human_bytes
from pacs_rounds.model import Context, NotApplicable, ParseError, Row


@derivation("linux.cpu_load")
def cpu_load(data: Data, context: Context) -> list[Row]:
    """The 15-minute load per CPU."""
    load, cpus = data["linux.loadavg"], data["linux.stat"]["cpu_count"]
    return [{"period": "15min", "load_per_cpu": round(load["load_15min"] / cpus, 2),
             "detail": f"load {load['load_1min']} / {load['load_5min']} / {load['load_15min']} on {cpus} CPUs"}]


def _shares(stat: dict[str, Any]) -> dict[str, float | None]:
    """Percent of busy, iowait and steal between the first and the last sample. Guest time is inside user time."""
    samples = stat["samples"]
    if len(samples) < 2:
        raise ParseError("/proc/stat: two samples are needed, the answer has one")
    names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    spent = {name: _ticks(samples[-1], name) - _ticks(samples[0], name) for name in names}
    # Some kernels let idle and iowait step back by a few ticks between readings.
    spent = {name: max(0, ticks) for name, ticks in spent.items()}
    total = sum(spent.values())
    if total <= 0:
        raise ParseError("/proc/stat: no time passed between the two samples")
    percent: dict[str, float | None] = {name: round(100 * ticks / total, 1) for name, ticks in spent.items()}
    percent["busy"] = round(100 * (total - spent["idle"] - spent["iowait"]) / total, 1)
    if samples[-1]["iowait_ticks"] is None:
        percent["iowait"] = None
    return percent


def _ticks(sample: dict[str, Any], name: str) -> int:
    """A column an old kernel does not have counts as no time spent there; its share is then reported as None."""
    return int(sample[f"{name}_ticks"] or 0)


@derivation("linux.cpu_utilisation")
def cpu_utilisation(data: Data, context: Context) -> list[Row]:
    """Busy share of all CPUs between the two samples."""
    share = _shares(data["linux.stat"])
    return [{"state": "busy", "used_percent": share["busy"],
             "detail": f"user {share['user']} %, system {share['system']} %, stolen {share['steal']} %"}]


@derivation("linux.cpu_iowait")
def cpu_iowait(data: Data, context: Context) -> list[Row]:
    """Share of time in which a CPU was idle with a disk request open."""
    share = _shares(data["linux.stat"])
    if share["iowait"] is None:
        raise NotApplicable("this kernel does not count iowait")
    return [{"state": "iowait", "iowait_percent": share["iowait"]}]


@derivation("linux.memory_available")
def memory_available(data: Data, context: Context) -> list[Row]:
    """Available memory in percent of all; estimated on kernels before 3.14, which have no MemAvailable."""
    memory = data["linux.meminfo"]
    total = memory["mem_total_bytes"]
    available, how = memory.get("mem_available_bytes"), ""
    if available is None:
        parts = [memory.get(f"{name}_bytes") for name in ("mem_free", "buffers", "cached")]
        if None in parts:
            raise ParseError("/proc/meminfo: neither MemAvailable nor MemFree, Buffers and Cached")
        # Shared memory (Oracle's SGA) sits in Cached and cannot be given back.
        available = max(0, sum(parts) - memory.get("shmem_bytes", 0))
        how = "; estimated as free + buffers + cached - shared, this kernel has no MemAvailable"
    return [{"memory": "ram", "available_percent": round(100 * available / total, 1),
             "detail": f"{human_bytes(available)} of {human_bytes(total)}{how}"}]


@derivation("linux.memory_corrupted")
def memory_corrupted(data: Data, context: Context) -> list[Row]:
    """Memory the kernel retired after uncorrectable errors (HardwareCorrupted, kernels from 2.6.32)."""
    retired = data["linux.meminfo"].get("hardware_corrupted_bytes")
    if retired is None:
        raise NotApplicable("this kernel does not count retired memory")
    return [{"memory": "ram", "corrupted_bytes": retired}]


@derivation("linux.swap_usage")
def swap_usage(data: Data, context: Context) -> list[Row]:
    """Used swap in percent."""
    memory = data["linux.meminfo"]
    total, free = memory.get("swap_total_bytes"), memory.get("swap_free_bytes")
    if total is None or free is None:
        raise ParseError("/proc/meminfo: no SwapTotal or SwapFree")
    if total == 0:
        raise NotApplicable("no swap space is configured")
    return [{"swap": "swap", "used_percent": round(100 * (total - free) / total, 1),
             "detail": f"{human_bytes(total - free)} of {human_bytes(total)}"}]
