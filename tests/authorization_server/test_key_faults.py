"""What a lesson can do to the published documents, and what a client sees then."""

import threading
import time

import pytest
import requests

from helpers.authorization_server import AuthorizationServer
from helpers.services import Service, listen
from helpers.tokens.fetch import FetchError, fetch_document

DOCUMENTS = [".well-known/openid-configuration", ".well-known/jwks.json"]


@pytest.fixture(scope="module")
def its_own(serve) -> AuthorizationServer:
    """A server for this file: the faults must not show in the others."""
    return serve(allowed_origins=["http://127.0.0.1:3001"])


@pytest.fixture
def server(its_own):
    yield its_own
    its_own.key_fault = None


def get(server: AuthorizationServer, path: str, timeout: float = 10, **options) -> requests.Response:
    return requests.get(server.issuer + path, timeout=timeout, allow_redirects=False, **options)


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:3001"}], ids=["plain", "cors"])
def test_down_ends_the_connection_without_an_answer(server, path, headers):
    server.key_fault = "down"
    with pytest.raises(requests.ConnectionError, match="without response"):
        get(server, path, headers=headers)
    server.key_fault = None
    assert get(server, path).status_code == 200


@pytest.mark.parametrize("path", DOCUMENTS)
def test_unavailable_garbage_and_redirect(server, path):
    server.key_fault = "unavailable"
    assert get(server, path).status_code == 503

    server.key_fault = "garbage"
    answer = get(server, path)
    assert (answer.status_code, answer.text[:15]) == (200, "<!doctype html>")

    server.key_fault = "redirect"
    answer = get(server, path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/elsewhere")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_huge_is_the_good_document_with_much_behind_it(server, path):
    good = get(server, path).json()
    server.key_fault = "huge"
    answer = get(server, path)

    assert len(answer.content) > 16 * 1024 * 1024
    assert answer.json().items() >= good.items()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_slow_answers_when_the_fault_is_lifted_from_another_thread(server, path):
    server.key_fault = "slow"
    with pytest.raises(requests.ReadTimeout):
        get(server, path, timeout=0.1)

    answers = []
    waiting = threading.Thread(target=lambda: answers.append(get(server, path).status_code))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive() and not answers
    server.key_fault = None
    waiting.join(5)
    assert answers == [200]


def test_what_hangs_too_long_is_dropped(server, monkeypatch):
    monkeypatch.setattr("helpers.authorization_server.faults.LONGEST_HANG", 0.05)
    server.key_fault = "slow"
    with pytest.raises(requests.ConnectionError, match="without response"):
        get(server, DOCUMENTS[1])


def test_a_server_stops_while_somebody_waits_for_its_keys(keys):
    sock = listen()
    server = AuthorizationServer(f"http://127.0.0.1:{sock.getsockname()[1]}", keys=keys)
    service = Service("authorization server", server.app, sock).start()
    server.key_fault = "slow"
    with pytest.raises(requests.ReadTimeout):
        get(server, DOCUMENTS[1], timeout=0.1)
    outcome = []

    def wait() -> None:
        try:
            outcome.append(get(server, DOCUMENTS[1]).status_code)
        except requests.ConnectionError:
            outcome.append("dropped")

    waiting = threading.Thread(target=wait)
    waiting.start()
    while server.jwks_requests < 2:
        time.sleep(0.01)

    began = time.monotonic()
    service.stop()
    assert time.monotonic() - began < 4  # a second for requests under way, and no hang behind it
    waiting.join(5)
    assert outcome in (["dropped"], [500])


@pytest.mark.parametrize("fault", ["down", "unavailable", "slow", "garbage", "redirect", "huge"])
def test_a_careful_fetch_stands_all_of_them(server, fault):
    server.key_fault = fault
    with requests.Session() as session:
        url = server.issuer + DOCUMENTS[1]
        try:
            body = fetch_document(url, session=session, timeout=0.5)
        except FetchError:
            body = None
    assert body is None or fault == "garbage"


@pytest.mark.parametrize("fault", ["down", "slow", "garbage"])
def test_tokens_are_issued_as_ever(server, fault):
    application = server.registry.create_application("Batch")
    server.registry.create_api("Todo API", "urn:todo", {})
    server.registry.create_grant(application.client_id, "urn:todo", [])
    server.key_fault = fault
    answer = requests.post(
        f"{server.issuer}oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": application.client_id,
            "client_secret": application.client_secret.get_secret_value(),
            "audience": "urn:todo",
        },
        timeout=10,
    )
    assert answer.status_code == 200


def test_a_fault_is_set_in_this_process_and_not_over_http(server):
    for body in ({"key_fault": "down"}, {"fault": "down"}):
        requests.post(f"{server.issuer}oauth/token", data=body, timeout=10)
    for path in (f"{DOCUMENTS[1]}?key_fault=down", f"{DOCUMENTS[1]}?fault=down"):
        assert get(server, path).status_code == 200
    assert server.key_fault is None


@pytest.mark.parametrize("fault", ["", "broken", 503, True])
def test_a_fault_that_does_not_exist_changes_nothing(server, fault):
    server.key_fault = "garbage"
    with pytest.raises(ValueError, match="'down', 'unavailable', 'slow'"):
        server.key_fault = fault
    assert server.key_fault == "garbage"


def test_requests_for_the_jwks_are_counted_whatever_is_answered(server):
    before = server.jwks_requests
    get(server, DOCUMENTS[0])
    for server.key_fault in (None, "garbage", "unavailable"):
        get(server, DOCUMENTS[1])
    assert server.jwks_requests == before + 3
