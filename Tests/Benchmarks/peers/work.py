"""The demo's work for every peer: three roles, the request, and what a right answer is.

Each peer has a task for each role and has its own queue deliver each of the five steps.
"""

from typing import Any, Dict

Payload = Dict[str, Any]

# What a manager makes of a stage, as the demo's does; a request that has passed `reverse` goes to its caller.
NEXT_STAGE = {"start": "upper", "upper": "reverse", "reverse": "reverse"}


def manager(payload: Payload) -> Payload:
    return {**payload, "stage": NEXT_STAGE[payload["stage"]]}


def uppercase(payload: Payload) -> Payload:
    return {**payload, "text": payload["text"].upper()}


def reverse(payload: Payload) -> Payload:
    return {**payload, "text": payload["text"][::-1]}


def request(number: int) -> Payload:
    """The payload of one request, of the form and size that the program `load` sends."""
    return {"text": f"Hello, world! {number}", "stage": "start", "errors": []}


def right_answer(number: int) -> Payload:
    return {"text": f"Hello, world! {number}".upper()[::-1], "stage": "reverse", "errors": []}
