"""Lesson 06: what verification costs, and what being stateless means."""

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction

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


def _check_issuer_load(attempt: Attempt) -> str:
    def result(*arguments: float) -> tuple[float, float]:
        answer = attempt(*arguments)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise NotYet(f"It returned {answer!r:.40}. Return two numbers: `return asking, local`.")
        if not all(type(number) in (int, float) for number in answer):
            raise NotYet("It returned something else than numbers.")
        return answer

    def same(mine: float, right: float) -> bool:
        return abs(mine - right) <= 1e-9 * max(1.0, abs(right))

    for requests, clients, lifetime, workers, ttl in (
        (1_000, 0, 3_600, 0, 600),
        (1_000, 7_200, 3_600, 0, 600),
        (1_000, 0, 3_600, 1_200, 600),
        (5_000, 864_000, 86_400, 40, 600),
    ):
        asking, local = result(requests, clients, lifetime, workers, ttl)
        tokens, keys = clients / lifetime, workers / ttl
        if same(asking, local) and requests:
            raise NotYet(
                "Both numbers are the same. Only when the API asks each time does each of its requests reach the issuer."
            )
        if same(asking, tokens + keys) or same(local, requests + tokens):
            raise NotYet("The two numbers have changed places: first asking each time, then local.")
        if same(local, keys) and not same(keys, tokens + keys):
            raise NotYet(
                "Local: the clients are missing. Each of them fetches a new token when the old one runs out."
            )
        if same(local, tokens) and not same(tokens, tokens + keys):
            raise NotYet(
                "Local: the workers are missing. Each of them fetches the keys once in `ttl` seconds."
            )
        if same(asking, requests) and tokens:
            raise NotYet("Asking each time: the clients are missing. They need their tokens all the same.")
        if same(asking, requests + tokens + keys) and keys:
            raise NotYet("Asking each time: a worker that asks about each token needs no keys.")
        if not same(asking, requests + tokens):
            raise NotYet(
                f"Asking each time: for {requests} requests a second and {clients} clients whose tokens live {lifetime} s it returned {asking:g}."
            )
        if not same(local, tokens + keys):
            raise NotYet(
                f"Local: for {clients} clients whose tokens live {lifetime} s, and {workers} workers that fetch keys each {ttl} s, it returned {local:g}."
            )
    return "The load on the issuer does not depend on how many requests your API gets. That is what being stateless buys."


issuer_load = Exercise(
    name="issuer_load",
    lesson="06",
    check=_check_issuer_load,
    hints=(
        "Something that happens once in `lifetime` seconds happens 1 / lifetime times a second.",
        "Both ways the clients fetch tokens: `clients / lifetime` a second. Asking adds one question for each request.",
        "Local adds, for each worker, one fetch of the keys in `ttl` seconds: `workers / ttl`. It does not depend on `requests`.",
    ),
    solution_code="""
def issuer_load(requests, clients, lifetime, workers, ttl):
    tokens = clients / lifetime
    asking = tokens + requests
    local = tokens + workers / ttl
    return asking, local
""",
    explanation=(
        "RFC 7662 introspection brings every request of every API to the issuer's door. With signed tokens it sees each client once in a token's life and"
        " each worker once in the life of its keys."
    ),
)
