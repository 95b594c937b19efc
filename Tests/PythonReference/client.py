"""Sends unique texts through role manager and checks every result: `client.py --redis URL --requests N`."""

import argparse
import asyncio
import json
import os
import sys
from typing import Dict, Iterator, List, Optional

from redis.asyncio import Redis

from specification import Envelope, connect, new_request, send_envelope

PIPELINE_ROLES = ["manager", "uppercase", "manager", "reverse", "manager"]


def fault(request: Envelope, text: str, result: str) -> Optional[str]:
    """What is wrong with a result, or None."""
    try:
        env = Envelope.from_json(result)
    except (TypeError, ValueError) as error:
        return f"not read by Envelope(**json): {error}"
    expected = {
        "message_id": request.message_id,
        "conversation_id": request.conversation_id,
        "create_ts": request.create_ts,
        "kind": "result",
        "sender_role": "manager",
        "process_count": len(PIPELINE_ROLES),
    }
    for name, value in expected.items():
        if getattr(env, name) != value:
            return f"{name} is {getattr(env, name)!r}, expected {value!r}"
    if env.payload.get("errors"):
        return f"errors: {env.payload['errors']}"
    if env.payload.get("text") != text.upper()[::-1]:
        return f"text is {env.payload.get('text')!r}, expected {text.upper()[::-1]!r}"
    roles = [entry.get("role") for entry in env.trace]
    if roles != PIPELINE_ROLES:
        return f"trace is {roles}, expected {PIPELINE_ROLES}"
    return None


async def send_requests(
    redis: Redis, arguments: argparse.Namespace, numbers: Iterator[int], lists: List[str], wrong: List[Dict]
) -> None:
    """One of the requests in flight: takes the next number until none is left."""
    for number in numbers:
        text = f"Hello, world! {number}"
        request = new_request(f"interop-{os.getpid()}-{number}", text)
        key = arguments.prefix + request.result_list
        lists.append(key)
        await send_envelope(redis, arguments.prefix, request)
        reply = await redis.blpop([key], timeout=arguments.timeout)
        found = fault(request, text, reply[1]) if reply else f"no result within {arguments.timeout} s"
        if found:
            wrong.append({"message_id": request.message_id, "fault": found})


async def run(arguments: argparse.Namespace) -> int:
    redis = connect(arguments.redis)
    numbers = iter(range(arguments.requests))
    lists: List[str] = []
    wrong: List[Dict] = []
    await asyncio.gather(
        *(send_requests(redis, arguments, numbers, lists, wrong) for _ in range(arguments.in_flight))
    )
    async with redis.pipeline(transaction=False) as pipeline:
        for key in lists:
            pipeline.llen(key)
        doubled = sum(await pipeline.execute())
    await redis.aclose()
    summary = {
        "requests": len(lists),
        "right": len(lists) - len(wrong),
        "wrong": wrong,
        "doubled": doubled,
    }
    print(json.dumps(summary))
    return 1 if wrong or doubled else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis", required=True, metavar="URL")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait for one result")
    parser.add_argument("--prefix", default="", help="goes before every key")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(parse_arguments())))
