"""Runs agents of the specification until SIGTERM: `worker.py --redis URL --roles manager,uppercase`."""

import argparse
import asyncio
import logging
import signal

from specification import ManagerAgent, ReverseAgent, UppercaseAgent, connect

AGENTS = {"manager": ManagerAgent, "uppercase": UppercaseAgent, "reverse": ReverseAgent}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis", required=True, metavar="URL")
    parser.add_argument("--roles", required=True, help="comma-separated: " + ", ".join(AGENTS))
    parser.add_argument("--instances", type=int, default=1, help="agents of each role")
    parser.add_argument("--prefix", default="", help="goes before every key")
    arguments = parser.parse_args()
    arguments.roles = arguments.roles.split(",")
    unknown = [role for role in arguments.roles if role not in AGENTS]
    if unknown:
        parser.error(f"unknown role {', '.join(unknown)}; known: {', '.join(AGENTS)}")
    return arguments


async def run(arguments: argparse.Namespace) -> None:
    redis = connect(arguments.redis)
    agents = [
        AGENTS[role](redis, arguments.prefix)
        for role in arguments.roles
        for _ in range(arguments.instances)
    ]
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    for agent in agents:
        await agent.start()
    print("ready", flush=True)
    stopped = asyncio.create_task(stopping.wait())
    failures = [asyncio.create_task(agent.wait()) for agent in agents]
    await asyncio.wait([stopped, *failures], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*(agent.stop() for agent in agents))
    await asyncio.gather(*failures)
    await redis.aclose()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(run(parse_arguments()))
