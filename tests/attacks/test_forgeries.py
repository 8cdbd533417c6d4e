"""Every bad token is refused by the finished verifier for its own reason, and the good one gets in."""

import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from helpers import lab
from helpers.attacks import FIRST, QUIET, Attack, Workshop
from helpers.attacks.workshop import decode
from helpers.exercises import lesson_04
from helpers.tokens.errors import TokenError


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    lab.stop()
    lab.start()
    keys = lab.authorization_server.keys
    yield Workshop(lab.token(), keys.jwks(), keys.current.private_key)
    lab.stop()


def test_the_good_token_gets_in(workshop: Workshop) -> None:
    assert lab.verifier.verify(workshop.good)["aud"] == lab.audience


@pytest.mark.parametrize("forgery", [*FIRST, *QUIET], ids=lambda forgery: forgery.name)
def test_each_is_refused_for_its_own_reason(workshop: Workshop, forgery: Attack) -> None:
    with pytest.raises(TokenError) as caught:
        lab.verifier.verify(forgery.make(workshop))
    assert caught.value.code == forgery.code


def test_an_attacker_has_no_issuer_key(workshop: Workshop) -> None:
    outside = Workshop(workshop.good, workshop.jwks)
    made, refused = [], []
    for forgery in FIRST:
        try:
            forgery.make(outside)
            made.append(forgery.name)
        except LookupError:
            refused.append(forgery.name)
    assert made == ["alg none", "public key as secret", "unknown key", "foreign key", "edited payload"]
    assert refused == ["alg in small letters", "expired", "no expiry", "another API's", "another issuer's"]


def test_the_line_up_tells_who_gets_in(workshop: Workshop) -> None:
    assert str(lab.line_up(lab.verifier.verify)).startswith(
        "0 of 10 bad tokens get in; the good one gets in."
    )
    assert "10 of 10 bad tokens get in; the good one gets in." in str(lab.line_up(lambda token: {}))

    def nobody(token: str) -> None:
        raise ValueError("no")

    line_up = lab.line_up(nobody)
    assert line_up.headline == "The good token is refused, and 0 of 10 bad tokens get in."
    html = line_up._repr_mimebundle_()["text/html"]
    assert html.count("<tr>") == 12 and "style=" in html


CHECKS = {
    "the algorithm": ["alg in small letters"],
    "the signature": ["foreign key", "edited payload"],
    "the times": ["expired", "no expiry"],
    "the audience": ["another API's"],
    "the issuer": ["another issuer's"],
}
"""What page 04 says of its line-up: take one of these checks out, and these tokens get in again."""


@pytest.mark.parametrize("left_out", CHECKS)
def test_each_check_of_lesson_04_keeps_a_token_out_that_no_other_does(
    workshop: Workshop, left_out: str
) -> None:
    def verify(token: str) -> dict:
        header_part, payload_part, signature_part = token.split(".")
        header = json.loads(decode(header_part))
        if left_out != "the algorithm":
            lesson_04.check_header.working(header)
        key = lesson_04.key_for.working(header.get("kid"), {}, lambda: workshop.jwks)
        if left_out != "the signature":
            numbers = RSAPublicNumbers(*(int.from_bytes(decode(key[name])) for name in ("e", "n")))
            data = f"{header_part}.{payload_part}".encode()
            numbers.public_key().verify(decode(signature_part), data, PKCS1v15(), SHA256())
        claims = json.loads(decode(payload_part))
        if left_out != "the times":
            lesson_04.check_times.working(claims, lab.clock())
        if left_out != "the audience":
            lesson_04.check_audience.working(claims, lab.audience)
        if left_out != "the issuer":
            lesson_04.check_issuer.working(claims, lab.issuer)
        return claims

    let_in = [suspect.name for suspect in lab.line_up(verify).suspects if suspect.let_in and not suspect.good]
    assert let_in == CHECKS[left_out]
