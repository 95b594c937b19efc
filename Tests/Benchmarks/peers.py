#!/usr/bin/env python3
"""Measures the host against what one would use instead: queues from PyPI, and the specification in Python.

All serve the demo's five steps on one private redis-server, in turn, round after round, since a machine's speed
drifts: only ratios of one run compare. Each side is started as its documentation has it for throughput on two cores,
acknowledging after the work where it can; peers/ has a file for each, which says how and why. Needs what bench.py
needs, and the environments that `make peers-tools` makes.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Dict, List

import bench
from processes import cpu_seconds_of_trees, pss_bytes_of_trees
from peer_sides import Side, known_sides, send, send_command, serving, why_not

IN_FLIGHT = 256
READY_LIMIT_SECONDS = 60
RUN_LIMIT_SECONDS = 1800  # no further round begins after this
# What is sent to learn how fast a side is, and the least and the most that is then measured.
TRIAL = {IN_FLIGHT: 100, 1: 20}
REQUESTS = {IN_FLIGHT: (300, 50_000), 1: (100, 5_000)}


@dataclass
class Figures:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_seconds: float  # of the side's processes, for 1,000 requests
    memory_mb: float
    redis_cpu_us: float
    redis_commands: float
    load_cpu_seconds: float  # of who sends, for 1,000 requests


def wait_until_served(side: Side, redis: bench.Redis, processes: List[subprocess.Popen]) -> None:
    """Sends one request and waits for its answer, or for the end of one of the side's processes."""
    limit = time.monotonic() + READY_LIMIT_SECONDS
    with bench.running(send_command(side, redis, 1, 1), redis.folder / "ready.log") as probe:
        while probe.poll() is None and time.monotonic() < limit and all(p.poll() is None for p in processes):
            time.sleep(0.01)
        if probe.returncode == 0:
            return
    words = "\n".join((redis.folder / name).read_text()[-1500:] for name in ("ready.log", "side-0.log"))
    why = f"gave no right answer in {READY_LIMIT_SECONDS} s" if time.monotonic() > limit else "ended, or answered wrongly"
    raise bench.BenchmarkError(f"{side.name} {why}; the last words:\n{words}")


def send_for(seconds: float, side: Side, redis: bench.Redis, in_flight: int) -> int:
    """As many requests as a side answers in about so long, by what it does with a few, which also warm it up."""
    rate = send(side, redis, TRIAL[in_flight], in_flight)["requests_per_second"]
    least, most = REQUESTS[in_flight]
    return int(min(max(rate * seconds, least), most))


def measure(side: Side, redis: bench.Redis, processes: List[subprocess.Popen], seconds: float) -> Figures:
    def cpu_seconds() -> float:
        return cpu_seconds_of_trees(process.pid for process in processes)

    requests = send_for(seconds, side, redis, IN_FLIGHT)
    redis.ask("CONFIG", "RESETSTAT")
    cpu, redis_cpu = cpu_seconds(), redis.cpu_seconds()
    many = send(side, redis, requests, IN_FLIGHT)
    cpu, redis_cpu = cpu_seconds() - cpu, redis.cpu_seconds() - redis_cpu
    commands = sum(count for count, _ in redis.command_calls().values())
    all_requests = requests + IN_FLIGHT  # with those that open the connections
    memory = pss_bytes_of_trees(process.pid for process in processes) / 1e6
    alone = send(side, redis, send_for(seconds / 2, side, redis, 1), 1)
    return Figures(
        requests_per_second=many["requests_per_second"],
        p50_ms=alone["p50_us"] / 1000,
        p99_ms=alone["p99_us"] / 1000,
        cpu_seconds=cpu / all_requests * 1000,
        memory_mb=memory,
        redis_cpu_us=redis_cpu / all_requests * 1e6,
        redis_commands=commands / all_requests,
        load_cpu_seconds=many["cpu_seconds"] / requests * 1000,
    )


Results = Dict[str, List[Figures]]


def run_rounds(redis: bench.Redis, sides: List[Side], rounds: int, seconds: float) -> Results:
    results: Results = {side.name: [] for side in sides}
    started = time.monotonic()
    for number in range(rounds):
        if time.monotonic() - started > RUN_LIMIT_SECONDS:
            print(f"stopped before round {number + 1}: {RUN_LIMIT_SECONDS} s are used up", file=sys.stderr)
            break
        for place in range(len(sides)):
            side = sides[(number + place) % len(sides)]  # nobody is always the first
            redis.ask("FLUSHALL")
            with serving(side, redis) as processes:
                wait_until_served(side, redis, processes)
                results[side.name].append(measure(side, redis, processes, seconds))
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    return results


def print_figures(sides: List[Side], results: Results) -> None:
    print(f"{'':17}{'acks':>6}{'requests/s':>12}{'(min–max)':>16}{'p50 ms':>9}{'p99 ms':>9}{'CPU s':>8}"
          f"{'memory MB':>11}{'Redis CPU µs':>14}{'commands':>10}{'load CPU s':>12}")
    for side in sides:
        rounds = results[side.name]
        rates = [figures.requests_per_second for figures in rounds]
        middle = Figures(*(median(getattr(figures, field) for figures in rounds) for field in Figures.__annotations__))
        spread = f"{min(rates):,.0f}–{max(rates):,.0f}"
        print(f"{side.name:17}{side.acknowledges:>6}{middle.requests_per_second:12,.0f}{spread:>16}{middle.p50_ms:9.2f}"
              f"{middle.p99_ms:9.2f}{middle.cpu_seconds:8.2f}{middle.memory_mb:11.0f}{middle.redis_cpu_us:14.0f}"
              f"{middle.redis_commands:10.1f}{middle.load_cpu_seconds:12.2f}")
    print(f"medians of {len(results[sides[0].name])} round(s). acks: before or after the work. CPU s: of the side's processes "
          "for 1,000 requests; load CPU s: of who\nsends them; Redis CPU µs and commands (also those within scripts): for one "
          f"request. All with {IN_FLIGHT} in flight but\np50 and p99, which are with one. Memory: PSS under load.\n")


def print_ratios(sides: List[Side], results: Results) -> None:
    """How many times better the host is than each peer, round by round."""
    host = results[sides[0].name]
    titles = {"requests_per_second": "requests/s", "p50_ms": "p50", "p99_ms": "p99", "cpu_seconds": "CPU",
              "memory_mb": "memory", "redis_cpu_us": "Redis CPU", "redis_commands": "commands"}
    print(f"{'agenthost against':17}" + "".join(f"{title:>19}" for title in titles.values()))
    for side in sides[1:]:
        cells = []
        for field in titles:
            pairs = [(getattr(ours, field), getattr(theirs, field))
                     for ours, theirs in zip(host, results[side.name])]
            more_is_better = field == "requests_per_second"
            ratios = [ours / theirs if more_is_better else theirs / ours for ours, theirs in pairs]
            middle, least, most = (f"{ratio:.{0 if ratio >= 100 else 1}f}" for ratio in (
                median(ratios), min(ratios), max(ratios)))
            cells.append(f"{middle} ({least}–{most})")
        print(f"{side.name:17}" + "".join(f"{cell:>19}" for cell in cells))
    print("so many times the requests/s, and of all else so many times less; the median over the rounds (min–max);\n"
          "below 1 the peer is better")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, default=bench.PROJECT / ".build" / "release" / "agenthost")
    parser.add_argument("--agents-dir", type=Path, default=bench.PROJECT / "agents.d")
    parser.add_argument(
        "--environments", type=Path, default=bench.PROJECT / ".build", metavar="FOLDER",
        help="where the folders peers and peers-arq are that `make peers-tools` makes")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these peers alone, beside the host")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6, help="about so long at 256 in flight; half of it at 1")
    parser.add_argument("--quick", action="store_true", help="one short round")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 1.5
    return arguments


def measured_sides(arguments: argparse.Namespace) -> List[Side]:
    """The host and all peers that are here; says why others are not."""
    sides = []
    for side in known_sides(arguments.host, arguments.agents_dir, arguments.environments.resolve()):
        if arguments.only and side.name not in ["agenthost", *arguments.only]:
            continue
        reason = why_not(side)
        if reason and side.name == "agenthost":
            sys.exit(f"{reason}: build it first, or name it with --host")
        if reason:
            print(f"left out: {side.name}, since {reason}; `make peers-tools` installs it if it can")
        else:
            sides.append(side)
    return sides


def main() -> None:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    build = ["swift", "build", "-c", "release", "--package-path", str(bench.HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    sides = measured_sides(arguments)
    folder = Path(tempfile.mkdtemp(prefix="agenthost-peers-"))
    os.environ["AGENTHOST_DATA_DIR"] = str(folder / "data")
    redis = bench.Redis(folder)
    try:
        with bench.running(redis.command(), folder / "redis.log") as server:
            redis.wait_until_ready(server)
            results = run_rounds(redis, sides, arguments.rounds, arguments.seconds)
    except (bench.BenchmarkError, subprocess.TimeoutExpired) as error:
        sys.exit(f"benchmark void: {error}")
    finally:
        shutil.rmtree(folder)
    bench.print_machine()
    print_figures(sides, results)
    print_ratios(sides, results)


if __name__ == "__main__":
    main()
