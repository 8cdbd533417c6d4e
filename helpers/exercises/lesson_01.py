"""Lesson 01: 401 or 403, the three roles, and which flow for whom."""

from collections.abc import Mapping

from helpers.exercises.engine import Exercise
from helpers.exercises.predict import Prediction
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, Probe, shown
from helpers.exercises.table import chooses

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


def _answers(genuine: bool, scope: bool, right: int, rule: str) -> Probe:
    """The status for one of the four kinds of tokens."""
    what = f"a token that is {'genuine' if genuine else 'not genuine'} and {'has' if scope else 'lacks'} the scope"

    def ask(attempt: Attempt) -> None:
        status = attempt.value(what, genuine, scope)
        if isinstance(status, str):
            raise NotYet(
                "For {what}, your function returned the string {status}. A status is a number here: return it without"
                " quotes.",
                what=what,
                status=shown(status),
            )
        if isinstance(status, bool) or not isinstance(status, int | float):
            raise NotYet(
                "For {what}, your function returned {status}. Return the HTTP status, which is a number.",
                what=what,
                status=shown(status),
            )
        if status != right:
            raise NotYet(
                "For {what}, your function returned {status}. {rule}",
                what=what,
                status=shown(status),
                rule=rule,
            )

    return Probe(what, ask)


answer_to = Exercise(
    name="answer_to",
    lesson="01",
    probes=(
        _answers(False, False, 401, "Which of the two refusals says *I do not know you*?"),
        _answers(
            True, False, 403, "The API knows who is asking. What did request 4 get, which tried to write?"
        ),
        _answers(True, True, 200, "Nothing is wrong with that request. What did request 3 get?"),
        _answers(
            False,
            True,
            401,
            "Anyone can write a scope into a token. So the question whether it is genuine comes first, and when the answer"
            " is no, the scope makes no difference. What did request 5 get?",
        ),
    ),
    notice="The order matters: nothing that a token says counts before the token is known to be genuine.",
    hints=(
        "Two questions, one after the other: is the token genuine? Does it have the scope?",
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
    equal={**RAISES_NOTHING},
)

_ROLES = {
    "A": (CLIENT, "Who wants something done, and has the secret that proves who it is?"),
    "B": (
        AUTHORIZATION_SERVER,
        "Only the party that was told the secret at the registration can compare it. Who registered the program?",
    ),
    "C": (RESOURCE_SERVER, "Who wants to see a token before it hands out the data?"),
    "D": (AUTHORIZATION_SERVER, "Only one party has the private key. Who makes the tokens?"),
    "E": (
        RESOURCE_SERVER,
        "The token is verified where it is shown. Who gets to see it, and guards the data?",
    ),
    "F": (CLIENT, "Who asked for the token, and calls the API with it again and again?"),
}

roles = Exercise(
    name="roles",
    lesson="01",
    probes=(chooses(_ROLES, (CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER)),),
    notice="Only A and B know the secret; the API in E never sees it. The rest of the course builds on that separation.",
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
        "Nobody is there at two in the morning to sign in. On whose behalf does the job act?",
    ),
    "B": (
        AUTHORIZATION_CODE,
        "Who has to sign in here, and agree? (Signing in is OpenID Connect, which runs on one of the flows.)",
    ),
    "C": (CLIENT_CREDENTIALS, "Two services of one company talk to each other. Is a person involved?"),
    "D": (AUTHORIZATION_CODE, "Whose photos are they, and who has to agree that the shop gets them?"),
    "E": (
        CLIENT_CREDENTIALS,
        "The program asks in its own name, whoever is on duty. Is anyone asked to agree?",
    ),
    "F": (NEITHER, "The API is open to everyone. Does the page need a token at all?"),
    "G": (
        AUTHORIZATION_CODE,
        "Whose balance is it? And could an app keep a secret on a phone that its owner can open?",
    ),
}


def _all_alike(answers: Mapping[str, str]) -> None:
    if len({answers[letter] for letter in _SCENARIOS}) == 1:
        raise NotYet(
            "All of them got the same flow. Ask of each system: for whom does the program act, and does that person have to agree?"
        )


flows = Exercise(
    name="flows",
    lesson="01",
    probes=(chooses(_SCENARIOS, (AUTHORIZATION_CODE, CLIENT_CREDENTIALS, NEITHER), _all_alike),),
    notice="Two questions decide: for whom does the program act, and can it keep a secret? This course follows A, C and E.",
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
        " acting on their own behalf, or as the authorization server has arranged with the owner before. A program that acts for a person"
        " who signs in and agrees takes section 4.1."
    ),
)
