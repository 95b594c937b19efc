"""What processes use, and which have which children. Needs Linux, and Python's standard library."""

import subprocess
import time
from pathlib import Path
from typing import Dict, Iterable, Set

CPU_CLOCK_OF_A_PROCESS = 2  # CPUCLOCK_SCHED of the kernel: all threads, those that have ended too


def cpu_seconds(pids: Iterable[int]) -> float:
    """What they have used themselves; 0 for one that has ended. /proc would say it in hundredths of a second."""
    used = 0.0
    for pid in pids:
        try:
            used += time.clock_gettime(~pid << 3 | CPU_CLOCK_OF_A_PROCESS)
        except OSError:
            continue
    return used


def trees_of(roots: Iterable[int]) -> Set[int]:
    """Processes, and all that descend from them."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we were looking
    tree = set(roots)
    while children := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= children
    return tree


def cpu_seconds_of_trees(roots: Iterable[int]) -> float:
    return cpu_seconds(trees_of(roots))


def wake_ups(pid: int) -> int:
    """How often its threads have been woken after they had gone to sleep, as long as they live."""
    woken = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            lines = status.read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that ended while we were looking
        woken += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
    return woken


def children_of(process: int) -> Dict[int, str]:
    """Their command lines."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(process)], capture_output=True, text=True)
    return {int(pid): words for pid, words in (line.split(None, 1) for line in listed.stdout.splitlines())}


def pss_bytes(pid: int, part: str = "Pss") -> int:
    """Memory that would be free without the process, and its share of what it uses together with others.

    `part`: "Pss_Anon" for what is from no file, which hardly depends on others.
    """
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{part}:")) * 1024


def pss_bytes_of_trees(roots: Iterable[int]) -> int:
    """What processes and all that descend from them take of memory; what they share counts once."""
    taken = 0
    for pid in trees_of(roots):
        try:
            taken += pss_bytes(pid)
        except (FileNotFoundError, ProcessLookupError, StopIteration):
            continue  # ended while we were looking
    return taken
