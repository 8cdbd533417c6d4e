"""Every bad token is refused by the finished verifier for its own reason, and the good one gets in."""

from collections.abc import Iterator

import pytest

from helpers import lab
from helpers.attacks import FIRST, QUIET, Attack, Workshop
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
    assert refused == ["expired", "no expiry", "another API's", "another issuer's"]


def test_the_line_up_tells_who_gets_in(workshop: Workshop) -> None:
    assert str(lab.line_up(lab.verifier.verify)).startswith("0 of 9 bad tokens get in; the good one gets in.")
    assert "9 of 9 bad tokens get in; the good one gets in." in str(lab.line_up(lambda token: {}))

    def nobody(token: str) -> None:
        raise ValueError("no")

    line_up = lab.line_up(nobody)
    assert line_up.headline == "0 of 9 bad tokens get in; the good one is refused."
    html = line_up._repr_mimebundle_()["text/html"]
    assert html.count("<tr>") == 11 and "style=" in html
