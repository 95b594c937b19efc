#!/usr/bin/env python3
"""Measures how long a host is without a worker when one has died: from the death to the next answer.

A worker that has lived for a while is killed, again and again, with nothing else to do and beside a load of a
fifth of what the host can do. A request that is sent at the moment of death is timed until its answer comes.
Needs what bench.py needs.
"""

import argparse
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import List

import bench
from hosts import worker_of

# Longer than what the supervisor takes for an early death, after which it waits.
STEADY_SECONDS = 5.5
LIMITS_MS = {"idle": 50, "under load": 120}
# Of requests in flight: about a fifth of the host's highest rate.
LOAD_IN_FLIGHT = 3


class Client:
    """One connection to the server, and one request at a time."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.number = 0

    def command(self, *words: str) -> None:
        encoded = [word.encode() for word in words]
        parts = [b"*%d\r\n" % len(encoded)] + [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
        self.socket.sendall(b"".join(parts))

    def request(self) -> None:
        """Sends a request to the demo and waits for its result."""
        self.wait(self.send())

    def send(self) -> str:
        """Queues a request to the demo, and returns the list that its result will be on."""
        self.number += 1
        name, now = f"recovery-{os.getpid()}-{self.number}", time.time()
        envelope = {
            "conversation_id": name, "message_id": f"{name}:{now:.9f}", "target_role": "manager",
            "target_agent_id": None, "target_list": None, "sender_role": "external",
            "sender_agent_id": f"recovery:{os.getpid()}:1", "kind": "task",
            "payload": {"text": "x", "stage": "start", "errors": []}, "update_ts": now,
            "result_list": f"result:{name}", "trace": [], "process_count": 0, "total_processing_time": 0.0,
            "create_ts": now,
        }
        self.command("XADD", "stream:role:manager", "*", "envelope", json.dumps(envelope))
        return f"result:{name}"

    def wait(self, result_list: str) -> None:
        self.command("BLPOP", result_list, "20")
        reply = b""
        while b"process_count" not in reply:
            part = self.socket.recv(65536)
            if not part or b"*-1" in part:
                raise bench.BenchmarkError("no result within 20 s")
            reply += part


def kill_and_wait(worker: int) -> float:
    """The moment at which the worker was no more; its supervisor sees it then too."""
    descriptor = os.pidfd_open(worker)
    os.kill(worker, signal.SIGSEGV)
    select.select([descriptor], [], [], 20)
    died = time.monotonic()
    os.close(descriptor)
    return died


def measure(redis: bench.Redis, supervisor: int, deaths: int) -> List[float]:
    client, times = Client(redis.socket), []
    for _ in range(deaths):
        time.sleep(STEADY_SECONDS)
        died = kill_and_wait(worker_of(supervisor))
        client.request()
        times.append((time.monotonic() - died) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, default=bench.PROJECT / ".build" / "release" / "agenthost")
    parser.add_argument("--agents-dir", type=Path, default=bench.PROJECT / "agents.d")
    parser.add_argument("--deaths", type=int, default=7)
    arguments = parser.parse_args()
    build = ["swift", "build", "-c", "release", "--package-path", str(bench.HERE)]
    subprocess.run(build, check=True, stdout=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="agenthost-recovery-"))
    os.environ["AGENTHOST_DATA_DIR"] = str(folder / "data")
    redis = bench.Redis(folder)
    side = bench.Side(
        "agenthost", [str(arguments.host.resolve()), "run", "--agents-dir", str(arguments.agents_dir.resolve())],
        "demo", (1,))
    slow = []
    try:
        with ExitStack() as stack:
            server = stack.enter_context(bench.running(redis.command(), folder / "redis.log"))
            redis.wait_until_ready(server)
            log = folder / "side.log"
            host = stack.enter_context(bench.running(side.command, log, f"unix://{redis.socket}"))
            bench.wait_until_served(redis, side, host, log)
            for name, limit in LIMITS_MS.items():
                if name == "under load":
                    load = bench.load_command(
                        redis, side, 10_000_000, "--in-flight", str(LOAD_IN_FLIGHT), "--timeout", "60")
                    stack.enter_context(bench.running(load, folder / "load.log"))
                times = measure(redis, host.pid, arguments.deaths)
                print(f"{name}: from a worker's death to the next answer: median {median(times):.0f} ms, "
                      f"{min(times):.0f}–{max(times):.0f} ms, {len(times)} deaths; at most {limit} ms are wanted",
                      flush=True)
                if median(times) > limit:
                    slow.append(name)
    except bench.BenchmarkError as error:
        sys.exit(f"void: {error}")
    finally:
        shutil.rmtree(folder)
    if slow:
        sys.exit(f"too slow: {', '.join(slow)}")


if __name__ == "__main__":
    main()
