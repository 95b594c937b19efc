"""ardiq: two worker processes (`--workers 2`), one for each of two cores, as its guide to workers has it.

It has no chains: a task sends the next one, and the last has an id that the caller has chosen and waits for, which
ardiq announces by publish and subscribe. It acknowledges after the work, together with writing the result. A higher
concurrency than its default of 16, and uvloop, which its documentation does not ask for, take a third off its CPU.
"""

import asyncio
import os
from contextlib import asynccontextmanager
from typing import AsyncIterator
from uuid import uuid4

import closed_loop
import uvloop
import work
from ardiq import Ardiq

asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
app = Ardiq(os.environ["REDIS_URL"], concurrency=64)


@app.task
async def manager(payload: work.Payload, answer_id: str) -> work.Payload:
    stage = payload["stage"]
    payload = work.manager(payload)
    if stage == "start":
        await uppercase.enqueue(payload, answer_id)
    elif stage == "upper":
        await reverse.enqueue(payload, answer_id)
    return payload


@app.task
async def uppercase(payload: work.Payload, answer_id: str) -> None:
    await manager.enqueue(work.uppercase(payload), answer_id)


@app.task
async def reverse(payload: work.Payload, answer_id: str) -> None:
    await manager.options(task_id=answer_id).enqueue(work.reverse(payload), answer_id)


@asynccontextmanager
async def connected(in_flight: int) -> AsyncIterator[closed_loop.Ask]:
    async def ask(payload: work.Payload) -> work.Payload:
        answer_id = uuid4().hex
        await manager.enqueue(payload, answer_id)
        result = await app.result(answer_id, timeout=closed_loop.ANSWER_LIMIT_SECONDS)
        return result.value

    yield ask


if __name__ == "__main__":
    closed_loop.main(connect=connected)
