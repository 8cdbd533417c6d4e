"""Where the secret and the token must not show."""

import copy
import logging
import pickle
import traceback
from urllib.parse import quote_plus

import pytest
import requests
from pydantic import SecretStr

from helpers.tokens.client import TokenRequestError

SECRET = "correct-horse_battery+staple/%"
FORMS_OF_THE_SECRET = (SECRET, quote_plus(SECRET))


def test_repr_masks_the_secret_and_leaves_the_token_out(client):
    token = client.token()
    for shown in (repr(client), str(client), repr(vars(client))):
        assert SECRET not in shown and token not in shown
    assert repr(client).startswith("ClientCredentials(token_endpoint='http://127.0.0.1:")
    assert "client_id='nightly-batch', client_secret='**********'" in repr(client)


@pytest.mark.parametrize("store", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_not_written_anywhere_with_its_secret(client, store):
    with pytest.raises(TypeError, match="holds a secret"):
        store(client)


@pytest.mark.parametrize("auth_method", ["client_secret_post", "client_secret_basic"])
def test_no_log_record_of_any_library_has_them(make_client, issuer, api, reply, waits, caplog, auth_method):
    caplog.set_level(logging.DEBUG)
    issuer.then(reply(429, headers={"Retry-After": "1"}), reply(503))
    client = make_client(auth_method=auth_method)
    requests.get(api.url, auth=client, timeout=5)
    issuer.default = lambda asked: reply(401, {"error": "access_denied", "error_description": SECRET})
    with pytest.raises(TokenRequestError):
        make_client(auth_method=auth_method).token()
    assert any(record.name.startswith("urllib3") for record in caplog.records)
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    for hidden in (*FORMS_OF_THE_SECRET, client.token()):
        assert hidden not in logged


def nobody(issuer, reply):
    issuer.shutdown()
    issuer.server_close()


def hangs(issuer, reply):
    hanging = reply()
    hanging.before = issuer.hang
    issuer.then(hanging, hanging)


def refuses(issuer, reply):
    issuer.then(reply(401, {"error": "access_denied", "error_description": SECRET, "client_secret": SECRET}))


def talks_nonsense(issuer, reply):
    issuer.then(reply(200, f"you sent {SECRET}".encode()))


def redirects(issuer, reply):
    issuer.then(reply(307, headers={"Location": f"{issuer.url}/{SECRET}"}))


@pytest.mark.parametrize("goes_wrong", [nobody, hangs, refuses, talks_nonsense, redirects])
def test_no_error_carries_the_secret_whichever_way_it_is_looked_at(
    make_client, issuer, reply, waits, goes_wrong
):
    goes_wrong(issuer, reply)
    client = make_client(client_secret=SecretStr(SECRET), timeout=(1.0, 0.1))
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    shown = [str(error), repr(error), repr(vars(error)), pickle.dumps(error).decode("latin-1")]
    # With the local variables of every frame, as error reporters collect them.
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown += [repr(frame.locals) for frame in frames.stack if "/helpers/" in frame.filename]
    for hidden in FORMS_OF_THE_SECRET:
        assert not [text for text in shown if hidden in text]
