"""taskiq: two worker processes, its default, with its broker on Redis' streams, the one that acknowledges.

A task sends the next one, and the last has an id that the caller has chosen: the add-on for chains, taskiq-pipelines,
does half as many requests. By taskiq's default a task is acknowledged when its result has been saved, after the work.
Its workers use uvloop where it is installed, as it is here, and check no types of arguments (`--no-parse`). Callers
poll for results.
"""

import os
from contextlib import asynccontextmanager
from typing import AsyncIterator
from uuid import uuid4

import closed_loop
import work
from taskiq import AsyncTaskiqTask
from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

URL = os.environ["REDIS_URL"]
results = RedisAsyncResultBackend(URL, keep_results=False, result_ex_time=600)
broker = RedisStreamBroker(URL).with_result_backend(results)


@broker.task(task_name="manager")
async def manager(payload: work.Payload, answer_id: str) -> work.Payload:
    stage, payload = payload["stage"], work.manager(payload)
    if stage == "start":
        await uppercase.kiq(payload, answer_id)
    elif stage == "upper":
        await reverse.kiq(payload, answer_id)
    return payload


@broker.task(task_name="uppercase")
async def uppercase(payload: work.Payload, answer_id: str) -> None:
    await manager.kiq(work.uppercase(payload), answer_id)


@broker.task(task_name="reverse")
async def reverse(payload: work.Payload, answer_id: str) -> None:
    await manager.kicker().with_task_id(answer_id).kiq(work.reverse(payload), answer_id)


@asynccontextmanager
async def connected(in_flight: int) -> AsyncIterator[closed_loop.Ask]:
    # How long a caller waits between two looks: next to nothing where it is alone; more than taskiq's 0.2 s where the
    # looks of many would take the workers' time.
    interval = 0.001 if in_flight == 1 else 0.5

    async def ask(payload: work.Payload) -> work.Payload:
        answer_id = uuid4().hex
        await manager.kiq(payload, answer_id)
        last: AsyncTaskiqTask[work.Payload] = AsyncTaskiqTask(answer_id, results)
        result = await last.wait_result(check_interval=interval, timeout=closed_loop.ANSWER_LIMIT_SECONDS)
        return result.return_value

    await broker.startup()
    yield ask
    await broker.shutdown()


if __name__ == "__main__":
    closed_loop.main(connect=connected)
