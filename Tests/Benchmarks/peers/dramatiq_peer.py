"""Dramatiq: two processes of eight threads each, its defaults on two cores; four and sixteen threads do no better.

The steps are a pipeline, which its middleware carries on. It acknowledges after the work. Only the last step keeps its
result, which the caller waits for on a list.
"""

import os

import closed_loop
import dramatiq
import redis
import work
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

# Each waiting caller has a connection.
client = redis.Redis.from_url(os.environ["REDIS_URL"], max_connections=1000)
broker = RedisBroker(client=client)
broker.add_middleware(Results(backend=RedisBackend(client=client)))
dramatiq.set_broker(broker)

manager = dramatiq.actor(work.manager)
uppercase = dramatiq.actor(work.uppercase)
reverse = dramatiq.actor(work.reverse)


def ask(payload: work.Payload) -> work.Payload:
    last = manager.message_with_options(store_results=True)
    steps = manager.message(payload) | uppercase.message() | manager.message() | reverse.message() | last
    return steps.run().get_result(block=True, timeout=closed_loop.ANSWER_LIMIT_SECONDS * 1000)


if __name__ == "__main__":
    closed_loop.main(ask=ask)
