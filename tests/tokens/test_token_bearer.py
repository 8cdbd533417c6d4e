"""The token in the Authorization header, or the answer that its absence deserves."""

from __future__ import annotations

import pytest

from helpers.tokens.bearer import read_bearer
from helpers.tokens.errors import InvalidRequest, MissingToken


@pytest.mark.parametrize("header", ["Bearer a.b-c_d~e+f/g==", "bearer a", "BEARER   a", "Bearer a  "])
def test_a_token(header: str) -> None:
    assert read_bearer([header]) == header.split()[1]


@pytest.mark.parametrize(
    "headers", [[], [""], ["Basic YTpi"], ["DPoP abc"], ["Bearer-x abc"], ["Bearerabc"], ["abc"]]
)
def test_no_token(headers: list[str]) -> None:
    with pytest.raises(MissingToken) as caught:
        read_bearer(headers)
    assert (caught.value.status, caught.value.www_authenticate()) == (401, 'Bearer realm="api"')


@pytest.mark.parametrize(
    "headers",
    [["Bearer"], ["Bearer "], ["Bearer a b"], ["Bearer a, Bearer b"], ["Bearer é"], ["Bearer\ta"], ['Bearer "a"'],
     ["Bearer a\n"], ["Bearer a", "Bearer a"], ["Basic x", "Bearer a"]],
)  # fmt: skip
def test_a_malformed_request(headers: list[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_bearer(headers)
    assert caught.value.status == 400
    assert "é" not in caught.value.message and "a b" not in caught.value.message
