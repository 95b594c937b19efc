"""The agent architecture of the specification, on redis-py: the other side of the interoperability tests.

Strict where a plain dataclass is strict: `Envelope(**fields)` raises on a field it does not know and on
one it misses. Entries are acknowledged and never deleted, as the specification has it.
"""

import asyncio
import itertools
import json
import logging
import os
import socket
import time
from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Optional

from redis.asyncio import Redis
from redis.exceptions import ResponseError

DEFAULT_TASK_TIMEOUT_SEC = 60.0
MAX_PROCESS_COUNT = 50
MAX_TOTAL_PROCESSING_TIME = 300.0
MAX_ENVELOPE_AGE = 600.0
HEARTBEAT_INTERVAL_SEC = 5.0
READ_BLOCK_MS = 500
RESULT_LIST_TTL_SEC = 3600

log = logging.getLogger("specification")
agent_numbers = itertools.count(1)


@dataclass
class Envelope:
    conversation_id: str
    message_id: str
    target_role: Optional[str]
    target_agent_id: Optional[str]
    target_list: Optional[str]
    sender_role: str
    sender_agent_id: str
    kind: str
    payload: Dict[str, Any]
    update_ts: float
    result_list: str
    trace: List[Dict[str, Any]]
    process_count: int = 0
    total_processing_time: float = 0.0
    create_ts: float = 0.0

    @classmethod
    def from_json(cls, text: str) -> "Envelope":
        env = cls(**json.loads(text))
        if not isinstance(env.payload, dict):
            raise TypeError(f"payload is a {type(env.payload).__name__}, not an object")
        return env

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def check_safety_limits(env: Envelope) -> Optional[str]:
    if env.process_count >= MAX_PROCESS_COUNT:
        return f"Process count limit exceeded: {env.process_count} >= {MAX_PROCESS_COUNT}"
    if env.total_processing_time >= MAX_TOTAL_PROCESSING_TIME:
        total = env.total_processing_time
        return f"Total processing time limit exceeded: {total:.2f}s >= {MAX_TOTAL_PROCESSING_TIME}s"
    if env.create_ts > 0:
        envelope_age = time.time() - env.create_ts
        if envelope_age >= MAX_ENVELOPE_AGE:
            return f"Envelope age limit exceeded: {envelope_age:.2f}s >= {MAX_ENVELOPE_AGE}s"
    return None


def connect(url: str) -> Redis:
    return Redis.from_url(url, protocol=2, decode_responses=True, socket_timeout=None)


async def send_envelope(redis: Redis, prefix: str, env: Envelope) -> None:
    """Writes to the envelope's target: list, then agent, then role."""
    if env.target_list:
        key = prefix + env.target_list
        async with redis.pipeline(transaction=True) as pipeline:
            await pipeline.lpush(key, env.to_json()).expire(key, RESULT_LIST_TTL_SEC).execute()
    elif env.target_agent_id:
        await redis.xadd(f"{prefix}stream:agent:{env.target_agent_id}", {"envelope": env.to_json()})
    else:
        await redis.xadd(f"{prefix}stream:role:{env.target_role}", {"envelope": env.to_json()})


class BaseAgent:
    """One agent: reads its role's stream and its own, one message at a time, and routes what comes out."""

    role = ""
    task_timeout_sec = DEFAULT_TASK_TIMEOUT_SEC

    def __init__(self, redis: Redis, prefix: str = "") -> None:
        self.role = self.role or type(self).__name__.removesuffix("Agent").lower()
        self.agent_id = f"{socket.gethostname().split('.')[0]}:{os.getpid()}:{next(agent_numbers)}"
        self.redis = redis
        self.prefix = prefix
        self._busy = asyncio.Lock()
        self._running = False
        self._readers: List[asyncio.Task] = []
        self._heartbeats: Optional[asyncio.Task] = None

    async def process(self, env: Envelope) -> Envelope:
        raise NotImplementedError

    async def start(self) -> None:
        self._running = True
        for scope, name in (("role", self.role), ("agent", self.agent_id)):
            stream, group = f"{self.prefix}stream:{scope}:{name}", f"cg:{scope}:{name}"
            await self._create_group(stream, group)
            self._readers.append(asyncio.create_task(self._consume(stream, group)))
        await self._publish("init")
        self._heartbeats = asyncio.create_task(self._publish_heartbeats())

    async def stop(self) -> None:
        """Ends after the message in work; raises what ended a reader, if anything did."""
        self._running = False
        if self._heartbeats:
            self._heartbeats.cancel()
        await asyncio.gather(*self._readers)
        await self._publish("exit")

    async def wait(self) -> None:
        """Returns only when a reader has ended, by raising what ended it."""
        await asyncio.gather(*self._readers)

    async def _create_group(self, stream: str, group: str) -> None:
        try:
            await self.redis.xgroup_create(stream, group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _consume(self, stream: str, group: str) -> None:
        while self._running:
            reply = await self.redis.xreadgroup(
                group, self.agent_id, {stream: ">"}, count=1, block=READ_BLOCK_MS
            )
            for _, entries in reply:
                for entry_id, fields in entries:
                    async with self._busy:
                        await self._handle(entry_id, fields)
                    await self.redis.xack(stream, group, entry_id)

    async def _handle(self, entry_id: str, fields: Dict[str, str]) -> None:
        try:
            env = Envelope.from_json(fields["envelope"])
        except (KeyError, TypeError, ValueError) as error:
            log.error("%s: entry %s is no envelope: %s", self.role, entry_id, error)
            return
        violation = check_safety_limits(env)
        if violation:
            self._refuse(env, violation)
        else:
            env = await self._run(env)
        env.sender_role = self.role
        env.sender_agent_id = self.agent_id
        env.update_ts = time.time()
        await send_envelope(self.redis, self.prefix, env)

    def _refuse(self, env: Envelope, violation: str) -> None:
        now = time.time()
        self._append_error(env, "safety.limit", violation)
        self._append_trace(env, now, now, violation)
        env.trace[-1]["safety_violation"] = True
        env.target_role = env.target_agent_id = None
        env.target_list = env.result_list

    async def _run(self, env: Envelope) -> Envelope:
        caller = env.sender_role
        exception_info = None
        start_ts = time.time()
        self._route_back(env, caller)
        try:
            timeout = float(env.payload.get("__agent_timeout_sec", self.task_timeout_sec))
            env = await asyncio.wait_for(self.process(env), timeout=timeout)
        except Exception as error:
            timed_out = isinstance(error, asyncio.TimeoutError)
            described = f"{type(error).__name__}: {error}"
            exception_info = f"Timed out after {timeout}s" if timed_out else described
            self._append_error(env, f"{self.role}.{'timeout' if timed_out else 'exception'}", exception_info)
            self._route_back(env, caller)
        end_ts = time.time()
        self._append_trace(env, start_ts, end_ts, exception_info)
        env.process_count += 1
        env.total_processing_time += end_ts - start_ts
        return env

    def _route_back(self, env: Envelope, caller: str) -> None:
        external = caller == "external"
        env.target_role = None if external else caller
        env.target_agent_id = None
        env.target_list = env.result_list if external else None

    def _append_error(self, env: Envelope, code: str, message: str) -> None:
        env.kind = "result"
        env.payload.setdefault("errors", []).append({"code": code, "message": message})

    def _append_trace(self, env: Envelope, start_ts: float, end_ts: float, error: Optional[str]) -> None:
        duration = end_ts - start_ts
        entry = {"start_ts": start_ts, "role": self.role, "agent_id": self.agent_id}
        entry.update(end_ts=end_ts, duration=duration, error=error)
        if error:
            entry["exception"] = error
        env.trace.append(entry)

    async def _publish(self, event: str) -> None:
        status = {"kind": "status", "event": event, "role": self.role, "agent_id": self.agent_id}
        status.update(busy=self._busy.locked(), ts=time.time())
        await self.redis.publish(f"{self.prefix}broadcast:role:stat", json.dumps(status))

    async def _publish_heartbeats(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL_SEC)
            await self._publish("heartbeat")


class ManagerAgent(BaseAgent):
    """Sends a request through uppercase and reverse, and the result to whoever asked."""

    async def process(self, env: Envelope) -> Envelope:
        stage = env.payload.get("stage", "start")
        if env.payload.get("errors"):
            self._finish(env)
        elif env.kind == "task" and stage == "start":
            self._forward(env, "uppercase", "upper")
        elif env.kind == "result" and stage == "upper":
            self._forward(env, "reverse", "reverse")
        elif env.kind == "result" and stage == "reverse":
            self._finish(env)
        else:
            self._append_error(env, "manager.stage", f"Unknown stage '{stage}' for kind '{env.kind}'")
            self._finish(env)
        return env

    def _forward(self, env: Envelope, role: str, stage: str) -> None:
        env.payload["stage"] = stage
        env.kind = "task"
        env.target_role, env.target_list = role, None

    def _finish(self, env: Envelope) -> None:
        env.kind = "result"
        env.target_role, env.target_list = None, env.result_list


class UppercaseAgent(BaseAgent):
    async def process(self, env: Envelope) -> Envelope:
        env.payload["text"] = str(env.payload.get("text")).upper()
        env.kind = "result"
        return env


class ReverseAgent(BaseAgent):
    async def process(self, env: Envelope) -> Envelope:
        env.payload["text"] = str(env.payload.get("text"))[::-1]
        env.kind = "result"
        return env


def new_request(conversation_id: str, text: str, target_role: str = "manager") -> Envelope:
    now = time.time()
    message_id = f"{conversation_id}:{now:.6f}"
    return Envelope(
        conversation_id=conversation_id,
        message_id=message_id,
        target_role=target_role,
        target_agent_id=None,
        target_list=None,
        sender_role="external",
        sender_agent_id=f"{socket.gethostname().split('.')[0]}:{os.getpid()}:0",
        kind="task",
        payload={"text": text, "stage": "start", "errors": []},
        update_ts=now,
        result_list=f"result:{message_id}",
        trace=[],
        create_ts=now,
    )


async def process_request(
    redis: Redis, conversation_id: str, text: str, timeout: float = 60.0, prefix: str = ""
) -> str:
    """Sends a text through the manager and returns what the agents answer."""
    env = new_request(conversation_id, text)
    await send_envelope(redis, prefix, env)
    reply = await redis.blpop([prefix + env.result_list], timeout=timeout)
    if reply is None:
        raise TimeoutError(f"no result for {env.message_id} within {timeout} s")
    payload = Envelope.from_json(reply[1]).payload
    if payload.get("errors"):
        raise RuntimeError(payload["errors"][0]["message"])
    response = payload.get("summary", {}).get("response")
    questions = payload.get("clarification", {}).get("clarifying_questions")
    return response or (questions[0] if questions else payload.get("text"))
