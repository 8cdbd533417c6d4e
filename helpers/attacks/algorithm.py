"""Attacks on the signature and on the choice of the algorithm."""

import hashlib
import hmac
import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helpers.attacks.attack import Attack
from helpers.attacks.checks import ALGORITHM, ALGORITHM_FORM, CRITICAL, ENCODED, SIGNATURE
from helpers.attacks.workshop import Workshop, decode, encode, to_json, unsigned

ANYTHING = "Anyone can write any claims, and is whoever they like."
AS_ISSUED = (
    "Nothing yet: the claims are genuine. But where the token decides how it is checked, forgery begins."
)


def _alg_none(alg: str, *, keep: bool = False) -> Callable[[Workshop], str]:
    def make(workshop: Workshop) -> str:
        data = unsigned(workshop.head(alg=alg), workshop.claims)
        return f"{data}.{workshop.signature if keep else ''}"

    return make


def public_key(workshop: Workshop) -> RSAPublicKey:
    """The issuer's, which everybody has.

    :raises LookupError: it is no RSA key.
    """
    if workshop.key.get("kty") != "RSA":
        raise LookupError("the issuer's key is no RSA key")
    n, e = (int.from_bytes(decode(workshop.key[name]), "big") for name in ("n", "e"))
    return RSAPublicNumbers(e, n).public_key()


def public_key_as_secrets(key: RSAPublicKey, jwk: bytes) -> dict[str, bytes]:
    """The forms in which a careless API may hand the public key to HMAC.

    :param jwk: the key as its JWK, as JSON.
    """
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "PEM": pem,
        "PEM, stripped": pem.strip(),
        "PEM, indented": b"\n" + pem,
        "OpenSSH": key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "PKCS #1 PEM": key.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "DER": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "JWK": jwk,
        "nothing": b"",
    }


def _hmac(secret: str, alg: str = "HS256") -> Callable[[Workshop], str]:
    """RS256 becomes HS256, and the public key, which everybody has, becomes the shared secret."""

    def make(workshop: Workshop) -> str:
        secrets = public_key_as_secrets(public_key(workshop), to_json(workshop.key))
        data = unsigned(workshop.head(alg=alg), workshop.claims)
        digest = hashlib.sha512 if alg == "HS512" else hashlib.sha256
        return f"{data}.{encode(hmac.digest(secrets[secret], data.encode(), digest))}"

    return make


def _rs512(workshop: Workshop) -> str:
    data = unsigned(workshop.head(alg="RS512"), workshop.claims)
    return f"{data}.{encode(workshop.issuers_own().sign(data.encode(), padding.PKCS1v15(), SHA512()))}"


def _ps256(workshop: Workshop) -> str:
    data = unsigned(workshop.head(alg="PS256"), workshop.claims)
    scheme = padding.PSS(padding.MGF1(SHA256()), 32)
    return f"{data}.{encode(workshop.issuers_own().sign(data.encode(), scheme, SHA256()))}"


def _zero_es256(workshop: Workshop) -> str:
    """R and S are both zero, which Java took for a valid signature under every key, for a year and a half."""
    return f"{unsigned(workshop.head(alg='ES256'), workshop.claims)}.{encode(bytes(64))}"


def _edited(workshop: Workshop) -> str:
    header, _, signature = workshop.good.split(".")
    claims = {**workshop.claims, "scope": "read:todos write:todos admin"}
    return f"{header}.{encode(json.dumps(claims).encode())}.{signature}"


def _header_edited(workshop: Workshop) -> str:
    _, payload, signature = workshop.good.split(".")
    return f"{encode(to_json(workshop.head(typ='at+jwt')))}.{payload}.{signature}"


def _of_another_token(workshop: Workshop) -> str:
    """Both parts are genuine, each from a token of its own; an attacker needs no key for that."""
    other = workshop.issued_with(sub="somebody-else").rpartition(".")[2]
    return f"{workshop.good.rpartition('.')[0]}.{other}"


def _with_signature(signature: bytes) -> Callable[[Workshop], str]:
    return lambda workshop: f"{workshop.good.rpartition('.')[0]}.{encode(signature)}"


def _flipped(workshop: Workshop) -> str:
    signature = decode(workshop.signature)
    return f"{workshop.good.rpartition('.')[0]}.{encode(signature[:-1] + bytes([signature[-1] ^ 1]))}"


def _sha512_padding(workshop: Workshop) -> str:
    """A genuine RSA signature of the issuer's over the same bytes, of another hash than RS256's."""
    data = workshop.good.rpartition(".")[0]
    return f"{data}.{encode(workshop.issuers_own().sign(data.encode(), padding.PKCS1v15(), SHA512()))}"


def _b64(value: object) -> Callable[[Workshop], str]:
    return lambda workshop: workshop.issued(b64=value)


_UNDEMANDED = "A token that its issuer gave to stricter APIs, under a condition, is good here without it."

_MAY = "policy; RFC 7515 §4.1.11 says MAY"

ATTACKS = (
    Attack(
        "alg none",
        ALGORITHM,
        "says that it needs no signature, and has none",
        ANYTHING,
        _alg_none("none"),
        "CVE-2018-1000531",
    ),
    *(
        Attack(
            f"alg {alg}",
            ALGORITHM,
            "writes none in other letters, past a list of what is forbidden",
            ANYTHING,
            _alg_none(alg),
            rule="RFC 8725 §3.1",
        )
        for alg in ("None", "NONE", "nOnE")
    ),
    *(
        Attack(
            f"alg {alg} with a signature",
            ALGORITHM,
            f"says {alg} and shows a signature that nobody is to check",
            ANYTHING,
            _alg_none(alg, keep=True),
            rule="RFC 8725 §3.1",
        )
        for alg in ("none", "NONE")
    ),
    Attack(
        "public key as secret",
        ALGORITHM,
        "switches to HS256 and takes the public key as the shared secret",
        ANYTHING,
        _hmac("PEM"),
        "CVE-2016-10555",
        "RFC 8725 §3.1",
    ),
    *(
        Attack(name, ALGORITHM, story, ANYTHING, _hmac(secret, alg), source, "RFC 8725 §3.1")
        for name, secret, alg, source, story in (
            ("public key as stripped PEM", "PEM, stripped", "HS256", "CVE-2026-102268",
             "switches to HS256, with the public key and no line break behind it"),
            ("public key as indented PEM", "PEM, indented", "HS256", "CVE-2026-34950",
             "switches to HS256, with the public key and a line break before it"),
            ("public key as PKCS #1", "PKCS #1 PEM", "HS256", "CVE-2017-11424",
             "switches to HS256, with the public key in its other PEM form"),
            ("public key as OpenSSH", "OpenSSH", "HS256", "CVE-2022-29217",
             "switches to HS256, with the public key as OpenSSH writes it"),
            ("public key as DER", "DER", "HS256", "CVE-2026-102271", "switches to HS256, with the public key's bytes"),
            ("public key as JWK", "JWK", "HS256", "CVE-2026-48526",
             "switches to HS256, with the public JWK as it is written"),
            ("public key with HS512", "PEM", "HS512", "",
             "switches to HS512 and takes the public key as the shared secret"),
            ("empty secret", "nothing", "HS256", "CVE-2026-102266", "switches to HS256, with an empty secret"),
        )
    ),
    Attack("RS512", ALGORITHM, "names a longer hash, and uses it", AS_ISSUED, _rs512),
    Attack("PS256", ALGORITHM, "names another padding, and uses it", AS_ISSUED, _ps256),
    Attack(
        "zeros as ES256",
        ALGORITHM,
        "names ES256 and signs with two zeros",
        ANYTHING,
        _zero_es256,
        "CVE-2022-21449",
    ),
    Attack(
        "alg in small letters",
        ALGORITHM,
        "says rs256",
        AS_ISSUED,
        lambda workshop: workshop.issued(alg="rs256"),
        rule="RFC 7515 §4.1.1",
    ),
    Attack(
        "no alg",
        ALGORITHM_FORM,
        "leaves the algorithm out",
        AS_ISSUED,
        lambda workshop: workshop.issued(alg=...),
    ),
    Attack(
        "alg a list",
        ALGORITHM_FORM,
        "names the algorithm in a list",
        AS_ISSUED,
        lambda workshop: workshop.issued(alg=["RS256"]),
    ),
    Attack(
        "alg null",
        ALGORITHM_FORM,
        "names null as the algorithm",
        AS_ISSUED,
        lambda workshop: workshop.issued(alg=None),
    ),
    Attack(
        "foreign key",
        SIGNATURE,
        "signs with a key of its own, under the issuer's key id",
        ANYTHING,
        lambda workshop: workshop.forged(),
    ),
    Attack(
        "edited payload",
        SIGNATURE,
        "widens the scope and keeps the old signature",
        "Anyone who has one token gives themselves every scope.",
        _edited,
    ),
    Attack(
        "edited header",
        SIGNATURE,
        "changes the type in the header and keeps the old signature",
        "The header is not signed: the token is whatever its bearer says that it is.",
        _header_edited,
    ),
    Attack(
        "empty signature",
        SIGNATURE,
        "says RS256 and leaves the signature empty",
        ANYTHING,
        _with_signature(b""),
        "CVE-2020-28042",
    ),
    Attack("zeros as a signature", SIGNATURE, "signs with 256 zeros", ANYTHING, _with_signature(bytes(256))),
    Attack(
        "another token's signature",
        SIGNATURE,
        "takes the signature from another genuine token",
        ANYTHING,
        _of_another_token,
    ),
    Attack(
        "one bit flipped",
        SIGNATURE,
        "changes the last bit of the signature",
        "Nothing yet. But a check that forgives one bit may forgive more.",
        _flipped,
    ),
    Attack(
        "signature of another hash",
        SIGNATURE,
        "says RS256 and carries the issuer's signature with SHA-512",
        "Nothing yet. But a check that does not look at the hash accepts one that somebody can break.",
        _sha512_padding,
        "",
        "RFC 8017 §8.2.2",
    ),
    Attack(
        "unknown extension",
        CRITICAL,
        "demands an extension that nobody here knows",
        _UNDEMANDED,
        lambda workshop: workshop.issued(crit=["once"], once=True),
        "CVE-2026-32597",
    ),
    Attack(
        "empty crit",
        CRITICAL,
        "demands an empty list of extensions",
        _UNDEMANDED,
        lambda workshop: workshop.issued(crit=[]),
        rule=_MAY,
    ),
    Attack(
        "crit names exp",
        CRITICAL,
        "demands what is no header member at all",
        _UNDEMANDED,
        lambda workshop: workshop.issued(crit=["exp"]),
    ),
    Attack(
        "crit null",
        CRITICAL,
        "demands null",
        _UNDEMANDED,
        lambda workshop: workshop.issued(crit=None),
        rule=_MAY,
    ),
    Attack(
        "b64 false and crit",
        CRITICAL,
        "demands that the payload be read without decoding it",
        "What was signed and what is read can be two different payloads.",
        lambda workshop: workshop.issued(b64=False, crit=["b64"]),
        "",
        "RFC 7797 §7",
    ),
    Attack(
        "b64 false",
        ENCODED,
        "says that the payload is not encoded, and encodes it",
        "What was signed and what is read can be two different payloads.",
        _b64(False),
    ),
    Attack(
        "b64 a text",
        ENCODED,
        'says "false", in quotes',
        "What was signed and what is read can be two different payloads.",
        _b64("false"),
        rule="RFC 7797 §3",
    ),
)  # fmt: skip
"""In the order in which lesson 05 tells of them."""
