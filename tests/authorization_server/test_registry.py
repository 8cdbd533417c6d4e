"""The registry as a learner drives it from a cell."""

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import SecretStr

from helpers.authorization_server import Registry, RegistryError, client_secret

AUDIENCE = "http://localhost:3001"
SCOPES = {"read:todos": "Read the todos", "write:todos": "Create, change and delete todos"}


def filled() -> Registry:
    registry = Registry()
    registry.create_api("Todo API", AUDIENCE, SCOPES)
    registry.create_application("Batch", client_id="batch", client_secret="first")
    registry.create_grant("batch", AUDIENCE, ["read:todos", "write:todos"])
    return registry


@pytest.fixture
def registry() -> Registry:
    """A registry for one test."""
    return filled()


@pytest.fixture(scope="module")
def unchanged() -> Registry:
    """A registry for tests that change nothing."""
    return filled()


def test_an_application_gets_an_id_and_a_secret_as_long_as_auth0s(registry):
    application = registry.create_application("Reports")

    assert len(application.client_id) == 32 and application.client_id.isalnum()
    assert len(application.client_secret.get_secret_value()) == 64
    assert (
        registry.authenticate(application.client_id, application.client_secret.get_secret_value()).name
        == "Reports"
    )


def test_the_secret_is_nowhere_but_on_the_new_application(registry):
    application = registry.create_application("Reports")
    secret = application.client_secret.get_secret_value()

    assert secret not in repr(application)
    assert registry.applications[application.client_id].client_secret is None
    assert secret not in repr([registry, vars(registry)])
    assert not any(secret.encode() in (kept.salt, *kept.digests) for kept in registry._secrets.values())


def test_an_application_stands_for_the_apis_that_it_was_given_last_and_that_are_there(registry):
    registry.create_api("Reports", "urn:reports", {})
    asks = registry.create_application("Asks", introspects=[AUDIENCE, "urn:reports"])
    assert asks.introspects == (AUDIENCE, "urn:reports")
    registry.delete_api("urn:reports")
    assert registry.applications[asks.client_id].introspects == (AUDIENCE,)

    assert registry.create_application("Asks").introspects == ()
    assert registry.applications["batch"].introspects == ()


def test_equal_secrets_do_not_have_equal_hashes(registry):
    registry.create_application("Twin", client_id="twin", client_secret="first")
    assert registry._secrets["twin"].digests != registry._secrets["batch"].digests


def test_the_cell_that_registers_an_api_can_run_twice_and_be_edited(registry):
    again = registry.create_api("Todo API", AUDIENCE, SCOPES)
    assert registry.apis == {AUDIENCE: again}
    assert registry.grants["batch", AUDIENCE].scopes == ("read:todos", "write:todos")

    registry.create_api("Todo API", AUDIENCE, {"read:todos": ""}, token_lifetime=60)
    assert registry.apis[AUDIENCE].token_lifetime == 60
    assert registry.grants["batch", AUDIENCE].scopes == ("read:todos",)


def test_the_cell_that_registers_an_application_can_run_twice(registry):
    first = registry.create_application("Reports")
    registry.create_grant(first.client_id, AUDIENCE, ["read:todos"])
    second = registry.create_application("Reports")

    assert second.client_id == first.client_id
    assert (first.client_id, AUDIENCE) in registry.grants
    assert registry.authenticate(first.client_id, first.client_secret.get_secret_value()) is None
    assert registry.authenticate(first.client_id, second.client_secret.get_secret_value()) is not None


def test_a_secret_can_be_given(registry):
    registry.create_application("Batch", client_id="batch", client_secret=SecretStr("second"))

    assert registry.authenticate("batch", "first") is None
    assert registry.authenticate("batch", "second").client_id == "batch"


def test_a_rotated_secret_replaces_the_old_one(registry):
    secret = registry.rotate_secret("batch")

    assert secret.get_secret_value() not in repr(secret)
    assert registry.authenticate("batch", "first") is None
    assert registry.authenticate("batch", secret.get_secret_value()) is not None


def works(registry: Registry, *secrets: SecretStr | str) -> list[bool]:
    """Which of these secrets the application gets in with."""
    plain = [getattr(secret, "get_secret_value", lambda secret=secret: secret)() for secret in secrets]
    return [registry.authenticate("batch", secret) is not None for secret in plain]


def test_a_second_secret_works_beside_the_first_until_the_first_is_retired(registry):
    """Rotation without an hour in which some copy of the program has a secret that does not work."""
    second = registry.add_secret("batch")
    assert isinstance(second, SecretStr) and len(second.get_secret_value()) == 64
    assert works(registry, "first", second, "neither") == [True, True, False]

    registry.retire_secret("batch")
    assert works(registry, "first", second) == [False, True]


def test_the_last_secret_is_not_retired_and_the_cell_can_run_twice(registry):
    for _ in range(2):
        registry.retire_secret("batch")
    assert works(registry, "first") == [True]


def test_secrets_take_turns_one_after_another(registry):
    given = ["first"]
    for _ in range(3):
        given.append(registry.add_secret("batch"))
        assert works(registry, *given)[-2:] == [True, True]
        registry.retire_secret("batch")
        assert works(registry, *given) == [False] * (len(given) - 1) + [True]


def test_there_are_two_at_most(registry):
    second = registry.add_secret("batch")
    with pytest.raises(RegistryError) as refused:
        registry.add_secret("batch")
    assert str(refused.value) == (
        'The application "Batch" has 2 secrets already: '
        'when nobody uses the older one any more, retire it with retire_secret("batch").'
    )
    assert works(registry, "first", second) == [True, True]


def test_rotating_and_registering_again_replace_both(registry):
    second = registry.add_secret("batch")
    third = registry.rotate_secret("batch")
    assert works(registry, "first", second, third) == [False, False, True]

    fourth = registry.add_secret("batch")
    registry.create_application("Batch", client_id="batch", client_secret="fifth")
    assert works(registry, third, fourth, "fifth") == [False, False, True]


def test_granting_again_sets_the_scopes(registry):
    registry.create_grant("batch", AUDIENCE, ["read:todos"])
    assert registry.grants["batch", AUDIENCE].scopes == ("read:todos",)


def test_what_is_deleted_takes_its_grants_along_and_can_be_deleted_again(registry):
    for _ in range(2):
        registry.delete_grant("batch", AUDIENCE)
        assert not registry.grants and registry.apis

    registry.create_grant("batch", AUDIENCE, [])
    for _ in range(2):
        registry.delete_api(AUDIENCE)
        assert not registry.grants and not registry.apis and registry.applications

    registry.create_api("Todo API", AUDIENCE, SCOPES)
    registry.create_grant("batch", AUDIENCE, [])
    for _ in range(2):
        registry.delete_application("batch")
        assert not registry.grants and not registry.applications and registry.apis
    assert registry.authenticate("batch", "first") is None


def test_an_application_with_public_keys_has_a_secret_only_when_one_is_given(registry):
    jwk = public_jwk(ec.generate_private_key(ec.SECP256R1()))
    keyed = registry.create_application("Batch", public_keys=[jwk])

    assert (keyed.client_id, keyed.client_secret) == ("batch", None)
    assert [key.algs for key in registry.applications["batch"].public_keys] == [("ES256",)]
    assert registry.authenticate("batch", "first") is None
    assert ("batch", AUDIENCE) in registry.grants
    for change in (registry.rotate_secret, registry.add_secret, registry.retire_secret):
        with pytest.raises(RegistryError, match="has public keys and no secret"):
            change("batch")

    both = registry.create_application("Batch", client_secret="kept", public_keys=[jwk])
    assert both.client_secret.get_secret_value() == "kept" and both.public_keys == keyed.public_keys
    assert registry.create_application("Batch").public_keys == ()


@pytest.mark.parametrize("kind", ["RSA", "EC", "Ed25519"])
def test_a_public_key_is_a_jwk_or_pem_and_is_named_by_its_kid_or_its_thumbprint(registry, kind):
    private = {
        "RSA": lambda: rsa.generate_private_key(65_537, 2048),
        "EC": lambda: ec.generate_private_key(ec.SECP256R1()),
        "Ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    jwk, pem = public_jwk(private), public_pem(private)
    thumbprint = jwk_of(private, pem).thumbprint()

    for source in (jwk, pem, pem.decode()):
        [key] = registry.create_application("Keyed", public_keys=[source]).public_keys
        assert key.kid == thumbprint
        assert key.public_key == private.public_key()
    [key] = registry.create_application("Keyed", public_keys=[jwk | {"kid": "mine"}]).public_keys
    assert key.kid == "mine"


def test_a_secret_that_was_right_once_takes_no_scrypt_again(registry, scrypts):
    for _ in range(3):
        assert registry.authenticate("batch", "first").client_id == "batch"
    assert len(scrypts) == 1


def test_each_wrong_secret_and_each_unknown_client_takes_one(registry, scrypts):
    registry.authenticate("batch", "first")
    scrypts.clear()
    for client_id, secret in (("batch", "second"), ("batch", ""), ("nobody", "first"), ("nobody", "first")):
        assert registry.authenticate(client_id, secret) is None
    assert len(scrypts) == 4


def test_two_secrets_take_one_scrypt_as_one_does(registry, scrypts):
    """Else the time would tell who is changing secrets, and so which clients exist."""
    second = registry.add_secret("batch").get_secret_value()
    scrypts.clear()
    assert works(registry, "wrong", second, "first", second, "first") == [False, True, True, True, True]
    assert len(scrypts) == 3

    registry.retire_secret("batch")
    assert works(registry, second, "first") == [True, False]
    assert len(scrypts) == 4


def test_each_comparison_is_made_whichever_secret_is_right(registry, monkeypatch):
    second = registry.add_secret("batch").get_secret_value()
    compare, calls = client_secret.hmac.compare_digest, []
    monkeypatch.setattr(
        client_secret.hmac, "compare_digest", lambda *given: calls.append(given) or compare(*given)
    )

    def compared(client_id: str, secret: str) -> int:
        calls.clear()
        registry.authenticate(client_id, secret)
        return len(calls)

    slow = [("batch", "first"), ("batch", second), ("batch", "wrong"), ("nobody", "wrong")]
    assert {compared(*given) for given in slow} == {4}
    assert {compared("batch", secret) for secret in ("first", second)} == {2}  # found right before
    registry.retire_secret("batch")
    assert compared("batch", "wrong") == 4


def test_a_secret_is_recognized_once_it_was_right_and_never_hashed_for_that(registry, scrypts):
    assert registry.recognize("batch", "first") is None
    registry.authenticate("batch", "first")
    scrypts.clear()
    assert registry.recognize("batch", "first").client_id == "batch"
    for client_id, secret in (("batch", "second"), ("nobody", "first")):
        assert registry.recognize(client_id, secret) is None
    registry.rotate_secret("batch")
    scrypts.clear()
    assert registry.recognize("batch", "first") is None
    assert not scrypts


def test_what_was_right_is_forgotten_with_the_secret(registry, scrypts):
    def forgotten() -> bool:
        scrypts.clear()
        return registry.authenticate("batch", "first") is None and len(scrypts) == 1

    registry.authenticate("batch", "first")
    registry.rotate_secret("batch")
    assert forgotten()
    registry.create_application("Batch", client_id="batch", client_secret="first")
    registry.authenticate("batch", "first")
    registry.create_application("Batch", client_id="batch")
    assert forgotten()
    registry.delete_application("batch")
    assert forgotten()


def test_the_same_secret_of_two_applications_is_remembered_for_each_alone(registry, scrypts):
    registry.create_application("Twin", client_id="twin", client_secret="first")
    registry.authenticate("batch", "first")
    scrypts.clear()
    assert registry.authenticate("twin", "first").client_id == "twin"
    assert len(scrypts) == 1


def jwk_of(private, pem: bytes):
    """The key as another library reads it."""
    kinds = {rsa.RSAPrivateKey: RSAKey, ec.EllipticCurvePrivateKey: ECKey, ed25519.Ed25519PrivateKey: OKPKey}
    return next(jwk for kind, jwk in kinds.items() if isinstance(private, kind)).import_key(pem)


def public_jwk(private) -> dict:
    return jwk_of(private, public_pem(private)).as_dict(private=False)


def public_pem(private) -> bytes:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(private) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


P256 = ec.generate_private_key(ec.SECP256R1())
USABLE = "give an RSA key of at least 2048 bits, a P-256 key or an Ed25519 key."
PRIVATE = (
    "This key has its private part with it: register the public half alone. "
    "The private half never leaves the application."
)
REFUSED_KEYS = {
    "private JWK": (lambda: jwk_of(P256, private_pem(P256)).as_dict(private=True), PRIVATE),
    "private PEM": (lambda: private_pem(P256), PRIVATE),
    "shared secret": (lambda: {"kty": "oct", "k": "c2VjcmV0"}, PRIVATE),
    "weak RSA": (
        lambda: public_pem(rsa.generate_private_key(65_537, 1024)),  # noqa: S505 - refused
        f"This public key cannot be used (an RSA key of 1024 bits): {USABLE}",
    ),
    "another curve": (
        lambda: public_pem(ec.generate_private_key(ec.SECP384R1())),
        f"This public key cannot be used (not a P-256 key): {USABLE}",
    ),
    "another type": (
        lambda: public_pem(ed448.Ed448PrivateKey.generate()),
        f"This public key cannot be used (a type of key that is not supported): {USABLE}",
    ),
    "for encryption": (
        lambda: public_jwk(P256) | {"use": "enc"},
        f"This public key cannot be used (meant for another use than signatures): {USABLE}",
    ),
    "no PEM": (
        lambda: "ssh-ed25519 AAAA",
        "This is no public key in PEM: give what begins with -----BEGIN PUBLIC KEY-----.",
    ),
    "a number": (lambda: 5, "Give each public key as a JWK in a dict, or as PEM."),
}


@pytest.mark.parametrize(("source", "sentence"), REFUSED_KEYS.values(), ids=REFUSED_KEYS)
def test_a_key_that_is_refused_says_what_to_do_and_shows_nothing_of_it(unchanged, source, sentence):
    before = dict(unchanged.applications)
    with pytest.raises(RegistryError) as refused:
        unchanged.create_application("Batch", public_keys=[source()])

    assert str(refused.value) == sentence
    assert refused.value.__cause__ is None
    assert before == dict(unchanged.applications)
    assert unchanged.authenticate("batch", "first")


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (public_jwk(P256), "Give public_keys as a list, such as [jwk]."),
        (public_pem(P256), "Give public_keys as a list, such as [jwk]."),
        (None, "Give public_keys as a list, such as [jwk]."),
        (
            [public_jwk(P256), public_pem(P256)],
            "Two of the public_keys have the same kid: give each key once, and each its own kid.",
        ),
    ],
    ids=["one JWK", "one PEM", "nothing", "twice"],
)
def test_public_keys_come_as_a_list(unchanged, sources, sentence):
    with pytest.raises(RegistryError) as refused:
        unchanged.create_application("Batch", public_keys=sources)
    assert str(refused.value) == sentence


REFUSED = {
    "identifier of another API": (
        lambda r: r.create_api("Other", AUDIENCE, {}),
        'The identifier "http://localhost:3001" belongs to the API "Todo API": choose another one, '
        'or delete that API with delete_api("http://localhost:3001").',
    ),
    "client id of another application": (
        lambda r: r.create_application("Other", client_id="batch"),
        'The client_id "batch" belongs to the application "Batch": choose another one, '
        'or delete that application with delete_application("batch").',
    ),
    "name of another application": (
        lambda r: r.create_application("Batch", client_id="other"),
        'The application "Batch" has another client_id: choose another name, '
        'or delete that application with delete_application("batch").',
    ),
    "lifetime too long": (
        lambda r: r.create_api("Long", "urn:long", {}, token_lifetime=2_592_001),
        "Choose a token_lifetime from 1 to 2592000 seconds (30 days).",
    ),
    "lifetime of nothing": (
        lambda r: r.create_api("Long", "urn:long", {}, token_lifetime=0),
        "Choose a token_lifetime from 1 to 2592000 seconds (30 days).",
    ),
    "lifetime in words": (
        lambda r: r.create_api("Long", "urn:long", {}, token_lifetime="1h"),
        "Give token_lifetime as a whole number of seconds.",
    ),
    "unknown profile": (
        lambda r: r.create_api("Odd", "urn:odd", {}, token_profile="at+jwt"),
        'Choose the token_profile "auth0" or "rfc9068".',
    ),
    "scopes without descriptions": (
        lambda r: r.create_api("Odd", "urn:odd", ["read:todos"]),
        'Give scopes with descriptions, such as {"read:todos": "Read the todos"}.',
    ),
    "scope with a space": (
        lambda r: r.create_api("Odd", "urn:odd", {"read todos": ""}),
        'Each of scopes is a word without spaces, such as "read:todos".',
    ),
    "identifier with a space": (
        lambda r: r.create_api("Odd", f"{AUDIENCE} ", {}),
        "Give an API's identifier as a string of printable ASCII characters without spaces.",
    ),
    "no name": (lambda r: r.create_api("", "urn:odd", {}), 'Give a name, such as "Todo API".'),
    "secret with a line end": (
        lambda r: r.create_application("Odd", client_secret="secret\n"),
        "Give a client_secret as a string of printable ASCII characters without spaces.",
    ),
    "grant types in one string": (
        lambda r: r.create_application("Odd", grant_types="client_credentials"),
        'Give grant_types as a list, such as ["client_credentials"].',
    ),
    "grant for an unknown application": (
        lambda r: r.create_grant("nobody", AUDIENCE, []),
        'No application has the client_id "nobody": '
        "create one with create_application(...), and take its client_id.",
    ),
    "grant for a name in place of an identifier": (
        lambda r: r.create_grant("batch", "Todo API", []),
        'No API has the identifier "Todo API": create one with create_api(...), '
        'or give one of "http://localhost:3001".',
    ),
    "grant for an audience with a slash too many": (
        lambda r: r.create_grant("batch", f"{AUDIENCE}/", []),
        'No API has the identifier "http://localhost:3001/": create one with create_api(...), '
        'or give one of "http://localhost:3001".',
    ),
    "standing for a name in place of an identifier": (
        lambda r: r.create_application("Asks", introspects=["TodoAPI"]),
        'No API has the identifier "TodoAPI": create one with create_api(...), '
        'or give one of "http://localhost:3001".',
    ),
    "standing for an identifier in place of a list": (
        lambda r: r.create_application("Asks", introspects=AUDIENCE),
        'Give introspects as a list, such as ["http://localhost:3001"].',
    ),
    "grant of an unknown scope": (
        lambda r: r.create_grant("batch", AUDIENCE, ["read:todos", "delete:todos"]),
        'The API "Todo API" has no scope "delete:todos": add it with create_api(...), '
        'or grant some of "read:todos", "write:todos".',
    ),
    "grant of scopes in one string": (
        lambda r: r.create_grant("batch", AUDIENCE, "read:todos"),
        'Give scopes as a list, such as ["read:todos"].',
    ),
    "grant for an object in place of its id": (
        lambda r: r.create_grant(r.applications["batch"], AUDIENCE, []),
        "No application has the client_id \"Application(name='Batch', client_id='batch', "
        "grant_types=('client_credentials',), client_secret=None)\": "
        "create one with create_application(...), and take its client_id.",
    ),
    "deletion of an object in place of its identifier": (
        lambda r: r.delete_api(r.apis[AUDIENCE]),
        "Give an API's identifier as a string of printable ASCII characters without spaces.",
    ),
    "scopes that are no words": (
        lambda r: r.create_grant("batch", AUDIENCE, [["read:todos"]]),
        'Each of scopes is a word without spaces, such as "read:todos".',
    ),
    "new secret for nobody": (
        lambda r: r.rotate_secret("nobody"),
        'No application has the client_id "nobody": take one of applications.',
    ),
    "one more secret for nobody": (
        lambda r: r.add_secret("nobody"),
        'No application has the client_id "nobody": take one of applications.',
    ),
    "one secret less for nobody": (
        lambda r: r.retire_secret("nobody"),
        'No application has the client_id "nobody": take one of applications.',
    ),
}


@pytest.mark.parametrize(("change", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_to_do(unchanged, change, sentence):
    before = dict(unchanged.apis), dict(unchanged.applications), dict(unchanged.grants)
    with pytest.raises(RegistryError) as refused:
        change(unchanged)

    assert str(refused.value) == sentence
    assert before == (dict(unchanged.apis), dict(unchanged.applications), dict(unchanged.grants))


def test_the_views_cannot_be_written_to(unchanged):
    with pytest.raises(TypeError):
        unchanged.apis["urn:other"] = unchanged.apis[AUDIENCE]
    with pytest.raises(TypeError):
        unchanged.apis[AUDIENCE].scopes["admin"] = ""


def test_objects_read_well(unchanged):
    assert repr(unchanged) == "<Registry: 1 APIs, 1 applications, 1 client grants>"
    assert repr(unchanged.apis[AUDIENCE]) == (
        "Api(name='Todo API', identifier='http://localhost:3001', scopes=['read:todos', 'write:todos'], "
        "token_lifetime=86400, token_profile='auth0')"
    )


def test_it_can_be_read_while_another_thread_changes_it(registry):
    """A view that is being walked does not change under the reader, and no change is lost."""

    def register(prefix: str) -> None:
        for number in range(50):
            registry.create_api(f"{prefix}{number}", f"urn:{prefix}{number}", {})

    writers = [threading.Thread(target=register, args=(prefix,)) for prefix in "abc"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert all(api.identifier == identifier for identifier, api in registry.apis.items())
    for writer in writers:
        writer.join()
    assert len(registry.apis) == 151
