#!/usr/bin/env python3
"""Measures how long a host takes from the start of its process to the result of a request that waits for it.

The request lies in Redis before the host starts. What an earlier start has found of the libraries is kept, as on any
machine where a host is started again. Needs what bench.py needs.
"""

import sys
import time
from pathlib import Path
from statistics import median
from typing import List

import bench
import hosts
from recovery import Client

LIMIT_MS = 150


def start_ms(redis: bench.Redis, program: Path, agents: Path, folder: Path) -> float:
    client = Client(redis.socket)
    result_list = client.send()
    if redis.ask("XLEN", "stream:role:manager").strip() != "1":
        raise bench.BenchmarkError("the request does not wait alone for the host")
    began = time.monotonic()
    with hosts.started(redis, program, agents, folder):
        client.wait(result_list)
        return (time.monotonic() - began) * 1000


def main() -> None:
    parser = hosts.parser(__doc__)
    parser.add_argument("--starts", type=int, default=11)
    arguments = parser.parse_args()
    starts = 3 if arguments.quick else arguments.starts
    limits = hosts.Limits()
    times: List[float] = []
    with hosts.benchmark("start") as redis:
        place = redis.folder / "host"
        first = start_ms(redis, arguments.host, arguments.agents_dir, place)
        print(f"the first start, which tries the libraries: {first:.0f} ms", flush=True)
        for number in range(1, starts + 1):
            times.append(start_ms(redis, arguments.host, arguments.agents_dir, place))
            print(f"start {number} of {starts} done", file=sys.stderr)
    limits.judge(
        f"from the start to the result of a request that waited: median {median(times):.0f} ms, "
        f"{min(times):.0f}–{max(times):.0f} ms, {len(times)} starts",
        f"under {LIMIT_MS} ms", median(times) < LIMIT_MS)
    limits.finish(arguments)


if __name__ == "__main__":
    main()
