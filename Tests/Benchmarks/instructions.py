#!/usr/bin/env python3
"""Counts the instructions that a request costs the worker and the server, by valgrind's callgrind.

Unlike time they hardly depend on what else the machine does. Each side serves two runs of different length, and
what the longer one costs more is divided by the requests that it has more: the start is not in it. Callgrind runs
one thread at a time, so batches are not those of a real run; compare builds with each other only.
Needs valgrind and binutils beside what bench.py needs.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Dict, Iterable, List, Tuple

import bench

# All is some thirty times slower, and slower still beside something else.
bench.READY_LIMIT_SECONDS = 120
IN_FLIGHT = (1, 64)
SHORT, LONG = 200, 800  # requests
COLLECTED = re.compile(r"Collected : (\d+)")
AGENTS = ("libManagerAgent.so", "libUppercaseAgent.so", "libReverseAgent.so")
# What it costs that a host is observed: without, as it is by default with the agent of statistics, and with every trace.
OBSERVED = {
    "unobserved": (AGENTS, {"AGENTHOST_TRACE_TTL": "0"}),
    "by default": ((*AGENTS, "libStatsAgent.so"), {}),
    "every trace": ((*AGENTS, "libStatsAgent.so"), {"AGENTHOST_TRACE_RATE": "0"}),
}


def under_callgrind(command: List[str]) -> List[str]:
    return ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]


def strip(program: Path, agents: Path, into: Path, names: Iterable[str] = AGENTS) -> None:
    """Copies a build without what is for debuggers, which valgrind may not be able to read."""
    (into / "agents.d").mkdir(parents=True)
    pairs = [(program, into / "agenthost")] + [(agents / name, into / "agents.d" / name) for name in names]
    for source, target in pairs:
        subprocess.run(["objcopy", "--strip-debug", str(source), str(target)], check=True)


def instructions(log: Path) -> int:
    found = COLLECTED.search(log.read_text())
    if not found:
        raise bench.BenchmarkError(f"callgrind gave no number; its last words:\n{log.read_text()[-2000:]}")
    return int(found.group(1))


def adopt_verdicts(folder: Path) -> None:
    """Makes what a host has found of its libraries good for one under callgrind, which is another program to itself."""
    tools = [path for place in ("/usr/libexec", "/usr/lib") for path in Path(place).rglob("callgrind-*-linux")]
    if not tools:
        raise bench.BenchmarkError("callgrind's own program was not found below /usr/libexec and /usr/lib")
    status = tools[0].stat()
    host = f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns // 10**9}-{status.st_mtime_ns % 10**9}"
    for verdict in list(folder.iterdir()):
        library, settings = verdict.name.split("-")[:2]
        shutil.copy(verdict, folder / f"{library}-{settings}-{host}")


def count(build: Path, in_flight: int, requests: int, settings: Dict[str, str]) -> Tuple[int, int]:
    """The instructions of the worker and of the server, from their start to their end."""
    folder = Path(tempfile.mkdtemp(prefix="agenthost-instructions-"))
    redis = bench.Redis(folder)
    side = bench.Side("agenthost", [], "demo", (in_flight,))
    server_log, worker_log = folder / "server.log", folder / "worker.log"
    os.environ["AGENTHOST_DATA_DIR"] = str(folder / "data")
    os.environ.update(settings)
    os.environ["AGENTHOST_AGENTS_DIR"] = str(build / "agents.d")
    # Descriptors 3 and 4 are a worker's pipes from and to its supervisor; the first one never ends.
    life_line = folder / "life-line"
    os.mkfifo(life_line)
    command = [str(build / "agenthost"), "worker", "run", "--incarnation", "0" * 16]
    pipes = ["bash", "-c", f'exec 3<>{life_line} 4>/dev/null; exec "$@"', "worker"]
    worker = pipes + under_callgrind(command)
    try:
        # Under valgrind a worker can't try libraries: it starts no process of its own kind. So it is tried here.
        with ExitStack() as stack:
            server = stack.enter_context(bench.running(redis.command(), server_log))
            redis.wait_until_ready(server)
            process = stack.enter_context(bench.running(pipes + command, worker_log, f"unix://{redis.socket}"))
            bench.wait_until_served(redis, side, process, worker_log)
        adopt_verdicts(folder / "data" / "verdicts")
        with ExitStack() as stack:
            server = stack.enter_context(bench.running(under_callgrind(redis.command()), server_log))
            redis.wait_until_ready(server)
            process = stack.enter_context(bench.running(worker, worker_log, f"unix://{redis.socket}"))
            bench.wait_until_served(redis, side, process, worker_log)
            command = bench.load_command(redis, side, requests, "--in-flight", str(in_flight), "--warmup", "10")
            load = subprocess.run(command, capture_output=True, text=True, timeout=bench.RUN_LIMIT_SECONDS)
            if load.returncode != 0:
                raise bench.BenchmarkError(f"{load.stdout}{load.stderr}\n{worker_log.read_text()[-2000:]}")
        return instructions(worker_log), instructions(server_log)
    finally:
        for name in settings:
            del os.environ[name]
        shutil.rmtree(folder)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, default=bench.PROJECT / ".build" / "release" / "agenthost")
    parser.add_argument("--agents-dir", type=Path, default=bench.PROJECT / "agents.d")
    parser.add_argument(
        "--compare", type=Path, metavar="FOLDER",
        help="another build to count as well: a folder with agenthost and its agents' libraries")
    parser.add_argument(
        "--observation", action="store_true", help="what statistics and traces cost, with 64 in flight, instead")
    return parser.parse_args()


def cost(build: Path, in_flight: int, settings: Dict[str, str]) -> Tuple[float, float]:
    """The instructions that a request costs the worker and the server."""
    short, long = (count(build, in_flight, requests, settings) for requests in (SHORT, LONG))
    worker, server = ((after - before) / (LONG - SHORT) for before, after in zip(short, long))
    return worker, server


def observe(arguments: argparse.Namespace, folder: Path) -> None:
    print(f"{'':14}{'worker':>12}{'server':>12}   instructions a request, and against the first line")
    first: Tuple[float, float] = (0, 0)
    for name, (agents, settings) in OBSERVED.items():
        strip(arguments.host.resolve(), arguments.agents_dir.resolve(), folder / name, agents)
        found = cost(folder / name, max(IN_FLIGHT), settings)
        first = first if all(first) else found
        shares = "  ".join(f"{(now / before - 1) * 100:+5.1f} %" for now, before in zip(found, first))
        print(f"{name:14}{found[0]:12,.0f}{found[1]:12,.0f}   {shares}", flush=True)


def main() -> None:
    arguments = parse_arguments()
    build = ["swift", "build", "-c", "release", "--package-path", str(bench.HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="agenthost-builds-"))
    builds = {"agenthost": (arguments.host, arguments.agents_dir)}
    if arguments.compare:
        builds["other build"] = (arguments.compare / "agenthost", arguments.compare)
    try:
        if arguments.observation:
            return observe(arguments, folder)
        print(f"{'':14}{'in flight':>9}{'worker':>14}{'server':>14}   instructions a request")
        for name, (program, agents) in builds.items():
            strip(program.resolve(), agents.resolve(), folder / name)
            for in_flight in IN_FLIGHT:
                worker, server = cost(folder / name, in_flight, {})
                print(f"{name:14}{in_flight:9}{worker:14,.0f}{server:14,.0f}", flush=True)
    except bench.BenchmarkError as error:
        sys.exit(f"void: {error}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
