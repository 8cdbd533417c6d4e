"""POST /oauth/revoke (RFC 7009), and the memory of what was revoked."""

import pytest
import requests

from helpers.authorization_server import SigningKeys
from helpers.authorization_server.digest_memory import DigestMemory, MemoryFull
from helpers.authorization_server.issued_tokens import IssuedTokens
from helpers.clock import Clock


@pytest.fixture
def token(registry, application, ask) -> str:
    # Two tokens of the same second are the same token, so each test takes another lifetime.
    number = len(registry.apis)
    registry.create_api(f"API {number}", f"urn:revoked:{number}", {}, token_lifetime=3_600)
    registry.create_grant(application.client_id, f"urn:revoked:{number}", [])
    return ask(audience=f"urn:revoked:{number}").json()["access_token"]


def test_a_revoked_token_is_inactive_and_others_are_not(call, ask, token):
    other = ask().json()["access_token"]
    assert call("introspect", token=token).json()["active"] is True

    answer = call("revoke", token=token)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert call("introspect", token=token).json() == {"active": False}
    assert call("introspect", token=other).json()["active"] is True

    assert call("revoke", token=token).status_code == 200


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_the_hint_is_only_a_hint(call, token, hint):
    assert call("revoke", token=token, token_type_hint=hint).status_code == 200
    assert call("introspect", token=token).json() == {"active": False}


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_an_invalid_token_is_no_error(call, token):
    """RFC 7009 §2.2: it is what the client wanted, and there is nothing that it could do about it."""
    answer = call("revoke", token=token)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_token_of_another_client_is_refused_and_lives_on(registry, call, token):
    stranger = registry.create_application("Stranger")
    answer = call(
        "revoke",
        token=token,
        client_id=stranger.client_id,
        client_secret=stranger.client_secret.get_secret_value(),
    )
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_grant",
        "error_description": "The token was issued to another client",
    }
    assert call("introspect", token=token).json()["active"] is True


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "access_denied"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"token": None}, 400, "invalid_request"),
    ],
)
def test_who_revokes_must_say_who_it_is_and_what(call, token, changes, status, error):
    answer = call("revoke", **{"token": token} | changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert call("introspect", token=token).json()["active"] is True


def test_when_no_more_can_be_remembered_the_client_is_told_to_try_again(call, token, monkeypatch):
    """RFC 7009 §2.2.1: on 503 the client assumes that the token still exists."""

    def full(self, token, claims):
        raise MemoryFull

    monkeypatch.setattr(IssuedTokens, "revoke", full)
    answer = call("revoke", token=token)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_a_token_that_was_revoked_stays_so_when_the_clock_is_set_back(serve, registry, api, application):
    clock = Clock()
    server = serve(registry=registry, clock=clock)
    registry.create_api("Short", "urn:short", {}, token_lifetime=60)
    registry.create_grant(application.client_id, "urn:short", [])
    credentials = {
        "client_id": application.client_id,
        "client_secret": application.client_secret.get_secret_value(),
    }

    def post(path: str, **parameters: str) -> requests.Response:
        return requests.post(f"{server.issuer}oauth/{path}", data=credentials | parameters, timeout=10)

    def revoked() -> str:
        answer = post("token", grant_type="client_credentials", audience="urn:short")
        token = answer.json()["access_token"]
        assert post("revoke", token=token).status_code == 200
        return token

    first = revoked()
    clock.advance(100)
    revoked()  # the first one has expired, and could be forgotten
    clock.reset()
    assert post("introspect", token=first).json() == {"active": False}


def test_a_text_is_known_until_its_room_is_needed_and_its_time_is_over():
    memory = DigestMemory(limit=2)
    assert memory.add("a", until=10, now=0) and memory.add("b", until=20, now=0)
    assert not memory.add("a", until=10, now=15) and memory.knows("a", until=10)
    assert memory.add("c", until=30, now=15)
    assert len(memory) == 2 and memory.knows("b", until=20) and not memory.knows("d", until=40)


def test_a_full_memory_forgets_nothing_before_its_time():
    memory = DigestMemory(limit=2)
    memory.add("a", until=10, now=0)
    memory.add("b", until=20, now=0)
    with pytest.raises(MemoryFull):
        memory.add("c", until=30, now=0)
    assert memory.knows("a", until=10) and not memory.add("a", until=10, now=0)
    assert memory.add("c", until=30, now=10)


def test_what_was_forgotten_is_not_new_when_the_clock_is_set_back():
    """The clock goes to 20 and back to 0, where "a" is good again."""
    memory = DigestMemory(limit=1)
    assert memory.add("a", until=10, now=0)
    assert memory.add("b", until=30, now=20)

    assert memory.knows("a", until=10) and not memory.add("a", until=10, now=0)
    assert not memory.add("never seen", until=9, now=0)  # it could be one that was
    with pytest.raises(MemoryFull):
        memory.add("later", until=11, now=0)
    assert memory.add("later", until=31, now=30)


def test_the_memory_holds_no_token():
    memory = DigestMemory()
    memory.add("the token", until=10, now=0)
    assert "the token" not in repr(vars(memory))


def test_revoking_is_for_one_server_and_local_verification_does_not_notice(server, keys, call, token):
    assert call("revoke", token=token).status_code == 200
    settings = {"registry": server.registry, "clock": server.clock, "habits": server.habits}
    other = IssuedTokens(server.issuer, keys=keys, **settings)
    claims = other.claims(token)
    assert claims is not None  # the signature and the claims are as good as before
    assert not other.is_revoked(token, claims)
    assert IssuedTokens(server.issuer, keys=SigningKeys(), **settings).claims(token) is None


def test_a_revocation_counts_as_a_request(serve):
    server = serve(rate_limit="1/hour")
    answers = [requests.post(f"{server.issuer}oauth/revoke", timeout=10).status_code for _ in range(2)]
    assert answers == [401, 429]
