#!/usr/bin/env python3
"""Measures what a host that has nothing to do costs: processors with twenty roles, memory with the demo.

Processors are those of the supervisor and the worker. Memory is PSS: what is a process' own, and its share of what it
uses together with others, hosts of the same build among them; so no other should run. Needs what bench.py needs.
"""

import argparse
import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Dict, Iterator

import bench
import hosts
from processes import cpu_seconds, pss_bytes, wake_ups

ROLES = 20
SECONDS = 60
ACTIVITY_SECONDS = 30  # many of the instants at which the host looks
SETTLING_SECONDS = 10  # until what comes with the start has been
SAMPLES = 6
MEGABYTE = 1e6
MOST_CPU_PERCENT = 0.2
MOST_MEMORY_MB = 60
DEMO = bench.Side("agenthost", [], "demo", (1,))


def roles_served(redis: bench.Redis, arguments: argparse.Namespace) -> int:
    command = [str(arguments.host.resolve()), "status", "--json"]
    environment = dict(os.environ, REDIS_URL=f"unix://{redis.socket}")
    status = subprocess.run(
        command, cwd=redis.folder, env=environment, capture_output=True, text=True, timeout=20)
    if status.returncode != 0:
        raise bench.BenchmarkError(f"no status: {status.stdout}{status.stderr}")
    return len(json.loads(status.stdout)["roles"])


@contextmanager
def idle_host(redis: bench.Redis, arguments: argparse.Namespace) -> Iterator[hosts.Host]:
    """One of twenty roles, whose next worker is ready too."""
    agents = redis.folder / "agents.d"
    agents.mkdir()
    libraries = list(arguments.agents_dir.glob("*.so"))
    for library in libraries:
        shutil.copy(library, agents)
    hosts.add_echoes(arguments.agents_dir / "libEchoC.so", agents, ROLES - len(libraries))
    with hosts.started(redis, arguments.host, agents, redis.folder / "twenty-roles") as host:
        bench.wait_until_served(redis, DEMO, host.process, host.log)
        host.wait_until_ready()
        host.wait_for_the_spare()
        if (roles := roles_served(redis, arguments)) != ROLES:
            raise bench.BenchmarkError(f"the host serves {roles} roles, not {ROLES}")
        yield host


def activity(redis: bench.Redis, arguments: argparse.Namespace) -> Dict[str, float]:
    """What an idle second costs, counted in what hardly depends on the machine's pace."""

    def count() -> Dict[str, int]:
        commands = int(redis.info("stats")["total_commands_processed"])
        return {"wake-ups of the worker's threads": wake_ups(worker), "Redis' commands": commands}

    with idle_host(redis, arguments) as host:
        worker = hosts.worker_of(host.process.pid)
        time.sleep(SETTLING_SECONDS)
        before = count()
        time.sleep(ACTIVITY_SECONDS)
        after = count()
    return {
        f"{name} a second, idle with {ROLES} roles": (after[name] - before[name]) / ACTIVITY_SECONDS for name in after
    }


def measure_cpu(redis: bench.Redis, arguments: argparse.Namespace, seconds: float, limits: hosts.Limits) -> None:
    with idle_host(redis, arguments) as host:
        (spare,) = hosts.spares_of(host.process.pid)
        groups = {"supervisor": [host.process.pid], "worker": [hosts.worker_of(host.process.pid)], "spare": [spare]}
        before, began = {name: cpu_seconds(pids) for name, pids in groups.items()}, time.monotonic()
        redis_before = redis.cpu_seconds()
        time.sleep(seconds)
        took = time.monotonic() - began
        percent = {name: (cpu_seconds(pids) - before[name]) / took * 100 for name, pids in groups.items()}
        redis_percent = (redis.cpu_seconds() - redis_before) / took * 100
    print(f"of a core, idle with {ROLES} roles over {took:.0f} s: supervisor {percent['supervisor']:.3f} %, "
          f"worker {percent['worker']:.3f} %, worker in reserve {percent['spare']:.3f} %, Redis {redis_percent:.3f} %")
    together = percent["supervisor"] + percent["worker"]
    limits.judge(
        f"supervisor and worker together: {together:.3f} % of a core",
        f"under {MOST_CPU_PERCENT} %", together < MOST_CPU_PERCENT)


def measure_memory(redis: bench.Redis, arguments: argparse.Namespace, seconds: float, limits: hosts.Limits) -> None:
    with hosts.started(redis, arguments.host, arguments.agents_dir, redis.folder / "demo") as host:
        bench.wait_until_served(redis, DEMO, host.process, host.log)
        host.wait_until_ready()
        pids = {
            "supervisor": host.process.pid, "worker": hosts.worker_of(host.process.pid),
            "spare": host.wait_for_the_spare()}
        samples = []
        for _ in range(SAMPLES):
            time.sleep(seconds / SAMPLES)
            samples.append({name: pss_bytes(pid) / MEGABYTE for name, pid in pids.items()})
        middle = {name: median(sample[name] for sample in samples) for name in pids}
        together = median(sample["supervisor"] + sample["worker"] for sample in samples)
    print(f"PSS, idle with the demo, median of {SAMPLES} looks in {seconds:.0f} s: "
          f"supervisor {middle['supervisor']:.1f} MB, worker {middle['worker']:.1f} MB, "
          f"worker in reserve {middle['spare']:.1f} MB")
    limits.judge(
        f"supervisor and worker together: {together:.1f} MB", f"under {MOST_MEMORY_MB} MB",
        together < MOST_MEMORY_MB)


def main() -> None:
    arguments = hosts.parser(__doc__).parse_args()
    seconds = 10 if arguments.quick else SECONDS
    limits = hosts.Limits()
    with hosts.benchmark("idle") as redis:
        measure_cpu(redis, arguments, seconds, limits)
        redis.ask("FLUSHALL")
        measure_memory(redis, arguments, seconds / 2, limits)
    limits.finish(arguments)


if __name__ == "__main__":
    main()
