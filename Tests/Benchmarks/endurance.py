#!/usr/bin/env python3
"""Sees whether the worker's memory grows, over a million requests to the demo.

Memory is PSS: what is the process' own, and its share of what it uses together with others, hosts of the same build
among them; so no other should begin or end meanwhile. It is looked at after every hundredth of the requests; the first
tenth is for caches to fill. Needs what bench.py needs.
"""

import argparse
import json
import subprocess
from statistics import median
from typing import List, Tuple

import bench
import hosts
from processes import pss_bytes

SAMPLES = 100
IN_FLIGHT = 64
MEGABYTE = 1e6
MOST_GROWTH = 0.05


def send(redis: bench.Redis, side: bench.Side, requests: int) -> float:
    """Has so many requests answered; returns how many in a second."""
    command = bench.load_command(redis, side, requests, "--in-flight", str(IN_FLIGHT))
    load = subprocess.run(command, capture_output=True, text=True, timeout=bench.RUN_LIMIT_SECONDS)
    if load.returncode != 0:
        raise bench.BenchmarkError(f"{load.stdout}{load.stderr}")
    return json.loads(load.stdout)["requests_per_second"]


def sample(redis: bench.Redis, arguments: argparse.Namespace, requests: int) -> Tuple[List[float], List[float]]:
    """The worker's memory after each so many requests, in megabytes, and how much of it is from no file."""
    memory, own = [], []
    side = bench.Side("agenthost", [], "demo", (IN_FLIGHT,))
    print(f"{'requests':>12}{'PSS MB':>10}{'from no file':>14}{'requests/s':>12}", flush=True)
    with hosts.started(redis, arguments.host, arguments.agents_dir, redis.folder / "host") as host:
        bench.wait_until_served(redis, side, host.process, host.log)
        host.wait_for_the_spare()
        worker = hosts.worker_of(host.process.pid)
        for number in range(1, SAMPLES + 1):
            rate = send(redis, side, requests)
            if hosts.worker_of(host.process.pid) != worker:
                raise bench.BenchmarkError(f"the worker was replaced; its host says:\n{host.log.read_text()[-2000:]}")
            memory.append(pss_bytes(worker) / MEGABYTE)
            own.append(pss_bytes(worker, "Pss_Anon") / MEGABYTE)
            if number == 1 or number % (SAMPLES // 10) == 0:
                print(f"{number * requests:12,}{memory[-1]:10.1f}{own[-1]:14.1f}{rate:12,.0f}", flush=True)
    return memory, own


def second_and_last_tenth(samples: List[float]) -> Tuple[float, float]:
    tenth = SAMPLES // 10
    return median(samples[tenth:2 * tenth]), median(samples[-tenth:])


def main() -> None:
    parser = hosts.parser(__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    arguments = parser.parse_args()
    requests = 20_000 if arguments.quick else arguments.requests
    if requests < SAMPLES:
        parser.error(f"memory is looked at {SAMPLES} times: at least as many requests are needed")
    limits = hosts.Limits()
    with hosts.benchmark("endurance") as redis:
        memory, own = sample(redis, arguments, requests // SAMPLES)
    before, after = second_and_last_tenth(own)
    print(f"from no file, which hardly depends on other processes: median {before:.1f} MB in the second tenth, "
          f"{after:.1f} MB in the last one, {(after / before - 1) * 100:+.1f} %")
    before, after = second_and_last_tenth(memory)
    growth = after / before - 1
    limits.judge(
        f"the worker's PSS: median {before:.1f} MB in the second tenth, {after:.1f} MB in the last one, "
        f"{growth * 100:+.1f} %, at most {max(memory):.1f} MB",
        f"flat, {MOST_GROWTH * 100:.0f} % more at most", growth <= MOST_GROWTH)
    limits.finish(arguments)


if __name__ == "__main__":
    main()
