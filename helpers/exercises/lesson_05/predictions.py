"""Lesson 05: what the API answers, guessed before it does. Each answer is another one."""

from helpers.exercises.predict import Prediction

unsigned = Prediction(
    name="unsigned",
    lesson="05",
    options=(200, 401, 403),
    answer=200,
    because="The function behind the door decodes and believes. The token names the scope, so the door opens: anyone who can write JSON owns this API.",
    otherwise={
        401: "401 would mean that a check looked at the signature. There is none, and no check asked for one.",
        403: "403 would mean that the scope was missing. The attacker wrote the scope too.",
    },
)

scope_in_a_list = Prediction(
    name="scope_in_a_list",
    lesson="05",
    options=(200, 401, 403),
    answer=403,
    because="PyJWT verified the token and returned its claims, `scope` as it came. The door then looked for a string of words, found a list, and took it for no scope at all. That is luck: the next route may write `in` instead, and a verifier should not count on it.",
    otherwise={
        200: "200 would mean that the door reads scopes from a list. It reads one string, as RFC 8693 section 4.2 says.",
        401: "401 would mean that the verifier refused the token. PyJWT does not look at `scope`: the signature fits, and every required claim is there.",
    },
)

respelled = Prediction(
    name="respelled",
    lesson="05",
    options=(200, 400, 401),
    answer=200,
    because="The last character carries four bits that the decoder drops, so the bytes of the signature are the same. Sixteen strings decode to each such token, and the list knows one of them.",
    otherwise={
        400: "400 would mean that the header was malformed. It is as well formed as before.",
        401: "401 would mean that the signature did not match, or that the list knew this string. The bytes of the signature are the same, and the string is another one.",
    },
)

replayed = Prediction(
    name="replayed",
    lesson="05",
    options=("the signature", "the audience", "none"),
    answer="none",
    because="The token is genuine, and nothing in it or in the request says who sends it. That is what bearer means: whoever has it gets in.",
    otherwise={
        "the signature": "The signature says who made the token, and that nothing in it was changed. Both still hold for a copy.",
        "the audience": "The audience says for which API the token is meant. The thief shows it to that very API.",
    },
)
