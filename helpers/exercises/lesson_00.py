"""Lesson 00: the first exercise."""

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.report import progress_card

__all__ = ["authorization_header", "progress_card"]

_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl"  # noqa: S105  # the word "signature" signs it


def _check_authorization_header(attempt: Attempt) -> str:
    header = attempt(_TOKEN)
    if isinstance(header, str):
        raise NotYet(
            "It returned a string. `requests` takes headers as a dict: the header's name, and its value."
        )
    if not isinstance(header, dict):
        raise NotYet(f"It returned a {type(header).__name__}. `requests` takes headers as a dict.")
    if len(header) != 1:
        raise NotYet(f"The dict has {len(header)} entries, and one header is all it takes.")
    name, value = next(iter(header.items()))
    if str(name).lower() != "authorization":
        raise NotYet(
            f"The header's name is {name!r}. Look at the request above: which header carried the token?"
        )
    if not isinstance(value, str):
        raise NotYet(f"The header's value is a {type(value).__name__}; it has to be a string.")
    if _TOKEN not in value:
        raise NotYet("The token itself is not in the header's value. Is the name of the parameter in quotes?")
    scheme, _, rest = value.partition(_TOKEN)
    if rest.strip() or '"' in value or "'" in value:
        raise NotYet(
            "Something stands around the token, such as quotes. The token stands there bare, to the end of the value."
        )
    if not scheme.strip():
        raise NotYet("The value is the token alone. One word before it says what kind of credential this is.")
    if scheme.strip().lower().rstrip(":") != "bearer":
        raise NotYet(
            f"The word before the token is {scheme.strip()!r}, which names another kind of credential."
        )
    if ":" in scheme:
        raise NotYet(
            "No colon belongs after the word: it parts a header's name from its value, and `requests` writes it."
        )
    if scheme != scheme.rstrip() + " ":
        raise NotYet("Between the word and the token stands exactly one space.")
    if _TOKEN.replace("job", "") and attempt(_TOKEN + "x") == header:
        raise NotYet("It returns the same header for every token. Use the parameter.")
    return "Whoever sends this header holds the token, and that is all the API asks: the bearer of the token is let in."


authorization_header = Exercise(
    name="authorization_header",
    lesson="00",
    check=_check_authorization_header,
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
        " the API how to read what follows, since `Authorization` also carries other schemes, such as `Basic`."
    ),
)
