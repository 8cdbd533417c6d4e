"""Lesson 02: the token request, and its errors."""

import copy
from collections.abc import Mapping
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.predict import Prediction
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, probe, shown
from helpers.exercises.table import chooses

CREDENTIALS, AUDIENCE, GRANT, SCOPE, WAIT = "credentials", "audience", "grant", "scope", "wait"

without_grant = Prediction(
    name="without_grant",
    lesson="02",
    options=(200, 401, 403),
    answer=403,
    because="The id and the secret are right, so it is not 401. But nobody has said that this application may use this API.",
    otherwise={
        200: "200 would mean that every registered application gets a token for every API.",
        401: "401 would mean that the authorization server does not know this application, or its secret is wrong.",
    },
)

unknown_client = Prediction(
    name="unknown_client",
    lesson="02",
    options=("the same answer", "another answer"),
    answer="the same answer",
    because="Two different answers would tell a stranger which client ids exist, and half the guessing would be done.",
    otherwise={
        "another answer": "That would be friendlier to debug, for you and for whoever tries client ids one by one."
    },
)


_PARAMETERS = ("client_id", "client_secret", "audience")
_FIELDS = ("grant_type", *_PARAMETERS)
_ONE = ("the-client-id", "S3cr3t+/=&% äß", "https://reports.example")
_ROTATED = ("the-client-id", "a-new-S3cr3t", "https://reports.example")
_OTHER = ("another-id", "another_secret-7", "https://API.example/v1/")  # the slash belongs to the name


def _what(given: tuple[str, str, str]) -> str:
    return f"the client id `{given[0]}` and the audience `{given[2]}`"


def _fields(attempt: Attempt, given: tuple[str, str, str]) -> Mapping[Any, Any]:
    """What the function returned; empty when it is no dict, which :func:`four_fields` finds."""
    fields = attempt.result(_what(given), *given)
    return fields if isinstance(fields, Mapping) else {}


@probe
def four_fields(attempt: Attempt) -> None:
    """The names."""
    fields = attempt.value(_what(_ONE), *_ONE)
    if not isinstance(fields, Mapping):
        raise NotYet(
            "Your function returned a `{kind}`. Return a dict of the four fields; `requests` writes the body from it.",
            kind=type(fields).__name__,
        )
    extra = [name for name in fields if name not in _FIELDS]
    for name in _FIELDS:
        if name not in fields and extra:
            raise NotYet(
                "There is no field `{name}` in what your function returned, but there is {extra}. A server looks for exactly"
                " the names of the table above.",
                name=name,
                extra=shown(extra[0]),
            )
        if name not in fields:
            raise NotYet("There is no field `{name}` in what your function returned.", name=name)
    if extra:
        raise NotYet(
            "Your function returned {count} fields, and {extra} is not one of the four. Leave it out for now.",
            count=len(fields),
            extra=shown(extra[0]),
        )


@probe
def the_flow(attempt: Attempt) -> None:
    """The fixed value."""
    for given in (_ONE, _OTHER):
        value = _fields(attempt, given).get("grant_type", "client_credentials")
        if value != "client_credentials":
            raise NotYet(
                "For {what}, the value of `grant_type` is {value}. RFC 6749 section 4.4.2 fixes the value, letter by"
                " letter, and the raw request above shows it.",
                what=_what(given),
                value=shown(value),
            )


@probe
def each_parameter_in_its_field(attempt: Attempt) -> None:
    for given in (_ONE, _ROTATED, _OTHER):
        fields = _fields(attempt, given)
        for name, right in zip(_PARAMETERS, given, strict=True):
            value = fields.get(name, right)
            if value == name:
                raise NotYet(
                    "The value of `{name}` is the word {value} itself. Without quotes it is the parameter.",
                    name=name,
                    value=shown(value),
                )
            if value != right:
                raise NotYet(
                    "For {what}, the value of `{name}` is {value}, and the parameter `{name}` was {right}. Put the"
                    " parameter into the field as it is: `requests` does the encoding.",
                    what=_what(given),
                    name=name,
                    value=shown(value),
                    right=shown(right),
                )


@probe
def a_dict_of_its_own(attempt: Attempt) -> None:
    first = _fields(attempt, _ONE)
    before = copy.deepcopy(first)
    _fields(attempt, _OTHER)
    if first != before:
        raise NotYet(
            "Your function was called for two clients, and the second call changed the dict that the first one had"
            " returned. Make a new dict in each call: otherwise a request that still uses the first dict is sent with another"
            " client's secret."
        )


token_request = Exercise(
    name="token_request",
    lesson="02",
    probes=(four_fields, the_flow, each_parameter_in_its_field, a_dict_of_its_own),
    notice="Four fields: which flow, who asks, the proof, and for which API. Only `audience` is not in RFC 6749; Auth0 asks for it.",
    hints=(
        "The raw request above shows all four fields of the body.",
        "The names are `grant_type`, `client_id`, `client_secret` and `audience`; the last three get the parameters.",
        "The value of `grant_type` is the fixed string `client_credentials`.",
    ),
    solution_code="""
def token_request(client_id, client_secret, audience):
    return {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "audience": audience,
    }
""",
    explanation=(
        "RFC 6749 section 4.4.2 asks for `grant_type`; section 2.3.1 lets the client authenticate with id and secret in the"
        " body. `audience` is how Auth0 learns for which API the token is; RFC 8707 calls the same idea `resource`."
    ),
    equal={**RAISES_NOTHING},
)

_ANSWERS = {
    "A": (AUDIENCE, "Which name does the description repeat, and in which field of the request was it sent?"),
    "B": (CREDENTIALS, "Which of the three statuses says *I do not know you*?"),
    "C": (WAIT, "Would another secret, audience or grant change anything about a limit?"),
    "D": (
        GRANT,
        "The credentials are right, and the API exists. What joins *this application* to *this API* in the register?",
    ),
    "E": (CREDENTIALS, "Who is asking, if this field is missing? The status says the same."),
    "F": (
        SCOPE,
        "There is a client grant for this API. What did the request ask for that the grant does not contain?",
    ),
    "G": (AUDIENCE, "Which of the four fields was left out?"),
}


def _statuses(answers: Mapping[str, str]) -> None:
    if len({answers[letter] for letter in _ANSWERS}) == 1:
        raise NotYet(
            "All seven got the same choice. The statuses alone already tell three kinds of faults apart."
        )
    for letter in "ADFG":
        if answers[letter] == CREDENTIALS:
            raise NotYet(
                "For {letter}, your answer is `CREDENTIALS`. The status is 403, so the credentials were right: a wrong secret"
                " gets another status.",
                letter=letter,
            )


what_to_mend = Exercise(
    name="what_to_mend",
    lesson="02",
    probes=(chooses(_ANSWERS, (CREDENTIALS, AUDIENCE, GRANT, SCOPE, WAIT), _statuses),),
    notice=(
        "`access_denied` stands for four different faults here. At Auth0 a program may decide by the status; the description is for"
        " people, and its wording can change."
    ),
    hints=(
        "Begin with the status. 401 is about who asks, 429 about how often. Only 403 needs a closer look.",
        "All four answers with 403 say `access_denied`. Read each description: what is missing, or was never registered?",
        "Compare them with the answers of section 7: each description was printed there, under the fault that caused it.",
    ),
    solution_code="""
what_to_mend = {
    "A": AUDIENCE,
    "B": CREDENTIALS,
    "C": WAIT,
    "D": GRANT,
    "E": CREDENTIALS,
    "F": SCOPE,
    "G": AUDIENCE,
}
""",
    explanation=(
        "At Auth0 the status separates who you are (401) from what you may have (403) and from too much at once (429). Elsewhere most"
        " are 400 (RFC 6749 section 5.2), so let programs decide by `error`. Within Auth0's 403, only the description says more."
        " Log it for the people who read the log: RFC 6749 section 5.2 makes `error_description` a text for the developer, and nothing fixes its wording."
    ),
)
