#!/usr/bin/env python3
"""Checks that a request has not become dearer: its instructions, by callgrind, and the time of Redis' commands; and that
a host with nothing to do does not do more.

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
ROUNDS, REQUESTS = 3, 10_000
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


def redis_time(arguments: argparse.Namespace) -> Dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="agenthost-check-"))
    redis = bench.Redis(folder)
    sides = [side for side in bench.benchmarked_sides(arguments, redis.socket) if side.name in ("floor", "agenthost")]
    try:
        with bench.running(redis.command(), folder / "redis.log") as server:
            redis.wait_until_ready(server)
            results = bench.run_rounds(redis, sides, arguments)
    finally:
        shutil.rmtree(folder)
    floor, host = (
        median(measured.redis_command_us for measured in results[name, BUSIEST]) for name in ("floor", "agenthost")
    )
    return {
        f"microseconds of Redis' commands a request, {BUSIEST} in flight": host,
        f"Redis' commands against the floor's, {BUSIEST} in flight": host / floor,
    }


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
        print(f"{name:60}{value:14,.2f}   at most {thresholds[name]:12,.2f}{verdict}")
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
        found |= redis_time(arguments)
        found |= idle_activity(arguments)
    except bench.BenchmarkError as error:
        sys.exit(f"void: {error}")
    if not judge(found, json.loads(THRESHOLDS.read_text())):
        sys.exit("a request, or an idle host, has become dearer")


if __name__ == "__main__":
    main()
