#!/usr/bin/env python3
"""Checks that a request has not become dearer: its instructions, by callgrind, the time of Redis' commands, and requests/s,
latencies and the worker's CPU beside those of the benchmark's floor; and that a host with nothing to do does not do more.

thresholds.json has the most that each may be, some percent above what was measured when it was set: whoever makes a
request cheaper lowers them, whoever has a reason to make it dearer raises them and says why. Fails above any of them.
Needs what instructions.py needs.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Dict

import bench
import idle
import instructions

THRESHOLDS = bench.HERE / "thresholds.json"
ROUNDS, REQUESTS = 3, 20_000
BUSIEST = max(bench.IN_FLIGHT)


def counted_instructions(host: Path, agents: Path) -> Dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="agenthost-check-"))
    try:
        instructions.strip(host, agents, folder / "build")
        found = {}
        for in_flight in instructions.IN_FLIGHT:
            worker, server = instructions.cost(folder / "build", in_flight, {})
            found[f"worker's instructions a request, {in_flight} in flight"] = worker
            found[f"server's instructions a request, {in_flight} in flight"] = server
        return found
    finally:
        shutil.rmtree(folder)


def beside_the_floor(arguments: argparse.Namespace) -> Dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="agenthost-check-"))
    redis = bench.Redis(folder)
    hosts = {"agenthost": "agents in Swift", bench.C_AGENTS: "agents in C"}
    sides = [side for side in bench.benchmarked_sides(arguments, redis.socket) if side.name in ("floor", *hosts)]
    try:
        with bench.running(redis.command(), folder / "redis.log") as server:
            redis.wait_until_ready(server)
            results = bench.run_rounds(redis, sides, arguments)
    finally:
        shutil.rmtree(folder)

    def middle(name: str, in_flight: int, field: str) -> float:
        return median(getattr(measured, field) for measured in results[name, in_flight])

    def against(name: str, in_flight: int, field: str) -> float:
        return middle(name, in_flight, field) / middle("floor", in_flight, field)

    found = {
        f"microseconds of Redis' commands a request, {BUSIEST} in flight":
            middle("agenthost", BUSIEST, "redis_command_us"),
        f"Redis' commands against the floor's, {BUSIEST} in flight": against("agenthost", BUSIEST, "redis_command_us"),
    }
    for name, title in hosts.items():
        rate = against(name, BUSIEST, "requests_per_second")
        found[f"the floor's requests/s against those of {title}, {BUSIEST} in flight"] = 1 / rate
        found[f"CPU against the floor's, {title}, {BUSIEST} in flight"] = against(name, BUSIEST, "cpu_seconds_per_1000")
        found[f"p50 against the floor's, {title}, 1 in flight"] = against(name, 1, "p50_us")
        found[f"p99 against the floor's, {title}, 1 in flight"] = against(name, 1, "p99_us")
    return found


def idle_activity(arguments: argparse.Namespace) -> Dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="agenthost-check-"))
    redis = bench.Redis(folder)
    try:
        with bench.running(redis.command(), folder / "redis.log") as server:
            redis.wait_until_ready(server)
            return idle.activity(redis, arguments)
    finally:
        shutil.rmtree(folder)


def judge(found: Dict[str, float], thresholds: Dict[str, float]) -> bool:
    if missing := thresholds.keys() ^ found.keys():
        sys.exit(f"{THRESHOLDS.name} and what is measured do not name the same: {', '.join(sorted(missing))}")
    for name, value in found.items():
        verdict = "" if value <= thresholds[name] else "   TOO MUCH"
        print(f"{name:72}{value:14,.2f}   at most {thresholds[name]:12,.2f}{verdict}")
    return all(value <= thresholds[name] for name, value in found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, default=bench.PROJECT / ".build" / "release" / "agenthost")
    parser.add_argument("--agents-dir", type=Path, default=bench.PROJECT / "agents.d")
    arguments = parser.parse_args()
    arguments.rounds, arguments.requests, arguments.quick = ROUNDS, REQUESTS, True
    arguments.without_host, arguments.compare, arguments.script = False, None, bench.COMMIT_SCRIPT
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    build = ["swift", "build", "-c", "release", "--package-path", str(bench.HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    try:
        found = counted_instructions(arguments.host.resolve(), arguments.agents_dir.resolve())
        found |= beside_the_floor(arguments)
        found |= idle_activity(arguments)
    except bench.BenchmarkError as error:
        sys.exit(f"void: {error}")
    if not judge(found, json.loads(THRESHOLDS.read_text())):
        sys.exit("a request, or an idle host, has become dearer")


if __name__ == "__main__":
    main()
