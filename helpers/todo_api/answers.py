"""What the Todo API answers when it does not do what a request asks: the bodies, and their OpenAPI document.

No answer repeats a part of the request: it could be huge, impossible to write as JSON, or a secret.
"""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from helpers.todo_api.door import BODY_AT_MOST

Responses = dict[int | str, dict[str, Any]]


class Refusal(BaseModel):
    """The door's answer: an error code of RFC 6750 §3.1, if there is one, and one sentence."""

    model_config = ConfigDict(extra="forbid")

    error: str = Field(default="", examples=["invalid_token"])
    error_description: str = Field(examples=["The token has expired."])


class Problem(BaseModel):
    """One sentence."""

    model_config = ConfigDict(extra="forbid")

    detail: str


class Fault(BaseModel):
    """One fault of a request: its place, its kind, and the sentence that belongs to this kind.

    A number in the place counts from 0: characters of the body that is not JSON, or fields of an object.
    """

    model_config = ConfigDict(extra="forbid")

    loc: list[str | int] = Field(examples=[["body", "title"]])
    type: str = Field(examples=["string_too_long"])
    msg: str = Field(examples=["The string is too long."])


class Faults(BaseModel):
    """All faults of a request."""

    model_config = ConfigDict(extra="forbid")

    detail: list[Fault]


_CHALLENGE = {
    "WWW-Authenticate": {
        "description": "How to ask instead (RFC 6750 §3).",
        "schema": {"type": "string", "examples": ['Bearer error="invalid_token"']},
    }
}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds after which to ask again (RFC 9110 §10.2.3).",
        "schema": {"type": "integer"},
    }
}

OF_THE_DOOR: Responses = {
    400: {"model": Refusal, "description": "The token is sent in a wrong way.", "headers": _CHALLENGE},
    401: {"model": Refusal, "description": "There is no token, or it is not valid.", "headers": _CHALLENGE},
    403: {"model": Refusal, "description": "The token does not have the scope.", "headers": _CHALLENGE},
    503: {"model": Refusal, "description": "The token cannot be verified now.", "headers": _RETRY_AFTER},
}
"""What each guarded route may answer."""

OF_AN_ID: Responses = {
    404: {"model": Problem, "description": "There is no todo with this id."},
    422: {"model": Faults, "description": "The request is not what this route takes."},
}
"""What a route with an id in its path may answer."""

OF_A_BODY: Responses = {
    413: {"model": Problem, "description": f"The body has more than {BODY_AT_MOST} bytes."},
    422: OF_AN_ID[422],
}
"""What a route with a body may answer."""

_SENTENCES: Mapping[str, str] = {
    "missing": "This field is required.",
    "extra_forbidden": "The object has a field that this route does not know.",
    "model_attributes_type": "The body must be a JSON object, sent as application/json.",
    "json_invalid": "The body is not valid JSON.",
    "string_type": "The value must be a string.",
    "string_unicode": "The string must not contain a lone surrogate.",
    "string_too_short": "The string is too short.",
    "string_too_long": "The string is too long.",
    "bool_type": "The value must be true or false.",
    "int_parsing": "The value must be an integer.",
    "int_parsing_size": "The integer has too many digits.",
}


async def not_found(request: Request, error: Exception) -> JSONResponse:
    """404 for a todo that does not exist."""
    return JSONResponse({"detail": "There is no todo with this id."}, 404)


async def unreadable(request: Request, error: Exception) -> JSONResponse:
    """422 for a body that FastAPI cannot read: wrong encoding, nested too deeply, a number with too many digits."""
    return _faults([_fault("json_invalid", ("body",))])


async def invalid(request: Request, error: Exception) -> JSONResponse:
    """422 with the place and the kind of each fault. FastAPI's own answer repeats the input."""
    if not isinstance(error, RequestValidationError):
        raise error
    return _faults([_fault(fault["type"], _place(fault, error.body)) for fault in error.errors()])


def _place(fault: Mapping[str, Any], body: Any) -> tuple[str | int, ...]:
    """Where a fault is. The name of an unknown field is input, so the field's position takes its place."""
    *parents, last = fault["loc"]
    return (*parents, list(body).index(last)) if fault["type"] == "extra_forbidden" else (*parents, last)


def _fault(kind: str, place: tuple[str | int, ...]) -> dict[str, object]:
    return {"loc": place, "type": kind, "msg": _SENTENCES.get(kind, "The value is not accepted here.")}


def _faults(faults: list[dict[str, object]]) -> JSONResponse:
    return JSONResponse({"detail": faults}, 422)
