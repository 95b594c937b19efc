#!/usr/bin/env python3
"""Measures how a host's throughput and cost grow: with roles, agents, payloads, traces, and hosts beside it.

A table for each. Its rows are measured in turn, round after round, each with hosts of its own; only figures of one
table compare. A cost grows no worse than linearly where what lies between the smallest and the largest size is not far
below the straight line between these. Needs what bench.py needs.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Dict, List

import bench
import hosts
from processes import cpu_seconds

IDLE_SECONDS = 15  # what comes by itself as often as it does: three heartbeats of each agent, one end of each read
TABLE_LIMIT_SECONDS = 900  # no further round of a table begins after this
MOST_AGENTS_OF_A_ROLE = 50
# A size's cost may be so far below the straight line, as a part of it: chance alone makes for some percent.
MOST_BELOW_THE_LINE = 0.15
LEAST_RATE_OF_ALL_HOSTS = 0.80
UNITS = ("role", "agent", "KB", "entry", "host")
COSTS = {"host_us": "host CPU", "redis_us": "Redis CPU", "idle_host_us": "idle host", "idle_redis_us": "idle Redis"}


@dataclass
class Row:
    """One size: what serves, and what is asked of it."""

    size: int
    agents: Path
    side: bench.Side
    requests: int
    host_count: int = 1

    @property
    def in_flight(self) -> int:
        return max(self.side.in_flight)


@dataclass
class Table:
    title: str
    unit: str
    rows: List[Row]
    measures_idle: bool = False


@dataclass
class Figures:
    """Costs in microseconds: of a request, and of an idle second."""

    rate: float
    host_us: float
    redis_us: float
    idle_host_us: float = 0
    idle_redis_us: float = 0


def idle_costs(redis: bench.Redis, host: hosts.Host, seconds: float) -> Dict[str, float]:
    """Of the supervisor and its worker, and of the server, with the questions for it."""
    host.wait_for_the_spare()
    serving = host.serving()
    before, redis_before = cpu_seconds(serving), redis.cpu_seconds()
    time.sleep(seconds)
    used, redis_used = cpu_seconds(serving) - before, redis.cpu_seconds() - redis_before
    return {"idle_host_us": used / seconds * 1e6, "idle_redis_us": redis_used / seconds * 1e6}


def measure(redis: bench.Redis, table: Table, row: Row, arguments: argparse.Namespace) -> Figures:
    redis.ask("FLUSHALL")
    with ExitStack() as stack:
        running = []
        for number in range(row.host_count):
            place = redis.folder / f"{table.unit}-{row.size}-{number}"
            running.append(stack.enter_context(hosts.started(redis, arguments.host, row.agents, place)))
        for host in running:
            host.wait_until_ready()
        bench.wait_until_served(redis, row.side, running[0].process, running[0].log)
        idle = idle_costs(redis, running[0], arguments.idle_seconds) if table.measures_idle else {}
        processes = [host.process for host in running]
        found = bench.measure(redis, row.side, processes, row.in_flight, row.requests)
    return Figures(found.requests_per_second, found.cpu_seconds_per_1000 * 1000, found.redis_cpu_us, **idle)


def run(redis: bench.Redis, table: Table, arguments: argparse.Namespace) -> List[List[Figures]]:
    """By row, then by round."""
    results: List[List[Figures]] = [[] for _ in table.rows]
    began = time.monotonic()
    for number in range(1, arguments.rounds + 1):
        if time.monotonic() - began > TABLE_LIMIT_SECONDS:
            print(f"{table.title}: stopped before round {number}", file=sys.stderr)
            break
        for row, rounds in zip(table.rows, results):
            rounds.append(measure(redis, table, row, arguments))
        print(f"{table.title}: round {number} of {arguments.rounds} done", file=sys.stderr)
    return results


def middle(rounds: List[Figures], field: str) -> float:
    return median(getattr(figures, field) for figures in rounds)


def print_table(table: Table, results: List[List[Figures]]) -> None:
    idle = f"{'idle host µs/s':>16}{'idle Redis µs/s':>17}" if table.measures_idle else ""
    print(f"\n{table.title}\n{table.unit:>10}{'requests/s':>12}{'(min–max)':>16}{'host CPU µs':>13}"
          f"{'Redis CPU µs':>14}{idle}")
    for row, rounds in zip(table.rows, results):
        rates = [figures.rate for figures in rounds]
        spread = f"{min(rates):,.0f}–{max(rates):,.0f}"
        line = (f"{row.size:10,}{median(rates):12,.0f}{spread:>16}{middle(rounds, 'host_us'):13,.0f}"
                f"{middle(rounds, 'redis_us'):14,.0f}")
        if table.measures_idle:
            line += f"{middle(rounds, 'idle_host_us'):16,.0f}{middle(rounds, 'idle_redis_us'):17,.0f}"
        print(line)


def below_the_line(sizes: List[int], costs: List[float]) -> float:
    """How far a size's cost is at most below the straight line between the ends, as a part of what the line says."""
    steepness = (costs[-1] - costs[0]) / (sizes[-1] - sizes[0])
    straight = [costs[0] + steepness * (size - sizes[0]) for size in sizes]
    return max(1 - cost / expected for cost, expected in zip(costs, straight))


def judge_growth(table: Table, results: List[List[Figures]], limits: hosts.Limits) -> None:
    sizes = [row.size for row in table.rows]
    wanted = f"no worse than linear, at most {MOST_BELOW_THE_LINE * 100:.0f} % below the line"
    for field, name in COSTS.items():
        if field.startswith("idle") and not table.measures_idle:
            continue
        costs = [middle(rounds, field) for rounds in results]
        one_more = (costs[-1] - costs[0]) / (sizes[-1] - sizes[0])
        below = below_the_line(sizes, costs)
        limits.judge(
            f"{name}: each further {table.unit} costs {one_more:.2f} µs, {below * 100:.0f} % below the line",
            wanted, below <= MOST_BELOW_THE_LINE)


def judge_hosts(results: List[List[Figures]], limits: hosts.Limits) -> None:
    share = middle(results[-1], "rate") / middle(results[0], "rate")
    limits.judge(
        f"all hosts together: {share * 100:.0f} % of one host's requests/s",
        f"at least {LEAST_RATE_OF_ALL_HOSTS * 100:.0f} %", share >= LEAST_RATE_OF_ALL_HOSTS)


def echo_rows(arguments: argparse.Namespace, folder: Path, kind: str, sizes: List[int]) -> List[Row]:
    """`kind`: roles with one agent each, or agents, of as few roles as there can be."""
    rows = []
    for size in sizes:
        roles = size if kind == "roles" else -(-size // MOST_AGENTS_OF_A_ROLE)
        agents = folder / f"{kind}-{size}.d"
        hosts.add_echoes(arguments.agents_dir / "libEchoC.so", agents, roles, size // roles if kind == "agents" else 1)
        load = ("--role", "echo", "--roles", str(roles), "--hops", "1")
        rows.append(Row(size, agents, bench.Side(kind, [], "echo", (256,), load), arguments.requests * 3))
    return rows


def demo_row(
    arguments: argparse.Namespace, size: int, in_flight: int, requests: int, *load: str, host_count: int = 1
) -> Row:
    return Row(size, arguments.agents_dir, bench.Side("demo", [], "demo", (in_flight,), load), requests, host_count)


def tables(arguments: argparse.Namespace, folder: Path) -> List[Table]:
    requests = arguments.requests
    # Large ones take longer: fewer of them, and not so many at once that they wait for room.
    payloads = [
        demo_row(arguments, size, 16, max(requests // (1 + size // 8), 200), "--padding", str(size * 1024))
        for size in (1, 4, 16, 64, 256)]
    traces = [demo_row(arguments, size, 64, requests, "--trace", str(size)) for size in (5, 20, 50)]
    several = [demo_row(arguments, size, 256, requests, host_count=size) for size in (1, 2, 4)]
    return [
        Table("roles of one host, one agent each (C, one hop)", "role",
              echo_rows(arguments, folder, "roles", [1, 10, 100]), True),
        Table(f"agents of one host, up to {MOST_AGENTS_OF_A_ROLE} a role (C, one hop)", "agent",
              echo_rows(arguments, folder, "agents", [1, 10, 100, 1000]), True),
        Table("payload (the demo, five hops)", "KB", payloads),
        Table("entries in the trace already (the demo, five hops)", "entry", traces),
        Table("hosts that serve the same roles (the demo, five hops)", "host", several),
    ]


def main() -> None:
    parser = hosts.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=10_000, help="of the demo; three times as many of one hop")
    parser.add_argument("--only", choices=UNITS, help="one table")
    arguments = parser.parse_args()
    arguments.idle_seconds = IDLE_SECONDS
    if arguments.quick:
        arguments.rounds, arguments.requests, arguments.idle_seconds = 1, 1_000, IDLE_SECONDS / 2
    limits = hosts.Limits()
    with hosts.benchmark("growth") as redis:
        for table in tables(arguments, redis.folder):
            if arguments.only not in (None, table.unit):
                continue
            results = run(redis, table, arguments)
            print_table(table, results)
            if table.unit == "host":
                judge_hosts(results, limits)
            else:
                judge_growth(table, results, limits)
    limits.finish(arguments)


if __name__ == "__main__":
    main()
