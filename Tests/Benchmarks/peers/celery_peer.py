"""Celery: the prefork pool with two processes (its default: one for each core), which its guide has for CPU-bound work.

The steps are a chain of its canvas. `task_acks_late` acknowledges after the work. By its guide to optimizing, many
short tasks are fetched ahead, results that nobody reads are not kept, and workers do not watch each other. Two workers
of the solo pool were half as fast again at 256 in flight and a fifth slower with one, but answer nobody while at work.
"""

import os

import closed_loop
import work
from celery import Celery, chain

# kombu and the store of results have a name of their own for unix sockets.
URL = os.environ["REDIS_URL"].replace("unix://", "redis+socket://")
app = Celery("celery_peer", broker=URL, backend=URL)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=64, broker_connection_retry_on_startup=True)

manager = app.task(name="manager")(work.manager)
uppercase = app.task(name="uppercase")(work.uppercase)
reverse = app.task(name="reverse")(work.reverse)


def ask(payload: work.Payload) -> work.Payload:
    # Made anew for each request: to send a chain changes it. Only the last step keeps its result, so a parent's is not
    # there to be looked at.
    first = manager.s(payload).set(ignore_result=True)
    between = (task.s().set(ignore_result=True) for task in (uppercase, manager, reverse))
    return chain(first, *between, manager.s()).apply_async().get(
        timeout=closed_loop.ANSWER_LIMIT_SECONDS, follow_parents=False)


if __name__ == "__main__":
    closed_loop.main(ask=ask)
