"""Lesson 06: what verification costs, and what being stateless means."""

from decimal import Decimal
from fractions import Fraction

from helpers.exercises.engine import Exercise
from helpers.exercises.predict import Prediction
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, probe, shown

rotated_once = Prediction(
    name="rotated_once",
    lesson="06",
    options=(200, 401, 503),
    answer=200,
    because="The set that was fetched before the rotation listed two keys: the one in use and the next one. The next one is in use now, and it was in the cache all along.",
    otherwise={
        401: "401 would mean that the key of the new token is not known. It is: the issuer had listed it ahead of time.",
        503: "503 would mean that the API could not get at keys. It did not even ask for any.",
    },
)

rotated_twice = Prediction(
    name="rotated_twice",
    lesson="06",
    options=(200, 401, 503),
    answer=401,
    because="The key that signs now was made after the cache was filled. Its id is in no list that the API has, so the function refuses each of these tokens, good as they are.",
    otherwise={
        200: "200 would mean that the API found the new key. It fetched the set before that key was made, and it never fetches again.",
        503: "503 would be the honest answer: the API cannot say. But this function raises a ValueError for an unknown id, and that is a 401.",
    },
)

grant_withdrawn = Prediction(
    name="grant_withdrawn",
    lesson="06",
    options=(200, 401, 403),
    answer=200,
    because="The API looks at the token, not at the grant. The token says what it said yesterday, the signature fits, and nobody has told the API anything.",
    otherwise={
        401: "401 would mean that the API noticed. It has nothing to notice it by: it asks nobody.",
        403: "403 would mean that the scope was gone from the token. The token is as it was made.",
    },
)

keys_out_of_reach = Prediction(
    name="keys_out_of_reach",
    lesson="06",
    options=(200, 401, 503),
    answer=503,
    because="The API has no keys young enough to judge by. The token may be good or bad; the fault is not the client's, and it should come back later.",
    otherwise={
        200: "200 would mean that keys of any age will do. A key that was stolen and withdrawn would then serve for ever.",
        401: "401 would tell the client that its token is bad. It would fetch a new one, to no avail, and the token may be perfectly good.",
    },
)


LOADS = (
    (1_000, 0, 3_600, 0, 600),
    (1_000, 7_200, 3_600, 0, 600),
    (1_000, 0, 3_600, 1_200, 600),
    (5_000, 864_000, 86_400, 40, 600),
    (0, 1, 86_400, 1, 900),
    (0.5, 3, 0.25, 5, 7.5),
)
"""Requests a second, clients, how long their tokens live, workers, how long their keys live."""


def _numbers(attempt: Attempt, load: tuple[float, ...]) -> tuple[str, float, float]:
    requests, clients, lifetime, workers, ttl = load
    what = (
        f"{requests:,} requests a second, {clients:,} clients whose tokens live {lifetime:,} seconds,"
        f" and {workers:,} workers that fetch the keys every {ttl:,} seconds"
    )
    result = attempt.value(what, *load)
    numbers = list(result) if isinstance(result, tuple | list) else []
    if len(numbers) != 2 or not all(isinstance(each, int | float | Fraction | Decimal) for each in numbers):
        raise NotYet(
            "For {what}, your function returned {result}. Return two numbers: `return asking, local`.",
            what=what,
            result=shown(result),
        )
    return what, float(numbers[0]), float(numbers[1])


def _same(mine: float, right: float) -> bool:
    return abs(mine - right) <= 1e-9 * max(1.0, abs(right))


@probe
def asking(attempt: Attempt) -> None:
    for load in LOADS:
        what, mine, other = _numbers(attempt, load)
        requests, clients, lifetime, workers, ttl = load
        tokens, keys = clients / lifetime, workers / ttl
        if _same(mine, requests + tokens):
            continue
        if _same(mine, tokens + keys) and _same(other, requests + tokens):
            fault = "The two numbers have changed places."
        elif _same(mine, requests):
            fault = "The clients are missing: each of them fetches a new token when the old one runs out, here too."
        elif _same(mine, requests + tokens + keys):
            fault = "The fetches of the keys are too many: a worker that asks about each token needs no keys."
        else:
            fault = "When the API asks each time, the issuer gets a question for each request, and the token requests of the clients."
        raise NotYet(
            "For {what}, the first number, `asking`, was {mine}. {fault}",
            what=what,
            mine=shown(mine),
            fault=fault,
        )


@probe
def local(attempt: Attempt) -> None:
    for load in LOADS:
        what, _, mine = _numbers(attempt, load)
        requests, clients, lifetime, workers, ttl = load
        tokens, keys = clients / lifetime, workers / ttl
        if _same(mine, tokens + keys):
            continue
        if _same(mine, keys):
            fault = "The clients are missing: each of them fetches a new token when the old one runs out."
        elif _same(mine, tokens):
            fault = "The workers are missing: each of them fetches the keys every `ttl` seconds."
        elif _same(mine, requests + tokens + keys):
            fault = "The requests are too many: a worker that verifies locally asks nobody about a token."
        else:
            fault = "When the API verifies locally, the issuer gets the token requests of the clients, and the workers' fetches of the keys."
        raise NotYet(
            "For {what}, the second number, `local`, was {mine}. {fault}",
            what=what,
            mine=shown(mine),
            fault=fault,
        )


issuer_load = Exercise(
    name="issuer_load",
    lesson="06",
    probes=(asking, local),
    notice="Verified locally, the load on the issuer does not depend on how many requests your API gets. That is what being stateless buys.",
    hints=(
        "Something that happens once in `lifetime` seconds happens 1 / lifetime times a second.",
        "Both ways the clients fetch tokens: `clients / lifetime` a second. Asking adds one question for each request.",
        "Verifying locally adds, for each worker, one fetch of the keys in `ttl` seconds: `workers / ttl`. It does not depend on `requests`.",
    ),
    solution_code="""
def issuer_load(requests, clients, lifetime, workers, ttl):
    tokens = clients / lifetime
    asking = tokens + requests
    local = tokens + workers / ttl
    return asking, local
""",
    explanation=(
        "RFC 7662 introspection for each request brings every request of every API to the issuer's door. With signed tokens it sees each client once in a token's life and"
        " each worker once in the life of its keys."
    ),
    equal={**RAISES_NOTHING},
)
