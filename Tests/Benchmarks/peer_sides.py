"""What peers.py measures: how each side is started, who sends it requests, and that all of it ends again."""

import json
import os
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Optional

import bench

FOLDER = bench.HERE / "peers"
REFERENCE = bench.PROJECT / "Tests" / "PythonReference"
ANSWER_LIMIT_SECONDS = 60


@dataclass
class Side:
    """One of the programs that are measured: how it is started, and who sends it requests."""

    name: str
    worker: List[str]
    processes: int = 1  # of the command above, side by side, where it does not start two workers itself
    sender: Optional[List[str]] = None  # none: the program `load`, for who speaks the specification's protocol
    package: str = ""
    acknowledges: str = "after"  # the work; all of them can, and are told to where they don't by themselves


def known_sides(host: Path, agents: Path, environments: Path) -> List[Side]:
    folder, arq_folder = environments / "peers" / "bin", environments / "peers-arq" / "bin"

    def peer(name: str, folder: Path, *worker: str, processes: int = 1) -> Side:
        sender = [str(folder / "python"), str(FOLDER / f"{name}_peer.py")]
        return Side(name, [str(folder / worker[0]), *worker[1:]], processes, sender, name)

    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    # Its agents take one message at a time each; four of each role in a process did best of 1, 2, 4, 8 and 12.
    reference = ("--redis", "REDIS_URL", "--roles", "manager,uppercase,reverse", "--instances", "4")
    return [
        Side("agenthost", [str(host.resolve()), "run", "--agents-dir", str(agents.resolve())]),
        peer("ardiq", folder, "ardiq", "run", "--quiet", "--workers", "2", "ardiq_peer:app"),
        peer("celery", folder, "celery", "-A", "celery_peer", "worker", "--pool", "prefork", "--concurrency", "2", *quiet),
        peer("dramatiq", folder, "dramatiq", "dramatiq_peer", "--processes", "2", "--threads", "8"),
        peer("taskiq", folder, "taskiq", "worker", "taskiq_peer:broker", "--workers", "2", "--no-parse",
             "--log-level", "WARNING"),
        peer("arq", arq_folder, "arq", "arq_peer.WorkerSettings", processes=2),
        Side("specification", [str(folder / "python"), str(REFERENCE / "worker.py"), *reference], 2),
    ]


def why_not(side: Side) -> str:
    """Why a side can't be measured here, or nothing; finds which version of it is there."""
    if not Path(side.worker[0]).exists():
        return f"{side.worker[0]} is missing"
    if side.package and side.sender:
        code = f"import importlib.metadata as known; print(known.version('{side.package}'))"
        found = subprocess.run([side.sender[0], "-c", code], capture_output=True, text=True, timeout=60)
        if found.returncode != 0:
            return f"it can't be asked for its version: {found.stderr.splitlines()[-1]}"
        side.name += f" {found.stdout.strip()}"
    return ""


@contextmanager
def serving(side: Side, redis: bench.Redis) -> Iterator[List[subprocess.Popen]]:
    """A side's processes; all that they have started has ended, too, when the block is left."""
    url = f"unix://{redis.socket}"
    path = f"PYTHONPATH={FOLDER}:{REFERENCE}"
    worker = [url if word == "REDIS_URL" else word for word in side.worker]
    with ExitStack() as stack:
        processes = []
        for number in range(side.processes):
            log = redis.folder / f"side-{number}.log"
            command = ["setsid", "env", path, *worker]  # a group of their own, by which they are ended
            process = stack.enter_context(bench.running(command, log, url))
            processes.append(process)
        try:
            yield processes
        finally:
            for process in processes:
                bench.stop(process)
                end_group(process.pid)


def end_group(leader: int) -> None:
    """Ends what a process has left behind; mostly it leaves nothing."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def send_command(side: Side, redis: bench.Redis, requests: int, in_flight: int) -> List[str]:
    """What sends so many requests, and before them those that are in flight at once, which do not count."""
    more = ["--in-flight", str(in_flight)]
    if side.sender:
        path = f"PYTHONPATH={FOLDER}"
        return ["env", path, f"REDIS_URL=unix://{redis.socket}", *side.sender, "--requests", str(requests), *more]
    more += ["--warmup", str(in_flight), "--timeout", str(ANSWER_LIMIT_SECONDS)]
    return bench.load_command(redis, bench.Side(side.name, [], "demo", ()), requests, *more)


def send(side: Side, redis: bench.Redis, requests: int, in_flight: int) -> Dict[str, float]:
    """Has requests answered, each rightly, and returns what the sender reports."""
    command = send_command(side, redis, requests, in_flight)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=bench.RUN_LIMIT_SECONDS)
    if ended.returncode != 0:
        raise bench.BenchmarkError(f"{side.name}, {in_flight} in flight: {ended.stdout}{ended.stderr[-2000:]}")
    return json.loads(ended.stdout)
