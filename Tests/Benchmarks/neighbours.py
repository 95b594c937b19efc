#!/usr/bin/env python3
"""Measures what an agent that misbehaves costs its neighbours in the same worker.

The demo at about a fifth of what the host can do, alone, and beside an agent that spins on all the threads that it
gets, one that blocks them, and one that eats memory up to the worker's limit. The demo's p99 may become five times
what it is alone. Needs what bench.py needs, and the test agents of this build.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Dict, List

import bench

IN_FLIGHT = 3  # about a fifth of the host's highest rate
ROUNDS = 3
MOST = 5.0
MEMORY_MIB = 400
# What is sent to which role, and how often; enough to last for one measurement.
MISDEEDS = {
    "spins": ("spin", {"seconds": 4}, 16),
    "blocks": ("spin", {"seconds": 4, "blocks": True}, 16),
    "eats memory": ("eater", {"mebibytes": 20}, 60),
}


def send(redis: bench.Redis, role: str, payload: Dict, count: int) -> None:
    for number in range(count):
        name = f"neighbours-{os.getpid()}-{role}-{os.urandom(6).hex()}:{number}"
        envelope = {
            "conversation_id": name, "message_id": name, "sender_role": "external", "kind": "task",
            "payload": payload, "result_list": f"result:{name}"}
        redis.ask("XADD", f"stream:role:{role}", "*", "envelope", json.dumps(envelope))


def p99_ms(redis: bench.Redis, side: bench.Side, requests: int) -> float:
    command = bench.load_command(redis, side, requests, "--in-flight", str(IN_FLIGHT), "--warmup", "100")
    load = subprocess.run(command, capture_output=True, text=True, timeout=bench.RUN_LIMIT_SECONDS)
    if load.returncode != 0:
        raise bench.BenchmarkError(f"the demo beside it: {load.stdout}{load.stderr}")
    return json.loads(load.stdout)["p99_us"] / 1000


def measure(arguments: argparse.Namespace, folder: Path, misdeed: str) -> List[float]:
    """The demo's p99, by round; each has a server and a host of its own."""
    times = []
    for number in range(ROUNDS):
        place = folder / f"{misdeed}-{number}".replace(" ", "-")
        place.mkdir()
        os.environ["AGENTHOST_DATA_DIR"] = str(place / "data")
        redis = bench.Redis(place)
        command = [str(arguments.host.resolve()), "run", "--agents-dir", str(folder / "agents.d")]
        side = bench.Side("agenthost", command, "demo", (IN_FLIGHT,))
        with ExitStack() as stack:
            server = stack.enter_context(bench.running(redis.command(), place / "redis.log"))
            redis.wait_until_ready(server)
            log = place / "side.log"
            host = stack.enter_context(bench.running(command, log, f"unix://{redis.socket}"))
            bench.wait_until_served(redis, side, host, log)
            if misdeed in MISDEEDS:
                send(redis, *MISDEEDS[misdeed])
            times.append(p99_ms(redis, side, arguments.requests))
            words = log.read_text()
            named = "has kept thread" in words if "spins" in misdeed or "blocks" in misdeed else (
                "MiB of memory" in words if misdeed in MISDEEDS else True)
            if not named:
                raise bench.BenchmarkError(f"the watchdog did not name the agent that {misdeed}:\n{words[-2000:]}")
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, default=bench.PROJECT / ".build" / "release" / "agenthost")
    parser.add_argument("--requests", type=int, default=4000)
    arguments = parser.parse_args()
    build = ["swift", "build", "-c", "release", "--package-path", str(bench.HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="agenthost-neighbours-"))
    (folder / "agents.d").mkdir()
    for name in ("ManagerAgent", "UppercaseAgent", "ReverseAgent", "TestAgents"):
        shutil.copy(arguments.host.parent / f"lib{name}.so", folder / "agents.d")
    os.environ["AGENTHOST_WORKER_MEMORY"] = str(MEMORY_MIB)
    try:
        alone = median(measure(arguments, folder, "alone"))
        print(f"the demo alone: p99 {alone:.1f} ms, {IN_FLIGHT} in flight, median of {ROUNDS} rounds", flush=True)
        failed = []
        for misdeed in MISDEEDS:
            times = measure(arguments, folder, misdeed)
            ratio = median(times) / alone
            print(f"beside an agent that {misdeed}: p99 {median(times):.1f} ms "
                  f"({min(times):.1f}–{max(times):.1f}), {ratio:.1f} times; at most {MOST:.0f} are wanted", flush=True)
            if ratio > MOST:
                failed.append(misdeed)
    except bench.BenchmarkError as error:
        sys.exit(f"void: {error}")
    finally:
        shutil.rmtree(folder)
    if failed:
        sys.exit(f"too much for its neighbours: {', '.join(failed)}")


if __name__ == "__main__":
    main()
