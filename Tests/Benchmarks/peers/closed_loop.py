"""Sends a peer the demo's requests in a closed loop and prints one JSON line, as the program `load` does.

So many requests are in flight, and each answer is followed by the next request. What is in flight first only opens
connections and is not counted. A wrong answer, or none in time, ends it with an error. Clients that block get a thread
for each request in flight, others a coroutine.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
from contextlib import AbstractAsyncContextManager
from typing import Awaitable, Callable, List

import uvloop
import work

ANSWER_LIMIT_SECONDS = 60

Ask = Callable[[work.Payload], Awaitable[work.Payload]]
AskBlocking = Callable[[work.Payload], work.Payload]
# Opens a peer's client for so many requests in flight.
Connect = Callable[[int], AbstractAsyncContextManager[Ask]]


class ClosedLoop:
    """What is still to be sent, and how long each answer took."""

    def __init__(self, requests: int, in_flight: int) -> None:
        self.in_flight = in_flight
        self.numbers = iter(range(in_flight + requests))
        self.lock = threading.Lock()
        self.latencies: List[float] = []
        self.started = self.cpu_started = 0.0

    def next_number(self) -> int | None:
        with self.lock:
            return next(self.numbers, None)

    def begin(self) -> None:
        """All have had their first answer: from here on it counts."""
        self.latencies.clear()
        self.started, self.cpu_started = time.perf_counter(), time.process_time()

    def note(self, number: int, answer: work.Payload, sent: float) -> None:
        self.latencies.append(time.perf_counter() - sent)
        if answer != work.right_answer(number):
            raise ValueError(f"request {number} was answered by {answer}, not {work.right_answer(number)}")

    async def run_coroutines(self, connect: Connect) -> None:
        async def ask_next() -> bool:
            if (number := self.next_number()) is None:
                return False
            sent = time.perf_counter()
            async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
                answer = await ask(work.request(number))
            self.note(number, answer, sent)
            return True

        async def ask_all() -> None:
            while await ask_next():
                pass

        async with connect(self.in_flight) as ask:
            await asyncio.gather(*(ask_next() for _ in range(self.in_flight)))
            self.begin()
            await asyncio.gather(*(ask_all() for _ in range(self.in_flight)))

    def run_threads(self, ask: AskBlocking) -> None:
        errors: List[BaseException] = []
        all_connected = threading.Barrier(self.in_flight, action=self.begin)

        def ask_next() -> bool:
            if errors or (number := self.next_number()) is None:
                return False
            sent = time.perf_counter()
            self.note(number, ask(work.request(number)), sent)
            return True

        def ask_all() -> None:
            try:
                ask_next()
                all_connected.wait()
                while ask_next():
                    pass
            except Exception as error:
                errors.append(error)
                all_connected.abort()

        threads = [threading.Thread(target=ask_all, daemon=True) for _ in range(self.in_flight)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def report(self) -> None:
        elapsed, cpu_seconds = time.perf_counter() - self.started, time.process_time() - self.cpu_started
        ordered = sorted(self.latencies)

        def percentile(fraction: float) -> float:
            return ordered[int((len(ordered) - 1) * fraction)] * 1e6

        print(json.dumps({
            "requests_per_second": len(ordered) / elapsed, "p50_us": percentile(0.5), "p99_us": percentile(0.99),
            "elapsed_seconds": elapsed, "cpu_seconds": cpu_seconds}))


def main(*, connect: Connect | None = None, ask: AskBlocking | None = None) -> None:
    """Runs the loop with a client of coroutines (`connect`) or one that blocks (`ask`)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--in-flight", type=int, default=1)
    arguments = parser.parse_args()
    loop = ClosedLoop(arguments.requests, arguments.in_flight)
    try:
        if connect:
            uvloop.run(loop.run_coroutines(connect))
        elif ask:
            loop.run_threads(ask)
    except Exception as error:
        sys.exit(f"void after {len(loop.latencies)} answers: {error!r}")
    loop.report()
