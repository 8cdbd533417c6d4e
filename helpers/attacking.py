"""Attacks the lab: what ``lab.attack()``, ``lab.forge()``, ``lab.publish_bad_keys()`` and ``lab.line_up()`` do."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import requests

from helpers.attacks import (
    ATTACKS,
    FIRST,
    Attack,
    Battery,
    Family,
    Outcome,
    Request,
    Result,
    Trap,
    Verdict,
    Workshop,
)
from helpers.attacks.bad_keys import entries
from helpers.attacks.connection import Connection
from helpers.authorization_server import SigningKeys
from helpers.bounded import Misbehaved, check_kind
from helpers.display import scoreboard
from helpers.display.card import Note
from helpers.display.lineup import LineUp
from helpers.display.scoreboard import Before, GoodRow, Raw, Row, Scoreboard
from helpers.gone import is_gone, old_address
from helpers.lab import LabError
from helpers.lining_up import Shown, ask_about
from helpers.todo_api.learner import REFUSALS, LearnersVerifier
from helpers.tokens.errors import TokenError
from helpers.tokens.token_response import TokenRequestError

_before: dict[str, Before] = {}
"""What came of each attack when it was last run in this process."""


class Attacker:
    """Everything that attacks the lab.

    :param keys: of the local authorization server, when that is the issuer.
    :param jwks_uri: where the issuer's keys are.
    :param token: gives a good token.
    :param now: seconds since 1970, as the lab's clock says.
    :param resource: URL of what is attacked.
    """

    def __init__(
        self,
        keys: SigningKeys | None,
        jwks_uri: str,
        token: Callable[[], str],
        now: Callable[[], float],
        resource: str,
    ) -> None:
        self._keys = keys
        self._jwks_uri = jwks_uri
        self._token = token
        self._now = now
        self._resource = resource

    def publish_bad_keys(self) -> Note:
        """List the bad keys in the local issuer's JWK Set; twice does nothing twice."""
        if self._keys is None:
            said = "The issuer is not the local one, and nobody but it can publish keys."
            return Note("No bad keys are published.", [said], "warn")
        foreign = entries()
        if list(self._keys.also_published) != foreign:
            self._keys.publish(foreign)
        kids = ", ".join(dict.fromkeys(f"`{key['kid']}`" for key in foreign))
        return Note(
            "The issuer publishes bad keys beside its own.", [f"Their ids say what is wrong: {kids}."]
        )

    def forge(self, name: str) -> str:
        """One forged token of the battery; an attack on the door as the request that it is.

        :raises LabError: there is no such attack, or it takes the private key of an issuer that is not the local one.
        """
        attack = next((attack for attack in ATTACKS if attack.name == name), None)
        if attack is None:
            raise LabError(f"No attack is called {name!r}: take a name as it stands on the scoreboard.")
        try:
            made = attack.make(self._workshop(publish=attack.family is Family.KEYS))
        except LookupError as reason:
            raise LabError(f"This one cannot be made here: {reason.args[0]}.") from None
        if isinstance(made, Request):
            with Connection(self._resource, 1.0) as connection:
                return connection.written(made).decode("utf-8", "replace").replace("\r\n", "\n").rstrip()
        return made

    def attack(
        self,
        verify: Callable[[str], Any] | None,
        family: str | None,
        learner: LearnersVerifier | None,
        own: Sequence[str] = (),
    ) -> Scoreboard:
        """Run the battery.

        :param verify: a function to try directly; None attacks the API over HTTP.
        :param learner: what verifies in the API's door, unless it is the finished verifier.
        :param own: the names of the learner's functions in the door: what finds the token, what judges it.
        :raises LabError: there is no such family, the function takes no token, or somebody does not answer.
        """
        if isinstance(verify, str):
            raise LabError(
                f"lab.attack() takes a function first: for one family of attacks write lab.attack(family={verify!r})."
            )
        if verify is not None:
            name = _name_of_function(verify, "lab.attack()")
        try:
            battery = self._battery(family)
        except ValueError as error:
            raise LabError(str(error)) from None
        if verify is None:
            if len(own) == 2:
                through = f"the door (token found by {own[0]}, judged by {own[1]})"
            else:
                through = f"{f'your {own[0]}' if own else 'the finished verifier'} in the door"
            tried = " and ".join(own) or "the finished verifier"
            result = battery.try_api(self._resource, timeout=10.0)  # a busy machine is no verdict
            if all(outcome.status is None for outcome in result.goods):
                raise LabError("The Todo API does not answer. Run lab.reset() to start afresh.")
            asked = "the Todo API"
        else:
            tried = name
            asked = through = f"your {tried}"
            result = battery.try_function(verify, refusals=(*REFUSALS, TokenError))
        in_the_door = learner if verify is None else None
        if result.goods and all(is_gone(_said(outcome, in_the_door)) for outcome in result.goods):
            raise old_address(f"your {in_the_door.name if in_the_door else tried}")
        board = _board(result, through, asked, in_the_door, dict(_before))
        _before.update({row.name: Before(row.verdict, tried) for row in board.rows})
        return board

    def line_up(self, verify: Callable[[str], Any], forgeries: Sequence[Attack] | None = None) -> LineUp:
        """Let a good token and some bad ones try a function.

        :param forgeries: those of lesson 04 when left out.
        :raises LabError: it is no function that takes a token, or somebody does not answer.
        """
        name = _name_of_function(verify, "lab.line_up()")
        forgeries = FIRST if forgeries is None else forgeries
        workshop = Workshop(
            self._good_token(), self._published(), self._keys.current.private_key if self._keys else None
        )
        shown = [Shown(workshop.good, "a good token", "is what the issuer made for this API", good=True)]
        for forgery in forgeries:
            with contextlib.suppress(LookupError):
                shown.append(Shown(str(forgery.make(workshop)), forgery.name, forgery.story))
        return LineUp(ask_about(verify, shown, name), left_out=1 + len(forgeries) - len(shown))

    def close(self) -> None:
        """Stop the attacker's server, if it was started."""
        if "_trap" in self.__dict__:
            self._trap.close()

    @cached_property
    def _trap(self) -> Trap:
        return Trap()

    def _battery(self, family: str | None) -> Battery:
        chosen = Family.named(family) if family else None
        workshop = self._workshop(publish=chosen in (None, Family.KEYS))
        battery = Battery(workshop, self._trap)
        return battery.of_family(chosen) if chosen else battery

    def _workshop(self, *, publish: bool) -> Workshop:
        jwks: Mapping[str, Any]
        if self._keys is None:
            jwks = self._published()
            return Workshop(self._good_token(), jwks, now=self._now(), trap_url=self._trap.url)
        if publish:
            self.publish_bad_keys()
        keys = self._keys
        return Workshop(
            self._good_token(),
            keys.jwks(),
            keys.current.private_key,
            (keys.next.kid, keys.next.private_key),
            self._now(),
            self._trap.url,
        )

    def _published(self) -> Mapping[str, Any]:
        with _an_issuer_that_answers():
            return requests.get(self._jwks_uri, timeout=5).json()

    def _good_token(self) -> str:
        with _an_issuer_that_answers():
            return self._token()


@contextlib.contextmanager
def _an_issuer_that_answers() -> Iterator[None]:
    """Turn what a client raises into one sentence."""
    try:
        yield
    except TokenRequestError as error:
        if error.status is not None:
            raise LabError(f"The authorization server gives no token: {error}") from None
    except requests.RequestException:
        pass
    else:
        return
    raise LabError(
        "The authorization server does not answer: if the lab was reset or stopped, run the cell with lab.start()"
        " again, and then the cells below it."
    )


def _name_of_function(verify: Callable[[str], Any], caller: str) -> str:
    """What a function is called.

    :param caller: is to call it with a token.
    :raises LabError: it cannot be called so.
    """
    if not callable(verify):
        raise LabError(
            f"{caller} takes a function of the token, and this is a value of type {type(verify).__name__}."
        )
    name = getattr(verify, "__name__", "function")
    name = "function" if name == "<lambda>" else name
    try:
        check_kind(verify, 1)
    except Misbehaved as fault:
        did = fault.did.removesuffix(" Keep the first line as it was.")  # which is said of an exercise
        raise LabError(f"{caller} calls your {name} with one argument, the token: it {did}") from None
    return name


def _board(
    result: Result,
    through: str,
    asked: str,
    learner: LearnersVerifier | None,
    before: Mapping[str, Before],
) -> Scoreboard:
    reasons = Counter(outcome.said for outcome in result.left_out)
    return Scoreboard(
        [
            _row(outcome, outcome.subject, learner)
            for outcome in result.attacks
            if isinstance(outcome.subject, Attack)
        ],
        [
            GoodRow(outcome.name, outcome.subject.story, outcome.let_in, _said(outcome, learner))
            for outcome in result.goods
        ],
        through=through,
        before=before,
        left_out=[(number, why) for why, number in reasons.items()],
        raw=[
            Raw(outcome.name, asked, outcome.sent, outcome.answer or outcome.said or "let it in")
            for outcome in (*result.attacks, *result.goods)
        ],
    )


_VERDICTS: Mapping[Verdict, scoreboard.Verdict] = {
    Verdict.STOPPED: "stopped",
    Verdict.LET_IN: "let in",
    Verdict.BROKE: "broke",
    Verdict.CALLED: "called",
    Verdict.ECHOED: "echoed",
}


def _row(outcome: Outcome, attack: Attack, learner: LearnersVerifier | None) -> Row:
    verdict = _VERDICTS[outcome.verdict]
    return Row(
        attack.name,
        attack.family.title,
        attack.story,
        attack.gain,
        attack.clause,
        attack.clause_url,
        attack.source,
        verdict,
        _said(outcome, learner) if verdict == "broke" else "",
        "" if outcome.right else f"{outcome.said}, and {attack.answers[0]} is right",
    )


def _said(outcome: Outcome, learner: LearnersVerifier | None) -> str:
    """Why it did not get in: what the function in the door did, if it was asked, else what the API answered."""
    shown = re.search(r"^authorization: *bearer +(\S+)$", outcome.sent, re.IGNORECASE | re.MULTILINE)
    call = learner.last_call(shown[1]) if learner and shown else None
    said = (call.did if call else outcome.said).rstrip(".")
    # Python 3.11 cuts the name of a type after 50 characters, later releases after 100.
    return re.sub(r"'[\w.]{50,}' object", "an object", said)
