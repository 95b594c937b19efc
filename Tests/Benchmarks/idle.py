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
from pathlib import Path
from statistics import median

import bench
import hosts
from processes import cpu_seconds, pss_bytes

ROLES = 20
SECONDS = 60
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


def measure_cpu(redis: bench.Redis, arguments: argparse.Namespace, seconds: float, limits: hosts.Limits) -> None:
    agents = redis.folder / "agents.d"
    agents.mkdir()
    libraries = list(arguments.agents_dir.glob("*.so"))
    for library in libraries:
        shutil.copy(library, agents)
    hosts.add_echoes(arguments.agents_dir / "libEchoC.so", agents, ROLES - len(libraries))
    with hosts.started(redis, arguments.host, agents, redis.folder / "twenty-roles") as host:
        bench.wait_until_served(redis, DEMO, host.process, host.log)
        host.wait_until_ready()
        spare = host.wait_for_the_spare()
        if (roles := roles_served(redis, arguments)) != ROLES:
            raise bench.BenchmarkError(f"the host serves {roles} roles, not {ROLES}")
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
