"""What benchmarks of whole hosts share: hosts in folders of their own, agents for many roles, and limits."""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List

import bench
from processes import children_of, cpu_seconds

READY = re.compile(r" ready$", re.MULTILINE)
SPARE_LIMIT_SECONDS = 20
LOOK_SECONDS = 0.02
REST_SECONDS = 0.3  # that a process has used nothing for


@dataclass
class Host:
    """One that runs."""

    process: subprocess.Popen
    log: Path

    def wait_until_ready(self) -> None:
        """Until all agents serve."""
        limit = time.monotonic() + bench.READY_LIMIT_SECONDS
        while not READY.search(self.log.read_text()):
            if self.process.poll() is not None or time.monotonic() > limit:
                last_words = "\n".join(self.log.read_text().splitlines()[-15:])
                raise bench.BenchmarkError(
                    f"the host was not ready in {bench.READY_LIMIT_SECONDS} s; its last words:\n{last_words}")
            time.sleep(LOOK_SECONDS)

    def wait_for_the_spare(self) -> int:
        """Until the process in reserve has begun and rests: a host's start is over then."""
        limit = time.monotonic() + SPARE_LIMIT_SECONDS
        used_before = -1.0
        while time.monotonic() < limit:
            spares = spares_of(self.process.pid)
            used = cpu_seconds(spares)
            if spares and used == used_before:
                return spares[0]
            used_before = used
            time.sleep(REST_SECONDS)
        raise bench.BenchmarkError(f"the host had no process in reserve after {SPARE_LIMIT_SECONDS} s")

    def serving(self) -> List[int]:
        """The supervisor and its worker."""
        return [self.process.pid, worker_of(self.process.pid)]


def worker_of(supervisor: int) -> int:
    workers = [pid for pid, words in children_of(supervisor).items() if " worker run" in words]
    if len(workers) != 1:
        raise bench.BenchmarkError(f"the supervisor has {len(workers)} workers")
    return workers[0]


def spares_of(supervisor: int) -> List[int]:
    """Processes that are to become its next workers."""
    return [pid for pid, words in children_of(supervisor).items() if " worker spare" in words]


@contextmanager
def started(redis: bench.Redis, program: Path, agents: Path, folder: Path) -> Iterator[Host]:
    """A host with its data, its logs and what it knows of libraries in `folder`, where they stay."""
    folder.mkdir(exist_ok=True)
    command = [str(program.resolve()), "run", "--agents-dir", str(agents.resolve())]
    settings = {"AGENTHOST_DATA_DIR": str(folder / "data")}
    log = folder / "host.log"
    with bench.running(command, log, f"unix://{redis.socket}", settings) as process:
        yield Host(process, log)


def add_echoes(library: Path, agents: Path, roles: int, instances: int = 1) -> None:
    """Puts so many copies of the agent in C into a folder, each for a role of its own: echo-1, echo-2 and so on."""
    agents.mkdir(exist_ok=True)
    for number in range(1, roles + 1):
        shutil.copy(library, agents / f"echo-{number}.so")
        (agents / f"echo-{number}.yaml").write_text(f"role: echo-{number}\ninstances: {instances}\n")


class Limits:
    """What is wanted, and whether it was met."""

    def __init__(self) -> None:
        self.missed: List[str] = []

    def judge(self, what: str, wanted: str, is_met: bool) -> None:
        print(f"{what}; wanted: {wanted}: {'met' if is_met else 'MISSED'}", flush=True)
        if not is_met:
            self.missed.append(what)

    def finish(self, arguments: argparse.Namespace) -> None:
        if self.missed and arguments.check:
            sys.exit(f"missed: {len(self.missed)} of what is wanted")


def parser(description: str) -> argparse.ArgumentParser:
    """With the options that all of these benchmarks have."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--host", type=Path, default=bench.PROJECT / ".build" / "release" / "agenthost")
    found.add_argument("--agents-dir", type=Path, default=bench.PROJECT / "agents.d")
    found.add_argument("--quick", action="store_true", help="much shorter, to see that it runs; its figures say little")
    found.add_argument("--check", action="store_true", help="exit with 1 where a limit is missed")
    return found


@contextmanager
def benchmark(name: str) -> Iterator[bench.Redis]:
    """A private server in a folder that is gone afterwards. A run that is void ends the program."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    build = ["swift", "build", "-c", "release", "--package-path", str(bench.HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix=f"agenthost-{name}-"))
    redis = bench.Redis(folder)
    try:
        with bench.running(redis.command(), folder / "redis.log") as server:
            redis.wait_until_ready(server)
            bench.print_machine()
            yield redis
    except bench.BenchmarkError as error:
        sys.exit(f"void: {error}")
    finally:
        shutil.rmtree(folder)
