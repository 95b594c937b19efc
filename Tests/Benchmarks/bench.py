#!/usr/bin/env python3
"""Measures the host against a C floor: the demo's five hops, on one private Redis, in one run.

Rounds are interleaved (floor, floor with overlapping batches, host, and again), since a machine's
speed drifts: only numbers of one run compare. Needs Python's standard library, redis-server, redis-cli.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Dict, Iterator, List, Optional, Tuple

from processes import cpu_seconds_of_trees

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PROGRAMS = HERE / ".build" / "release"
COMMIT_SCRIPT = PROJECT / "Sources" / "AgentStreams" / "Scripts" / "commit.lua"

C_AGENTS = "agenthost, C agents"

READY_LIMIT_SECONDS = 20
STOP_LIMIT_SECONDS = 10
RUN_LIMIT_SECONDS = 300  # no further round begins after this
IN_FLIGHT = (1, 256)
# Their time counts in the script's; what the load adds by itself is the same for all sides.
WITHIN_SCRIPTS = {"xadd", "xdel", "xack", "xpending", "set", "get", "lpush", "expire"}


class BenchmarkError(Exception):
    """The run is void; the message says why."""


@dataclass
class Side:
    """One of the programs that serve the demo's three roles."""

    name: str
    command: List[str]
    expect: str
    in_flight: Tuple[int, ...]
    load: Tuple[str, ...] = ()  # what its requests are like, where not the demo's


@dataclass
class Measurement:
    requests_per_second: float
    p50_us: float
    p99_us: float
    cpu_seconds_per_1000: float
    redis_cpu_us: float
    redis_commands: float
    redis_command_us: float
    calls: Dict[str, Tuple[float, float]]  # per request: calls, microseconds


class Redis:
    """A private server on a unix socket, asked by redis-cli."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "redis.sock"

    def command(self) -> List[str]:
        options = f"--port 0 --save '' --appendonly no --unixsocket {self.socket} --dir {self.folder}"
        return ["redis-server", *shlex.split(options)]

    def ask(self, *words: str) -> str:
        command = ["redis-cli", "-s", str(self.socket), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout

    def info(self, section: str) -> Dict[str, str]:
        lines = (line.strip() for line in self.ask("INFO", section).splitlines())
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def cpu_seconds(self) -> float:
        cpu = self.info("cpu")
        return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])

    def command_calls(self) -> Dict[str, Tuple[int, int]]:
        """Calls and microseconds by command; those inside a script count here and in evalsha's time."""
        calls = {}
        for name, text in self.info("commandstats").items():
            fields = dict(pair.split("=") for pair in text.split(","))
            calls[name.removeprefix("cmdstat_")] = (int(fields["calls"]), int(fields["usec"]))
        return calls

    def wait_until_ready(self, process: subprocess.Popen) -> None:
        limit = time.monotonic() + READY_LIMIT_SECONDS
        while process.poll() is None and time.monotonic() < limit:
            try:
                if self.ask("PING").strip() == "PONG":
                    return
            except subprocess.CalledProcessError:
                time.sleep(0.02)
        raise BenchmarkError(f"redis-server did not answer on {self.socket} in {READY_LIMIT_SECONDS} s")


@contextmanager
def running(
    command: List[str], log: Path, redis_url: str = "", settings: Optional[Dict[str, str]] = None
) -> Iterator[subprocess.Popen]:
    """A process that has ended, one way or the other, when the block is left."""
    environment = dict(os.environ, REDIS_URL=redis_url, LOG_DIR=str(log.parent / "log"), AGENTHOST_LOG_FORMAT="text")
    environment.update(settings or {})
    with log.open("w") as output:
        options = {"stdin": subprocess.DEVNULL, "cwd": log.parent, "env": environment}
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def load_command(redis: Redis, side: Side, requests: int, *more: str) -> List[str]:
    program = [str(PROGRAMS / "load"), "--socket", str(redis.socket)]
    return [*program, "--expect", side.expect, "--requests", str(requests), *side.load, *more]


def wait_until_served(redis: Redis, side: Side, process: subprocess.Popen, log: Path) -> None:
    """Sends one request and waits for its result, or for the end of the side's process."""
    command = load_command(redis, side, 1, "--timeout", str(READY_LIMIT_SECONDS))
    with running(command, log.with_name("ready.log")) as probe:
        while probe.poll() is None and process.poll() is None:
            time.sleep(0.01)
        if process.poll() is None and probe.returncode == 0:
            return
        ended = process.poll()
    last_words = "\n".join(log.read_text().splitlines()[-15:])
    why = f"gave no right result in {READY_LIMIT_SECONDS} s" if ended is None else f"ended with {ended}"
    raise BenchmarkError(f"{side.name} {why}; its last words:\n{last_words}")


def measure(
    redis: Redis, side: Side, processes: List[subprocess.Popen], in_flight: int, requests: int
) -> Measurement:
    """`processes`: that serve the side together."""
    roots = [process.pid for process in processes]
    warmup = min(requests // 10, 2000)
    redis.ask("CONFIG", "RESETSTAT")
    cpu, redis_cpu = cpu_seconds_of_trees(roots), redis.cpu_seconds()
    command = load_command(redis, side, requests, "--in-flight", str(in_flight), "--warmup", str(warmup))
    load = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT_SECONDS)
    cpu, redis_cpu = cpu_seconds_of_trees(roots) - cpu, redis.cpu_seconds() - redis_cpu
    if load.returncode != 0:
        raise BenchmarkError(f"{side.name}, {in_flight} in flight: {load.stdout}{load.stderr}")
    report = json.loads(load.stdout)
    all_requests = requests + warmup
    calls = redis.command_calls()
    return Measurement(
        report["requests_per_second"],
        report["p50_us"],
        report["p99_us"],
        cpu / all_requests * 1000,
        redis_cpu / all_requests * 1e6,
        sum(count for count, _ in calls.values()) / all_requests,
        sum(usec for name, (_, usec) in calls.items() if name not in WITHIN_SCRIPTS) / all_requests,
        {name: (count / all_requests, usec / all_requests) for name, (count, usec) in calls.items()},
    )


Results = Dict[Tuple[str, int], List[Measurement]]


def run_rounds(redis: Redis, sides: List[Side], arguments: argparse.Namespace) -> Results:
    results: Results = {(side.name, count): [] for side in sides for count in side.in_flight}
    started = time.monotonic()
    for number in range(1, arguments.rounds + 1):
        if time.monotonic() - started > RUN_LIMIT_SECONDS:
            print(f"stopped before round {number}: {RUN_LIMIT_SECONDS} s are used up", file=sys.stderr)
            break
        for side in sides:
            redis.ask("FLUSHALL")
            log = redis.folder / "side.log"
            with running(side.command, log, f"unix://{redis.socket}") as process:
                wait_until_served(redis, side, process, log)
                for count in side.in_flight:
                    requests = arguments.requests if count > 1 else max(arguments.requests // 5, 100)
                    result = measure(redis, side, [process], count, requests)
                    results[side.name, count].append(result)
        print(f"round {number} of {arguments.rounds} done", file=sys.stderr)
    return results


def print_machine() -> None:
    version = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=True).stdout
    redis_version = next(word[2:] for word in version.split() if word.startswith("v="))
    print(f"machine: {os.cpu_count()} cores, {platform.system()} {platform.release()}, redis {redis_version}")


def print_table(results: Results) -> None:
    print(f"{'':22}{'in flight':>9}{'requests/s':>12}{'(min–max)':>16}{'p50 µs':>9}{'p99 µs':>9}"
          f"{'CPU s/1,000':>13}{'Redis CPU µs':>14}{'commands':>10}{'their µs':>10}")
    for (name, count), rounds in results.items():
        rates = [measurement.requests_per_second for measurement in rounds]
        spread = f"{min(rates):,.0f}–{max(rates):,.0f}"
        middle = {
            field: median(getattr(measurement, field) for measurement in rounds)
            for field in Measurement.__annotations__ if field != "calls"
        }
        print(f"{name:22}{count:9}{middle['requests_per_second']:12,.0f}{spread:>16}{middle['p50_us']:9,.0f}"
              f"{middle['p99_us']:9,.0f}{middle['cpu_seconds_per_1000']:13.3f}"
              f"{middle['redis_cpu_us']:14.1f}{middle['redis_commands']:10.1f}{middle['redis_command_us']:10.1f}")
    print("CPU: the side's process tree. Redis CPU and commands: a request, with the load's and scripts' own;")
    print("their µs: of the server's commands by its own statistics, without those within scripts")


def print_ratios(results: Results, base: str, other: str) -> None:
    def middle(name: str, count: int, field: str) -> float:
        return median(getattr(measurement, field) for measurement in results[name, count])

    for count in IN_FLIGHT:
        ratios = {
            title: middle(other, count, field) / max(middle(base, count, field), 1e-9)
            for title, field in (
                ("requests/s", "requests_per_second"), ("p50", "p50_us"), ("p99", "p99_us"),
                ("CPU", "cpu_seconds_per_1000"),
                ("Redis CPU", "redis_cpu_us"), ("commands", "redis_commands"),
                ("their time", "redis_command_us"))
        }
        listed = ", ".join(f"{title} {ratio:.2f}" for title, ratio in ratios.items())
        print(f"{other} / {base}, {count} in flight: {listed}")


def print_commands(results: Results, names: List[str]) -> None:
    """What a request costs at the highest load by command, in the last round."""
    for name in names:
        calls = results[name, max(IN_FLIGHT)][-1].calls
        listed = sorted(calls.items(), key=lambda item: -item[1][1])
        text = ", ".join(
            f"{command} {count:.2f} × {usec / count:.1f} µs"
            for command, (count, usec) in listed if count >= 0.005
        )
        print(f"{name}, commands a request at {max(IN_FLIGHT)}: {text}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, default=PROJECT / ".build" / "release" / "agenthost")
    parser.add_argument("--agents-dir", type=Path, default=PROJECT / "agents.d")
    parser.add_argument("--without-host", action="store_true", help="measure the floor alone")
    parser.add_argument(
        "--compare", type=Path, metavar="FOLDER",
        help="another build to measure in the same run: a folder with agenthost and its agents' libraries")
    parser.add_argument("--script", type=Path, default=COMMIT_SCRIPT, help="the host's commit script")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20_000, help="of a round at 256 in flight; a fifth of it at 1")
    parser.add_argument("--quick", action="store_true", help="one short round")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.requests = 1, 4_000
    if not arguments.without_host and not arguments.host.exists():
        parser.error(f"{arguments.host} does not exist: build it first, or name it with --host")
    return arguments


def benchmarked_sides(arguments: argparse.Namespace, socket: Path) -> List[Side]:
    floor = [str(PROGRAMS / "floor"), "--socket", str(socket), "--script", str(arguments.script.resolve())]
    sides = [
        Side("floor", floor, "echo", IN_FLIGHT),
        Side("floor, 4 batches of 64", [*floor, "--batches", "4", "--count", "64"], "echo", (256,)),
    ]
    if not arguments.without_host:
        command = [str(arguments.host.resolve()), "run", "--agents-dir", str(arguments.agents_dir.resolve())]
        sides.append(Side("agenthost", command, "demo", IN_FLIGHT))
        sides.append(Side(C_AGENTS, [*command[:-1], str(c_agents(socket.parent))], "echo", IN_FLIGHT))
        sides += observed_sides(arguments, command, socket.parent)
    if arguments.compare:
        folder = arguments.compare.resolve()
        command = [str(folder / "agenthost"), "run", "--agents-dir", str(folder)]
        sides.append(Side("other build", command, "demo", IN_FLIGHT))
    return sides


def c_agents(folder: Path) -> Path:
    """A folder with the demo's agents in C, which do what the floor does."""
    agents = folder / "c.d"
    agents.mkdir()
    shutil.copy(PROGRAMS / "libDemoC.so", agents)
    return agents


def observed_sides(arguments: argparse.Namespace, command: List[str], folder: Path) -> List[Side]:
    """The host without anybody who looks at it, and with every trace kept; a quick run does without."""
    if arguments.quick:
        return []
    agents = folder / "unobserved.d"
    agents.mkdir()
    for library in arguments.agents_dir.glob("*.so"):
        if library.name != "libStatsAgent.so":
            shutil.copy(library, agents)
    return [
        Side("unobserved", ["env", "AGENTHOST_TRACE_TTL=0", *command[:-1], str(agents)], "demo", (256,)),
        Side("every trace kept", ["env", "AGENTHOST_TRACE_RATE=0", *command], "demo", (256,)),
    ]


def print_observation(results: Results) -> None:
    """What it costs that a host is observed: statistics and sampled traces, and with every trace."""
    for name in ("agenthost", "every trace kept"):
        shares = []
        for title, field in (("Redis' commands", "redis_command_us"), ("CPU", "cpu_seconds_per_1000")):
            before, now = (median(getattr(m, field) for m in results[side, 256]) for side in ("unobserved", name))
            shares.append(f"{title} {(now / before - 1) * 100:+.1f} %")
        print(f"{name} against unobserved, 256 in flight: {', '.join(shares)}")


def main() -> None:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    build = ["swift", "build", "-c", "release", "--package-path", str(HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="agenthost-bench-"))
    redis = Redis(folder)
    sides = benchmarked_sides(arguments, redis.socket)
    try:
        with running(redis.command(), folder / "redis.log") as server:
            redis.wait_until_ready(server)
            results = run_rounds(redis, sides, arguments)
    except BenchmarkError as error:
        sys.exit(f"benchmark void: {error}")
    finally:
        shutil.rmtree(folder)
    print_machine()
    print(f"{len(results['floor', 1])} rounds; medians; {arguments.requests:,} requests at 256 in flight")
    print_table(results)
    if not arguments.without_host:
        print_ratios(results, "floor", "agenthost")
        print_ratios(results, "floor", C_AGENTS)
        if not arguments.quick:
            print_observation(results)
    if arguments.compare and not arguments.without_host:
        print_ratios(results, "other build", "agenthost")
    print_commands(results, [side.name for side in sides])


if __name__ == "__main__":
    main()
