"""A learner's own functions in the bearer door: ``verify(token) -> claims``, and ``bearer_token(headers, query)``.

Whatever a function does, the door stays shut unless it gave what is asked for, and the API goes on answering others.
"""

import asyncio
import contextlib
import copy
import hashlib
import inspect
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import jwt
from cryptography.exceptions import InvalidSignature
from starlette.requests import Request

from helpers.bounded import Misbehaved, call
from helpers.tokens import errors
from helpers.tokens.errors import InvalidRequest, InvalidToken, MissingToken, Reason, TokenError

REFUSALS = (ValueError, jwt.PyJWTError, InvalidSignature)
"""What a function may raise to say that the token is no good; a :class:`TokenError` says it with its own answer."""

NAMES_AT_MOST = 12  # of claims, in what is told about a call

_TOKEN_ERRORS = frozenset(
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TokenError)
)


_Result = TypeVar("_Result")


class VerifierBroken(TokenError):
    """The function in the door neither gave what is asked for nor refused (RFC 9110 §15.6.1)."""

    status = 500

    def __init__(self) -> None:
        message = "The function in the door did not say whether the token is good."
        super().__init__("verifier_broken", message, reason=Reason.INVALID, clause="RFC 9110 §15.6.1")


@dataclass(frozen=True)
class Call:
    """What the function did when the door asked it about one token.

    :param did: a sentence without its subject: "raised ValueError: expired (line 5 of the cell)."
    :param printed: what it printed, at most a screenful.
    """

    did: str
    printed: str = ""


class _InTheDoor:
    """A plain function that the door asks, in a thread of its own, so that the API answers other requests meanwhile.

    :param function: what the learner wrote.
    :param timeout: seconds until a call is given up.
    :param at_once: how many calls may be under way, those that could not be stopped among them.
    :param keep: how many calls are remembered.
    :raises TypeError: when it is no function.
    """

    def __init__(
        self, function: Callable[..., Any], *, timeout: float = 2.0, at_once: int = 64, keep: int = 100
    ) -> None:
        if not callable(function):
            raise TypeError(f"a function is needed, not {function!r:.80}")
        self.function = function
        self._timeout = timeout
        self._at_once = at_once
        self._calls: deque[tuple[bytes, Call]] = deque(maxlen=keep)
        self._under_way = 0
        self._abandoned: deque[threading.Thread] = deque(maxlen=at_once)

    @property
    def name(self) -> str:
        """What the function is called."""
        return str(getattr(self.function, "__name__", None) or type(self.function).__name__)

    @property
    def calls(self) -> list[Call]:
        """The latest calls, the oldest first."""
        return [call for _, call in tuple(self._calls)]

    def last_call(self, about: str) -> Call | None:
        """The latest call about this token."""
        digest = _digest(about)
        return next((call for asked, call in reversed(tuple(self._calls)) if asked == digest), None)

    async def _ask(self, about: str, work: Callable[[], _Result]) -> _Result:
        """The result of work, which calls the function.

        :raises TokenError: whatever went wrong in it.
        """
        abandoned = sum(thread.is_alive() for thread in tuple(self._abandoned))
        if self._under_way + abandoned >= self._at_once:
            self._note(about, f"was not called: {self._at_once} calls of it are still running.")
            raise VerifierBroken
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Result] = loop.create_future()
        self._under_way += 1
        try:
            # A thread for each call, since one that hangs would keep a place of a pool for ever.
            threading.Thread(
                target=_settle, args=(work, loop, answer), daemon=True, name="asks a learner's function"
            ).start()
            return await answer
        finally:
            self._under_way -= 1

    def _call(self, about: str, *arguments: Any, printed: list[str], refusal: type[TokenError]) -> Any:
        """What the function returned.

        :raises TokenError: it did not; of the type ``refusal`` when it raised one of :data:`REFUSALS`.
        """
        try:
            return call(self.function, *arguments, timeout=self._timeout, printed=printed)
        except Misbehaved as fault:
            if fault.thread is not None:
                self._abandoned.append(fault.thread)
            self._note(about, fault.did, printed)
            raise _refusal(fault.raised, refusal) from None

    def _note(self, about: str, did: str, printed: list[str] | None = None) -> None:
        self._calls.append((_digest(about), Call(did, "".join(printed or ()))))


def _settle(
    work: Callable[[], _Result], loop: asyncio.AbstractEventLoop, answer: asyncio.Future[_Result]
) -> None:
    settle: Callable[[Any], None]
    try:
        settle, outcome = answer.set_result, work()
    except TokenError as error:
        settle, outcome = answer.set_exception, error
    except BaseException:  # nobody waits for ever, not even for a fault of ours
        settle, outcome = answer.set_exception, VerifierBroken()

    def tell() -> None:
        if not answer.done():  # the request may have been given up
            settle(outcome)

    with contextlib.suppress(RuntimeError):  # the API may have stopped meanwhile
        loop.call_soon_threadsafe(tell)


class LearnersVerifier(_InTheDoor):
    """A plain function as the ``verify`` of a :class:`~helpers.todo_api.door.Door`.

    It takes the token and returns its claims, a dict, which pass on to the door, which looks for the scope. A
    :class:`TokenError` it raises stays as it is, :data:`REFUSALS` mean 401, anything else means 500, with fixed
    sentences: what the function said stays in the notebook.
    """

    async def __call__(self, token: str) -> Mapping[str, Any]:
        """The claims that the function returned for a token.

        :raises TokenError: it did anything else.
        """
        return await self._ask(token, partial(self._claims, token))

    def _claims(self, token: str) -> Mapping[str, Any]:
        printed: list[str] = []
        note = partial(self._note, token, printed=printed)
        result = self._call(token, token, printed=printed, refusal=InvalidToken)
        if inspect.iscoroutine(result):
            result.close()
        if not isinstance(result, dict):
            note(f"returned {_in_short(result)}. The door takes a dict of claims.")
            raise VerifierBroken
        try:
            claims = copy.deepcopy(dict(result))
        except (
            RecursionError
        ):  # what lies too deep in each other to be copied: the door looks at the top alone
            claims = dict(result)
        except Exception:
            note("returned a dict that holds more than plain claims.")
            raise VerifierBroken from None
        note(_returned(claims))
        return claims


class LearnersTokenFinder(_InTheDoor):
    """A plain function as the ``find_token`` of a :class:`~helpers.todo_api.door.Door`.

    It takes the headers and the query as lists of names and values, and returns the token; None means that there is
    none (401), :data:`REFUSALS` that the request is malformed (400), anything else is a 500.
    """

    async def __call__(self, request: Request) -> str:
        """The token that the function found.

        :raises TokenError: it did anything else.
        """
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        query = list(request.query_params.multi_items())
        return await self._ask(request.url.path, partial(self._token, request.url.path, headers, query))

    def _token(self, about: str, headers: list[tuple[str, str]], query: list[tuple[str, str]]) -> str:
        printed: list[str] = []
        found = self._call(about, headers, query, printed=printed, refusal=InvalidRequest)
        if found is None:
            self._note(about, "returned None: no token was shown.", printed)
            raise MissingToken
        if not isinstance(found, str):
            self._note(about, f"returned {_in_short(found)}. The door takes the token, or None.", printed)
            raise VerifierBroken
        self._note(about, "returned a token.", printed)
        return found


def _in_short(value: Any) -> str:
    plain = value is None or isinstance(value, bool)
    return str(value) if plain else f"a value of type {type(value).__name__}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _refusal(raised: BaseException | None, kind: type[TokenError]) -> TokenError:
    # A class of the learner's own could carry any status, even 200.
    if isinstance(raised, TokenError) and type(raised) in _TOKEN_ERRORS - {TokenError}:
        return raised.with_traceback(None)
    if not isinstance(raised, (*REFUSALS, TokenError)):
        return VerifierBroken()
    if kind is InvalidRequest:
        return InvalidRequest("The function in the door refused the request.")
    message = "The function in the door refused the token."
    return InvalidToken("refused", message, reason=Reason.CHECK_FAILED, clause="RFC 6750 §3.1")


def _returned(claims: dict[Any, Any]) -> str:
    """The names of the claims; their values are the token's."""
    names = sorted(str(name)[:40] for name in claims)
    shown = ", ".join([*names[:NAMES_AT_MOST], *(["…"] if len(names) > NAMES_AT_MOST else [])])
    did = f"returned claims ({shown})." if names else "returned an empty dict."
    scope = claims.get("scope")
    if scope is None:
        return f"{did} There is no `scope` among them."
    if not isinstance(scope, str):
        return f"{did} Their `scope` is a {type(scope).__name__}; the door reads a string, the scopes apart by spaces."
    return did
