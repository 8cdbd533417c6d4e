"""One HTTP exchange as plain data, and how it reads on the wire."""

from dataclasses import dataclass
from html import escape

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exchange:
    """A request and its response; secrets are masked before they get here.

    :param source: who sent the request: a participant's name.
    :param target: who was asked.
    :param started: when the request left, in seconds of a monotonic clock.
    :param ended: when the response was there, on the same clock.
    :param status: the HTTP status; None when no response came, and ``failure`` says why.
    """

    source: str
    target: str
    method: str
    host: str
    path: str
    request_headers: Headers
    request_body: str
    started: float
    ended: float
    status: int | None = None
    reason: str = ""
    response_headers: Headers = ()
    response_body: str = ""
    failure: str = ""

    @property
    def raw_request(self) -> str:
        """The request as HTTP/1.1 writes it."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {self.host}", *_lines(self.request_headers)]
        return "\n".join([*lines, "", self.request_body]).rstrip("\n")

    @property
    def raw_response(self) -> str:
        """The response as HTTP/1.1 writes it, or why there is none."""
        if self.status is None:
            return f"(no response: {self.failure})"
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *_lines(self.response_headers)]
        return "\n".join([*lines, "", self.response_body]).rstrip("\n")


def _lines(headers: Headers) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]


class RawExchange:
    """Shows one exchange raw: method, path, headers and body as they crossed the wire, secrets masked."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def __str__(self) -> str:
        return f"{self.exchange.raw_request}\n\n{self.exchange.raw_response}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": raw_html(self.exchange), "text/plain": str(self)}


def raw_html(exchange: Exchange) -> str:
    """The exchange as two blocks of preformatted text."""
    wrap = "white-space:pre-wrap;overflow-wrap:anywhere"
    return (
        f'<p><b>{escape(exchange.source)} asks {escape(exchange.target)}</b></p><pre style="{wrap}">'
        f"{escape(exchange.raw_request)}</pre>"
        f"<p><b>{escape(exchange.target)} answers</b></p>"
        f'<pre style="{wrap}">{escape(exchange.raw_response)}</pre>'
    )
