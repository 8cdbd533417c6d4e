"""Lesson 01: 401 or 403, the three roles, and which flow for whom."""

from collections.abc import Mapping

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction

CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER = "client", "authorization server", "resource server"
AUTHORIZATION_CODE, CLIENT_CREDENTIALS, NEITHER = "authorization code", "client credentials", "neither"

_STATUSES = (200, 401, 403)

open_page = Prediction(
    name="open_page",
    lesson="01",
    options=_STATUSES,
    answer=200,
    because="`/health` is open to everyone, so nobody asks who you are. A door stands only where something is guarded.",
    otherwise={
        401: "401 would mean that this page wants to know who you are.",
        403: "403 would mean that you showed a good token that does not cover this page.",
    },
)

no_token = Prediction(
    name="no_token",
    lesson="01",
    options=_STATUSES,
    answer=401,
    because="No credentials came, so the API cannot even ask what you may do. 401 says: show me a token first.",
    otherwise={
        200: "200 would mean that the todos are open to everyone.",
        403: "403 is the answer to a good token that is not enough. You showed none.",
    },
)

read_with_read = Prediction(
    name="read_with_read",
    lesson="01",
    options=_STATUSES,
    answer=200,
    because="The token verifies, and it holds `read:todos`, which is what reading takes.",
    otherwise={
        401: "401 would mean that the token itself is no good: forged, expired, or meant for another API.",
        403: "403 would mean that the token lacks the scope for reading. It holds exactly that one.",
    },
)

write_with_read = Prediction(
    name="write_with_read",
    lesson="01",
    options=_STATUSES,
    answer=403,
    because="The token is genuine, but it does not hold `write:todos`. Sending it again cannot help: 403.",
    otherwise={
        200: "200 would mean that any genuine token opens every door, and scopes would be decoration.",
        401: "401 would mean that the token itself is no good. But it is good: the request before used the same one.",
    },
)

changed_token = Prediction(
    name="changed_token",
    lesson="01",
    options=_STATUSES,
    answer=401,
    because="One character of the signature differs, so nothing in this token can be believed, its scopes included: 401.",
    otherwise={
        200: "200 would mean that nobody checks the signature. Lesson 04 begins with a verifier like that.",
        403: "403 would mean that the API believed the token and looked at its scopes. It never got that far.",
    },
)


def _check_answer_to(attempt: Attempt) -> str:
    results = {case: attempt(*case) for case in ((False, False), (True, False), (True, True), (False, True))}
    if any(isinstance(result, str) for result in results.values()):
        raise NotYet("It returned a string. A status is a number here: return `401`, not its name.")
    if not all(isinstance(result, int) for result in results.values()):
        raise NotYet("It has to return a number, the HTTP status, in every case.")
    if len(set(results.values())) == 1:
        raise NotYet(f"It answers {results[True, True]} in every case. Three cases want three answers.")
    if results[False, False] == 403 and results[True, False] == 401:
        raise NotYet("The two refusals are the wrong way round. Which one says: I do not know you?")
    if results[False, True] == 200:
        raise NotYet(
            "A token that is not genuine was let in, because it names the scope. Anyone can write a scope into a token."
        )
    if results[False, True] != results[False, False]:
        raise NotYet(
            "For tokens that are not genuine the answer depends on their scope. Which question has to come first?"
        )
    if results[False, False] != 401:
        raise NotYet(
            f"For a token that does not verify it answers {results[False, False]}. What did the changed token get?"
        )
    if results[True, False] != 403:
        raise NotYet(
            f"For a genuine token without the scope it answers {results[True, False]}. What did the writing attempt get?"
        )
    if results[True, True] != 200:
        raise NotYet(
            f"For a genuine token with the scope it answers {results[True, True]}. Nothing is wrong with that request."
        )
    return "The order is the point: nothing that stands in a token counts before the token is known to be genuine."


answer_to = Exercise(
    name="answer_to",
    lesson="01",
    check=_check_answer_to,
    hints=(
        "Two questions, one after the other: is the token genuine? Does it hold the scope?",
        "If the first answer is no, the second must not be asked.",
        "401 for a token that is not genuine, 403 for a genuine one without the scope, 200 otherwise.",
    ),
    solution_code="""
def answer_to(token_is_genuine, holds_the_scope):
    if not token_is_genuine:
        return 401
    if not holds_the_scope:
        return 403
    return 200
""",
    explanation=(
        "RFC 6750 section 3.1 gives `invalid_token` a 401 and `insufficient_scope` a 403. With 401 a client can help itself"
        " by getting a new token; with 403 somebody has to grant it more first."
    ),
)

_ROLES = {
    "A": (CLIENT, "It wants something done, and holds the secret that says who it is."),
    "B": (
        AUTHORIZATION_SERVER,
        "To compare the secret, one must have been told it when the program was registered. Who was?",
    ),
    "C": (RESOURCE_SERVER, "Whoever holds the data demands to see a token before handing any out."),
    "D": (AUTHORIZATION_SERVER, "Only who holds the private key can sign, and only one party does."),
    "E": (RESOURCE_SERVER, "Verifying happens where the token is shown, at the door in front of the data."),
    "F": (CLIENT, "Whoever asked for the token calls the API with it, again and again."),
}


def _sorted_into(
    answers: object, right: Mapping[str, tuple[str, str]], choices: tuple[str, ...]
) -> list[str]:
    """The letters that are wrong.

    :raises NotYet: the answer has another form than was asked for.
    """
    if not isinstance(answers, Mapping):
        raise NotYet("Keep the dict: one entry for each letter.")
    if missing := [letter for letter in right if letter not in answers]:
        raise NotYet(f"There is no entry for {', '.join(missing)}.")
    names = ", ".join(f"`{choice.upper().replace(' ', '_')}`" for choice in choices)
    if unknown := [letter for letter in right if answers[letter] not in choices]:
        raise NotYet(
            f"The entry for {unknown[0]} is none of the choices. Use the imported names, without quotes: {names}."
        )
    return [letter for letter, (role, _) in right.items() if answers[letter] != role]


def _check_roles(attempt: Attempt) -> str:
    wrong = _sorted_into(attempt.answer, _ROLES, (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER))
    if wrong:
        raise NotYet(f"{_count(wrong, _ROLES)} Look again at {wrong[0]}: {_ROLES[wrong[0]][1]}")
    return "The secret stays between A and B; the API at E never sees it. That separation is what the rest of the course builds on."


def _count(wrong: list[str], right: Mapping[str, tuple[str, str]]) -> str:
    return f"{len(right) - len(wrong)} of {len(right)} are right."


roles = Exercise(
    name="roles",
    lesson="01",
    check=_check_roles,
    hints=(
        "Follow the picture above: who sent the secret, who received it, who was shown the token?",
        "The authorization server does two of these, the resource server two, and the client two.",
        "Signing tokens and checking secrets belong together; so do guarding data and verifying tokens.",
    ),
    solution_code="""
roles = {
    "A": CLIENT,
    "B": AUTHORIZATION_SERVER,
    "C": RESOURCE_SERVER,
    "D": AUTHORIZATION_SERVER,
    "E": RESOURCE_SERVER,
    "F": CLIENT,
}
""",
    explanation="RFC 6749 section 1.1 defines the roles. One program can play several in real life; on the wire they stay apart.",
)

_SCENARIOS = {
    "A": (
        CLIENT_CREDENTIALS,
        "At two in the morning nobody is there to sign in. Whose data is it, and who acts?",
    ),
    "B": (
        AUTHORIZATION_CODE,
        "A person signs in with an account elsewhere, and has to agree. (Signing in is OpenID Connect, which runs on one of the flows.)",
    ),
    "C": (
        CLIENT_CREDENTIALS,
        "Two services of one company talk, on their own account. Is a person part of it?",
    ),
    "D": (AUTHORIZATION_CODE, "The photos belong to a person, and only that person can let the shop in."),
    "E": (
        CLIENT_CREDENTIALS,
        "The pipeline acts as itself, whoever pushed the commit. Is somebody asked for consent?",
    ),
    "F": (
        NEITHER,
        "A browser cannot keep a secret, and the page needs no one's data. Is a flow needed for what is open anyway?",
    ),
    "G": (
        AUTHORIZATION_CODE,
        "The app shows the account of the person who holds the phone, and cannot keep a secret.",
    ),
}


def _check_flows(attempt: Attempt) -> str:
    wrong = _sorted_into(attempt.answer, _SCENARIOS, (AUTHORIZATION_CODE, CLIENT_CREDENTIALS, NEITHER))
    answers = attempt.answer
    if len({answers[letter] for letter in _SCENARIOS}) == 1:
        raise NotYet("All of them got the same flow. Ask of each: is there a person whose data it is?")
    if "G" in wrong and answers["G"] == CLIENT_CREDENTIALS:
        raise NotYet(
            f"{_count(wrong, _SCENARIOS)} G would put a client secret into every phone, where anyone can read it. "
            + _SCENARIOS["G"][1]
        )
    if wrong:
        raise NotYet(f"{_count(wrong, _SCENARIOS)} Look again at {wrong[0]}: {_SCENARIOS[wrong[0]][1]}")
    return "Two questions decide: whose data is it, and can the program keep a secret? This course follows A, C and E."


flows = Exercise(
    name="flows",
    lesson="01",
    check=_check_flows,
    hints=(
        "Ask of each scenario: is there a person who signs in and agrees?",
        "If a person does, it is the authorization code flow. If a machine acts for itself and can keep a secret: client credentials.",
        "One of them needs no token at all, since what it reads is open to everyone.",
    ),
    solution_code="""
flows = {
    "A": CLIENT_CREDENTIALS,
    "B": AUTHORIZATION_CODE,
    "C": CLIENT_CREDENTIALS,
    "D": AUTHORIZATION_CODE,
    "E": CLIENT_CREDENTIALS,
    "F": NEITHER,
    "G": AUTHORIZATION_CODE,
}
""",
    explanation=(
        "RFC 6749 section 4.4: the client credentials grant is for confidential clients only, those that can keep a secret,"
        " acting on their own account. Where a person's data is at stake, the person has to agree: section 4.1."
    ),
)
