"""arq: two workers, each a process, as it starts no more than one itself.

It has no chains: a job sends the next one. A caller can wait only for a job that is in the queue already, so the last
step puts the answer on a list, by the connection that arq gives to jobs, and no result is kept. A job stays in the
queue until it is done: it acknowledges after the work. By default it looks for jobs twice a second and works on ten at
once; `poll_delay` and `max_jobs` are for throughput here, and so is uvloop, which its documentation does not ask for.
"""

import asyncio
import json
import os
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Dict
from uuid import uuid4

import closed_loop
import uvloop
import work
from arq import create_pool
from arq.connections import RedisSettings

asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
SETTINGS = RedisSettings.from_dsn(os.environ["REDIS_URL"])
ANSWER_TTL_SECONDS = 600


async def manager(context: Dict[str, Any], payload: work.Payload, answer_list: str) -> None:
    redis, stage, payload = context["redis"], payload["stage"], work.manager(payload)
    if stage == "start":
        await redis.enqueue_job("uppercase", payload, answer_list)
    elif stage == "upper":
        await redis.enqueue_job("reverse", payload, answer_list)
    else:
        await redis.lpush(answer_list, json.dumps(payload))
        await redis.expire(answer_list, ANSWER_TTL_SECONDS)


async def uppercase(context: Dict[str, Any], payload: work.Payload, answer_list: str) -> None:
    await context["redis"].enqueue_job("manager", work.uppercase(payload), answer_list)


async def reverse(context: Dict[str, Any], payload: work.Payload, answer_list: str) -> None:
    await context["redis"].enqueue_job("manager", work.reverse(payload), answer_list)


class WorkerSettings:
    redis_settings = SETTINGS
    functions = [manager, uppercase, reverse]
    keep_result = 0
    log_results = False
    max_jobs = 100
    poll_delay = 0.002


@asynccontextmanager
async def connected(in_flight: int) -> AsyncIterator[closed_loop.Ask]:
    redis = await create_pool(SETTINGS)

    async def ask(payload: work.Payload) -> work.Payload:
        answer_list = f"answer:{uuid4().hex}"
        await redis.enqueue_job("manager", payload, answer_list)
        _, answer = await redis.blpop(answer_list, timeout=closed_loop.ANSWER_LIMIT_SECONDS)
        return json.loads(answer)

    yield ask
    await redis.aclose()


if __name__ == "__main__":
    closed_loop.main(connect=connected)
