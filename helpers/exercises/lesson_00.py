"""Lesson 00: the first exercise."""

import copy
from collections.abc import Mapping
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, probe, shown
from helpers.exercises.report import progress_card

__all__ = ["authorization_header", "progress_card"]

_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl"  # the word "signature" signs it
_OPAQUE = "mF_9.B5f-4.1JqM~x+y/z=="  # every character that RFC 6750 allows beside letters and digits
_A_TOKEN, _ANOTHER = "a token that is a JWT", "a token that is not a JWT"


def _text(value: Any) -> Any:
    """A name or a value of a header; ``requests`` takes bytes too."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


@probe
def one_header(attempt: Attempt) -> None:
    """The form of what it returns, and everything around the token."""
    header = attempt.value(_A_TOKEN, _JWT)
    if not isinstance(header, Mapping):
        raise NotYet(
            "Your function returned {header}, a {kind}. `requests` takes headers as a dict: each entry is a header's"
            " name and its value.",
            header=shown(header),
            kind=type(header).__name__,
        )
    if len(header) != 1:
        raise NotYet(
            "Your function returned a dict with {count} entries. Step 3 adds one header, so return one entry.",
            count=len(header),
        )
    name, value = map(_text, next(iter(header.items())))
    if str(name).lower() != "authorization":
        raise NotYet(
            "The name of your header is {name}. Which header carried the token in step 3?", name=shown(name)
        )
    if not isinstance(value, str):
        raise NotYet("The value of your header is {value}. It must be a string.", value=shown(value))
    scheme, found, rest = value.partition(_JWT)
    if not found:
        raise NotYet(
            "The value of your header is {value}, and the token {token} is not in it, letter for letter. Put the parameter"
            " `token` there as it is. In an f-string it goes between braces.",
            value=shown(value),
            token=shown(_JWT),
        )
    if rest:
        raise NotYet(
            "After the token, the value of your header still has {rest}. The value ends with the token.",
            rest=shown(rest),
        )
    word = scheme.strip(" ")
    if not word:
        raise NotYet(
            "The value of your header has only the token. The word before it says what kind of credential it is."
        )
    if ":" in word:
        raise NotYet(
            "Before the token, the value of your header has {word}. Leave out the colon: it separates a header's name from"
            " its value, and `requests` writes it.",
            word=shown(word),
        )
    if word.lower() != "bearer":
        raise NotYet(
            "Before the token, the value of your header has {word}. Step 3 has another word there, and nothing else.",
            word=shown(word),
        )
    if scheme[0] == " " or scheme[-1] != " ":
        raise NotYet(
            "The value of your header begins with {scheme}. It begins with the word itself, and a space separates the word"
            " from the token.",
            scheme=shown(scheme),
        )


@probe
def every_token(attempt: Attempt) -> None:
    """Each token comes into its own header, and unchanged."""
    for what, token in ((_A_TOKEN, _JWT), (_ANOTHER, _OPAQUE)):
        header = attempt.result(what, token)
        values = [_text(value) for value in header.values()] if isinstance(header, Mapping) else []
        if values and not any(isinstance(value, str) and token in value for value in values):
            raise NotYet(
                "For {what}, {token}, your function returned {header}. The token goes into the header as it is, and each"
                " call uses the token that it got.",
                what=what,
                token=shown(token),
                header=shown(dict(header)),
            )


@probe
def a_dict_of_its_own(attempt: Attempt) -> None:
    first = attempt.result(_A_TOKEN, _JWT)
    before = copy.deepcopy(first)
    attempt.result(_ANOTHER, _OPAQUE)
    if first != before:
        raise NotYet(
            "Your function was called for two tokens, and the second call changed the dict that the first one had returned."
            " Make a new dict in each call: a request that still uses the first dict would send the wrong token."
        )


authorization_header = Exercise(
    name="authorization_header",
    lesson="00",
    probes=(one_header, every_token, a_dict_of_its_own),
    notice="Whoever sends this header is let in: the API asks for the token, and for nothing else. That is what *bearer* means.",
    hints=(
        "Look at the last request: the headers were given as a dict with one entry.",
        "The name of the header is `Authorization`. Its value has two parts with a space between them.",
        "The first part is the word `Bearer`, the second is the token. An f-string puts them together.",
    ),
    solution_code="""
def authorization_header(token):
    return {"Authorization": f"Bearer {token}"}
""",
    explanation=(
        "RFC 6750 section 2.1 defines the value: the scheme `Bearer`, a space, and the token as it came. The scheme tells"
        " the API how to read what follows, since `Authorization` also carries other schemes, such as `Basic`. The names of"
        " headers and of schemes are not case-sensitive (RFC 9110 sections 5.1 and 11.1)."
    ),
    equal={
        **RAISES_NOTHING,
        "return {'aUTHORIZATION': f'Bearer {token}'}": "names of headers are not case-sensitive (RFC 9110 section 5.1)",
        "return {'Authorization': f'bEARER {token}'}": "names of schemes are not case-sensitive (RFC 9110 section 11.1)",
    },
)
