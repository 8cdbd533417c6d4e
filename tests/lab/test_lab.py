"""The one door for notebooks."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
import requests
from starlette.applications import Starlette

from helpers import lab
from helpers.services import PortInUse, Service, listen


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    lab.stop()
    yield
    lab.stop()


def bearer(scope: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {lab.token(scope)}"}


def test_start_gives_two_servers_that_work_together() -> None:
    card = str(lab.start())
    assert lab.issuer in card and lab.api in card and lab.audience in card and lab.client_id in card
    assert requests.get(f"{lab.api}/todos", timeout=5).status_code == 401
    assert requests.get(f"{lab.api}/todos", headers=bearer(), timeout=5).status_code == 200
    assert (
        requests.post(
            f"{lab.api}/todos", json={"title": "x"}, headers=bearer("read:todos"), timeout=5
        ).status_code
        == 403
    )


def test_starting_twice_does_nothing_twice() -> None:
    lab.start()
    before = lab.issuer, lab.api, lab.client_id
    services = list(lab._running._services)
    lab.start()
    assert lab._running._services == services
    assert (lab.issuer, lab.api, lab.client_id) == before


def test_taken_ports_are_passed_by() -> None:
    with listen_or_taken(9000), listen_or_taken(3001):
        card = str(lab.start())
    assert ":9000/" not in lab.issuer and not lab.api.endswith(":3001")
    assert lab.issuer in card and lab.api in card
    assert lab.audience == "http://localhost:3001"
    assert requests.get(f"{lab.api}/todos", headers=bearer(), timeout=5).status_code == 200


def listen_or_taken(port: int) -> contextlib.AbstractContextManager[object]:
    """The port, held by this test, unless another program holds it anyway."""
    try:
        return listen(port)
    except PortInUse:
        return contextlib.nullcontext()


def test_reset_starts_afresh() -> None:
    lab.start()
    secret, token = lab.client_secret, bearer()
    requests.delete(f"{lab.api}/todos/1", headers=token, timeout=5)
    lab.clock.advance(10)
    lab.reset()
    assert lab.clock.offset == 0
    assert lab.client_secret != secret
    assert len(requests.get(f"{lab.api}/todos", headers=bearer(), timeout=5).json()) == 3
    assert requests.get(f"{lab.api}/todos", headers=token, timeout=5).status_code == 401


def test_stop_frees_the_servers_and_says_so_afterwards() -> None:
    lab.start()
    api = lab.api
    lab.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{api}/health", timeout=5)
    with pytest.raises(lab.LabError, match=r"lab\.start\(\)"):
        _ = lab.api
    with pytest.raises(lab.LabError, match=r"lab\.start\(\)"):
        lab.status()


def test_status_asks_both_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ports that no other lab on this machine takes when this one has let them go.
    for name in ("AUTHORIZATION_SERVER_PORT", "API_PORT"):
        monkeypatch.setattr(f"helpers.running_lab.{name}", 0)
    lab.start()
    assert str(lab.status()).count("yes") == 2
    lab._running._services[-1].stop()
    assert "no: run lab.reset()" in str(lab.status())


def test_the_clock_moves_both_servers() -> None:
    lab.start()
    old = bearer()
    lab.clock.advance(86_400)
    refused = requests.get(f"{lab.api}/todos", headers=old, timeout=5)
    assert (refused.status_code, "expired" in refused.headers["WWW-Authenticate"]) == (401, True)
    assert requests.get(f"{lab.api}/todos", headers=bearer(), timeout=5).status_code == 200


def test_the_wire_view_shows_real_traffic_without_the_secret() -> None:
    lab.start()
    secret = lab.client_secret.get_secret_value()
    form = {
        "grant_type": "client_credentials",
        "client_id": lab.client_id,
        "client_secret": secret,
        "audience": lab.audience,
    }
    requests.post(lab.token_endpoint, data=form, timeout=5)
    requests.post(lab.token_endpoint, json=form, timeout=5)
    requests.post(
        lab.token_endpoint, data={"audience": lab.audience}, auth=(lab.client_id, secret), timeout=5
    )
    requests.post(f"{lab.token_endpoint}?client_secret={secret}", data=form, timeout=5)
    picture = lab.wire()
    shown = (
        picture.svg + picture.alt + picture.below + str(lab.raw(1)) + str(lab.raw(2)) + repr(lab.exchanges)
    )
    assert secret not in shown
    assert picture.alt.count("POST /oauth/token") == 4
    assert "********" in picture.below


def test_the_wire_view_says_what_to_do_when_nothing_was_sent_and_repeats_itself_when_nothing_is_new() -> None:
    lab.start()
    with pytest.raises(lab.LabError, match="Nothing has crossed the wire"):
        lab.wire()
    requests.get(f"{lab.api}/health", timeout=5)
    assert lab.wire() == lab.wire()
    requests.get(f"{lab.api}/todos", timeout=5)
    assert "/health" not in lab.wire().alt


def test_a_request_that_gets_no_answer_is_drawn_too() -> None:
    lab.start()
    lab._running._services[-1].stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{lab.api}/todos", timeout=5)
    assert "no answer (could not connect)" in lab.wire().alt


def test_other_sites_are_not_recorded() -> None:
    lab.start()
    service = Service("Another site", Starlette(), listen()).start()
    requests.get(service.url, timeout=5)
    service.stop()
    assert lab.exchanges == []


# --- another issuer, and what can be wrong with it


def settings_for(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name.upper(), value)


def test_another_issuer_is_used_when_the_four_variables_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.authorization_server import AuthorizationServer

    sock = listen()
    tenant = AuthorizationServer(f"http://127.0.0.1:{sock.getsockname()[1]}/")
    tenant.registry.create_api("Their API", "https://api.example", {"read:todos": "Read"})
    application = tenant.registry.create_application("Their job")
    tenant.registry.create_grant(application.client_id, "https://api.example", ["read:todos"])
    service = Service("Their tenant", tenant.app, sock).start()
    settings_for(
        monkeypatch,
        issuer=tenant.issuer,
        audience="https://api.example",
        client_id=application.client_id,
        client_secret=application.client_secret.get_secret_value(),
    )
    try:
        assert tenant.issuer in str(lab.start())
        assert jwt.decode(lab.token(), options={"verify_signature": False})["iss"] == tenant.issuer
        assert requests.get(f"{lab.api}/todos", headers=bearer(), timeout=5).status_code == 200
        assert lab.authorization_server.issuer != tenant.issuer
    finally:
        service.stop()


def test_missing_variables_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_for(monkeypatch, issuer="https://tenant.example/", client_id="id")
    with pytest.raises(lab.LabError, match="AUDIENCE, CLIENT_SECRET is not"):
        lab.start()


def test_an_issuer_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen() as dead:
        port = dead.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}/"
    settings_for(monkeypatch, issuer=issuer, audience="a", client_id="b", client_secret="c")
    with pytest.raises(lab.LabError) as caught:
        lab.start()
    assert issuer in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [f"LabError: {caught.value}"]
    assert requests.Session.send.__name__ == "send" and not hasattr(requests.Session.send, "__wrapped__")


def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))


def test_an_unfilled_env_file_is_told_with_the_way_on_and_the_way_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error once named the tenant's metadata address, and neither the file nor the preflight."""
    env_file(tmp_path, monkeypatch, (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8"))
    with pytest.raises(lab.LabError) as caught:
        lab.start()
    assert str(caught.value) == (
        "ISSUER, CLIENT_ID, CLIENT_SECRET still have the values of .env.example."
        " ISSUER comes from the file .env."
        " To see which step is missing, run `from helpers.preflight import preflight` and then `preflight()`,"
        " as page 07 does."
        " To go back to the local authorization server, empty the four variables in .env, or delete that file,"
        " and run lab.start() again."
    )
    env_file(tmp_path, monkeypatch, "ISSUER=\nAUDIENCE=\nCLIENT_ID=\nCLIENT_SECRET=\n")
    lab.start()
    assert lab.is_local


def test_an_issuer_in_the_environment_is_told_from_one_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listen() as dead:
        issuer = f"http://127.0.0.1:{dead.getsockname()[1]}/"
    values = {"issuer": issuer, "audience": "a", "client_id": "b", "client_secret": "c"}
    env_file(tmp_path, monkeypatch, "".join(f"{name.upper()}={value}\n" for name, value in values.items()))
    with pytest.raises(
        lab.LabError, match=r"ISSUER comes from the file \.env\. .* `preflight\(\)`"
    ) as caught:
        lab.start()
    assert issuer in str(caught.value)
    settings_for(monkeypatch, **values)
    with pytest.raises(
        lab.LabError, match=r"from the environment of this kernel\. .* run `%env ISSUER=` in a cell"
    ):
        lab.start()
    monkeypatch.setenv("CLIENT_ID", "your-client-id")
    with pytest.raises(
        lab.LabError, match=r"^CLIENT_ID still has the value of \.env\.example\. ISSUER comes"
    ):
        lab.start()


def test_an_env_file_that_is_no_text_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes("ISSUER=https://tenant.example/\n".encode("utf-16"))
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))
    with pytest.raises(lab.LabError, match=r"The file \.env cannot be read \(UnicodeDecodeError\): save it"):
        lab.start()


def test_a_plain_http_issuer_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_for(monkeypatch, issuer="http://tenant.example/", audience="a", client_id="b", client_secret="c")
    with pytest.raises(lab.LabError, match="https"):
        lab.start()


def test_a_missing_package_and_one_too_old_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "requirements.in").write_text("requests>=999  # why\nno-such-package\npytest\n-e .\n")
    monkeypatch.setattr(lab, "__file__", str(tmp_path / "helpers" / "lab.py"))
    with pytest.raises(lab.LabError) as caught:
        lab.start()
    said = str(caught.value)
    assert (
        ">=999 is needed" in said
        and "no-such-package is missing" in said
        and "pytest" not in said.split("course needs")[1]
    )
    assert "pip install -r requirements.txt" in said


def test_a_proxy_of_the_network_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "intranet.example")
    lab.start()
    assert requests.get(f"{lab.api}/health", timeout=5).status_code == 200
