"""What one entry of the battery is: an attack, or a good token that has to get in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.attacks.checks import Check, Family
from helpers.attacks.workshop import Workshop
from helpers.tokens.errors import clause_url


@dataclass(frozen=True)
class Request:
    """An HTTP request to the resource that is attacked, as it is written.

    :param headers: name and value, in order; the same name may come twice.
    :param query: what stands behind the question mark.
    :param path: added to the path of the resource.
    """

    method: str = "GET"
    headers: Sequence[tuple[str, str]] = ()
    query: str = ""
    path: str = ""
    body: bytes = b""

    @classmethod
    def bearing(cls, token: str) -> "Request":
        """GET with the token where it belongs."""
        return cls(headers=[("Authorization", f"Bearer {token}")])


Make = Callable[[Workshop], str | Request]


@dataclass(frozen=True)
class Attack:
    """One forged token or request.

    :param name: short, and no other has it.
    :param check: the check that stops it.
    :param story: what the attacker does, in one clause.
    :param gain: what they could do now if it gets in, in one sentence.
    :param make: makes it; raises LookupError where it takes something that is not ours, such as the issuer's own key.
    :param source: a CVE where this has happened.
    :param rule: the clause that it breaks, if that is another than its check's.
    :param answers: the HTTP statuses that say no to it in the right way.
    :param function_only: no HTTP header can carry it.
    :param echo: text in it that must not come back in the answer.
    """

    name: str
    check: Check
    story: str
    gain: str
    make: Make
    source: str = ""
    rule: str = ""
    answers: tuple[int, ...] = (401,)
    function_only: bool = False
    echo: str = ""

    @property
    def family(self) -> Family:
        """The family of its check."""
        return self.check.family

    @property
    def code(self) -> str:
        """Of the refusal that it deserves, see helpers.tokens.errors."""
        return self.check.code

    @property
    def clause(self) -> str:
        """The rule that it breaks: a clause, or "policy", perhaps with a clause that speaks for it."""
        return self.rule or self.check.clause

    @property
    def clause_url(self) -> str:
        """Where the clause can be read; empty where none is named."""
        return clause_url(self.clause)


@dataclass(frozen=True)
class Good:
    """A token or request that the standards allow and that has to get in, so that refusing everything does not win.

    :param name: short, and no other has it.
    :param story: what is unusual about it, in one clause.
    """

    name: str
    story: str
    make: Make


def as_request(made: str | Request) -> Request:
    """A token is shown as a bearer token."""
    return made if isinstance(made, Request) else Request.bearing(made)
